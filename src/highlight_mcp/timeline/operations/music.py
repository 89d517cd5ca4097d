"""Music under the reel: which, how loud under speech, cuts on its beat."""

from bisect import bisect_left
from fractions import Fraction
from pathlib import PurePath
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...messages import message
from ..layout import duration_at_speed, is_footage, with_fields, with_source
from ..media import MediaInfo
from ..model import AudioTrack, Clip, Level
from ..time import Milliseconds, TimeRange, format_length, format_time, scaled
from .base import Operation
from .context import EditContext, rejected
from .footage import find_media, show_all_footage
from .sentences import chinese, decimal, english, moment, percent
from .slides import fit_slides
from .sound import MUSIC_LEVEL, beats_of, require_music

REACH_MS = 250
SHORTEST_ON_BEAT_MS = 300
DUCK_DB = -12.0
FADE_IN_MS, FADE_OUT_MS = 500, 1500


class BgmAdd(Operation):
    """Lay an uploaded sound file under the reel; of music that is there, what is not given stays."""

    example: ClassVar = {"op": "bgm_add", "asset": "song.mp3", "level": 0.35, "fade_out_ms": 1500}
    needs_reel = False
    settles = ()

    op: Literal["bgm_add"] = "bgm_add"
    asset: str | None = None
    level: Level | None = None
    start_ms: Milliseconds = 0
    source_start_ms: Milliseconds = 0
    fade_in_ms: Milliseconds | None = None
    fade_out_ms: Milliseconds | None = None

    def apply(self, edit: EditContext) -> None:
        """Lay a song under the reel, in place of the one that was there."""
        old = edit.music
        before = old.clips[0] if old is not None else None
        song = _song(edit, self.asset, before)
        same = before is not None and before.media_id == song.media_id
        start_ms = self._kept("start_ms", before.start_ms if before else 0)
        inside_ms = self._kept("source_start_ms", before.source.start_ms if same and before and before.source else 0)
        if not edit.clips:
            show_all_footage(edit)
        if edit.length_ms - start_ms < edit.shortest_ms:
            slots = {"at": format_time(start_ms), "total": format_time(edit.length_ms)}
            raise rejected("limit", "beyond_end", **slots)
        if song.duration_ms - inside_ms < edit.shortest_ms:
            slots = {"name": song.name, "total": format_time(song.duration_ms)}
            raise rejected("limit", "beyond_source", **slots)
        level = self._level(edit, before)
        source = TimeRange(start_ms=inside_ms, end_ms=song.duration_ms)
        clip = Clip(
            id=edit.new_id(), start_ms=start_ms, media_id=song.media_id, source=source, volume=level,
            duration_ms=duration_at_speed(source, Fraction(1)), label=PurePath(song.name).stem,
            **self._fades(old),
        )  # fmt: skip
        track = AudioTrack(
            id=old.id if old else edit.new_id("trk"), name=PurePath(song.name).stem, clips=(clip,),
            duck_db=old.duck_db if old else None,
        )  # fmt: skip
        edit.put_track(track)
        if start_ms + source.duration_ms < edit.length_ms:
            edit.remarks.append(
                message("timeline.bgm_add.repeats", name=song.name, length=format_length(source.duration_ms))
            )
        key = "bgm_add.added" if old is None else "bgm_add.moved" if same else "bgm_add.swapped"
        begins, inside = format_time(start_ms), format_time(inside_ms)
        edit.record_change(key, name=song.name, to=f"{round(100 * level)}%", at=begins, inside=inside)
        fit_slides(edit)

    def _kept(self, name: str, before: int) -> int:
        """A time as given, else as it was."""
        return int(getattr(self, name)) if name in self.model_fields_set else before

    def _fades(self, old: AudioTrack | None) -> dict[str, int]:
        """The fades given, else those of the music before, else the usual ones."""
        fades = {"fade_in_ms": FADE_IN_MS, "fade_out_ms": FADE_OUT_MS}
        if old is not None:
            fades = {"fade_in_ms": old.clips[0].fade_in_ms, "fade_out_ms": old.clips[-1].fade_out_ms}
        return fades | {name: given for name in fades if (given := getattr(self, name)) is not None}

    def _level(self, edit: EditContext, before: Clip | None) -> float:
        """The level given, else that of the music before, else one that is told."""
        if self.level is not None:
            return self.level
        if before is not None:
            return before.volume
        edit.record_assumption("bgm_add.level", to=f"{round(100 * MUSIC_LEVEL)}%")
        return MUSIC_LEVEL

    def in_english(self) -> str:
        parts = [
            "Add background music" if self.asset is None else f"Add the background music {english.quoted(self.asset)}"
        ]
        parts += [] if self.level is None else [f"at {percent(self.level)} volume"]
        parts += [f"starting at {moment(self.start_ms)} of the timeline"] if self.start_ms else []
        parts += [f"from {moment(self.source_start_ms)} of the song"] if self.source_start_ms else []
        parts += [f"fading in over {english.seconds(self.fade_in_ms)}"] if self.fade_in_ms is not None else []
        parts += [f"fading out over {english.seconds(self.fade_out_ms)}"] if self.fade_out_ms is not None else []
        return ", ".join(parts)

    def in_chinese(self) -> str:
        parts = ["加背景音乐" if self.asset is None else f"加背景音乐{chinese.quoted(self.asset)}"]
        parts += [] if self.level is None else [f"音量{percent(self.level)}"]
        parts += [f"从时间线的{moment(self.start_ms)}开始"] if self.start_ms else []
        parts += [f"从歌曲的{moment(self.source_start_ms)}放起"] if self.source_start_ms else []
        parts += [f"淡入{chinese.seconds(self.fade_in_ms)}"] if self.fade_in_ms is not None else []
        parts += [f"淡出{chinese.seconds(self.fade_out_ms)}"] if self.fade_out_ms is not None else []
        return "，".join(parts)


class BgmRemove(Operation):
    """Take the music away."""

    example: ClassVar = {"op": "bgm_remove"}

    op: Literal["bgm_remove"] = "bgm_remove"

    def apply(self, edit: EditContext) -> None:
        """Take all music away."""
        require_music(edit)
        names = [track.id for track in edit.timeline.tracks if isinstance(track, AudioTrack) and track.role == "bgm"]
        edit.remove_tracks(*names)
        edit.record_change("bgm_remove.done")

    def in_english(self) -> str:
        return "Remove the background music"

    def in_chinese(self) -> str:
        return "删除背景音乐"


class Duck(Operation):
    """Lower the music while the footage is loud with speech or crowd."""

    example: ClassVar = {"op": "duck", "db": -12}
    settles = ()

    op: Literal["duck"] = "duck"
    target: Literal["bgm"] = "bgm"
    db: Annotated[float, Field(ge=-60, le=0)] | None = None

    def apply(self, edit: EditContext) -> None:
        """Lower the music under speech and crowd; 0 dB switches it off."""
        track = require_music(edit)
        amount = DUCK_DB if self.db is None else self.db
        if self.db is None:
            edit.record_assumption("duck.amount", db=f"{-amount:g}")
        edit.put_track(track.model_copy(update={"duck_db": amount or None}))
        edit.record_change("duck.done" if amount else "duck.off", db=f"{-amount:g}")

    def in_english(self) -> str:
        return f"Duck the music{'' if self.db is None else f' by {decimal(-self.db)} dB'} under speech"

    def in_chinese(self) -> str:
        return f"说话时把音乐压低{'' if self.db is None else f'{decimal(-self.db)}分贝'}"


class BeatSync(Operation):
    """Move the cuts onto the beats of the music."""

    example: ClassVar = {"op": "beat_sync"}

    op: Literal["beat_sync"] = "beat_sync"

    def apply(self, edit: EditContext) -> None:
        """Move the ends of clips to the nearest beat of the music, by a quarter of a second at most."""
        track = require_music(edit)
        beats = beats_of(edit, track)
        if not beats:
            raise rejected("nothing_found", "beat_sync.no_beat", name=track.name or "-")
        clips: list[Clip] = []
        at = moved = 0
        for clip in edit.clips:
            new = _ending_on(edit, clip, at, beats)
            moved += new.duration_ms != clip.duration_ms
            clips.append(new)
            at += new.duration_ms
        edit.set_clips(clips)
        edit.record_change("beat_sync.done", n=moved, many=len(clips))

    def in_english(self) -> str:
        return "Sync the cuts to the beat"

    def in_chinese(self) -> str:
        return "让剪切点卡在音乐节拍上"


def _ending_on(edit: EditContext, clip: Clip, start: int, beats: list[int]) -> Clip:
    end = start + clip.duration_ms
    first = bisect_left(beats, end)
    near = sorted(beats[max(0, first - 2) : first + 2], key=lambda beat: abs(beat - end))
    for beat in near:
        length = beat - start
        if abs(beat - end) > REACH_MS or length < SHORTEST_ON_BEAT_MS:
            continue
        if not is_footage(clip) or clip.source is None:
            return with_fields(clip, duration_ms=length)
        source_end = clip.source.start_ms + scaled(length, clip.speed)
        limit = edit.source_end(clip)
        if limit is None or source_end <= limit:
            return with_source(clip, TimeRange(start_ms=clip.source.start_ms, end_ms=source_end))
    return clip


def _song(edit: EditContext, asset: str | None, before: Clip | None) -> MediaInfo:
    songs = [media for media in edit.media.values() if media.kind == "audio"]
    playing = edit.media.get(before.media_id or "") if before is not None else None
    if asset is None and playing is not None:
        return playing
    if asset is None:
        if len(songs) == 1:
            edit.record_assumption("bgm_add.which", name=songs[0].name)
            return songs[0]
        names = ", ".join(media.name for media in songs)
        if songs:
            raise rejected("asset_missing", "bgm_add.which_song", names=names)
        raise rejected("asset_missing", "bgm_add.no_song")
    song = find_media(songs, asset) or find_media((media for media in edit.media.values() if media.has_sound), asset)
    if song is None:
        names = ", ".join(media.name for media in songs) or "-"
        raise rejected("asset_missing", "bgm_add.no_asset", name=asset, names=names)
    return song
