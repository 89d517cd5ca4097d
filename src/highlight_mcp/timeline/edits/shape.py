"""The shape of the picture: aspect ratio, turning, mirroring."""

from ...messages import message
from ..layout import with_fields
from ..model import Clip, Framing
from ..operations import FIT_OF_MODE, Aspect, Flip, Rotate, Stabilize
from .desk import Desk
from .footage import framed, is_card
from .outcome import Refused
from .targets import ids_of

SIZES = {
    "16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080), "4:5": (1080, 1350), "4:3": (1440, 1080),
    "3:4": (1080, 1440), "21:9": (1920, 822), "2:3": (1080, 1620), "3:2": (1620, 1080),
}  # fmt: skip


def aspect(desk: Desk, op: Aspect) -> None:
    """Give the reel another shape and frame every clip for it; later clips are framed alike."""
    width, height = SIZES[op.ratio]
    fields = {"width": width, "height": height, "framing": Framing(fit=FIT_OF_MODE[op.mode], focus=op.focus)}
    desk.timeline = desk.timeline.model_copy(update=fields)
    desk.change_clips(lambda clip: framed(desk, clip))
    desk.done(f"aspect_{op.mode}", ratio=op.ratio, size=f"{width}x{height}")


def rotate(desk: Desk, op: Rotate) -> None:
    """Turn clips clockwise."""

    def turned(clip: Clip) -> Clip:
        return framed(desk, with_fields(clip, rotate=(clip.rotate + op.deg) % 360)) if not is_card(clip) else clip

    ids = ids_of(desk, op.target)
    desk.change_clips(turned, ids)
    desk.done("rotated", n=len(ids), deg=op.deg % 360)


def flip(desk: Desk, op: Flip) -> None:
    """Mirror clips; mirroring twice is undone, both ways is a half turn."""
    ids = ids_of(desk, op.target)
    desk.change_clips(lambda clip: _mirrored(clip, op.axis) if not is_card(clip) else clip, ids)
    desk.done(f"flipped_{op.axis}", n=len(ids))


def _mirrored(clip: Clip, axis: str) -> Clip:
    if clip.flip is None:
        return with_fields(clip, flip=axis)
    if clip.flip == axis:
        return with_fields(clip, flip=None)
    return with_fields(clip, flip=None, rotate=(clip.rotate + 180) % 360)


def stabilize(_desk: Desk, _op: Stabilize) -> None:
    """Always refused: there is no stabiliser here that would not cut into the picture unasked."""
    raise Refused("unsupported_op", message("timeline.no_stabilizer"), message("timeline.no_stabilizer.next"))
