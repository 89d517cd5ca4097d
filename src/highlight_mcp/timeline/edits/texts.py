"""Titles and captions."""

import re
from typing import Any

from ...messages import message
from ..model import Clip, Role, Text, TextStyle, TextTrack
from ..operations import TextAdd, TextEdit, TextRemove
from ..time import clock
from .colors import NAMED, color_of
from .desk import Desk, texts_of
from .footage import is_card
from .outcome import Refused
from .settle import place_text

TITLE_MS = 3000
SIZES = {"small": 0.04, "medium": 0.06, "large": 0.1}
ROLES: dict[str, Role] = {"title": "title", "caption": "overlay", "subtitle": "subtitle"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"size": 0.09, "position": "center"},
    "caption": {"size": 0.055, "position": "bottom"},
    "subtitle": {"size": 0.045, "position": "bottom"},
}
FADE_MS = 300
_SLOT = re.compile(r"\{(\w+)\}")


def text_add(desk: Desk, op: TextAdd) -> None:
    """Put words over the picture, once or on every clip."""
    words = op.text if op.text is not None else op.template
    if words is None or not words.strip():
        if not op.per_clip:
            raise Refused("bad_request", message("timeline.text_what"), message("timeline.text_what.next"))
        words = "{n}"
    style = _style(op)
    if op.per_clip:
        _on_each_clip(desk, op, words, style)
        return
    start, end = _span(desk, op)
    fade = FADE_MS if op.role == "title" and end - start > 4 * FADE_MS else 0
    text = Text(
        id=desk.new_id(), start_ms=start, duration_ms=end - start, text=words, style=style, fade_in_ms=fade,
        fade_out_ms=fade,
    )  # fmt: skip
    _lay(desk, ROLES[op.role], [text])
    desk.done("text_added", text=words, start=clock(start), end=clock(end))


def _span(desk: Desk, op: TextAdd) -> tuple[int, int]:
    total = desk.length_ms
    start = op.start_ms or 0
    if start >= total:
        slots = {"at": clock(start), "total": clock(total)}
        raise Refused("limit", message("timeline.beyond_end", **slots), message("timeline.beyond_end.next"))
    end = op.end_ms
    if end is not None and end <= start:
        times = {"start": clock(start), "end": clock(end)}
        raise Refused("bad_request", message("timeline.backwards", **times), message("timeline.backwards.next"))
    if end is None:
        whole = op.start_ms is None and op.role != "title"
        end = total if whole else min(total, start + TITLE_MS)
        desk.assume("text_time", start=clock(start), end=clock(end))
    elif end > total:
        desk.assume("to_the_end", end=clock(end), total=clock(total))
    return start, min(end, total)


def _style(op: TextAdd) -> TextStyle:
    fields = dict(STYLES[op.role])
    if op.position is not None:
        fields["position"] = op.position
    if op.size is not None:
        fields["size"] = SIZES[op.size]
    if op.color is not None:
        fields["color"] = need_color(op.color)
    return TextStyle(**fields)


def need_color(text: str) -> str:
    """`#rrggbb` for a colour. Raises Refused when it is not known."""
    color = color_of(text)
    if color is None:
        raise Refused(
            "limit",
            message("timeline.no_color", name=text),
            message("timeline.no_color.next", names=", ".join(list(NAMED)[:8])),
        )
    return color


def _on_each_clip(desk: Desk, op: TextAdd, template: str, style: TextStyle) -> None:
    footage = [clip for clip in desk.clips if not is_card(clip)]
    ranks = {clip.id: rank for rank, clip in enumerate(sorted(footage, key=lambda clip: -(clip.score or 0.0)), 1)}
    texts = []
    for number, clip in enumerate(footage, 1):
        start, end = op.start_ms or 0, clip.duration_ms if op.end_ms is None else min(op.end_ms, clip.duration_ms)
        if start >= end:
            continue
        words = _filled(desk, template, clip, {"n": number, "rank": ranks[clip.id], "count": len(footage)})
        texts.append(
            Text(id=desk.new_id(), clip_id=clip.id, start_ms=clip.start_ms + start, duration_ms=end - start,
                 text=words, style=style)
        )  # fmt: skip
    if not texts:
        raise Refused("limit", message("timeline.no_clip_long_enough"), message("timeline.no_clip_long_enough.next"))
    _lay(desk, ROLES[op.role], texts)
    desk.done("labelled", n=len(texts), text=texts[0].text)


def _filled(desk: Desk, template: str, clip: Clip, numbers: dict[str, int]) -> str:
    """The words for one clip. Slots: n, rank, count, label, time, source, why."""
    info = desk.media.get(clip.media_id or "")
    known = {name: str(value) for name, value in numbers.items()}
    known |= {"number": known["n"], "i": known["n"], "index": known["n"], "total": known["count"]}
    known |= {"label": clip.label, "why": str(clip.why), "source": info.name if info else ""}
    known["time"] = clock(clip.source.start_ms) if clip.source else ""
    return _SLOT.sub(lambda match: known.get(match[1], match[0]), template)[:500] or " "


def _lay(desk: Desk, role: Role, texts: list[Text]) -> None:
    """On the first track of the role where nothing is overlapped, else on a new one."""
    home = TextTrack(id="", role=role)
    if len(texts) == 1:
        place_text(desk, texts[0], home)
    else:
        desk.put(TextTrack(id=desk.new_id("trk"), role=role, texts=tuple(texts)))


def text_edit(desk: Desk, op: TextEdit) -> None:
    """Change words; place and style stay."""
    if not op.text.strip():
        raise Refused("bad_request", message("timeline.text_what"), message("timeline.text_what.next"))
    ids = _chosen(desk, op.index)
    desk.map_texts(lambda text: text.model_copy(update={"text": op.text}) if text.id in ids else text)
    desk.done("text_changed", n=len(ids), text=op.text)


def text_remove(desk: Desk, op: TextRemove) -> None:
    """Remove one text or all."""
    ids = _chosen(desk, op.index)
    desk.map_texts(lambda text: None if text.id in ids else text)
    desk.drop(*(track.id for track in desk.timeline.tracks if isinstance(track, TextTrack) and not track.texts))
    desk.done("text_removed", n=len(ids))


def _chosen(desk: Desk, index: int | str) -> set[str]:
    """Ids of the texts meant, by number before the request."""
    now = {text.id for text in desk.texts()}
    if not now:
        raise Refused("target_missing", message("timeline.no_text"), message("timeline.no_text.next"))
    if isinstance(index, str):
        return now
    known = texts_of(desk.base) or desk.texts()
    if index > len(known):
        many = len(known)
        what = message("timeline.no_text_number", n=index, many=many)
        raise Refused("limit", what, message("timeline.no_text_number.next", many=many))
    if known[index - 1].id not in now:
        raise Refused("limit", message("timeline.text_gone", n=index), message("timeline.clip_gone.next"))
    return {known[index - 1].id}
