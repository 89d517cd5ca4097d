"""What the sentence is said about: the footage and the reel as they stand."""

from collections.abc import Callable

from ..timeline.media import MediaInfo
from ..timeline.model import AudioTrack, TextTrack, Timeline
from ..timeline.operations import AnyOperation, Undo
from ..timeline.operations.overlay import count_overlays
from ..timeline.schemas import FrozenModel

Milliseconds = int


class ClipFact(FrozenModel):
    """One clip of the reel, numbered from 1."""

    number: int
    start_ms: int
    duration_ms: int
    media_id: str | None = None


class LastRequest(FrozenModel):
    """What the request did that made the timeline what it is; the next one may go on from it (`and clip 5 too`).

    `facts` looks up what the session was like before it, where clips may have had other numbers; it is asked only when
    that request is to be taken back.
    """

    operations: tuple[AnyOperation, ...]
    facts: Callable[[], "SessionFacts"]

    @property
    def back(self) -> Undo:
        """What leads to the session before it: its version, and those that it went back itself at its beginning."""
        first = self.operations[0] if self.operations else None
        if not isinstance(first, Undo) or len(self.operations) == 1:
            return Undo(steps=1)
        return first if first.steps == "all" else Undo(steps=1 + first.steps)


class SessionFacts(FrozenModel):
    """Everything the interpreter may know; `clips` is empty before anything was cut.

    `hears`: the words of the footage are known, from subtitles or recognition. `transcribes`, `names_sounds`
    and `sees`: speech, sounds and pictures can be recognised. `said`: the words of the requests since `last`, newest
    first, which changed nothing; what they were about may be meant.
    """

    media: tuple[MediaInfo, ...] = ()
    clips: tuple[ClipFact, ...] = ()
    duration_ms: int = 0
    has_timeline: bool = False
    has_bgm: bool = False
    bgm_level: float | None = None
    bgm_name: str | None = None
    texts: tuple[str, ...] = ()
    overlays: int = 0
    subtitle_files: tuple[str, ...] = ()
    language: str | None = None
    rev: int = 0
    hears: bool = False
    transcribes: bool = False
    names_sounds: bool = False
    sees: bool = False
    last: LastRequest | None = None
    said: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, timeline: Timeline | None, media: tuple[MediaInfo, ...] = (), *, language: str | None = None,
        subtitle_files: tuple[str, ...] = (),
    ) -> "SessionFacts":  # fmt: skip
        """The facts of a timeline that the interpreter needs."""
        if timeline is None:
            return cls(media=media, language=language, subtitle_files=subtitle_files)
        clips = tuple(
            ClipFact(number=i, start_ms=c.start_ms, duration_ms=c.duration_ms, media_id=c.media_id)
            for i, c in enumerate(timeline.clips, 1)
        )
        bgm = next((t for t in timeline.tracks if isinstance(t, AudioTrack) and t.role == "bgm" and t.clips), None)
        names = {m.media_id: m.name for m in media}
        return cls(
            media=media,
            clips=clips,
            duration_ms=max((c.start_ms + c.duration_ms for c in clips), default=0),
            has_timeline=bool(clips),
            has_bgm=bgm is not None,
            bgm_level=bgm.volume * bgm.clips[0].volume if bgm else None,
            bgm_name=names.get(bgm.clips[0].media_id or "") if bgm else None,
            texts=tuple(x.opening for t in timeline.tracks if isinstance(t, TextTrack) for x in t.texts),
            overlays=count_overlays(timeline),
            subtitle_files=subtitle_files,
            language=language,
            rev=timeline.rev,
        )

    @property
    def searchable(self) -> frozenset[str]:
        """Criteria of a reel that are looked for by name; some also where they cannot be, to say what is missing."""
        told = {"words", "topic", "sound"}
        return frozenset(told | {"picture"} if self.sees else told)

    @property
    def footage(self) -> tuple[MediaInfo, ...]:
        """The sources with pictures."""
        return tuple(m for m in self.media if m.kind == "video")

    @property
    def pictures(self) -> tuple[MediaInfo, ...]:
        """The uploaded still pictures."""
        return tuple(m for m in self.media if m.kind == "image")

    @property
    def songs(self) -> tuple[MediaInfo, ...]:
        """The uploaded sound files."""
        return tuple(m for m in self.media if m.kind == "audio")

    @property
    def source_ms(self) -> int:
        """Length of the only source, or of the longest."""
        return max((m.duration_ms for m in self.footage), default=0)
