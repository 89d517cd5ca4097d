"""The shape and the turn of the picture."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import model_validator

from ...messages import Message, say
from ..history import History
from ..layout import with_fields
from ..media import FootageAnalyzer, MediaInfo
from ..model import Clip, Fit, Focus, Framing, Timeline
from .base import ClipTarget, Operation
from .context import EditContext, rejected
from .footage import framed_as, is_card, settle_cameras, with_framing
from .sentences import chinese, english, percent
from .targets import clip_ids

FIT_OF_MODE: dict[str, Fit] = {"crop": "cover", "pad": "pad", "blur": "blur"}
SIZES = {
    "16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080), "4:5": (1080, 1350), "4:3": (1440, 1080),
    "3:4": (1080, 1440), "21:9": (1920, 822), "2:3": (1080, 1620), "3:2": (1620, 1080),
}  # fmt: skip


class Aspect(Operation):
    """Change the shape of the picture; crop follows the action, pad and blur keep all of it.

    With `target` only those clips are framed so, and stay so: `focus` is a side or a share of the width from the left;
    `auto` gives them back to the reel.
    """

    chooses: ClassVar = True
    example: ClassVar = {"op": "aspect", "ratio": "9:16", "mode": "crop", "focus": "auto"}
    settles = ()

    op: Literal["aspect"] = "aspect"
    ratio: Literal["16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9", "2:3", "3:2"]
    mode: Literal["crop", "pad", "blur"] = "crop"
    focus: Focus = "auto"
    target: Literal["all"] | ClipTarget = "all"

    @model_validator(mode="after")
    def _focus_of_a_crop(self) -> "Aspect":
        if self.mode != "crop" and self.focus != "auto":
            raise ValueError(say("timeline.aspect.focus_of_a_crop"))
        return self

    def apply(self, edit: EditContext) -> None:
        """Give the reel another shape and frame every clip for it; later clips are framed alike."""
        size = SIZES[self.ratio]
        framing = Framing(fit=FIT_OF_MODE[self.mode], focus=self.focus)
        ids = None if self.target == "all" else clip_ids(edit, self.target)
        reel = edit.timeline.framing
        if ids is None or reel is None or (edit.timeline.width, edit.timeline.height) != size:
            _frame(edit, size, framing if ids is None else reel or Framing())
            edit.record_change(f"aspect.{self.mode}", ratio=self.ratio, size=f"{size[0]}x{size[1]}")
        if ids is not None:
            by_hand = (self.mode, self.focus) != ("crop", "auto")
            edit.change_clips(lambda clip: _by_hand(edit, clip, framing if by_hand else None), ids)
            edit.record_change("aspect.by_hand" if by_hand else "aspect.by_reel", n=len(ids))

    def in_english(self) -> str:
        mode = {"crop": "cropped to fill it", "pad": "with black bars", "blur": "with blurred bars"}[self.mode]
        focus = {"auto": "", "center": ", keep the center", "left": ", keep the left", "right": ", keep the right"}
        kept = focus[self.focus] if isinstance(self.focus, str) else f", keep what is at {percent(self.focus)}"
        only = "" if self.target == "all" else f" for {english.target(self.target)} only"
        return f"Change the aspect ratio to {self.ratio}, {mode}{kept}{only}"

    def in_chinese(self) -> str:
        mode = {"crop": "裁剪填满", "pad": "加黑边", "blur": "模糊背景"}[self.mode]
        focus = {"auto": "", "center": "，保留中间", "left": "，保留左边", "right": "，保留右边"}
        kept = focus[self.focus] if isinstance(self.focus, str) else f"，保留横向{percent(self.focus)}处"
        only = "" if self.target == "all" else f"，只改{chinese.target(self.target)}"
        return f"画面比例改为{self.ratio}，{mode}{kept}{only}"


def _by_hand(edit: EditContext, clip: Clip, framing: Framing | None) -> Clip:
    """The clip framed for itself, or as the reel is; cards stay."""
    if is_card(clip):
        return clip
    if framing is None:
        return with_framing(edit, with_fields(clip, hand_framed=False))
    return with_fields(framed_as(edit, clip, framing), hand_framed=True)


def _frame(edit: EditContext, size: tuple[int, int], framing: Framing | None) -> None:
    edit.timeline = edit.timeline.model_copy(update={"width": size[0], "height": size[1], "framing": framing})
    edit.change_clips(lambda clip: with_framing(edit, clip))


def framed(
    timeline: Timeline,
    media: Mapping[str, MediaInfo],
    senses: FootageAnalyzer,
    size: tuple[int, int],
    framing: Framing | None,
) -> tuple[Timeline, tuple[Message, ...]]:
    """A timeline in another shape, as `aspect` would leave it, and what there is to say of the way of the crop.

    For files that are to have it, not for versions.
    """
    edit = EditContext.begin(timeline, media, senses, History())
    _frame(edit, size, framing)
    settle_cameras(edit)
    return edit.timeline, tuple(edit.changes)


class Rotate(Operation):
    """Turn the picture clockwise."""

    example: ClassVar = {"op": "rotate", "deg": 90}

    op: Literal["rotate"] = "rotate"
    deg: Literal[-90, 90, 180, 270]
    target: Literal["all"] | ClipTarget = "all"

    def apply(self, edit: EditContext) -> None:
        """Turn clips clockwise."""

        def turned(clip: Clip) -> Clip:
            return (
                with_framing(edit, with_fields(clip, rotate=(clip.rotate + self.deg) % 360))
                if not is_card(clip)
                else clip
            )

        ids = clip_ids(edit, self.target)
        edit.change_clips(turned, ids)
        edit.record_change("rotate.done", n=len(ids), deg=self.deg % 360)

    def in_english(self) -> str:
        way = f"{-self.deg} degrees counterclockwise" if self.deg < 0 else f"{self.deg} degrees clockwise"
        return f"Rotate {english.target(self.target, 'the picture')} {way}"

    def in_chinese(self) -> str:
        way = f"逆时针旋转{-self.deg}度" if self.deg < 0 else f"顺时针旋转{self.deg}度"
        return f"把{chinese.target(self.target, '画面')}{way}"


class Flip(Operation):
    """Mirror the picture."""

    example: ClassVar = {"op": "flip", "axis": "horizontal"}

    op: Literal["flip"] = "flip"
    axis: Literal["horizontal", "vertical"] = "horizontal"
    target: Literal["all"] | ClipTarget = "all"

    def apply(self, edit: EditContext) -> None:
        """Mirror clips; mirroring twice is undone, both ways is a half turn."""
        ids = clip_ids(edit, self.target)
        edit.change_clips(lambda clip: _mirrored(clip, self.axis) if not is_card(clip) else clip, ids)
        edit.record_change(f"flip.{self.axis}", n=len(ids))

    def in_english(self) -> str:
        return f"Flip {english.target(self.target, 'the picture')} {self.axis}ly"

    def in_chinese(self) -> str:
        return f"把{chinese.target(self.target, '画面')}{'水平' if self.axis == 'horizontal' else '垂直'}翻转"


class Stabilize(Operation):
    """Calm shaky footage."""

    example: ClassVar = {"op": "stabilize"}

    op: Literal["stabilize"] = "stabilize"
    target: Literal["all"] | ClipTarget = "all"

    def apply(self, edit: EditContext) -> None:
        """Always refused: there is no stabiliser here that would not cut into the picture unasked."""
        raise rejected("unsupported_op", "stabilize.cannot")

    def in_english(self) -> str:
        return f"Stabilize {english.target(self.target, 'the picture')}"

    def in_chinese(self) -> str:
        return f"给{chinese.target(self.target, '画面')}防抖"


def _mirrored(clip: Clip, axis: str) -> Clip:
    if clip.flip is None:
        return with_fields(clip, flip=axis)
    if clip.flip == axis:
        return with_fields(clip, flip=None)
    return with_fields(clip, flip=None, rotate=(clip.rotate + 180) % 360)
