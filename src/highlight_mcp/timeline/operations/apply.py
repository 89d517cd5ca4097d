"""One request: operation after operation, each wholly or not at all, and what must hold after each of them.

Texts and sound end with the reel, texts on a track do not overlap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ...messages import message
from ..history import History
from ..layout import (
    clamp_fades,
    count_lost_transitions,
    duration_at_speed,
    is_footage,
    slice_clip,
    with_fields,
    with_source,
)
from ..media import FootageAnalyzer, MediaInfo, Pick, UsedRange
from ..model import AudioTrack, Clip, Text, TextTrack, Timeline, VideoTrack, items
from ..schemas import FrozenModel, MessageField
from ..time import TimeRange, format_time
from .base import Operation
from .context import EditContext, OperationRejected, Rejection, rejected, texts_of, used_ranges
from .footage import settle_cameras

Op = TypeVar("Op", bound=Operation)
SHORTEST_TEXT_MS = 100
MOST_SEGMENTS, MOST_TRACKS = 5000, 64
LONGEST_REEL_MS = 12 * 3600 * 1000


def enforce_invariants(edit: EditContext) -> None:
    """Bring everything beside the reel into line with its length. Does nothing without a reel."""
    if not edit.clips:
        return
    for name in [getattr(track, "id", None) for track in edit.timeline.tracks]:
        # Settling one track may put a text on a later one, so each is taken as it is by then.
        track = next((one for one in edit.timeline.tracks if getattr(one, "id", None) == name), None)
        if isinstance(track, AudioTrack):
            _settle_sound(edit, track)
        elif isinstance(track, TextTrack):
            _settle_texts(edit, track)
        elif isinstance(track, VideoTrack) and track is not edit.timeline.main:
            _settle_overlay(edit, track)
    _check_size(edit.timeline)


def _check_size(timeline: Timeline) -> None:
    """Refuse what is too large for a draft (contract section 11)."""
    count = sum(len(items(track)) for track in timeline.tracks)
    if count > MOST_SEGMENTS:
        raise rejected("limit", "too_many", n=count, most=MOST_SEGMENTS)
    if timeline.duration_ms > LONGEST_REEL_MS:
        raise rejected("limit", "too_long", total=format_time(timeline.duration_ms), most=format_time(LONGEST_REEL_MS))
    if len(timeline.tracks) > MOST_TRACKS:
        slots = {"n": len(timeline.tracks), "most": MOST_TRACKS}
        raise rejected("limit", "too_many_tracks", **slots)


def _settle_sound(edit: EditContext, track: AudioTrack) -> None:
    if not track.clips:
        return
    clips = _looped(edit, track) if _is_one_song(track) else _parted(edit, _cut_off(edit, track.clips))
    if not clips:
        edit.remove_tracks(track.id)
    elif clips != track.clips:
        edit.put_track(track.model_copy(update={"clips": clips}))


def _is_one_song(track: AudioTrack) -> bool:
    first = track.clips[0]
    return track.role == "bgm" and is_footage(first) and len({clip.media_id for clip in track.clips}) == 1


def _looped(edit: EditContext, track: AudioTrack) -> tuple[Clip, ...]:
    """The song from its first clip's place to the end of the reel, from its beginning again where it ends."""
    first, last = track.clips[0], track.clips[-1]
    assert first.source is not None
    end_of_song = max(edit.source_end(first) or first.source.end_ms, first.source.start_ms + 1)
    names = [clip.id for clip in track.clips]
    out: list[Clip] = []
    at, begin = first.start_ms, first.source.start_ms
    while edit.length_ms - at >= edit.shortest_ms:
        source = TimeRange(start_ms=begin, end_ms=end_of_song)
        name = names[len(out)] if len(out) < len(names) else edit.new_id()
        clip = with_fields(first, id=name, start_ms=at, fade_in_ms=0, fade_out_ms=0)
        clip = slice_clip(with_source(clip, source), 0, edit.length_ms - at)
        out.append(clip)
        at, begin = at + clip.duration_ms, 0
        if duration_at_speed(TimeRange(start_ms=0, end_ms=end_of_song), first.speed) < 1000:
            break
    if not out:
        return ()
    out[0] = with_fields(out[0], fade_in_ms=first.fade_in_ms)
    out[-1] = with_fields(out[-1], fade_out_ms=last.fade_out_ms)
    return tuple(clamp_fades(clip) for clip in out)


def _cut_off(edit: EditContext, clips: tuple[Clip, ...]) -> tuple[Clip, ...]:
    kept = (slice_clip(clip, 0, edit.length_ms - clip.start_ms) for clip in clips if clip.start_ms < edit.length_ms)
    return tuple(clamp_fades(clip) for clip in kept if clip.duration_ms >= edit.shortest_ms)


def _parted(edit: EditContext, clips: tuple[Clip, ...]) -> tuple[Clip, ...]:
    """Sounds of one track in order, each ending where the next one begins."""
    ordered = sorted(clips, key=lambda clip: clip.start_ms)
    ends = [*(clip.start_ms for clip in ordered[1:]), edit.length_ms]
    cut = (slice_clip(clip, 0, end - clip.start_ms) for clip, end in zip(ordered, ends, strict=True))
    return tuple(clamp_fades(clip) for clip in cut if clip.duration_ms >= edit.shortest_ms)


def _settle_overlay(edit: EditContext, track: VideoTrack) -> None:
    """No picture over the reel outlasts it, or the one that follows on its track."""
    kept: list[Clip] = []
    for clip in sorted(_cut_off(edit, track.clips), key=lambda one: one.start_ms):
        if kept and kept[-1].end_ms > clip.start_ms:
            kept[-1] = clamp_fades(slice_clip(kept[-1], 0, max(1, clip.start_ms - kept[-1].start_ms)))
        if kept and kept[-1].duration_ms < edit.shortest_ms:
            kept.pop()
        kept.append(clip)
    if not kept:
        edit.remove_tracks(track.id)
    elif tuple(kept) != track.clips:
        edit.put_track(track.model_copy(update={"clips": tuple(kept)}))


def _settle_texts(edit: EditContext, track: TextTrack) -> None:
    fitted = [text for one in track.texts if (text := _inside(one, edit)) is not None]
    kept: list[Text] = []
    for text in sorted(fitted, key=lambda one: (one.start_ms, one.end_ms)):
        if kept and kept[-1].end_ms > text.start_ms:
            room = text.start_ms - kept[-1].start_ms
            if room < SHORTEST_TEXT_MS:
                place_text(edit, text, track)
                continue
            kept[-1] = _with_length(kept[-1], room)
        kept.append(text)
    if not kept:
        edit.remove_tracks(track.id)
    elif tuple(kept) != track.texts:
        edit.put_track(track.model_copy(update={"texts": tuple(kept)}))


def place_text(edit: EditContext, text: Text, like: TextTrack) -> None:
    """Put a text on the first track of the same role where it overlaps nothing, else on a new one."""
    for track in edit.timeline.tracks:
        if not isinstance(track, TextTrack) or track.role != like.role or track.id == like.id:
            continue
        if all(other.end_ms <= text.start_ms or other.start_ms >= text.end_ms for other in track.texts):
            texts = tuple(sorted((*track.texts, text), key=lambda one: one.start_ms))
            edit.put_track(track.model_copy(update={"texts": texts}))
            return
    edit.put_track(TextTrack(id=edit.new_id("trk"), name=like.name, role=like.role, texts=(text,)))


def _inside(text: Text, edit: EditContext) -> Text | None:
    length_ms = min(text.duration_ms, edit.length_ms - text.start_ms)
    return _with_length(text, length_ms) if length_ms >= edit.shortest_ms else None


def _with_length(text: Text, length_ms: int) -> Text:
    out = min(text.fade_out_ms, length_ms)
    into = min(text.fade_in_ms, length_ms - out)
    if (length_ms, into, out) == (text.duration_ms, text.fade_in_ms, text.fade_out_ms):
        return text
    return text.model_copy(update={"duration_ms": length_ms, "fade_in_ms": into, "fade_out_ms": out})


class EditResult(FrozenModel):
    """`timeline` is the one that was given, unchanged, when nothing was done.

    `content` is the version that the timeline equals after an undo, redo or restore. `done` are the operations that
    were not refused. `notes` are remarks of the choice of moments, `remarks` those of the edit itself.
    """

    timeline: Timeline | None
    changed: bool = False
    done: tuple[Operation, ...] = ()
    changes: tuple[MessageField, ...] = ()
    picks: tuple[Pick, ...] = ()
    notes: tuple[MessageField, ...] = ()
    remarks: tuple[MessageField, ...] = ()
    assumed: tuple[MessageField, ...] = ()
    refused: tuple[Rejection, ...] = ()
    content: int | None = None


_NO_HISTORY = History()
T = TypeVar("T")


def apply(
    timeline: Timeline | None,
    operations: Sequence[Operation],
    media: Mapping[str, MediaInfo],
    senses: FootageAnalyzer,
    *,
    history: History = _NO_HISTORY,
    avoid: tuple[UsedRange, ...] = (),
) -> EditResult:
    """Carry out operations in order; those that cannot be are refused and leave no trace.

    Clip numbers and times mean the timeline before the request. Without a reel, operations that
    make one go first. `rev` of the timeline is left alone. No choice of moments shows what is to `avoid`.
    """
    known = history if history.newest or timeline is None else replace(history, base=timeline)
    edit = EditContext.begin(timeline, media, senses, known, avoid)
    refused: list[Rejection] = []
    done: list[Operation] = []
    for op in _in_order(edit, operations):
        trial = edit.copy()
        try:
            _apply_one(trial, op)
        except OperationRejected as no:
            refused.append(Rejection(op=op.op, code=no.code, what=no.what, next_step=no.next_step))
            continue
        if trial.timeline != edit.timeline:
            trial.history = trial.history.extended(trial.timeline, trial.content)
        edit = trial
        done.append(op)
    if edit.timeline != (timeline or Timeline()):
        settle_cameras(edit)
    same = timeline is not None and edit.timeline == timeline
    nothing = same or (timeline is None and edit.timeline == Timeline())
    return EditResult(
        timeline=timeline if nothing else edit.timeline,
        changed=not nothing,
        done=tuple(done),
        changes=() if nothing else tuple(edit.changes),
        picks=edit.picks,
        notes=_distinct(edit.notes),
        remarks=_distinct(edit.remarks),
        assumed=_distinct(edit.assumed),
        refused=tuple(refused),
        content=None if nothing else _stored(edit.content, history),
    )


def _stored(content: int | None, history: History) -> int | None:
    """A version that the session has; a step of this very request is none."""
    return content if content is not None and history.newest and content <= history.newest else None


def _in_order(edit: EditContext, operations: Sequence[Operation]) -> list[Operation]:
    """What makes a reel goes first where there is none, unless versions or a fresh start come into it."""
    if edit.clips or any(op.changes_version for op in operations):
        return list(operations)
    first = next((op for op in operations if op.makes_reel), None)
    return list(operations) if first is None else [first, *(op for op in operations if op is not first)]


def _apply_one(edit: EditContext, op: Operation) -> None:
    if not edit.media and not edit.timeline.tracks and not op.makes_reel:
        raise rejected("target_missing", "no_media")
    if not edit.clips and op.needs_reel:
        raise rejected("target_missing", "no_reel")
    before, changes_before = edit.timeline, len(edit.changes)
    edit.content = None
    op.apply(edit)
    if edit.content is None:
        enforce_invariants(edit)
    if op.changes_version:
        edit.keep_mode = ""
    _note_lost_texts(edit, op, before)
    if op.keeps_transitions and (gone := count_lost_transitions(before.clips, edit.clips)):
        edit.record_change("transitions_gone", n=gone)
    if edit.timeline == before:
        del edit.changes[changes_before:]
        edit.remarks.append(message("timeline.already"))


def _note_lost_texts(edit: EditContext, op: Operation, before: Timeline) -> None:
    """Words of the user that went with their footage; labels of clips and subtitles are expected to."""
    if not op.keeps_texts:
        return
    now = {text.id for text in texts_of(edit.timeline)}
    lost = [text for text in texts_of(before) if text.clip_id is None and text.id not in now]
    if lost:
        edit.remarks.append(message("timeline.texts_gone", n=len(lost), text=lost[0].text))


def _distinct(values: Sequence[T]) -> tuple[T, ...]:
    return tuple(one for place, one in enumerate(values) if one not in values[:place])


def in_versions(operations: Iterable[Op]) -> list[list[Op]]:
    """What is asked of each version; a request that names none is about one."""
    operations = list(operations)
    parts: list[list[Op]] = [[]]
    for op in operations:
        if op.parts_request:
            parts.append([])
        else:
            parts[-1].append(op)
    return [part for part in parts if part] or [operations]


def apply_each(
    timeline: Timeline | None,
    operations: Sequence[Operation],
    media: Mapping[str, MediaInfo],
    senses: FootageAnalyzer,
    *,
    history: History,
) -> list[EditResult]:
    """The results of `apply` for each version of a request, in their order.

    One that asks for the same choice in the same shape as an earlier one shows other moments.
    """
    results: list[EditResult] = []
    shown: dict[tuple[Operation, ...], tuple[UsedRange, ...]] = {}
    for part in in_versions(operations):
        choice = tuple(op for op in part if op.chooses)
        avoid = shown.get(choice, ())
        result = apply(timeline, part, media, senses, history=history, avoid=avoid)
        if result.changed and result.timeline is not None:
            shown[choice] = (*avoid, *used_ranges(result.timeline.clips))
        results.append(result)
    return results
