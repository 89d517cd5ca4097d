"""The desk at which one operation works: the timeline in its present state and what is known beside it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ...messages import Argument, Message, message
from ..history import History
from ..layout import edges_kept, laid, with_fields
from ..media import MediaInfo
from ..model import AudioTrack, Clip, Text, TextTrack, Timeline, Track, VideoTrack, items
from ..picks import Pick, Taken
from ..senses import Senses
from .follow import Follower
from .joins import rejoined
from .outcome import Refused

TextRule = Literal["follow", "ripple", "stay"]
_NUMBERED = re.compile(r"(?:seg|trk)_(\d{1,9})")


@dataclass
class Desk:
    """Working state. `base` is the timeline whose clip numbers and times the request means.

    `kept` tells what an earlier keep of the request did: left part of the reel, or cut a new one.
    """

    timeline: Timeline
    base: Timeline
    media: Mapping[str, MediaInfo]
    senses: Senses
    history: History
    next_id: int
    roots: dict[str, str] = field(default_factory=dict)
    changes: list[Message] = field(default_factory=list)
    assumed: list[Message] = field(default_factory=list)
    remarks: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    picks: tuple[Pick, ...] = ()
    content: int | None = None
    kept: Literal["", "in_reel", "new_reel"] = ""

    @classmethod
    def open(
        cls, timeline: Timeline | None, media: Mapping[str, MediaInfo], senses: Senses, history: History
    ) -> "Desk":
        """The desk at the start of a request."""
        base = timeline or Timeline()
        known = (base, *(version.timeline for version in history.versions))
        return cls(base, base, media, senses, history, 1 + max(map(_highest_id, known), default=0))

    def copy(self) -> "Desk":
        """A desk on which an operation may fail without a trace."""
        return replace(
            self,
            roots=dict(self.roots),
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

    def done(self, key: str, **arguments: Argument) -> None:
        """Record what was done."""
        self.changes.append(message(f"timeline.{key}", **arguments))

    def assume(self, key: str, **arguments: Argument) -> None:
        """Record a value that was invented or bent."""
        self.assumed.append(message(f"timeline.assumed.{key}", **arguments))

    def new_id(self, kind: str = "seg") -> str:
        """An id that no version of the session uses."""
        self.next_id += 1
        return f"{kind}_{self.next_id - 1}"

    def copy_of(self, clip: Clip, *, same_footage: bool = True) -> Clip:
        """The clip under a new id; with `same_footage` it still answers to the number of the first."""
        twin = with_fields(clip, id=self.new_id())
        if same_footage:
            self.roots[twin.id] = self.root(clip.id)
        return twin

    def root(self, clip_id: str) -> str:
        """The clip of the timeline before the request that a clip comes from."""
        return self.roots.get(clip_id, clip_id)

    def footage_end(self, clip: Clip) -> int | None:
        """Where the source of a clip ends; None when it has no end (a picture)."""
        info = self.media.get(clip.media_id or "")
        if info is None:
            return clip.source.end_ms if clip.source else None
        return info.duration_ms or None

    def set_clips(self, clips: Sequence[Clip], texts: TextRule = "follow", *, transitions_given: bool = False) -> None:
        """Replace the clips of the reel; what lies over them follows its footage, transitions their joins.

        Texts that begin with the reel stay there, unless the rule is `ripple`; with `stay` only those
        that belong to a clip move. Raises Refused when nothing would be left.
        """
        if not clips:
            raise Refused("limit", message("timeline.nothing_left"), message("timeline.nothing_left.next"))
        before = self.clips
        after = laid(edges_kept(before, clips if transitions_given else rejoined(before, clips)))
        self.timeline = _with_main(self.timeline, after)
        if before and before != after:
            self.map_texts(Follower(before, after, self.root, texts).moved)

    def change_clips(self, change: Callable[[Clip], Clip], ids: set[str] | None = None) -> None:
        """Change each clip of the reel, or those with the given ids."""
        self.set_clips([change(clip) if ids is None or clip.id in ids else clip for clip in self.clips])

    def map_texts(self, change: Callable[[Text], Text | None]) -> None:
        """Change or drop each text."""
        for track in self.timeline.tracks:
            if isinstance(track, TextTrack):
                kept = tuple(new for text in track.texts if (new := change(text)) is not None)
                if kept != track.texts:
                    self.put(track.model_copy(update={"texts": kept}))

    @property
    def music(self) -> AudioTrack | None:
        """The track with the background music, if it has any."""
        tracks = (t for t in self.timeline.tracks if isinstance(t, AudioTrack) and t.role == "bgm")
        return next((track for track in tracks if track.clips), None)

    def texts(self) -> tuple[Text, ...]:
        """All texts, track by track; people number them from 1."""
        return texts_of(self.timeline)

    def put(self, track: Track) -> None:
        """Put a track in the place of the one with its id, else above all others."""
        name = getattr(track, "id", None)
        tracks = list(self.timeline.tracks)
        places = [place for place, old in enumerate(tracks) if getattr(old, "id", None) == name]
        if places:
            tracks[places[0]] = track
        else:
            tracks.append(track)
        self.timeline = self.timeline.model_copy(update={"tracks": tuple(tracks)})

    def drop(self, *names: str) -> None:
        """Remove tracks by id."""
        kept = tuple(track for track in self.timeline.tracks if getattr(track, "id", None) not in names)
        self.timeline = self.timeline.model_copy(update={"tracks": kept})

    def taken(self) -> tuple[Taken, ...]:
        """The footage that the reel shows."""
        return tuple(
            Taken(media_id=clip.media_id, start_ms=clip.source.start_ms, end_ms=clip.source.end_ms)
            for clip in self.clips
            if clip.media_id is not None and clip.source is not None
        )

    def renumber(self) -> None:
        """From here on, numbers and times mean the timeline as it is now."""
        self.base = self.timeline
        self.roots = {}


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


def _highest_id(timeline: Timeline) -> int:
    names = [getattr(track, "id", "") for track in timeline.tracks]
    names += [item.id for track in timeline.tracks for item in items(track)]
    return max((int(match[1]) for name in names if (match := _NUMBERED.fullmatch(name))), default=0)


def term(name: str) -> Message:
    """A word of the vocabulary of operations, for inside a sentence."""
    return message(f"timeline.term.{name}")
