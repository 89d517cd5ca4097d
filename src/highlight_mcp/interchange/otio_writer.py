"""OpenTimelineIO: the JSON of its file format, schemas as of release 0.17.

Written here and not by its library, which has no wheel for every Python that is supported; tests read it back with it.
Times of footage are in frames of the footage and include its timecode; lengths are in frames of the reel. What the
format has no schema for stands as `highlight-mcp` in the metadata, where `otio_reader.py` finds it again.
"""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..timeline.model import AudioTrack, Clip
from .sequence import BLACK, CutEvent, CutLane, CutSequence, CutTitle
from .sources import one_line, plain

OURS = "highlight-mcp"
STANDARD_FIELDS = frozenset({
    "id", "start_ms", "duration_ms", "media_id", "source", "speed", "freeze", "color", "transition", "label", "why",
    "extra",
})  # fmt: skip
"""Fields of a clip that the format has itself; the others are metadata."""
STANDARD_TEXT_FIELDS = frozenset({"id", "start_ms", "duration_ms", "clip_id", "extra"})
"""Fields of a text that the format has itself, or that mean nothing elsewhere."""
DISSOLVE, CUSTOM = "SMPTE_Dissolve", "Custom_Transition"
CARD, TITLE = "SolidColor", "Title"
Json = dict[str, Any]


def write_otio(sequence: CutSequence) -> str:
    """The text of an `.otio` file."""
    tracks = [_track(lane, sequence) for lane in sequence.of("video")]
    tracks += [_titles(titles, sequence) for titles in _by_lane(sequence.titles)]
    tracks += [
        _own_sound(lane, sequence) for lane in sequence.of("video") if any(each.is_heard for each in lane.events)
    ]
    tracks += [_track(lane, sequence) for lane in sequence.of("audio")]
    facts = {"width": sequence.width, "height": sequence.height, "frame_rate": str(sequence.rate)}
    stack = _schema("Stack.1", name="tracks", metadata={}, source_range=None, effects=[], markers=[], children=tracks)
    timeline = _schema(
        "Timeline.1", name=one_line(sequence.title), metadata={OURS: facts}, global_start_time=None, tracks=stack
    )
    return json.dumps(timeline, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _track(lane: CutLane, sequence: CutSequence) -> Json:
    children: list[Json] = []
    at = 0
    for event in lane.events:
        children += _gap(event.record.start - at, sequence.rate)
        if event.transition is not None:
            children.append(_transition(event, sequence.rate))
        shows = lane.kind == "video"
        if event.is_black and not event.clip.label and event.transition is None:
            children += _gap(event.record.length, sequence.rate)
        else:
            children.append(_clip(event, sequence.rate, marked=shows and lane is sequence.main))
        at = event.record.end
    facts: Json = {"role": lane.track.role, "volume": lane.track.volume}
    if isinstance(lane.track, AudioTrack) and lane.track.duck_db is not None:
        facts["duck_db"] = lane.track.duck_db
    name = one_line(lane.track.name) or f"{'V' if lane.kind == 'video' else 'Music '}{lane.number}"
    return _row(name, "Video" if lane.kind == "video" else "Audio", children, facts)


def _own_sound(lane: CutLane, sequence: CutSequence) -> Json:
    """The sound of the clips of a video track, as a track of its own: editors want it so."""
    children: list[Json] = []
    at = 0
    for event in lane.events:
        if event.is_heard:
            children += [*_gap(event.record.start - at, sequence.rate), _clip(event, sequence.rate, marked=False)]
            at = event.record.end
    return _row(f"A{lane.number}", "Audio", children, {"sound_of": lane.number})


def _row(name: str, kind: str, children: list[Json], facts: Json) -> Json:
    return _schema(
        "Track.1", name=name, kind=kind, metadata={OURS: facts}, source_range=None, effects=[], markers=[],
        enabled=True, children=children,
    )  # fmt: skip


def _by_lane(titles: Sequence[CutTitle]) -> list[list[CutTitle]]:
    return [[each for each in titles if each.lane == lane] for lane in sorted({title.lane for title in titles})]


def _titles(titles: Sequence[CutTitle], sequence: CutSequence) -> Json:
    children: list[Json] = []
    at = 0
    for title in titles:
        start = max(at, title.record.start)
        if start >= title.record.end:
            continue
        length = title.record.end - start
        media = _schema(
            "GeneratorReference.1", name=TITLE, metadata={}, available_range=None, available_image_bounds=None,
            generator_kind=TITLE, parameters={"text": plain(title.words)},
        )  # fmt: skip
        facts = title.text.model_dump(mode="json", exclude=set(STANDARD_TEXT_FIELDS))
        children += [
            *_gap(start - at, sequence.rate),
            _item(title.words, media, 0, length, sequence.rate, sequence.rate, facts),
        ]
        at = title.record.end
    return _row(titles[0].role, "Video", children, {"texts": titles[0].role})


def _clip(event: CutEvent, reel: Fraction, *, marked: bool) -> Json:
    first = event.first_frame + event.source_range.start
    facts = _ours(event.clip)
    made = _item(event.name, _media(event), first, event.record.length, event.rate, reel, facts)
    if event.clip.freeze:
        made["effects"] = [_schema("FreezeFrame.1", name="", metadata={}, effect_name="FreezeFrame", time_scalar=0.0)]
    elif event.clip.speed != 1:
        scalar = float(event.clip.speed)
        exact = {OURS: {"speed": str(event.clip.speed)}}
        made["effects"] = [
            _schema("LinearTimeWarp.1", name="", metadata=exact, effect_name="LinearTimeWarp", time_scalar=scalar)
        ]
    if marked and (event.clip.label or event.clip.why):
        made["markers"] = [_marker(event, first)]
    return made


def _item(name: str, media: Json, first: int, length: int, rate: Fraction, reel: Fraction, facts: Json) -> Json:
    return _schema(
        "Clip.2", name=one_line(name), metadata={OURS: facts} if facts else {},
        source_range=_range(first, rate, length, reel), effects=[], markers=[], enabled=True,
        media_references={"DEFAULT_MEDIA": media}, active_media_reference_key="DEFAULT_MEDIA",
    )  # fmt: skip


def _ours(clip: Clip) -> Json:
    """The fields that differ from their defaults and have no schema."""
    return clip.model_dump(mode="json", exclude_defaults=True, exclude=set(STANDARD_FIELDS))


def _media(event: CutEvent) -> Json:
    source = event.source
    if source is None and event.clip.media_id is None:
        color = event.clip.color or BLACK
        return _schema(
            "GeneratorReference.1", name=CARD, metadata={}, available_range=None, available_image_bounds=None,
            generator_kind=CARD, parameters={"color": color},
        )  # fmt: skip
    if source is None:
        return _schema("MissingReference.1", name="", metadata={}, available_range=None, available_image_bounds=None)
    frames = source.frames(event.rate)
    known = None if frames is None else _range(event.first_frame, event.rate, frames, event.rate)
    facts = {"fingerprint": source.info.fingerprint} if source.info.fingerprint else {}
    return _schema(
        "ExternalReference.1", name=one_line(source.info.name), metadata={OURS: facts}, available_range=known,
        available_image_bounds=None, target_url=source.url,
    )  # fmt: skip


def _marker(event: CutEvent, first: int) -> Json:
    return _schema(
        "Marker.2", name=one_line(event.clip.label or event.name), metadata={}, color="GREEN",
        marked_range=_range(first, event.rate, 0, event.rate), comment=one_line(str(event.clip.why)),
    )  # fmt: skip


def _transition(event: CutEvent, reel: Fraction) -> Json:
    join = event.transition
    assert join is not None
    kind = DISSOLVE if join.kind == "crossfade" else CUSTOM
    return _schema(
        "Transition.1", name=join.kind, metadata={OURS: {"kind": join.kind}}, transition_type=kind,
        in_offset=_time(join.before, reel), out_offset=_time(join.after, reel),
    )  # fmt: skip


def _gap(frames: int, reel: Fraction) -> list[Json]:
    if frames <= 0:
        return []
    empty: Json = {"name": "", "metadata": {}, "effects": [], "markers": [], "enabled": True}
    return [_schema("Gap.1", source_range=_range(0, reel, frames, reel), **empty)]


def _range(first: int, rate: Fraction, length: int, reel: Fraction) -> Json:
    return _schema("TimeRange.1", start_time=_time(first, rate), duration=_time(length, reel))


def _time(frames: int, rate: Fraction) -> Json:
    return _schema("RationalTime.1", rate=float(rate), value=float(frames))


def _schema(schema: str, /, **fields: Any) -> Json:
    return {"OTIO_SCHEMA": schema, **fields}
