"""The shots of a reel whose pictures can be copied: where in their source they begin, and what they have in common."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from ..media.decoding import first_picture, seek
from ..media.streams import Orientation, orientation_of, picture_stream
from ..render.plan import Layer, PlacedClip, RenderPlan
from ..render.progress import ProgressTick
from ..render.video_reader import ContainerLease, ContainerPool, RenderSource, Sources
from .bitstreams import BITSTREAMS, Bitstream, Sets
from .errors import NotCopyable
from .pictures import PictureReader
from .untouched import PictureFormat, TouchedFrames, is_as_recorded

_SLACK_S = Fraction(1, 1000)
"""Times of clips are whole milliseconds: a picture may begin that much before its clip."""
_MOST_BPS = 30_000_000
"""Bits per second of footage up to which a reel to show has its pictures as they are: three times what services ask for
at 1080p. A minute of more would be too large to send; as filmed it can be had."""
_SHORT_S = 179
"""Reels up to so many seconds are decoded whole: a picture that is damaged in the source must not be copied."""
_FEWEST = Fraction(1, 5)
"""Share of untouched pictures below which a reel is encoded: the joins would cost more than they save."""


@dataclass(frozen=True)
class CopiedShot:
    """A shot of which pictures are copied.

    `begins` is the stamp (ticks of its source) of the first that it shows, `stops` that from which on it shows none,
    `base` seconds of a tick, `reach` how many frames it shows before one from which copying can begin, as far as an
    index tells.
    """

    shot: PlacedClip
    begins: int
    stops: int
    base: Fraction
    reach: int

    @property
    def starts(self) -> int:
        """The tick of the reel at which it begins."""
        return round(Fraction(self.shot.clip.start_ms, 1000) / self.base)


@dataclass(frozen=True)
class SourceFacts:
    """What a source is, as far as joining its pictures with others needs it."""

    form: PictureFormat
    depth: int
    bitstream: Bitstream
    sets: Sets
    is_upright: bool


@dataclass(frozen=True)
class HybridPlan:
    """What is copied of a reel; `render` is the plan with all shots and their sound on the grid of their sources.

    Pictures of a varying rate keep their distances: they are shown at ticks of `base` seconds, else at frames. Of a
    part of a reel `first` is where it begins; its frames keep the numbers that they have in the whole.
    """

    render: RenderPlan
    shots: dict[int, CopiedShot]
    touched: TouchedFrames
    facts: dict[str, SourceFacts]
    format: PictureFormat
    base: Fraction | None
    first: int = 0

    @property
    def origin(self) -> int:
        """The frame, or tick, of the reel with which the file begins."""
        return self.first if self.base is None or not self.first else self.shots[self.first].starts

    @property
    def copyable(self) -> int:
        """Output frames that show their source untouched."""
        return sum(
            each.shot.last - each.shot.first - self.touched.among(each.shot.first, each.shot.last)
            for each in self.shots.values()
        )

    @property
    def likely(self) -> int:
        """Those of them that an index lets copying begin before."""
        return max(0, self.copyable - sum(each.reach for each in self.shots.values()))

    @property
    def is_short(self) -> bool:
        """Whether the finished reel is decoded whole."""
        return self.render.frames <= _SHORT_S * self.render.rate


def plan_copying(
    plan: RenderPlan,
    sources: Sources,
    size: tuple[int, int],
    beat: ProgressTick,
    as_filmed: bool = False,
    codecs: frozenset[str] = frozenset({"h264"}),
    first: int = 0,
) -> HybridPlan:
    """What of a plan can be copied into a reel of this size, or into a part that begins with the frame `first`.

    `codecs` may be copied; `as_filmed`: woven fields and a varying rate stay what they are. Raises NotCopyable with the
    reason where nothing can be copied.
    """
    touched = TouchedFrames(plan)
    stretch = range(first, first + plan.frames + 1)
    within = (shot for shot in plan.layers[0].shots if shot.first in stretch and shot.last in stretch)
    shots = [shot for shot in within if _is_footage(shot, sources)]
    if not shots:
        raise NotCopyable("edits")
    reading = _Reading(sources, beat)
    try:
        facts = reading.facts({shot.clip.media_id or "" for shot in shots}, codecs)
        fitting = _fitting(shots, facts, sources, _Wanted(size, plan.rate, as_filmed, codecs))
        placed = {shot.first: reading.placed(shot, plan.rate) for shot in fitting}
    finally:
        reading.close()
    chosen = facts[_media(fitting[0])].form
    varying = any(sources[_media(shot)].info.variable_frame_rate for shot in fitting)
    base = _one_base(placed) if varying and as_filmed else None
    made = HybridPlan(aligned(plan, placed), placed, touched, facts, chosen, base, first)
    if made.copyable < _FEWEST * plan.frames:
        raise NotCopyable("edits")
    if made.likely < _FEWEST * plan.frames:
        raise NotCopyable("sparse")
    if made.copyable < plan.frames and base is not None:
        raise NotCopyable("variable", name=sources[_media(fitting[0])].info.name)
    woven = any(facts[_media(each.shot)].sets.is_interlaced for each in placed.values())
    if made.copyable < plan.frames and (woven or not chosen.is_drawn_alike):
        raise NotCopyable("colours")
    return made


def _one_base(placed: dict[int, CopiedShot]) -> Fraction:
    """Seconds of a tick, where all sources count alike. Raises NotCopyable."""
    bases = {each.base for each in placed.values()}
    if len(bases) > 1:
        raise NotCopyable("clocks")
    return bases.pop()


def _media(shot: PlacedClip) -> str:
    return shot.clip.media_id or ""


def _is_footage(shot: PlacedClip, sources: Sources) -> bool:
    source = sources.get(_media(shot))
    return source is not None and source.info.kind == "video" and is_as_recorded(shot.clip)


def _fitting(
    shots: Sequence[PlacedClip], facts: dict[str, SourceFacts], sources: Sources, wanted: "_Wanted"
) -> list[PlacedClip]:
    """The shots that fit the reel and each other, as many pictures as possible.

    Raises NotCopyable with what keeps the longest out where none does.
    """
    fitting: dict[PictureFormat, list[PlacedClip]] = {}
    refused: Counter[tuple[str, str]] = Counter()
    for shot in shots:
        source = sources[_media(shot)]
        if reason := _misfit(source, facts.get(_media(shot)), wanted):
            refused[reason, source.info.name] += shot.last - shot.first
        else:
            fitting.setdefault(facts[_media(shot)].form, []).append(shot)
    if not fitting:
        reason, name = refused.most_common(1)[0][0]
        raise NotCopyable(reason, name=name)
    return max(fitting.values(), key=lambda alike: sum(shot.last - shot.first for shot in alike))


@dataclass(frozen=True)
class _Wanted:
    """The pictures of the reel."""

    size: tuple[int, int]
    rate: Fraction
    as_filmed: bool
    codecs: frozenset[str]


def _misfit(source: RenderSource, facts: SourceFacts | None, wanted: _Wanted) -> str:
    """Why the pictures of a source cannot stand in a reel as they are; empty where they can."""
    info = source.info
    if facts is None:
        return "archive" if info.video_codec in BITSTREAMS and info.video_codec not in wanted.codecs else "codec"
    if not wanted.as_filmed and info.size_bytes * 8000 > _MOST_BPS * info.duration_ms:
        return "large"
    if info.rotation or not facts.is_upright:
        return "rotation"
    if facts.form.size != wanted.size or facts.form.pixel_aspect != 1:
        return "size"
    if facts.sets.is_interlaced and not wanted.as_filmed:
        return "interlaced"
    if wanted.as_filmed and info.variable_frame_rate:
        return ""
    if info.frame_rate is None or abs(info.frame_rate / wanted.rate - 1) > Fraction(1, 2000):
        return "rate"
    return ""


class _Reading:
    """Looks into sources, each shot once, as far as its first picture."""

    def __init__(self, sources: Sources, beat: ProgressTick) -> None:
        self._pool = ContainerPool(sources)
        self._sources = sources
        self._beat = beat

    def close(self) -> None:
        self._pool.close()

    def facts(self, media: set[str], codecs: frozenset[str]) -> dict[str, SourceFacts]:
        """Of all sources of these codecs whose stamps can be trusted."""
        found = {}
        for media_id in sorted(media):
            if self._sources[media_id].info.video_codec not in codecs:
                continue
            lease = self._pool.borrow(media_id)
            stream = picture_stream(lease.container)
            if stream is not None and lease.order is None:
                reader = PictureReader(lease.container, stream, lease.source.info.name, self._beat)
                depth = stream.codec_context.reorder_depth
                seek(lease.container, stream, Fraction(0))
                picture = first_picture(lease.container, stream)
                upright = picture is not None and orientation_of(picture) == Orientation()
                found[media_id] = SourceFacts(PictureFormat.of(stream), depth, reader.bitstream, reader.sets, upright)
            lease.close()
        return found

    def placed(self, shot: PlacedClip, rate: Fraction) -> CopiedShot:
        """The shot with its first picture: the first that begins in the clip, as editors count them."""
        assert shot.clip.source is not None
        lease = self._pool.borrow(_media(shot))
        try:
            reader = reader_of(lease, self._beat)
            start_s = Fraction(shot.clip.source.start_ms, 1000)
            begins = _first_stamp(reader, start_s)
        finally:
            lease.close()
        on_grid_s = shot.first / rate - Fraction(shot.clip.start_ms, 1000)
        offset_s = begins * reader.base - reader.origin - start_s - on_grid_s
        stops = ceil(reader.ticks(Fraction(shot.clip.source.end_ms, 1000) - _SLACK_S))
        reach = _reach(reader, begins, shot, rate)
        return CopiedShot(replace(shot, offset_s=offset_s), begins, stops, reader.base, reach)


def _reach(reader: PictureReader, begins: int, shot: PlacedClip, rate: Fraction) -> int:
    """Frames of a shot before the first keyframe in it, by the index of the file; none where there is no index."""
    entries = reader.stream.index_entries
    place = entries.search_timestamp(begins, backward=False) if len(entries) else -1
    if not len(entries) or begins > entries[len(entries) - 1].timestamp:
        return 0
    if place < 0:
        return shot.last - shot.first
    return min(shot.last - shot.first, max(0, int((entries[place].timestamp - begins) * reader.base * rate)))


def reader_of(lease: ContainerLease, beat: ProgressTick) -> PictureReader:
    """The coded pictures of a container in use."""
    stream = picture_stream(lease.container)
    if stream is None:
        raise NotCopyable("unreadable")
    return PictureReader(lease.container, stream, lease.source.info.name, beat)


def _first_stamp(reader: PictureReader, start_s: Fraction) -> int:
    """The stamp of the first picture at or after a time. What a group shows comes before what the next one shows."""
    earliest = reader.ticks(start_s - _SLACK_S)
    for group in reader.groups(start_s):
        stamps = [each.stamp for each in group.pictures if each.is_shown and each.stamp >= earliest]
        if stamps:
            return min(stamps)
    raise NotCopyable("no_entry")


def aligned(plan: RenderPlan, placed: dict[int, CopiedShot]) -> RenderPlan:
    """The plan with the pictures and the own sound of these shots moved onto the pictures of their source."""
    lowest, *above = plan.layers
    shots = tuple(placed[shot.first].shot if shot.first in placed else shot for shot in lowest.shots)
    moved = {id(each.shot.clip): each.shot.offset_s for each in placed.values()}
    sounds = tuple(
        replace(sound, offset_s=moved[id(sound.clip)]) if id(sound.clip) in moved else sound for sound in plan.sounds
    )
    return replace(plan, layers=(Layer(shots, lowest.joins), *above), sounds=sounds)
