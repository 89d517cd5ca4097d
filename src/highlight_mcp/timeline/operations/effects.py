"""Sound effects: a sound file at a time of the reel, or at its cuts."""

from pathlib import PurePath
from typing import ClassVar, Literal

from ..layout import rise_of
from ..media import MediaInfo
from ..model import AudioTrack, Clip, Level
from ..time import Milliseconds, TimeRange, format_time
from .base import ClipNumber, Operation
from .context import EditContext, rejected
from .footage import find_media
from .sentences import chinese, english, moment, percent
from .targets import cut_places, locate


class SfxAdd(Operation):
    """Lay an uploaded sound (a whoosh, a ding) at `at_ms`, or `where` there are cuts: at all, or after these clips."""

    example: ClassVar = {"op": "sfx_add", "asset": "whoosh.wav", "where": "all"}

    op: Literal["sfx_add"] = "sfx_add"
    asset: str | None = None
    at_ms: Milliseconds | None = None
    where: Literal["all"] | tuple[ClipNumber, ...] | None = None
    level: Level | None = None

    def apply(self, edit: EditContext) -> None:
        """Lay the sound on a track of its own; an effect ends where the next one begins."""
        if (self.at_ms is None) == (self.where is None):
            raise rejected("bad_request", "sfx_add.when")
        sound = _sound(edit, self.asset)
        source = TimeRange(start_ms=0, end_ms=sound.duration_ms)
        starts = self._starts(edit, source.duration_ms)
        clips = tuple(
            Clip(
                id=edit.new_id(), start_ms=start, duration_ms=source.duration_ms, media_id=sound.media_id,
                source=source, volume=1.0 if self.level is None else self.level, label=PurePath(sound.name).stem,
            )
            for start in starts
        )  # fmt: skip
        edit.put_track(AudioTrack(id=edit.new_id("trk"), name=PurePath(sound.name).stem, role="sfx", clips=clips))
        at = ", ".join(map(format_time, starts[:5])) + (" …" if len(starts) > 5 else "")
        edit.record_change("sfx_add.done", name=sound.name, n=len(starts), at=at)

    def _starts(self, edit: EditContext, length: int) -> list[int]:
        if self.at_ms is not None:
            place, offset = locate(edit, self.at_ms)
            return [min(edit.clips[place].start_ms + offset, max(0, edit.length_ms - edit.shortest_ms))]
        cuts = (edit.clips[place].start_ms for place in cut_places(edit, self.where or "all"))
        return [max(0, cut - rise_of(length)) for cut in cuts]

    def in_english(self) -> str:
        what = "a sound effect" if self.asset is None else f"the sound effect {english.quoted(self.asset)}"
        level = "" if self.level is None else f", at {percent(self.level)} volume"
        return f"Add {what}{self._place_in_english()}{level}"

    def _place_in_english(self) -> str:
        if self.at_ms is not None:
            return f" at {moment(self.at_ms)}"
        if self.where is None:
            return ""
        return " at every cut" if self.where == "all" else f" after {english.clips(self.where)}"

    def in_chinese(self) -> str:
        what = "音效" if self.asset is None else f"音效{chinese.quoted(self.asset)}"
        level = "" if self.level is None else f"，音量{percent(self.level)}"
        if self.at_ms is not None:
            return f"在{moment(self.at_ms)}加{what}{level}"
        if self.where is None:
            return f"加{what}{level}"
        where = "每个剪切处" if self.where == "all" else f"{chinese.clips(self.where)}之后"
        return f"在{where}加{what}{level}"


class SfxRemove(Operation):
    """Take all sound effects away."""

    example: ClassVar = {"op": "sfx_remove"}

    op: Literal["sfx_remove"] = "sfx_remove"

    def apply(self, edit: EditContext) -> None:
        """Take away what `sfx_add` has laid."""
        tracks = [track for track in edit.timeline.tracks if isinstance(track, AudioTrack) and track.role == "sfx"]
        if not tracks:
            raise rejected("target_missing", "sfx_remove.nothing")
        edit.remove_tracks(*(track.id for track in tracks))
        edit.record_change("sfx_remove.done", n=sum(len(track.clips) for track in tracks))

    def in_english(self) -> str:
        return "Remove the sound effects"

    def in_chinese(self) -> str:
        return "去掉音效"


def _sound(edit: EditContext, asset: str | None) -> MediaInfo:
    """The sound file that is meant. Raises OperationRejected where there is none, or several."""
    music = {clip.media_id for clip in edit.music.clips} if edit.music is not None else set[str | None]()
    sounds = [media for media in edit.media.values() if media.kind == "audio"]
    if asset is not None:
        found = find_media(sounds, asset) or find_media((one for one in edit.media.values() if one.has_sound), asset)
        if found is None:
            raise rejected("asset_missing", "sfx_add.no_asset", name=asset)
        return found
    left = [media for media in sounds if media.media_id not in music]
    if len(left) != 1:
        names = ", ".join(media.name for media in left)
        raise rejected("asset_missing", "sfx_add.which" if left else "sfx_add.no_sound", names=names)
    return left[0]
