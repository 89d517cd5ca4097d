"""Plain cards before and after the reel."""

from ..model import Clip, Text, TextStyle, TextTrack
from ..operations import CardAdd
from ..time import clock, format_length
from .colors import readable_on
from .desk import Desk
from .settle import place_text
from .texts import need_color

CARD_TEXT_SIZE = 0.08
LONGEST_CARD_MS = 60_000


def card_add(desk: Desk, op: CardAdd) -> None:
    """Put a card in front of the reel (all else moves on) or behind it."""
    color = need_color(op.color)
    length = min(op.duration_ms, LONGEST_CARD_MS)
    if length < op.duration_ms:
        desk.assume("longest_card", length=format_length(length))
    card = Clip(id=desk.new_id(), start_ms=0, duration_ms=length, color=color, label=op.text or "card")
    if op.at == "start":
        desk.set_clips([card, *desk.clips], texts="ripple")
    else:
        desk.set_clips([*desk.clips, card])
    if op.text.strip():
        placed = next(clip for clip in desk.clips if clip.id == card.id)
        style = TextStyle(size=CARD_TEXT_SIZE, color=readable_on(color), position="center")
        words = Text(
            id=desk.new_id(), clip_id=card.id, start_ms=placed.start_ms, duration_ms=length, text=op.text, style=style
        )
        place_text(desk, words, TextTrack(id="", role="title"))
    desk.done(f"card_{op.at}", text=op.text, length=format_length(length), total=clock(desk.length_ms))
