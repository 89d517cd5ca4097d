"""Pictures and words laid over the reel: logos and watermarks."""

from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from ...messages import Argument, say
from ..media import MediaInfo
from ..model import Clip, Placement, Position, Text, TextStyle, TextTrack, Timeline, VideoTrack, items
from ..time import Milliseconds, TimeRange, format_time
from .base import Operation
from .context import EditContext, rejected, term
from .footage import find_media
from .sentences import chinese, english, moment, percent
from .targets import time_range
from .texts import require_color, require_lettering

WORDS_HEIGHT, TALLEST_WORDS = 0.045, 0.5
MARGIN = 0.03
LEAST_OPACITY = 0.02
"""Share of a colour: the difference to what is below is then five of 255 levels at most, where nobody sees it."""
WATERMARK = "watermark"
"""The name of the tracks with words that are a watermark."""


class Overlay(Operation):
    """Lay a picture (a logo) or words (a watermark) over the reel, for all of it or from `start_ms` to `end_ms`.

    `asset` is an uploaded picture; laid once more at the same time, it changes in what is given. `size` is the width
    of a picture as a share of the frame's, or the height of words as a share of its height; `margin` is a share of
    the shorter side; `opacity` 1 covers what is below.
    """

    example: ClassVar = {"op": "overlay", "asset": "logo.png", "position": "top-right", "size": 0.15, "opacity": 0.8}

    op: Literal["overlay"] = "overlay"
    asset: str | None = None
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    position: Position = "top-right"
    size: Annotated[float, Field(gt=0.005, le=1)] | None = None
    opacity: Annotated[float, Field(gt=0, le=1)] = 1.0
    margin: Annotated[float, Field(ge=0, le=0.4)] = MARGIN
    color: str | None = None
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Overlay":
        if self.asset is not None and self.text is not None:
            raise ValueError(say("timeline.overlay.picture_and_words"))
        if self.text is not None and not self.text.strip():
            raise ValueError(say("timeline.overlay.empty_text"))
        if self.text is None and self.color is not None:
            raise ValueError(say("timeline.overlay.color_of_picture"))
        if self.text is not None and self.size is not None and self.size > TALLEST_WORDS:
            raise ValueError(say("timeline.overlay.tall_words", most=TALLEST_WORDS))
        return self

    def apply(self, edit: EditContext) -> None:
        """Lay it on a track of its own, above all others."""
        if self.opacity < LEAST_OPACITY:
            raise rejected("limit", "overlay.opacity_unseen", opacity=f"{self.opacity:g}", least=LEAST_OPACITY)
        if self.text is not None:
            self._lay_words(edit, require_lettering(edit, self.text))
        else:
            self._lay_picture(edit)

    def _lay_words(self, edit: EditContext, text: str) -> None:
        start, end = time_range(edit, self.start_ms, self.end_ms)
        style = TextStyle(
            size=self.size or WORDS_HEIGHT, position=self.position, opacity=self.opacity, margin=self.margin,
            color="#ffffff" if self.color is None else require_color(self.color),
        )  # fmt: skip
        words = Text(id=edit.new_id(), start_ms=start, duration_ms=end - start, text=text, style=style)
        edit.put_track(TextTrack(id=edit.new_id("trk"), name=WATERMARK, role="overlay", texts=(words,)))
        details: dict[str, Argument] = {
            "position": term(self.position),
            "opacity": percent(self.opacity),
            "start": format_time(start),
            "end": format_time(end),
        }
        edit.record_change("overlay.words", text=text, **details)

    def _lay_picture(self, edit: EditContext) -> None:
        """A picture that is there already keeps what is not given anew, and stays as it was at other times."""
        picture = _picture(edit, self.asset)
        if edit.senses.is_clear(picture.media_id):
            raise rejected("asset_missing", "overlay.clear_picture", name=picture.name)
        before = [clip for clip in _laid(edit) if clip.media_id == picture.media_id and self._meets(clip)]
        _remove(edit, {clip.id for clip in before})
        if before and self.start_ms is None and self.end_ms is None:
            for clip in before:
                self._put_picture(edit, picture, (clip.start_ms, clip.end_ms), self._placement(clip))
            return
        start, end = time_range(edit, self.start_ms, self.end_ms)
        for clip in before:
            for span in ((clip.start_ms, min(clip.end_ms, start)), (max(clip.start_ms, end), clip.end_ms)):
                if span[1] - span[0] >= edit.shortest_ms and clip.placement is not None:
                    _put(edit, picture, span, clip.placement)
        self._put_picture(edit, picture, (start, end), self._placement(before[0] if before else None))

    def _placement(self, old: Clip | None) -> Placement:
        given = {name: value for name in ("position", "margin", "opacity") if (value := self._given(name)) is not None}
        given |= {} if self.size is None else {"width": self.size}
        return Placement.model_validate({**(old.placement.model_dump() if old and old.placement else {}), **given})

    def _put_picture(self, edit: EditContext, picture: MediaInfo, span: tuple[int, int], placement: Placement) -> None:
        _put(edit, picture, span, placement)
        edit.record_change(
            "overlay.picture", name=picture.name, size=percent(placement.width), position=term(placement.position),
            opacity=percent(placement.opacity), start=format_time(span[0]), end=format_time(span[1]),
        )  # fmt: skip

    def _meets(self, clip: Clip) -> bool:
        return (self.end_ms is None or clip.start_ms < self.end_ms) and clip.end_ms > (self.start_ms or 0)

    def _given(self, name: str) -> Any:
        return getattr(self, name) if name in self.model_fields_set else None

    def in_english(self) -> str:
        what = f"the watermark {english.quoted(self.text)}" if self.text is not None else "the picture"
        what += f" {english.quoted(self.asset)}" if self.asset is not None else ""
        parts = [f"Overlay {what} at the {self.position.replace('-', ' ')}", f"opacity {percent(self.opacity)}"]
        side = "high" if self.text is not None else "wide"
        parts += [] if self.size is None else [f"{percent(self.size)} {side}"]
        parts += [] if self.margin == MARGIN else [f"margin {percent(self.margin)}"]
        parts += [] if self.color is None else [f"in {self.color}"]
        times = [] if self.start_ms is None else [f"from {moment(self.start_ms)}"]
        times += [] if self.end_ms is None else [f"{'to' if times else 'until'} {moment(self.end_ms)}"]
        return ", ".join([*parts, *([" ".join(times)] if times else [])])

    def in_chinese(self) -> str:
        what = f"水印{chinese.quoted(self.text)}" if self.text is not None else "图片"
        what += chinese.quoted(self.asset) if self.asset is not None else ""
        parts = [f"把{what}叠加在{chinese.PLACES[self.position]}", f"不透明度{percent(self.opacity)}"]
        parts += [] if self.size is None else [f"{'高' if self.text is not None else '宽'}{percent(self.size)}"]
        parts += [] if self.margin == MARGIN else [f"边距{percent(self.margin)}"]
        parts += [] if self.color is None else [f"颜色{self.color}"]
        if self.start_ms is not None and self.end_ms is not None:
            return "，".join([*parts, chinese.span((self.start_ms, self.end_ms))])
        parts += [] if self.start_ms is None else [f"从{moment(self.start_ms)}开始"]
        parts += [] if self.end_ms is None else [f"到{moment(self.end_ms)}为止"]
        return "，".join(parts)


class OverlayRemove(Operation):
    """Take a picture laid over the reel away by its name, or all of them and the watermarks of words."""

    example: ClassVar = {"op": "overlay_remove", "asset": "logo.png"}
    keeps_texts = False

    op: Literal["overlay_remove"] = "overlay_remove"
    asset: str | None = None

    def apply(self, edit: EditContext) -> None:
        """Take away what `overlay` has laid."""
        picture = None if self.asset is None else _picture(edit, self.asset)
        gone = _remove(edit, {clip.id for clip in _laid(edit) if picture is None or clip.media_id == picture.media_id})
        if picture is None:
            marks = [
                track for track in edit.timeline.tracks if isinstance(track, TextTrack) and track.name == WATERMARK
            ]
            edit.remove_tracks(*(track.id for track in marks))
            gone += sum(len(track.texts) for track in marks)
        if not gone:
            raise rejected("target_missing", "overlay_remove.nothing")
        edit.record_change("overlay_remove.done", n=gone)

    def in_english(self) -> str:
        return "Remove the overlays" if self.asset is None else f"Remove the overlay {english.quoted(self.asset)}"

    def in_chinese(self) -> str:
        return "去掉叠加的图片和水印" if self.asset is None else f"去掉叠加的图片{chinese.quoted(self.asset)}"


def count_overlays(timeline: Timeline) -> int:
    """How many pictures and words `overlay` has laid over a reel."""
    clips = sum(isinstance(item, Clip) and item.placement is not None for t in timeline.tracks for item in items(t))
    return clips + sum(len(t.texts) for t in timeline.tracks if isinstance(t, TextTrack) and t.name == WATERMARK)


def _picture(edit: EditContext, asset: str | None) -> MediaInfo:
    """The uploaded picture that is meant. Raises OperationRejected."""
    pictures = [media for media in edit.media.values() if media.kind == "image"]
    names = ", ".join(media.name for media in pictures) or "-"
    if asset is None:
        if len(pictures) == 1:
            edit.record_assumption("overlay.used_picture", name=pictures[0].name)
            return pictures[0]
        raise rejected("asset_missing", "overlay.which_picture" if pictures else "overlay.no_pictures", names=names)
    picture = find_media(pictures, asset)
    if picture is None:
        other = find_media(edit.media.values(), asset)
        raise rejected(
            "asset_missing", "overlay.no_picture" if other is None else "overlay.not_a_picture", name=asset, names=names
        )
    return picture


def _laid(edit: EditContext) -> list[Clip]:
    return [clip for track in edit.overlays for clip in track.clips if clip.placement is not None]


def _put(edit: EditContext, picture: MediaInfo, span: tuple[int, int], placement: Placement) -> None:
    """Lay a picture on a track of its own, from and to these times."""
    name, length = PurePath(picture.name).stem, span[1] - span[0]
    clip = Clip(
        id=edit.new_id(), start_ms=span[0], duration_ms=length, media_id=picture.media_id, label=name,
        source=TimeRange(start_ms=0, end_ms=length), placement=placement,
    )  # fmt: skip
    edit.put_track(VideoTrack(id=edit.new_id("trk"), name=name, role="overlay", clips=(clip,)))


def _remove(edit: EditContext, ids: set[str]) -> int:
    """Take laid pictures away. Returns how many there were."""
    for track in edit.overlays:
        kept = tuple(clip for clip in track.clips if clip.id not in ids)
        if not kept:
            edit.remove_tracks(track.id)
        elif kept != track.clips:
            edit.put_track(track.model_copy(update={"clips": kept}))
    return len(ids)
