"""What operations work at: the timeline in its present state and what is known beside it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal, NamedTuple, TypeVar

from ...messages import Argument, Message, message
from ..history import History, highest_id
from ..layout import (
    is_footage,
    keep_transitions,
    layout_clips,
    marks_within,
    offset_of,
    preserve_edges,
    rise_of,
    slice_clip,
    source_at,
    with_fields,
    with_source,
)
from ..media import FootageAnalyzer, MediaInfo, Pick, UsedRange
from ..model import AudioTrack, Clip, Text, TextTrack, Timeline, Track, VideoTrack
from ..schemas import FrozenModel, MessageField
from ..time import TimeRange, scaled

Root = Callable[[str], str]
Item = TypeVar("Item", Text, Clip)
TextRule = Literal["follow", "ripple", "stay"]


class Rejection(FrozenModel):
    """An operation that was not carried out. `code`: limit, asset_missing, target_missing, nothing_found,
    needs_extra:asr, unsupported_op or bad_request."""

    op: str
    code: str
    what: MessageField
    next_step: MessageField


class OperationRejected(Exception):
    """Raised by an operation that cannot be carried out; the timeline stays as it was."""

    def __init__(self, code: str, what: Message, next_step: Message) -> None:
        super().__init__(str(what))
        self.code = code
        self.what = what
        self.next_step = next_step


def rejected(code: str, key: str, next_key: str = "", /, **arguments: Argument) -> OperationRejected:
    """The refusal with the message `key`; its way out has the key `<key>.next` unless another is given."""
    what = message(f"timeline.{key}", **arguments)
    return OperationRejected(code, what, message(f"timeline.{next_key or f'{key}.next'}", **arguments))


def term(name: str) -> Message:
    """A word of the vocabulary of operations, for inside a sentence."""
    return message(f"timeline.term.{name}")


@dataclass
class EditContext:
    """Working state. `base` is the timeline whose clip numbers and times the request means.

    `keep_mode` tells what an earlier keep of the request did: left part of the reel, or cut a new one. `avoid` is
    footage that no choice of moments may show.
    """

    timeline: Timeline
    base: Timeline
    media: Mapping[str, MediaInfo]
    senses: FootageAnalyzer
    history: History
    next_id: int
    origins: dict[str, str] = field(default_factory=dict)
    changes: list[Message] = field(default_factory=list)
    assumed: list[Message] = field(default_factory=list)
    remarks: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    picks: tuple[Pick, ...] = ()
    content: int | None = None
    keep_mode: Literal["", "in_reel", "new_reel"] = ""
    avoid: tuple[UsedRange, ...] = ()

    @classmethod
    def begin(
        cls,
        timeline: Timeline | None,
        media: Mapping[str, MediaInfo],
        senses: FootageAnalyzer,
        history: History,
        avoid: tuple[UsedRange, ...] = (),
    ) -> "EditContext":
        """The edit at the start of a request."""
        base = timeline or Timeline()
        used = max(highest_id(base), history.stored.highest_id)
        return cls(base, base, media, senses, history, 1 + used, avoid=avoid)

    def copy(self) -> "EditContext":
        """A edit on which an operation may fail without a trace."""
        return replace(
            self,
            origins=dict(self.origins),
            changes=list(self.changes),
            assumed=list(self.assumed),
            remarks=list(self.remarks),
            notes=list(self.notes),
        )

    @property
    def clips(self) -> tuple[Clip, ...]:
        return self.timeline.clips

    @property
    def length_ms(self) -> int:
        """Length of the reel: the end of its last clip."""
        return self.clips[-1].end_ms if self.clips else 0

    @property
    def shortest_ms(self) -> int:
        """The fewest whole ms that are one frame of the reel: what lasts less may never be seen."""
        return ceil(1000 / self.timeline.frame_rate)

    def record_change(self, key: str, **arguments: Argument) -> None:
        """Record what was done; the key is that of the catalogue without its room, such as `speed.done`."""
        self.changes.append(message(f"timeline.{key}", **arguments))

    def record_assumption(self, key: str, **arguments: Argument) -> None:
        """Record a value that was invented or bent."""
        self.assumed.append(message(f"timeline.{key}", **arguments))

    def new_id(self, kind: str = "seg") -> str:
        """An id that no version of the session uses."""
        self.next_id += 1
        return f"{kind}_{self.next_id - 1}"

    def duplicate(self, clip: Clip, *, same_footage: bool = True) -> Clip:
        """The clip under a new id; with `same_footage` it still answers to the number of the first."""
        twin = with_fields(clip, id=self.new_id())
        if same_footage:
            self.origins[twin.id] = self.origin_of(clip.id)
        return twin

    def origin_of(self, clip_id: str) -> str:
        """The clip of the timeline before the request that a clip comes from."""
        return self.origins.get(clip_id, clip_id)

    def source_end(self, clip: Clip) -> int | None:
        """Where the source of a clip ends; None when it has no end (a picture)."""
        media = self.media.get(clip.media_id or "")
        if media is None:
            return clip.source.end_ms if clip.source else None
        return media.duration_ms or None

    def set_clips(self, clips: Sequence[Clip], texts: TextRule = "follow", *, transitions_given: bool = False) -> None:
        """Replace the clips of the reel; what lies over them follows its footage, transitions their joins.

        Texts that begin with the reel stay there, unless the rule is `ripple`; with `stay` only those
        that belong to a clip move. Clips shorter than a frame are left out, which is told. Raises
        OperationRejected when nothing would be left.
        """
        if not clips:
            raise rejected("limit", "nothing_left")
        clips, before = self.only_seen(clips), self.clips
        after = layout_clips(preserve_edges(before, clips if transitions_given else keep_transitions(before, clips)))
        self.timeline = _with_main(self.timeline, after)
        if before and before != after:
            anchors = Anchors(before, after, self.origin_of, texts)
            self.map_texts(anchors.moved)
            self._map_overlays(anchors)
            self._map_effects(anchors)

    def only_seen(self, clips: Sequence[Clip]) -> list[Clip]:
        """Those clips that last a frame or more; others are told. Raises OperationRejected when there are none."""
        seen = [clip for clip in clips if clip.duration_ms >= self.shortest_ms]
        if len(seen) < len(clips):
            if not seen:
                longest = max(clip.duration_ms for clip in clips)
                raise rejected("limit", "unseen", length=longest, least=self.shortest_ms)
            self.record_assumption("assumed.unseen", n=len(clips) - len(seen), least=self.shortest_ms)
        return seen

    def change_clips(self, change: Callable[[Clip], Clip], ids: set[str] | None = None) -> None:
        """Change each clip of the reel, or those with the given ids."""
        self.set_clips([change(clip) if ids is None or clip.id in ids else clip for clip in self.clips])

    def map_texts(self, change: Callable[[Text], Text | None]) -> None:
        """Change or drop each text."""
        for track in self.timeline.tracks:
            if isinstance(track, TextTrack):
                kept = tuple(new for text in track.texts if (new := change(text)) is not None)
                if kept != track.texts:
                    self.put_track(track.model_copy(update={"texts": kept}))

    def _map_overlays(self, anchors: "Anchors") -> None:
        for track in self.overlays:
            moved = [(clip, anchors.moved(clip)) for clip in track.clips]
            clips = tuple(self._refitted(old, new) for old, new in moved if new is not None)
            if clips != track.clips:
                self.put_track(track.model_copy(update={"clips": clips}))

    def _map_effects(self, anchors: "Anchors") -> None:
        """Sound effects go with what is seen at their middle: at a cut they are heard on both sides of it."""
        for track in self.timeline.tracks:
            if isinstance(track, AudioTrack) and track.role == "sfx":
                moved = tuple(new for clip in track.clips if (new := heard_with(anchors, clip)) is not None)
                if not moved:
                    self.remove_tracks(track.id)
                elif moved != track.clips:
                    self.put_track(track.model_copy(update={"clips": moved}))

    def _refitted(self, old: Clip, new: Clip) -> Clip:
        """A clip that was given another length, with the source that it then shows."""
        if new.duration_ms <= old.duration_ms:
            return with_fields(slice_clip(old, 0, new.duration_ms), start_ms=new.start_ms)
        if not is_footage(old) or old.source is None:
            return new
        end, limit = old.source.start_ms + scaled(new.duration_ms, old.speed), self.source_end(old)
        source = TimeRange(start_ms=old.source.start_ms, end_ms=end if limit is None else min(end, limit))
        return with_fields(with_source(old, source), start_ms=new.start_ms)

    @property
    def overlays(self) -> tuple[VideoTrack, ...]:
        """The tracks with pictures over the reel."""
        tracks = self.timeline.tracks
        return tuple(track for track in tracks if isinstance(track, VideoTrack) and track is not self.timeline.main)

    @property
    def music(self) -> AudioTrack | None:
        """The track with the background music, if it has any."""
        tracks = (t for t in self.timeline.tracks if isinstance(t, AudioTrack) and t.role == "bgm")
        return next((track for track in tracks if track.clips), None)

    def texts(self) -> tuple[Text, ...]:
        """All texts, track by track; people number them from 1."""
        return texts_of(self.timeline)

    def put_track(self, track: Track) -> None:
        """Put a track in the place of the one with its id, else above all others."""
        name = getattr(track, "id", None)
        tracks = list(self.timeline.tracks)
        places = [place for place, old in enumerate(tracks) if getattr(old, "id", None) == name]
        if places:
            tracks[places[0]] = track
        else:
            tracks.append(track)
        self.timeline = self.timeline.model_copy(update={"tracks": tuple(tracks)})

    def remove_tracks(self, *names: str) -> None:
        """Remove tracks by id."""
        kept = tuple(track for track in self.timeline.tracks if getattr(track, "id", None) not in names)
        self.timeline = self.timeline.model_copy(update={"tracks": kept})

    def used_ranges(self) -> tuple[UsedRange, ...]:
        """The footage that the reel shows."""
        return used_ranges(self.clips)

    def rebase(self) -> None:
        """From here on, numbers and times mean the timeline as it is now."""
        self.base = self.timeline
        self.origins = {}


def used_ranges(clips: Iterable[Clip]) -> tuple[UsedRange, ...]:
    """The footage that some clips show."""
    return tuple(
        UsedRange(media_id=clip.media_id, start_ms=clip.source.start_ms, end_ms=clip.source.end_ms)
        for clip in clips
        if clip.media_id is not None and clip.source is not None
    )


def texts_of(timeline: Timeline) -> tuple[Text, ...]:
    """All texts of a timeline, track by track."""
    return tuple(text for track in timeline.tracks if isinstance(track, TextTrack) for text in track.texts)


def _with_main(timeline: Timeline, clips: tuple[Clip, ...]) -> Timeline:
    main = timeline.main
    if main is None:
        track: Track = VideoTrack(id="trk_v1", name="highlights", role="main", clips=clips)
        return timeline.model_copy(update={"tracks": (track, *timeline.tracks)})
    new = main.model_copy(update={"clips": clips})
    tracks = tuple(new if track is main else track for track in timeline.tracks)
    return timeline.model_copy(update={"tracks": tracks})


class _Spot(NamedTuple):
    """Where something shown before is shown now; `lost_ms` of it have been cut away in front."""

    clip: Clip
    offset_ms: int
    lost_ms: int = 0

    @property
    def at_ms(self) -> int:
        return self.clip.start_ms + self.offset_ms


class Anchors:
    """Knows where everything shown before is shown now. Both reels must have clips.

    What lies over the reel belongs to the clip it names, else to the one that it begins over; what begins with
    the reel belongs to the reel (unless the rule is `ripple`), and what lasts as long as the reel goes on doing
    so. With the rule `stay` only texts that name a clip move.
    """

    def __init__(self, before: Sequence[Clip], after: Sequence[Clip], root: Root, rule: TextRule) -> None:
        self._before = before
        self._end = after[-1].end_ms
        self._root = root
        self._rule = rule
        self._owners = {clip.id: clip for clip in before}
        self._starts = [clip.start_ms for clip in before]
        self._families: dict[str, list[Clip]] = {}
        for clip in after:
            self._families.setdefault(root(clip.id), []).append(clip)

    def moved(self, item: Item) -> Item | None:
        """The same at its new place, None when the footage it belongs to has gone."""
        clip_id = _named(item)
        if clip_id is None and item.start_ms == 0 and item.end_ms >= self._before[-1].end_ms:
            return item.model_copy(update={"duration_ms": self._end})
        anchor = self._anchor(item)
        if anchor is None:
            return item
        offset = min(max(0, item.start_ms - anchor.start_ms), anchor.duration_ms)
        whole = clip_id is not None and offset == 0 and item.end_ms >= anchor.end_ms
        family = self._families.get(self._root(anchor.id), [])
        spot = _spot(anchor, offset, family)
        if spot is None:
            return None
        room = spot.clip.duration_ms - spot.offset_ms
        length = item.duration_ms
        if whole:
            length = room
        elif clip_id is not None:
            length = min(length - spot.lost_ms, room)
        if length <= 0:
            return None
        owner = {} if clip_id is None else {"clip_id": spot.clip.id}
        place: dict[str, object] = {"start_ms": spot.at_ms, "duration_ms": length}
        if isinstance(item, Text) and item.marks:
            spots = {at: _spot(anchor, min(offset + ms, anchor.duration_ms), family) or spot for at, ms in item.marks}
            said = {at: one.at_ms - spot.at_ms + bool(one.offset_ms) * one.lost_ms for at, one in spots.items()}
            place["marks"] = marks_within(said, length)
        return item.model_copy(update={**place, **owner})

    def _anchor(self, item: Text | Clip) -> Clip | None:
        clip_id = _named(item)
        if clip_id is not None and clip_id in self._owners:
            return self._owners[clip_id]
        if self._rule == "stay" or (item.start_ms == 0 and self._rule != "ripple"):
            return None
        return self._before[max(0, bisect_right(self._starts, item.start_ms) - 1)]


def _named(item: Text | Clip) -> str | None:
    """The clip that a text names as its own."""
    return item.clip_id if isinstance(item, Text) else None


def _spot(anchor: Clip, offset: int, family: Sequence[Clip]) -> _Spot | None:
    if not family:
        return None
    footage = [clip for clip in family if is_footage(clip)]
    if not is_footage(anchor) or not footage:
        same = next((clip for clip in family if clip.id == anchor.id), family[0])
        return _Spot(same, min(offset, same.duration_ms - 1))
    point = source_at(anchor, offset)
    if all(_is_other_footage(clip, anchor) for clip in footage):
        return _Spot(footage[0], min(offset, footage[0].duration_ms - 1))
    return min((_spot_in(clip, point) for clip in footage), key=lambda spot: spot.lost_ms)


def _is_other_footage(clip: Clip, anchor: Clip) -> bool:
    """Whether a clip shows nothing of what another one showed: it came in its place."""
    if clip.media_id != anchor.media_id or clip.source is None or anchor.source is None:
        return True
    return clip.source.clamped_to(anchor.source) is None


def _spot_in(clip: Clip, point: int) -> _Spot:
    assert clip.source is not None
    if point < clip.source.start_ms:
        return _Spot(clip, 0, scaled(clip.source.start_ms - point, 1 / clip.speed))
    if point >= clip.source.end_ms:
        return _Spot(clip, clip.duration_ms - 1, clip.duration_ms + scaled(point - clip.source.end_ms, 1 / clip.speed))
    return _Spot(clip, min(offset_of(clip, point), clip.duration_ms - 1))


def heard_with(anchors: Anchors, clip: Clip) -> Clip | None:
    """A sound effect where its middle is seen now; None when that has gone."""
    lead = rise_of(clip.duration_ms)
    hit = anchors.moved(with_fields(clip, start_ms=clip.start_ms + lead, duration_ms=1))
    return None if hit is None else with_fields(clip, start_ms=max(0, hit.start_ms - lead))
