"""Draws the frames of a plan one after another: tracks, transitions, fades, texts."""

from collections.abc import Iterator

from av.video.frame import VideoFrame

from ...messages import message
from ...timeline.model import Clip, Text
from .canvas import BLACK, Canvas, TextOverlay, blend_transition, canvas_of, draw_overlay, fade, frame_of, plain, zoomed
from .clip_pictures import ClipPictures, card_frame, image_frame, placed_picture, sticker
from .plan import Layer, PlacedClip, PlacedText, PlannedTransition, RenderPlan
from .progress import ProgressTick, Warnings, no_report
from .text_overlay import avoid_overlap, draw_text
from .video_reader import ContainerPool, ReaderPool, RenderSource, Sources, source_for

MOST_LARGER = 2.5
"""Of a frame that is zoomed into: 4K frames take 24 MB each."""
Shown = ClipPictures | VideoFrame | TextOverlay


class VideoRenderer:
    """The pictures of a plan at one size. `notes` fills up while frames are drawn."""

    def __init__(
        self,
        plan: RenderPlan,
        sources: Sources,
        width: int,
        height: int,
        notes: Warnings | None = None,
        beat: ProgressTick = no_report,
    ) -> None:
        """Raises EngineError when no font has the letters of a text."""
        notes = self.notes = notes if notes is not None else Warnings()
        self._plan = plan
        self._black = frame_of(plain(width, height, BLACK))
        self._layers = [_LayerPictures(plan, layer, sources, (width, height), notes, beat) for layer in plan.layers]
        letters = [_drawn(cue, sources, (width, height), notes) for cue in plan.cues]
        self.letters = avoid_overlap(plan.cues, letters, height)
        self._wet: set[int] = set()

    def frames(self, first: int = 0, last: int | None = None) -> Iterator[VideoFrame]:
        """The output frames [first, last) in order, all of them by default; `yuv420p`. Raises EngineError.

        It is the same object where nothing changed. The track is closed afterwards.
        """
        try:
            for number in range(first, self._plan.frames if last is None else last):
                yield self.frame(number)
        finally:
            self.close()

    def close(self) -> None:
        """Give back the footage that is open."""
        for layer in self._layers:
            layer.close()

    def frame(self, number: int) -> VideoFrame:
        """One output frame; numbers are best asked for in ascending order. Raises EngineError."""
        picture = self._black
        for level, layer in enumerate(self._layers):
            picture = layer.over(picture, number, lowest=level == 0)
        return self._lettered(picture, number)

    def _lettered(self, frame: VideoFrame, number: int) -> VideoFrame:
        due = [place for place, cue in enumerate(self._plan.cues) if cue.first <= number < cue.last]
        for place in self._wet.difference(due):
            if (gone := self.letters[place]) is not None:
                gone.dry()
        self._wet = set(due)
        if not due:
            return frame
        canvas = canvas_of(frame)
        for place in due:
            letters = self.letters[place]
            if letters is not None:
                draw_overlay(canvas, letters, self._plan.cues[place].strength(number, self._plan.rate))
        return frame_of(canvas)


def _drawn(cue: PlacedText, sources: Sources, size: tuple[int, int], notes: Warnings) -> TextOverlay | None:
    if isinstance(cue.item, Text):
        return draw_text(cue.item, *size, notes, cue.lit)
    return placed_picture(source_for(sources, cue.item.media_id or ""), cue.item, *size)


class _LayerPictures:
    """The pictures of one video track."""

    def __init__(
        self,
        plan: RenderPlan,
        layer: Layer,
        sources: Sources,
        size: tuple[int, int],
        notes: Warnings,
        beat: ProgressTick,
    ) -> None:
        self._rate = plan.rate
        self._layer = layer
        self._sources = sources
        self._size = size
        self._notes = notes
        self._readers = ReaderPool(ContainerPool(sources), notes, beat)
        self._open: dict[int, Shown] = {}

    def over(self, below: VideoFrame, number: int, lowest: bool) -> VideoFrame:
        """What the track shows at a frame, over what is below it."""
        for place in [place for place in self._open if self._layer.shots[place].leave <= number]:
            self._close(place)
        join = self._layer.join_at(number)
        if join is not None:
            return self._joined(number, join)
        place_now = self._layer.shot_at(number)
        if place_now is None:
            return below
        shot = self._layer.shots[place_now]
        shown = self._shown(place_now, transparent=not lowest)
        if isinstance(shown, TextOverlay):
            canvas = canvas_of(below)
            draw_overlay(canvas, shown, shot.light(number, self._rate))
            return frame_of(canvas)
        return self._lit(shot, shown, number)

    def close(self) -> None:
        for place in list(self._open):
            self._close(place)
        self._readers.close()

    def _joined(self, number: int, join: PlannedTransition) -> VideoFrame:
        before, after = (self._canvas(place, number) for place in (join.before, join.after))
        return frame_of(blend_transition(join.transition.kind, before, after, join.share(number)))

    def _canvas(self, place: int, number: int) -> Canvas:
        shown = self._shown(place, transparent=False)
        assert not isinstance(shown, TextOverlay)
        return canvas_of(self._lit(self._layer.shots[place], shown, number))

    def _lit(self, shot: PlacedClip, shown: ClipPictures | VideoFrame, number: int) -> VideoFrame:
        frame = shown.at(shot.source_s(number, self._rate)) if isinstance(shown, ClipPictures) else shown
        if (view := shot.view(number, self._rate)) is not None:
            frame = frame_of(zoomed(canvas_of(frame), view, *self._size))
        light = shot.light(number, self._rate)
        return frame if light >= 1 else frame_of(fade(canvas_of(frame), light))

    def _shown(self, place: int, transparent: bool) -> Shown:
        if place not in self._open:
            self._open[place] = self._opened(self._layer.shots[place], transparent)
        return self._open[place]

    def _opened(self, shot: PlacedClip, transparent: bool) -> Shown:
        clip = shot.clip
        if clip.media_id is None:
            return card_frame(clip, *self._size)
        source = source_for(self._sources, clip.media_id)
        if source.info.kind == "image":
            return self._still(source, shot, transparent)
        if source.info.kind == "audio":
            self._notes.add(message("engine.reel.black", name=source.info.name))
            return card_frame(clip, *self._size)
        return ClipPictures(source, shot, self._readers, *self._drawn_size(source, clip), self._rate)

    def _still(self, source: RenderSource, shot: PlacedClip, transparent: bool) -> Shown:
        over = sticker(source, shot.clip, *self._size) if transparent else None
        return over if over is not None else image_frame(source, shot.clip, *self._drawn_size(source, shot.clip))

    def _drawn_size(self, source: RenderSource, clip: Clip) -> tuple[int, int]:
        """Footage that is zoomed into is drawn larger, as far as it has the pixels, so that the part is sharp."""
        width, height = self._size
        pixels = min(source.info.width / width, source.info.height / height)
        scale = max(1.0, min(clip.zoom.factor, pixels, MOST_LARGER)) if clip.zoom is not None else 1.0
        return 2 * round(scale * width / 2), 2 * round(scale * height / 2)

    def _close(self, place: int) -> None:
        pictures = self._open.pop(place)
        if isinstance(pictures, ClipPictures):
            pictures.close()
