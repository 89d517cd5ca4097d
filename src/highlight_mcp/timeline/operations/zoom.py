"""Zooming into a part of the picture, still or moving."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ...messages import Message, say, verbatim
from ..layout import with_fields
from ..model import Crop, Ease, Position, Zoom
from .base import EDGE, Operation, Target, require_inside
from .context import EditContext, rejected, term
from .footage import is_card
from .sentences import chinese, decimal, english, percent, shares_of
from .targets import replace_ranges, seen_ranges

ZOOM_FACTOR = 1.5
LEAST_PART = 0.1
WHOLE = Crop(x=0, y=0, width=1, height=1)
Share = Annotated[float, Field(ge=0, le=1)]


class ZoomAdd(Operation):
    """Zoom into the picture: by `factor` around `point` (a place, or [x, y] as shares of the frame), or to `region`.

    `motion` in moves from the whole picture to the part, out from the part to the whole, still shows the part
    throughout; `ease` says where a motion is slow. A region is shown whole, and filled where it is as wide or high as
    the frame. Factor 1 takes the zoom away.
    """

    example: ClassVar = {"op": "zoom", "target": {"clips": [2]}, "factor": 1.5, "point": "left", "motion": "in"}
    settles = ("target",)

    op: Literal["zoom"] = "zoom"
    target: Target = "all"
    factor: Annotated[float, Field(ge=1, le=10)] | None = None
    point: Position | tuple[Share, Share] | None = None
    region: Crop | None = None
    motion: Literal["in", "out", "still"] = "in"
    ease: Ease = "in_out"

    @model_validator(mode="after")
    def _inside(self) -> "ZoomAdd":
        if self.region is None:
            return self
        if self.factor is not None or self.point is not None:
            raise ValueError(say("timeline.zoom.region_and_point"))
        require_inside(self.region)
        if _size_of(self.region) < LEAST_PART:
            raise ValueError(say("timeline.zoom.region_small", least=LEAST_PART, size=_size_of(self.region)))
        return self

    def apply(self, edit: EditContext) -> None:
        """Zoom clips, or a stretch that is cut out for it; cards stay."""
        view = self._view()
        chosen = seen_ranges(edit, self.target)
        count = sum(not is_card(edit.clips[one.place]) for one in chosen)
        if not count:
            raise rejected("limit", "zoom.card")
        zoom = None if view == WHOLE else self._zoom(view)
        edit.set_clips(
            replace_ranges(edit, chosen, lambda clip: [clip if is_card(clip) else with_fields(clip, zoom=zoom)])
        )
        if zoom is None:
            edit.record_change("zoom.off", n=count)
            return
        if self.factor is None and self.region is None:
            edit.record_assumption("zoom.factor", factor=decimal(ZOOM_FACTOR))
        edit.record_change(f"zoom.{self.motion}", n=count, factor=decimal(zoom.factor), position=self._middle(view))

    def _view(self) -> Crop:
        """The part that is seen, in the shape of the frame."""
        if self.region is not None:
            middle = self.region.x + self.region.width / 2, self.region.y + self.region.height / 2
            return _around(*middle, _size_of(self.region))
        point = self.point
        if point is None or isinstance(point, str):
            name = point or "center"
            point = _side(name, "left", "right"), _side(name, "top", "bottom")
        return _around(*point, 1 / (ZOOM_FACTOR if self.factor is None else self.factor))

    def _middle(self, view: Crop) -> Message:
        """Where the part lies: by its name where it has one, else as shares of width and height."""
        if self.region is None and not isinstance(self.point, tuple):
            return term(self.point or "center")
        return verbatim(_shares((view.x + view.width / 2, view.y + view.height / 2)))

    def _zoom(self, view: Crop) -> Zoom:
        start = view if self.motion in ("out", "still") else WHOLE
        return Zoom(start=start, end=view if self.motion in ("in", "still") else WHOLE, ease=self.ease)

    def in_english(self) -> str:
        if self.factor == 1:
            return f"Remove the zoom of {english.target(self.target, 'all clips')}"
        way = {"in": "Zoom in on", "out": "Zoom out of", "still": "Punch in on"}[self.motion]
        parts = [f"{way} {english.target(self.target)}"]
        parts += [] if self.factor is None else [f"{decimal(self.factor)}x"]
        if self.point is not None:
            place = self.point.replace("-", " ") if isinstance(self.point, str) else _shares(self.point)
            parts.append(f"at the {place}")
        parts += [] if self.region is None else [f"to the region {shares_of(self.region)}"]
        parts += {"linear": ["at an even pace"], "in": ["easing in"], "out": ["easing out"], "in_out": []}[self.ease]
        return ", ".join(parts)

    def in_chinese(self) -> str:
        target = chinese.target(self.target, "全部片段")
        if self.factor == 1:
            return f"去掉{target}的放大"
        way = {"in": "慢慢放大", "out": "慢慢缩小", "still": "固定放大"}[self.motion]
        parts = [f"把{target}{way}{'' if self.factor is None else f'{decimal(self.factor)}倍'}"]
        if self.point is not None:
            parts.append(chinese.PLACES[self.point] if isinstance(self.point, str) else f"位置{_shares(self.point)}")
        parts += [] if self.region is None else [f"区域{shares_of(self.region)}"]
        parts += {"linear": ["匀速"], "in": ["缓入"], "out": ["缓出"], "in_out": []}[self.ease]
        return "，".join(parts)


def _size_of(region: Crop) -> float:
    """How much of the frame is seen of a region: all of it, or what fills it where it spans the frame."""
    low, high = sorted((region.width, region.height))
    return low if high > 1 - EDGE else high


def _around(x: float, y: float, size: float) -> Crop:
    """A part of this size around a point, moved into the frame where it would stand over."""
    left, top = (round(min(max(centre - size / 2, 0.0), 1 - size), 6) for centre in (x, y))
    return Crop(x=left, y=top, width=round(size, 6), height=round(size, 6))


def _side(name: str, low: str, high: str) -> float:
    return 0.0 if low in name else 1.0 if high in name else 0.5


def _shares(point: tuple[float, float]) -> str:
    return "/".join(map(percent, point))
