"""Plain cards with words before or after the reel."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..model import Clip, Text, TextStyle, TextTrack
from ..time import format_length, format_time
from .apply import place_text
from .base import Operation, Positive
from .context import EditContext
from .sentences import amount, chinese, english
from .targets import seen_length
from .texts import require_color, require_lettering

CARD_TEXT_SIZE = 0.08
LONGEST_CARD_MS = 60_000


class CardAdd(Operation):
    """Add a plain card with words before or after the reel."""

    example: ClassVar = {"op": "card_add", "text": "Thanks for watching", "at": "end", "duration_ms": 3000}

    op: Literal["card_add"] = "card_add"
    text: Annotated[str, Field(max_length=500)] = ""
    at: Literal["start", "end"] = "start"
    duration_ms: Positive = 3000
    color: str = "#000000"

    def apply(self, edit: EditContext) -> None:
        """Put a card in front of the reel (all else moves on) or behind it."""
        color = require_color(self.color)
        length = min(seen_length(edit, self.duration_ms), LONGEST_CARD_MS)
        if length < self.duration_ms:
            edit.record_assumption("card_add.longest", length=format_length(length))
        lettering = require_lettering(edit, self.text) if self.text.strip() else ""
        card = Clip(id=edit.new_id(), start_ms=0, duration_ms=length, color=color, label=lettering or "card")
        if self.at == "start":
            edit.set_clips([card, *edit.clips], texts="ripple")
        else:
            edit.set_clips([*edit.clips, card])
        if lettering:
            placed = next(clip for clip in edit.clips if clip.id == card.id)
            style = TextStyle(size=CARD_TEXT_SIZE, color=readable_on(color), position="center")
            words = Text(
                id=edit.new_id(),
                clip_id=card.id,
                start_ms=placed.start_ms,
                duration_ms=length,
                text=lettering,
                style=style,
            )
            place_text(edit, words, TextTrack(id="", role="title"))
        edit.record_change(
            f"card_add.{self.at}", text=lettering, length=format_length(length), total=format_time(edit.length_ms)
        )

    def in_english(self) -> str:
        card = "end card" if self.at == "end" else "title card at the start"
        words = f"that says {english.quoted(self.text)}" if self.text else "without words"
        return f"Add a {amount(self.duration_ms)}-second {card} {words}, in {self.color}"

    def in_chinese(self) -> str:
        words = chinese.quoted(self.text) if self.text else "，不加文字"
        kind = "片尾卡" if self.at == "end" else "片头卡"
        place, length = "结尾" if self.at == "end" else "开头", chinese.seconds(self.duration_ms)
        return f"在{place}加{length}的{kind}{words}，颜色{self.color}"


def readable_on(color: str) -> str:
    """Black or white, whichever reads better on a colour (ITU-R BT.601 luma)."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#000000" if 299 * red + 587 * green + 114 * blue > 150_000 else "#ffffff"
