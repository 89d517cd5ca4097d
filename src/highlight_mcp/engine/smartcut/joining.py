"""Writes a reel of copied, drawn and encoded pictures in the order in which they are shown."""

from collections.abc import Iterator, Sequence

from av.video.frame import VideoFrame

from ..render.progress import ProgressTick
from ..render.video_reader import ContainerPool, Sources
from ..render.video_renderer import VideoRenderer
from .bitstreams import Restarted
from .errors import UNREADABLE, NotCopyable
from .pictures import CodedPicture, Group, PictureReader, decoded, look_of
from .shots import CopiedShot, HybridPlan, reader_of
from .spans import GroupPicture, GroupPlan, Use, plan_group
from .writer import HybridWriter

_WATCHED, _REBASED = 4, 16
"""Copied pictures beside a join that are remembered as they look in the source; more where numbers were changed."""


class Joiner:
    """Goes through a reel, or a part of one, once.

    `looks`: digests of what copied pictures beside joins show, by output frame of the file.
    """

    def __init__(
        self, made: HybridPlan, sources: Sources, renderer: VideoRenderer, writer: HybridWriter, beat: ProgressTick
    ) -> None:
        self._made = made
        self._pool = ContainerPool(sources)
        self._renderer = renderer
        self._writer = writer
        self._beat = beat
        self.looks: dict[int, bytes] = {}

    def frames(self) -> Iterator[int]:
        """Write all pictures; yields how many there are. Raises NotCopyable where a source is not what it seemed."""
        first = at = self._made.first
        try:
            while at < first + self._made.render.frames:
                shot = self._made.shots.get(at)
                if shot is None:
                    self._draw(at)
                    at += 1
                    yield at - first
                    continue
                for reached in self._shot(shot):
                    yield reached - first
                at = shot.shot.last
                yield at - first
        finally:
            self._renderer.close()
            self._pool.close()

    def _draw(self, number: int) -> None:
        self._writer.encode(self._renderer.frame(number), number)

    def _shot(self, placed: CopiedShot) -> Iterator[int]:
        shot = placed.shot
        lease = self._pool.borrow(shot.clip.media_id or "")
        try:
            reader = reader_of(lease, self._beat)
            start_s = placed.begins * reader.base - reader.origin
            copying = _ShotCopying(self._made, placed, reader, self._renderer, self._writer, self.looks, self._beat)
            for group in reader.groups(start_s):
                copying.add(group)
                yield copying.at
                if copying.is_done:
                    break
        finally:
            lease.close()
        self._writer.end_run()
        for number in range(copying.at if self._made.base is None else shot.last, shot.last):
            if not self._made.format.is_drawn_alike:
                raise NotCopyable("damaged")
            self._draw(number)
            yield number + 1


class _ShotCopying:
    """The groups of one shot, one after another; `at` is the output frame that comes next."""

    def __init__(
        self,
        made: HybridPlan,
        placed: CopiedShot,
        reader: PictureReader,
        renderer: VideoRenderer,
        writer: HybridWriter,
        looks: dict[int, bytes],
        beat: ProgressTick,
    ) -> None:
        self._made = made
        self._looks = looks
        self._placed = placed
        self._reader = reader
        self._renderer = renderer
        self._writer = writer
        self._beat = beat
        self._before: Group | None = None
        self._whole = False
        self._restarted: Restarted | None = None
        self._identity = 0
        self._age = 0
        self.at = placed.shot.first
        self.is_done = False

    def add(self, group: Group) -> None:
        """Write what the shot shows of the next group."""
        frames = self._frames(group)
        pictures = [
            GroupPicture(each.stamp, each.is_reference, self._use(frames.get(place)))
            for place, each in enumerate(group.pictures)
        ]
        plan = plan_group(pictures, self._whole)
        encoded = self._encoded(group, plan, frames)
        self._write(plan.leading, frames, encoded)
        if plan.copied:
            self._copy(group, plan, frames)
        self._write(plan.trailing, frames, encoded)
        if encoded is not None:
            encoded.finish()
        self._before, self._whole = group, plan.is_whole
        self.at = self._reached(frames)

    def _frames(self, group: Group) -> dict[int, int]:
        """The output frame (or tick) of each picture of the group that the shot shows, by its place in the group."""
        shown = sorted(
            (place for place, each in enumerate(group.pictures) if each.is_shown and each.stamp >= self._placed.begins),
            key=lambda place: group.pictures[place].stamp,
        )
        if self._made.base is None:
            return self._on_grid(group, shown)
        begins, stops, starts = self._placed.begins, self._placed.stops, self._placed.starts
        self.is_done = any(group.pictures[place].stamp >= stops for place in shown)
        stamps = {place: group.pictures[place].stamp for place in shown}
        return {place: starts + stamp - begins for place, stamp in stamps.items() if stamp < stops}

    def _on_grid(self, group: Group, shown: list[int]) -> dict[int, int]:
        shot, rate = self._placed.shot, self._made.render.rate
        frames = {}
        for number, place in enumerate(shown[: shot.last - self.at], self.at):
            off_s = (group.pictures[place].stamp - self._placed.begins) * self._reader.base
            if abs(off_s * rate - (number - shot.first)) >= 0.5:
                raise NotCopyable("variable", name=self._reader.name)
            frames[place] = number
        self.is_done = self.at + len(frames) >= shot.last
        return frames

    def _reached(self, frames: dict[int, int]) -> int:
        """The output frame that comes behind these."""
        if self._made.base is None or not frames:
            return self.at + len(frames)
        last_s = max(frames.values()) * self._made.base
        return min(self._placed.shot.last, max(self.at, int(last_s * self._made.render.rate)))

    def _use(self, number: int | None) -> Use:
        if number is None:
            return "drop"
        return "encode" if self._is_drawn(number) else "copy"

    def _is_drawn(self, number: int) -> bool:
        return self._made.base is None and number in self._made.touched

    def _encoded(self, group: Group, plan: GroupPlan, frames: dict[int, int]) -> "_Decoding | None":
        """The pictures that are decoded to be encoded again; what is drawn reads its own."""
        wanted = {place for place in (*plan.leading, *plan.trailing) if not self._is_drawn(frames[place])}
        beside, origin = self._beside_joins(group, plan, frames), self._made.origin
        watched = {group.pictures[place].stamp: frames[place] - origin for place in beside}
        needed = {group.pictures[place].stamp for place in wanted} | watched.keys()
        if not needed:
            return None
        led = bool(wanted.intersection(plan.leading)) or not group.entry.is_start
        before = self._before.pictures if led and self._before is not None else ()
        last = max(place for place, each in enumerate(group.pictures) if each.stamp in needed)
        frames_in = decoded(self._reader.stream, (*before, *group.pictures[: last + 1]), self._beat)
        return _Decoding(frames_in, {group.pictures[place].stamp for place in wanted}, watched, self._looks)

    def _beside_joins(self, group: Group, plan: GroupPlan, frames: dict[int, int]) -> set[int]:
        """Copied pictures right behind the beginning of a run and before its end."""
        shown = sorted(plan.copied, key=frames.__getitem__)
        begins = [] if plan.goes_on else shown[: _WATCHED if group.entry.is_start else _REBASED]
        return {*begins, *([] if plan.is_whole else shown[-_WATCHED:])}

    def _write(self, places: Sequence[int], frames: dict[int, int], encoded: "_Decoding | None") -> None:
        for place in places:
            number = frames[place]
            if self._is_drawn(number):
                picture = self._renderer.frame(number)
            else:
                assert encoded is not None
                picture = encoded.next()
            self._writer.encode(picture, number)

    def _copy(self, group: Group, plan: GroupPlan, frames: dict[int, int]) -> None:
        if not plan.goes_on or group.entry.is_start:
            self._restarted = None if group.entry.is_start else self._restart(group)
        for place in plan.copied:
            picture = group.pictures[place]
            is_key = picture.is_start or (place == 0 and not plan.goes_on)
            if picture.is_start:
                self._restarted = None
            self._age = 0 if is_key else self._age
            try:
                units = list(self._units(picture, is_place=place == 0 and not plan.goes_on))
            except UNREADABLE as error:
                raise NotCopyable("unreadable") from error
            self._age += picture.is_reference
            if is_key:
                # Sources may use one number for different sets: whoever enters here must find those of this stretch.
                units = picture.bitstream.with_sets(units, picture.sets)
            self._writer.copy(units, frames[place], is_key)

    def _restart(self, group: Group) -> Restarted:
        self._identity = 1 - self._identity
        return group.entry.bitstream.restarted(group.entry.units, group.entry.sets, self._identity)

    def _units(self, picture: CodedPicture, is_place: bool) -> Iterator[bytes]:
        for unit in picture.units:
            if picture.bitstream.is_left_out(unit):
                continue
            restarted = self._restarted
            yield unit if restarted is None else restarted(unit, picture.sets, is_place, self._age)


class _Decoding:
    """Pictures of a group that are decoded to be encoded, and on the way looks of those that are copied."""

    def __init__(
        self, frames: Iterator[VideoFrame], wanted: set[int], watched: dict[int, int], looks: dict[int, bytes]
    ) -> None:
        self._frames = frames
        self._wanted = wanted
        self._watched = watched
        self._looks = looks

    def next(self) -> VideoFrame:
        """The next picture to encode. Raises NotCopyable where it does not come out."""
        for frame in self._frames:
            self._look(frame)
            if frame.pts in self._wanted:
                return frame
        raise NotCopyable("damaged")

    def finish(self) -> None:
        """Look at what is left."""
        for frame in self._frames:
            self._look(frame)

    def _look(self, frame: VideoFrame) -> None:
        if frame.pts in self._watched:
            self._looks[self._watched[frame.pts]] = look_of(frame)
