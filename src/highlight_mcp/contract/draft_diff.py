"""What changed between two drafts, in words (contract section 9.4)."""

from typing import Any

from ..timeline.frozen_model import FrozenModel
from ..timeline.say import Language, Say
from ..timeline.time import format_time
from .draft_view import DraftView, SegmentView, TrackView, view_draft

KINDS = {
    "Video": "视频", "BGM": "配乐", "Voice": "人声", "SFX": "音效", "Title": "标题", "Subtitles": "字幕",
}  # fmt: skip
"""The names of kinds of tracks; others stay as they are."""

WORDING: dict[str, Say] = {
    "added": Say(en="added {name}{label} at {start}-{end}", zh="新增{name}{label}，{start}-{end}"),
    "removed": Say(en="removed {name}{label} at {start}-{end}", zh="删除{name}{label}，{start}-{end}"),
    "moved": Say(en="moved {name} from {before} to {after}", zh="{name}从{before}移到{after}"),
    "trimmed": Say(en="trimmed {name} from {before} to {after}", zh="{name}时长{before} → {after}"),
    "part": Say(en="{name} shows another part of its source", zh="{name}换成了素材的另一部分"),
    "text": Say(en='text changed from "{before}" to "{after}"', zh="文字由“{before}”改为“{after}”"),
    "volume": Say(en="volume of {name} {before} → {after}", zh="{name}音量{before} → {after}"),
    "speed": Say(en="speed of {name} {before} → {after}", zh="{name}速度{before} → {after}"),
    "label": Say(en="{name} is now {after}", zh="{name}现在是{after}"),
    "title": Say(en='title is now "{after}"', zh="名称改为“{after}”"),
    "size": Say(en="picture is now {after}", zh="画面改为{after}"),
    "more": Say(en="{after} more changes", zh="另有{after}处变化"),
    "total": Say(en="total length {before} → {after}", zh="总长{before} → {after}"),
    "unset": Say(en="unset", zh="未设"),
}


MAX_LINES = 12


class PlacedSegment(FrozenModel):
    """A segment with the track that it lies on and its place there, from 1."""

    track: TrackView
    place: int
    segment: SegmentView

    def name(self, language: Language) -> str:
        """How people call it: `Video 3`, `Title "Urban Dreams"`, `视频3`."""
        chinese = language == "zh"
        kind = KINDS.get(self.track.kind, self.track.kind) if chinese else self.track.kind
        if self.segment.text:
            return f"{kind}“{self.segment.text}”" if chinese else f'{kind} "{self.segment.text}"'
        return f"{kind}{self.place}" if chinese else f"{kind} {self.place}"


def describe_diff(before: Any, after: Any, language: Language = "en") -> list[str]:
    """The changes from one raw draft to another; an empty list when nothing readable changed.

    Segments are the same when their ids are, or, without ids, type of track and place. At most
    twelve changes are told one by one; the last line gives the total length before and after.
    """
    old, new = view_draft(before), view_draft(after)
    was, now = _by_key(old), _by_key(new)
    lines = [_described("added", now[key], language) for key in now if key not in was]
    lines += [_described("removed", was[key], language) for key in was if key not in now]
    for key in now:
        if key in was:
            lines += _changes(was[key], now[key], language)
    if old.title != new.title:
        lines.append(_told("title", language, after=new.title))
    if (old.width, old.height) != (new.width, new.height) and new.width and new.height:
        lines.append(_told("size", language, after=f"{new.width}x{new.height}"))
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], _told("more", language, after=len(lines) - MAX_LINES + 1)]
    if old.duration_ms != new.duration_ms:
        lines.append(_told("total", language, before=format_time(old.duration_ms), after=format_time(new.duration_ms)))
    return lines


def _by_key(draft: DraftView) -> dict[tuple[Any, ...], PlacedSegment]:
    found: dict[tuple[Any, ...], PlacedSegment] = {}
    counts: dict[int | None, int] = {}
    for track in draft.tracks:
        for place, segment in enumerate(track.segments, 1):
            index = counts[track.type] = counts.get(track.type, 0) + 1
            key: tuple[Any, ...] = ("id", segment.id) if segment.id else (track.type, index)
            if key in found:
                key = (track.type, index, "again")
            found[key] = PlacedSegment(track=track, place=place, segment=segment)
    return found


def _changes(was: PlacedSegment, now: PlacedSegment, language: Language) -> list[str]:
    old, new, name = was.segment, now.segment, now.name(language)
    lines = []
    if old.start_ms != new.start_ms or was.track.kind != now.track.kind:
        lines.append(
            _told("moved", language, name=name, before=format_time(old.start_ms), after=format_time(new.start_ms))
        )
    if old.duration_ms != new.duration_ms:
        lengths = {"before": format_time(old.duration_ms), "after": format_time(new.duration_ms)}
        lines.append(_told("trimmed", language, name=name, **lengths))
    elif (old.in_ms, old.out_ms) != (new.in_ms, new.out_ms):
        lines.append(_told("part", language, name=name))
    if old.text != new.text:
        lines.append(_told("text", language, before=old.text or "", after=new.text or ""))
    if old.volume != new.volume:
        levels = {"before": _percent(old.volume, language), "after": _percent(new.volume, language)}
        lines.append(_told("volume", language, name=name, **levels))
    if old.speed != new.speed:
        lines.append(_told("speed", language, name=name, before=old.speed or 1, after=new.speed or 1))
    if not lines and old.label != new.label:
        lines.append(_told("label", language, name=name, after=new.label))
    return lines


def _described(key: str, item: PlacedSegment, language: Language) -> str:
    segment = item.segment
    brackets = "（{}）" if language == "zh" else " ({})"
    label = "" if segment.text else brackets.format(segment.label)
    times = {"start": format_time(segment.start_ms), "end": format_time(segment.end_ms)}
    return _told(key, language, name=item.name(language), label=label, **times)


def _percent(level: float | None, language: Language) -> str:
    return WORDING["unset"].within(language) if level is None else f"{round(100 * level)}%"


def _told(key: str, language: Language, **slots: object) -> str:
    return WORDING[key].within(language).format(**slots)
