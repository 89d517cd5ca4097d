"""Titles and captions over the picture, cards with words, and what of a text can be seen.

What is told of a text must be what is drawn.
"""

import re
import unicodedata
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ...messages import Argument
from ..counting import slots_of
from ..model import Clip, Position, Role, Text, TextStyle, TextTrack
from ..time import Milliseconds, format_time
from .apply import place_text
from .base import ClipNumber, Operation, Positive
from .context import EditContext, rejected, term, texts_of
from .footage import is_card
from .sentences import chinese, english, moment
from .targets import time_range

TITLE_MS = 3000
LENGTHS_MS = {"title": TITLE_MS, "lower_third": 5000}
"""How long is shown what nobody gave a time for; the rest is there throughout."""
SIZES = {"small": 0.04, "medium": 0.06, "large": 0.1}
ROLES: dict[str, Role] = {"title": "title", "caption": "overlay", "subtitle": "subtitle", "lower_third": "overlay"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"size": 0.09, "position": "center"},
    "caption": {"size": 0.055, "position": "bottom"},
    "subtitle": {"size": 0.048, "position": "bottom"},
    "lower_third": {"size": 0.052, "position": "bottom-left", "background": "#14181f", "look": "lower_third"},
}
FADE_MS = 300
LONGEST_COUNT_MS = 900_000
"""Every second is drawn before the first is shown: 900 of them take about 20 MB."""
_NAME_ENDS = re.compile(r"\s*(?:[|,，、]|\s[-–—]\s)\s*")
"""What stands in a lower third between a name and who that is."""
_SLOT = re.compile(r"\{(\w+)\}")

NAMED = {
    "black": "#000000", "white": "#ffffff", "red": "#e53935", "green": "#43a047", "blue": "#1e88e5",
    "yellow": "#fdd835", "orange": "#fb8c00", "purple": "#8e24aa", "pink": "#ec407a", "gold": "#ffc107",
    "golden": "#ffc107", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "cyan": "#00bcd4",
    "teal": "#009688", "magenta": "#d81b60", "brown": "#795548", "navy": "#1a237e", "lime": "#c0ca33",
    "maroon": "#800000", "beige": "#f5f5dc", "turquoise": "#40e0d0", "violet": "#7e57c2",
}  # fmt: skip
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


class TextAdd(Operation):
    """Put a title, caption or lower third (name, then who that is) over the picture; `per_clip` labels each clip.

    In a `template`, `{left}` and `{elapsed}` count the seconds of its time down and up, `{left_clock}` and
    `{elapsed_clock}` as minutes and seconds; with `per_clip`, `{n}`, `{count}`, `{label}` and `{time}` are filled in.
    """

    example: ClassVar = {"op": "text_add", "text": "Final minute", "role": "title", "start_ms": 0, "end_ms": 3000}

    op: Literal["text_add"] = "text_add"
    text: Annotated[str, Field(max_length=500)] | None = None
    template: Annotated[str, Field(max_length=500)] | None = None
    role: Literal["title", "caption", "subtitle", "lower_third"] = "caption"
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    position: Position | None = None
    color: str | None = None
    size: Literal["small", "medium", "large"] | None = None
    per_clip: bool = False

    def apply(self, edit: EditContext) -> None:
        """Put words over the picture, once or on every clip."""
        words = self.text if self.text is not None else self.template
        if words is None or not words.strip():
            if not self.per_clip:
                raise rejected("bad_request", "text_what")
            words = "{n}"
        words = require_lettering(edit, words)
        if self.role == "lower_third" and "\n" not in words:
            words = _NAME_ENDS.sub("\n", words, count=1)
        style = _style(self)
        if self.per_clip:
            _on_each_clip(edit, self, words, style)
            return
        start, end = _span(edit, self)
        fade = FADE_MS if self.role in ("title", "lower_third") and end - start > 4 * FADE_MS else 0
        text = Text(
            id=edit.new_id(), start_ms=start, duration_ms=end - start, text=words, style=style, fade_in_ms=fade,
            fade_out_ms=fade, counts=_counts(self, words, end - start),
        )  # fmt: skip
        _lay(edit, ROLES[self.role], [text])
        told = {"start": format_time(start), "end": format_time(end)}
        if text.counts:
            edit.record_change("text_add.counting", first=text.opening, last=text.readings[-1][2], **told)
        else:
            edit.record_change("text_add.done", text=words, **told)

    def in_english(self) -> str:
        words = self.text if self.text is not None else self.template or ""
        counted = "".join(f" ({english.COUNTS[slot]} filled in)" for slot in slots_of(self.template or ""))
        parts = [f"Add the {self.role.replace('_', ' ')} {english.quoted(words)}{counted}"]
        if self.per_clip:
            parts.append("on every clip")
        times = [] if self.start_ms is None else [f"from {moment(self.start_ms)}"]
        times += (
            [] if self.end_ms is None else [f"to {moment(self.end_ms)}" if times else f"until {moment(self.end_ms)}"]
        )
        parts += [" ".join(times)] if times else []
        parts += [f"at the {self.position.replace('-', ' ')}"] if self.position is not None else []
        parts += [f"in {self.color}"] if self.color is not None else []
        parts += [f"size {self.size}"] if self.size is not None else []
        return ", ".join(parts)

    def in_chinese(self) -> str:
        words = self.text if self.text is not None else self.template or ""
        counted = "".join(f"（填入{chinese.COUNTS[slot]}）" for slot in slots_of(self.template or ""))
        parts = [f"加{chinese.ROLES[self.role]}{chinese.quoted(words)}{counted}"]
        if self.per_clip:
            parts.append("每段都加")
        if self.start_ms is not None and self.end_ms is not None:
            parts.append(chinese.span((self.start_ms, self.end_ms)))
        else:
            parts += [f"从{moment(self.start_ms)}开始"] if self.start_ms is not None else []
            parts += [f"到{moment(self.end_ms)}为止"] if self.end_ms is not None else []
        parts += [chinese.PLACES[self.position]] if self.position is not None else []
        parts += [f"颜色{self.color}"] if self.color is not None else []
        parts += [chinese.SIZES[self.size]] if self.size is not None else []
        return "，".join(parts)


class TextEdit(Operation):
    """Change a text already there: its words, when it is shown, or where and how; what is not given stays."""

    example: ClassVar = {"op": "text_edit", "index": 1, "text": "Extra time", "position": "bottom"}
    settles = ("index",)

    op: Literal["text_edit"] = "text_edit"
    index: ClipNumber | Literal["all"] = 1
    text: Annotated[str, Field(max_length=500)] | None = None
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    duration_ms: Positive | None = None
    position: Position | None = None
    color: str | None = None
    size: Literal["small", "medium", "large"] | None = None

    def apply(self, edit: EditContext) -> None:
        """Change what is given. A start without an end moves the text with its length."""
        if not self._given() or (self.text is not None and not self.text.strip()):
            raise rejected("bad_request", "text_what")
        ids = _chosen(edit, self.index)
        if self.text is not None:
            words = require_lettering(edit, self.text)
            _restyle(edit, ids, {"text": words, "marks": ()}, {})
            edit.record_change("text_edit.done", n=len(ids), text=words)
        if style := _looks(self):
            _restyle(edit, ids, {}, style)
            told: list[Argument] = [term(name) for name in (self.position, self.size) if name is not None]
            told += [] if self.color is None else [self.color]
            edit.record_change("text_edit.restyled", n=len(ids), how=tuple(told))
        if self._given() & {"start_ms", "end_ms", "duration_ms"}:
            self._retime(edit, ids)

    def _given(self) -> set[str]:
        return {name for name in self.model_fields_set - {"op", "index"} if getattr(self, name) is not None}

    def _retime(self, edit: EditContext, ids: set[str]) -> None:
        for track in [track for track in edit.timeline.tracks if isinstance(track, TextTrack)]:
            for text in [text for text in track.texts if text.id in ids]:
                start = text.start_ms if self.start_ms is None else self.start_ms
                end = start + (self.duration_ms or text.duration_ms) if self.end_ms is None else self.end_ms
                start, end = time_range(edit, start, end if self._given() & {"end_ms", "duration_ms"} else None)
                end = min(end, start + text.duration_ms) if end == edit.length_ms and self.end_ms is None else end
                fade = FADE_MS if text.fade_in_ms and end - start > 4 * FADE_MS else 0
                moved = {"clip_id": None, "start_ms": start, "duration_ms": end - start}
                edit.map_texts(lambda one, gone=text.id: None if one.id == gone else one)  # type: ignore[misc]
                faded = {"fade_in_ms": fade, "fade_out_ms": fade}
                place_text(edit, text.model_copy(update={**moved, **faded}), track.model_copy(update={"id": ""}))
                edit.record_change("text_edit.retimed", text=text.text, start=format_time(start), end=format_time(end))

    def in_english(self) -> str:
        parts = [english.text_named(self.index, "Change")]
        parts += [f"to {english.quoted(self.text)}"] if self.text is not None else []
        parts += [f"shown from {moment(self.start_ms)}"] if self.start_ms is not None else []
        parts += [f"shown until {moment(self.end_ms)}"] if self.end_ms is not None else []
        parts += [f"shown for {english.seconds(self.duration_ms)}"] if self.duration_ms is not None else []
        parts += [f"at the {self.position.replace('-', ' ')}"] if self.position is not None else []
        parts += [f"in {self.color}"] if self.color is not None else []
        parts += [f"size {self.size}"] if self.size is not None else []
        return " ".join(parts[:2]) + "".join(f", {part}" for part in parts[2:])

    def in_chinese(self) -> str:
        parts = [f"改为{chinese.quoted(self.text)}"] if self.text is not None else []
        parts += [f"从{moment(self.start_ms)}开始"] if self.start_ms is not None else []
        parts += [f"到{moment(self.end_ms)}为止"] if self.end_ms is not None else []
        parts += [f"显示{chinese.seconds(self.duration_ms)}"] if self.duration_ms is not None else []
        parts += [f"放到{chinese.PLACES[self.position]}"] if self.position is not None else []
        parts += [f"颜色{self.color}"] if self.color is not None else []
        parts += [chinese.SIZES[self.size]] if self.size is not None else []
        return f"把{chinese.texts(self.index)}" + "，".join(parts)


class TextRemove(Operation):
    """Remove a text, or all of them."""

    example: ClassVar = {"op": "text_remove", "index": "all"}
    keeps_texts = False

    op: Literal["text_remove"] = "text_remove"
    index: ClipNumber | Literal["all"] = "all"

    def apply(self, edit: EditContext) -> None:
        """Remove one text or all."""
        ids = _chosen(edit, self.index)
        edit.map_texts(lambda text: None if text.id in ids else text)
        edit.remove_tracks(
            *(track.id for track in edit.timeline.tracks if isinstance(track, TextTrack) and not track.texts)
        )
        edit.record_change("text_remove.done", n=len(ids))

    def in_english(self) -> str:
        return english.text_named(self.index, "Remove")

    def in_chinese(self) -> str:
        return f"删除{chinese.texts(self.index)}"


def _span(edit: EditContext, op: TextAdd) -> tuple[int, int]:
    start, end = time_range(edit, op.start_ms, op.end_ms)
    if op.end_ms is None:
        whole = op.start_ms is None and op.role not in LENGTHS_MS
        end = end if whole else min(end, start + LENGTHS_MS.get(op.role, TITLE_MS))
        edit.record_assumption("text_add.time", start=format_time(start), end=format_time(end))
    return start, end


def _counts(op: TextAdd, words: str, length_ms: int) -> bool:
    """Whether the words count. Raises OperationRejected where they would for too long."""
    if op.template is None or not slots_of(words):
        return False
    if length_ms > LONGEST_COUNT_MS:
        raise rejected("limit", "text_add.counts_long", most=format_time(LONGEST_COUNT_MS))
    return True


def _style(op: TextAdd) -> TextStyle:
    return TextStyle(**{**STYLES[op.role], **_looks(op)})


def _looks(op: "TextAdd | TextEdit") -> dict[str, Any]:
    """Place, size and colour as far as they are given, as fields of a style."""
    fields: dict[str, Any] = {} if op.position is None else {"position": op.position}
    fields |= {} if op.size is None else {"size": SIZES[op.size]}
    return fields | ({} if op.color is None else {"color": require_color(op.color)})


def _restyle(edit: EditContext, ids: set[str], fields: dict[str, Any], style: dict[str, Any]) -> None:
    def changed(text: Text) -> Text:
        if text.id not in ids:
            return text
        return text.model_copy(update={**fields, "style": text.style.model_copy(update=style)})

    edit.map_texts(changed)


def require_color(text: str) -> str:
    """`#rrggbb` for a colour. Raises OperationRejected when it is not known."""
    color = color_of(text)
    if color is None:
        raise rejected("limit", "no_color", name=text, names=", ".join(list(NAMED)[:8]))
    return color


def _on_each_clip(edit: EditContext, op: TextAdd, template: str, style: TextStyle) -> None:
    footage = [clip for clip in edit.clips if not is_card(clip)]
    ranks = {clip.id: rank for rank, clip in enumerate(sorted(footage, key=lambda clip: -(clip.score or 0.0)), 1)}
    texts = []
    for number, clip in enumerate(footage, 1):
        start, end = op.start_ms or 0, clip.duration_ms if op.end_ms is None else min(op.end_ms, clip.duration_ms)
        if end - start < edit.shortest_ms:
            continue
        words = _filled(edit, template, clip, {"n": number, "rank": ranks[clip.id], "count": len(footage)})
        texts.append(
            Text(id=edit.new_id(), clip_id=clip.id, start_ms=clip.start_ms + start, duration_ms=end - start,
                 text=words, style=style, counts=_counts(op, words, end - start))
        )  # fmt: skip
    if not texts:
        raise rejected("limit", "text_add.no_clip_long_enough")
    _lay(edit, ROLES[op.role], texts)
    edit.record_change("text_add.labelled", n=len(texts), text=texts[0].opening)


def _filled(edit: EditContext, template: str, clip: Clip, numbers: dict[str, int]) -> str:
    """The words for one clip. Slots: n, rank, count, label, time, source, why."""
    source = edit.media.get(clip.media_id or "")
    known = {name: str(value) for name, value in numbers.items()}
    known |= {"number": known["n"], "i": known["n"], "index": known["n"], "total": known["count"]}
    known |= {"label": clip.label, "why": str(clip.why), "source": source.name if source else ""}
    known["time"] = format_time(clip.source.start_ms) if clip.source else ""
    return plain_text(_SLOT.sub(lambda match: known.get(match[1], match[0]), template)[:500]) or " "


def _lay(edit: EditContext, role: Role, texts: list[Text]) -> None:
    """On the first track of the role where nothing is overlapped, else on a new one."""
    home = TextTrack(id="", role=role)
    if len(texts) == 1:
        place_text(edit, texts[0], home)
    else:
        edit.put_track(TextTrack(id=edit.new_id("trk"), role=role, texts=tuple(texts)))


def _chosen(edit: EditContext, index: int | str) -> set[str]:
    """Ids of the texts meant, by number before the request."""
    now = {text.id for text in edit.texts()}
    if not now:
        raise rejected("target_missing", "no_text")
    if isinstance(index, str):
        return now
    known = texts_of(edit.base) or edit.texts()
    if index > len(known):
        many = len(known)
        raise rejected("limit", "no_text_number", n=index, many=many)
    if known[index - 1].id not in now:
        raise rejected("limit", "text_gone", "clip_gone.next", n=index)
    return {known[index - 1].id}


def color_of(text: str) -> str | None:
    """`#rrggbb` for a colour; None when it is not known."""
    name = text.strip().casefold()
    if name in NAMED:
        return NAMED[name]
    match = _HEX.fullmatch(name)
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


_STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows (Unicode UAX 9)."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""


def require_lettering(edit: EditContext, text: str) -> str:
    """The text as it is laid over the picture: without control characters, which is told.

    Raises OperationRejected where nothing of it would be seen: nothing but spaces and characters without a shape, or
    pictographs that no font here has.
    """
    plain = plain_text(text)
    if plain != text.replace("\r\n", "\n").replace("\t", " "):
        edit.record_assumption("assumed.controls_removed", text=plain)
    if not is_seen(plain):
        raise rejected("bad_request", "text_unseen")
    if not is_seen(edit.senses.lettering(plain)):
        raise rejected("asset_missing", "text_pictographs", text=plain)
    return plain


def plain_text(text: str) -> str:
    """Without control characters, half characters and those that turn the direction; line breaks stay."""
    lines = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(
        sign
        for sign in lines
        if sign == "\n" or (sign not in _STEERING and unicodedata.category(sign) not in ("Cc", "Cs"))
    )


def is_seen(text: str) -> bool:
    """Whether any character of a text has a shape."""
    return any(
        unicodedata.category(sign) not in _UNSEEN and sign not in _BLANK and not "\ufe00" <= sign <= "\ufe0f"
        for sign in text
    )
