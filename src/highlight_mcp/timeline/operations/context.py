"""What operations work at: the timeline in its present state and what is known beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

from ...messages import Argument, Message, message
from ..history import History, highest_id
from ..layout import (
    is_footage,
    keep_transitions,
    layout_clips,
    preserve_edges,
    slice_clip,
    with_fields,
    with_source,
)
from ..media import FootageAnalyzer, MediaInfo, Pick, UsedRange
from ..model import AudioTrack, Clip, Text, TextTrack, Timeline, Track, VideoTrack
from ..schemas import FrozenModel, MessageField
from ..time import TimeRange, scaled
from .anchors import Anchors, TextRule, heard_with


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
        if before and _placed(before) != _placed(after):
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

    def _map_overlays(self, anchors: Anchors) -> None:
        for track in self.overlays:
            moved = [(clip, anchors.moved(clip)) for clip in track.clips]
            clips = tuple(self._refitted(old, new) for old, new in moved if new is not None)
            if clips != track.clips:
                self.put_track(track.model_copy(update={"clips": clips}))

    def _map_effects(self, anchors: Anchors) -> None:
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


def _placed(clips: Sequence[Clip]) -> list[tuple[object, ...]]:
    """What is shown when: where this is the same, nothing that lies over it has to move."""
    return [
        (clip.id, clip.start_ms, clip.duration_ms, clip.media_id, clip.source, clip.speed, clip.ramp, clip.freeze)
        for clip in clips
    ]


def _with_main(timeline: Timeline, clips: tuple[Clip, ...]) -> Timeline:
    main = timeline.main
    if main is None:
        track: Track = VideoTrack(id="trk_v1", name="highlights", role="main", clips=clips)
        return timeline.model_copy(update={"tracks": (track, *timeline.tracks)})
    new = main.model_copy(update={"clips": clips})
    tracks = tuple(new if track is main else track for track in timeline.tracks)
    return timeline.model_copy(update={"tracks": tracks})
