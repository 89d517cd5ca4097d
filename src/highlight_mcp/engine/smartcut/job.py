"""The hybrid render: what can be copied is, and the rest is drawn and encoded."""

from dataclasses import dataclass, replace
from fractions import Fraction

from av.video.stream import VideoStream

from ..media.streams import picture_stream
from ..render.comparison import FinishedReel
from ..render.sound_plan import SAMPLE_RATE
from ..render.task import RenderTask
from ..render.video_reader import ContainerPool
from .bitstreams import BITSTREAMS
from .encoder import StreamForm
from .errors import NotCopyable
from .joining import Joiner
from .shots import HybridPlan, aligned, plan_copying
from .writer import HybridWriter

_COPIED, _READ, _DECODED = Fraction(1, 10), Fraction(1, 50), Fraction(1, 5)
"""What copying, reading and decoding a picture take, as shares of drawing and encoding it: at 1080p 2 to 4, 1 and 7 of
36 ms of processor time."""


def form_of(made: HybridPlan, template: VideoStream) -> StreamForm:
    """What the stream of the reel is: that of its sources, with a free number for sets of its own."""
    used = {each.shot.clip.media_id or "" for each in made.shots.values()}
    facts = [made.facts[media_id] for media_id in sorted(used)]
    bitstream = facts[0].bitstream
    free = bitstream.free_number([each.sets for each in facts])
    if free is None:
        raise NotCopyable("unreadable")
    sets = tuple(unit for each in facts for unit in each.sets.units)
    return StreamForm(
        template=template,
        bitstream=bitstream,
        sets=sets,
        number=free,
        depth=max(each.depth for each in facts),
        base=made.base or 1 / made.render.rate,
        rate=made.render.rate,
        interlaced=any(each.sets.is_interlaced for each in facts),
        references=max(each.sets.references for each in facts),
        profile=max(each.sets.profile for each in facts),
    )


@dataclass(frozen=True)
class HybridReel:
    """What was written.

    `kept` has digests of the coded pictures that are those of a source, by output frame, `looks` of what those beside
    joins show.
    """

    reel: FinishedReel
    made: HybridPlan
    form: StreamForm
    pictures: int
    kept: dict[int, bytes]
    looks: dict[int, bytes]

    @property
    def untouched(self) -> float:
        """Share of the pictures that are the source's, bit for bit."""
        return len(self.kept) / self.pictures


def write_hybrid(task: RenderTask) -> HybridReel:
    """Write a reel of which the untouched pictures are copied. Raises NotCopyable where that cannot or need not be."""
    size, sources, progress = task.arrangement.size, task.sources, task.progress
    as_filmed = task.preset.short_side is None
    codecs = frozenset(BITSTREAMS) if task.preset.keeps_codec else frozenset({"h264"})
    made = plan_copying(task.plan, sources, size, progress.beat, as_filmed, codecs, task.first)
    copied = Fraction(made.likely, made.render.frames)
    looks = _DECODED if made.is_short else _DECODED / 10
    progress.expect(1, writing=1 - copied + _COPIED * copied, checking=_READ + looks)
    pool = ContainerPool(sources)
    lease = pool.borrow(next(iter(made.shots.values())).shot.clip.media_id or "")
    try:
        template = picture_stream(lease.container)
        assert template is not None
        return _joined(task, made, form_of(made, template))
    finally:
        lease.close()
        pool.close()


def _joined(task: RenderTask, made: HybridPlan, form: StreamForm) -> HybridReel:
    size, sources, progress = task.arrangement.size, task.sources, task.progress
    whole = None if task.whole is None else aligned(task.whole, made.shots)
    on_grid = replace(task, arrangement=replace(task.arrangement, plan=made.render), whole=whole)
    renderer, gain = on_grid.renderer(size), on_grid.gain
    blocks, heard = on_grid.mixed().blocks(gain), 0
    title = task.timeline.title
    with HybridWriter(task.output, form, task.coding, title, task.chapters, made.origin) as writer:
        joiner = Joiner(made, sources, renderer, writer, progress.beat)
        for count in joiner.frames():
            while heard < count * SAMPLE_RATE / made.render.rate and (block := next(blocks, None)) is not None:
                heard += block.shape[1]
                writer.sound(block)
            progress.encoded(count)
        for block in blocks:
            writer.sound(block)
        writer.finish()
        progress.finishing()
    # Where the rate varies, no picture of the reel is that of a frame of the plan: only its sound can be compared.
    finished = on_grid.finished(renderer.letters, size)
    plan = finished.plan if made.base is None else replace(finished.plan, layers=())
    reel = replace(finished, plan=plan, written=writer.written)
    return HybridReel(reel, made, form, writer.written, writer.kept, joiner.looks)
