"""Draws the frames of a plan one after another: shots, transitions, fades, texts."""

from collections.abc import Iterator

from av.video.frame import VideoFrame

from ...timeline.time import frame_ms
from .canvas import Letters, canvas_of, faded, frame_of, joined, lettered
from .footage import ClipPictures
from .lettering import letters_of
from .plan import Join, RenderPlan, Shot
from .source import Sources, source_for
from .still import card_frame, image_frame


class PictureTrack:
    """The pictures of a plan at one size. `warnings` fills up while frames are drawn."""

    def __init__(self, plan: RenderPlan, sources: Sources, width: int, height: int) -> None:
        self._plan = plan
        self._sources = sources
        self._size = (width, height)
        self._open: dict[int, ClipPictures | VideoFrame] = {}
        self._letters: dict[str, Letters | None] = {text.id: letters_of(text, width, height) for text in plan.texts}
        self.warnings: list[str] = []

    def frames(self) -> Iterator[VideoFrame]:
        """Every output frame in order, `yuv420p`. Raises EngineError."""
        try:
            for number in range(self._plan.frames):
                yield self._frame(number)
        finally:
            for place in list(self._open):
                self._close(place)

    def _frame(self, number: int) -> VideoFrame:
        join = self._plan.join_at(number)
        for place in [place for place in self._open if self._plan.shots[place].leave <= number]:
            self._close(place)
        picture = self._joined(number, join) if join is not None else self._alone(number)
        return self._lettered(picture, number)

    def _alone(self, number: int) -> VideoFrame:
        place = next(place for place, shot in enumerate(self._plan.shots) if shot.first <= number < shot.last)
        return self._shown(place, number)

    def _joined(self, number: int, join: Join) -> VideoFrame:
        before, after = self._shown(join.before, number), self._shown(join.after, number)
        return frame_of(joined(join.transition.kind, canvas_of(before), canvas_of(after), join.share(number)))

    def _shown(self, place: int, number: int) -> VideoFrame:
        shot = self._plan.shots[place]
        if place not in self._open:
            self._open[place] = self._opened(shot)
        pictures = self._open[place]
        frame = pictures.at(shot.source_s(number, self._plan.rate)) if isinstance(pictures, ClipPictures) else pictures
        share = self._fade_share(shot, number)
        return frame if share >= 1 else frame_of(faded(canvas_of(frame), share))

    def _opened(self, shot: Shot) -> ClipPictures | VideoFrame:
        clip = shot.clip
        if clip.media_id is None:
            return card_frame(clip, *self._size)
        source = source_for(self._sources, clip.media_id)
        if source.info.kind == "image" and not source.info.duration_ms > 100:
            return image_frame(source, clip, *self._size)
        if source.info.kind == "audio":
            return card_frame(clip, *self._size)
        return ClipPictures(source, clip, *self._size)

    def _close(self, place: int) -> None:
        pictures = self._open.pop(place)
        if isinstance(pictures, ClipPictures):
            if pictures.missing:
                name = self._plan.shots[place].clip.label or f"clip {place + 1}"
                self.warnings.append(f"{name}: part of the footage could not be decoded; its last picture was held.")
            pictures.close()

    def _fade_share(self, shot: Shot, number: int) -> float:
        clip, rate = shot.clip, self._plan.rate
        share = 1.0
        if clip.picture_fade_in_ms:
            share = min(
                share, frame_ms(number - shot.first, rate) / clip.picture_fade_in_ms if number >= shot.first else 0
            )
        if clip.picture_fade_out_ms:
            left = frame_ms(max(0, shot.last - 1 - number), rate)
            share = min(share, left / clip.picture_fade_out_ms)
        return share

    def _lettered(self, frame: VideoFrame, number: int) -> VideoFrame:
        at = frame_ms(number, self._plan.rate)
        due = [text for text in self._plan.texts if text.start_ms <= at < text.end_ms]
        if not due:
            return frame
        canvas = canvas_of(frame)
        for text in due:
            letters = self._letters[text.id]
            into = min(1.0, (at - text.start_ms + 1) / text.fade_in_ms) if text.fade_in_ms else 1.0
            out = min(1.0, (text.end_ms - at) / text.fade_out_ms) if text.fade_out_ms else 1.0
            if letters is not None:
                lettered(canvas, letters, min(into, out))
        return frame_of(canvas)
