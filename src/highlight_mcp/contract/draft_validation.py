"""The invariants of a draft of profile `hl/1` (contract section 9.3), checked on the JSON itself."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..messages import Argument, say
from ..timeline.schemas import quoted
from ..timeline.time import parse_rate
from .draft_codec import TEXT, VIDEO

MAX_TRACKS = 64
MAX_SEGMENTS = 5_000
MAX_BYTES = 4 * 1024 * 1024

Json = dict[str, Any]


def check_draft(draft: Any, durations: Mapping[str, int] | None = None) -> list[str]:
    """All violations in words, each naming its place; an empty list for a sound draft.

    `durations` gives the length in ms of every media id that the session knows (0 = none, such as
    a picture); without it, media ids and source ends are not checked.
    """
    if not isinstance(draft, dict) or not isinstance(draft.get("t"), list):
        return [say("contract.draft.no_object")]
    if not _meta_ok(draft) or not all(_shaped(track) for track in draft["t"]):
        return [say("contract.draft.no_tracks")]
    return [*_sizes(draft), *_whole(draft), *_lengths(draft), *_ids(draft), *_tracks(draft, durations)]


def _shaped(track: Any) -> bool:
    if not isinstance(track, dict) or not isinstance(track.get("sg", []), list) or not _meta_ok(track):
        return False
    return all(isinstance(segment, dict) and _meta_ok(segment) for segment in track.get("sg", []))


def _meta_ok(item: Json) -> bool:
    return isinstance(item.get("m", {}), dict)


def _sizes(draft: Json) -> Iterator[str]:
    segments = sum(len(track.get("sg", [])) for track in draft["t"])
    if len(draft["t"]) > MAX_TRACKS:
        yield say("contract.draft.tracks", n=len(draft["t"]), most=MAX_TRACKS)
    if segments > MAX_SEGMENTS:
        yield say("contract.draft.segments", n=segments, most=MAX_SEGMENTS)


def _whole(draft: Json) -> Iterator[str]:
    """Invariant 1: times are whole milliseconds, segments last."""
    for where, item in _parts(draft):
        if not _is_ms(item.get("d")):
            yield say("contract.draft.no_ms", where=f"{where}.d", given=quoted(item.get("d")))
        elif ".sg[" in where and item["d"] == 0:
            yield say("contract.draft.empty_segment", where=where)
        for key, value in item.get("m", {}).items():
            if key.endswith("_ms") and not _is_ms(value):
                yield say("contract.draft.no_ms", where=f"{where}.m.{key}", given=quoted(value))


def _lengths(draft: Json) -> Iterator[str]:
    """Invariant 2: lengths add up."""
    longest = max((_length(track) for track in draft["t"]), default=0)
    if draft.get("d") != longest:
        yield say("contract.draft.length", given=quoted(draft.get("d")), longest=longest)
    for index, track in enumerate(draft["t"]):
        ends = [_start(segment) + _length(segment) for segment in track.get("sg", [])]
        if ends and _length(track) != max(ends):
            given = quoted(track.get("d"))
            yield say("contract.draft.track_length", where=f"t[{index}]", given=given, end=max(ends))


def _ids(draft: Json) -> Iterator[str]:
    """Invariant 5: ids are there and unique."""
    seen: set[str] = set()
    for where, item in _parts(draft):
        if where == "draft":
            continue
        name = item.get("id")
        if not isinstance(name, str) or not name:
            yield say("contract.draft.no_id", where=where)
        elif name in seen:
            yield say("contract.draft.same_id", where=where, name=quoted(name))
        else:
            seen.add(name)


def _tracks(draft: Json, durations: Mapping[str, int] | None) -> Iterator[str]:
    frame = _frame_ms(draft)
    for index, track in enumerate(draft["t"]):
        segments = list(enumerate(track.get("sg", [])))
        if track.get("tt") in (VIDEO, TEXT):
            yield from _order(f"t[{index}]", track.get("sg", []))
        for number, segment in segments:
            yield from _source(f"t[{index}].sg[{number}]", segment.get("m", {}), _length(segment), frame, durations)


def _order(where: str, segments: list[Json]) -> Iterator[str]:
    """Invariant 3: sorted, without overlap."""
    for number, (before, after) in enumerate(pairwise(segments), 1):
        if _start(after) < _start(before) + _length(before):
            yield say("contract.draft.overlap", where=f"{where}.sg[{number}]")


def _source(where: str, meta: Json, length: int, frame: Fraction, durations: Mapping[str, int] | None) -> Iterator[str]:
    """Invariants 4 and 7: the source range fits, and the session knows the media."""
    media_id = meta.get("media_id")
    if durations is not None and media_id is not None and media_id not in durations:
        yield say("contract.draft.no_media", where=where, name=quoted(media_id))
        return
    first, last = meta.get("in_ms"), meta.get("out_ms")
    if not isinstance(first, int) or not isinstance(last, int):
        return
    speed = _speed(meta.get("speed", 1))
    if speed is None:
        yield say("contract.draft.speed", where=where, given=quoted(meta.get("speed")))
    elif not meta.get("freeze") and abs(Fraction(last - first) / speed - length) > frame:
        lengths: dict[str, Argument] = {"source": last - first, "speed": str(speed), "length": length}
        yield say("contract.draft.range", where=where, **lengths)
    available = durations.get(str(media_id), 0) if durations is not None and media_id is not None else 0
    if available and last > available:
        yield say("contract.draft.beyond", where=where, last=last, available=available)


def _parts(draft: Json) -> Iterator[tuple[str, Json]]:
    yield "draft", draft
    for index, track in enumerate(draft["t"]):
        yield f"t[{index}]", track
        for number, segment in enumerate(track.get("sg", [])):
            yield f"t[{index}].sg[{number}]", segment


def _frame_ms(draft: Json) -> Fraction:
    meta = draft.get("m")
    rate = _speed(meta.get("fps", 30)) if isinstance(meta, dict) else None
    return Fraction(1000) / (rate or 30)


def _speed(value: Any) -> Fraction | None:
    try:
        return parse_rate(value)
    except ValueError:
        return None


def _start(segment: Json) -> int:
    start = segment.get("m", {}).get("start_ms", 0)
    return start if _is_ms(start) else 0


def _length(item: Json) -> int:
    length = item.get("d")
    return length if isinstance(length, int) and _is_ms(length) else 0


def _is_ms(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
