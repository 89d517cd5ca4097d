"""Music under the reel."""

from fractions import Fraction
from pathlib import PurePath

from ...messages import message
from ..layout import lasting
from ..media import MediaInfo
from ..model import AudioTrack, Clip
from ..operations import BgmAdd, BgmRemove
from ..time import TimeRange, clock, format_length
from .desk import Desk
from .footage import named, show_all
from .outcome import Refused
from .sound import MUSIC_LEVEL, need_music

FADE_IN_MS, FADE_OUT_MS = 500, 1500


def bgm_add(desk: Desk, op: BgmAdd) -> None:
    """Lay a song under the reel, in place of the one that was there."""
    song = _song(desk, op.asset)
    if not desk.clips:
        show_all(desk)
    if op.start_ms >= desk.length_ms:
        slots = {"at": clock(op.start_ms), "total": clock(desk.length_ms)}
        raise Refused("limit", message("timeline.beyond_end", **slots), message("timeline.beyond_end.next"))
    if op.source_start_ms >= song.duration_ms:
        slots = {"name": song.name, "total": clock(song.duration_ms)}
        raise Refused("limit", message("timeline.beyond_source", **slots), message("timeline.beyond_source.next"))
    level = MUSIC_LEVEL if op.level is None else op.level
    if op.level is None:
        desk.assume("music_level", to=f"{round(100 * level)}%")
    old = desk.music
    source = TimeRange(start_ms=op.source_start_ms, end_ms=song.duration_ms)
    clip = Clip(
        id=desk.new_id(), start_ms=op.start_ms, duration_ms=lasting(source, Fraction(1)), media_id=song.media_id,
        source=source, volume=level, label=PurePath(song.name).stem,
        fade_in_ms=FADE_IN_MS if op.fade_in_ms is None else op.fade_in_ms,
        fade_out_ms=FADE_OUT_MS if op.fade_out_ms is None else op.fade_out_ms,
    )  # fmt: skip
    track = AudioTrack(
        id=old.id if old else desk.new_id("trk"), name=PurePath(song.name).stem, clips=(clip,),
        duck_db=old.duck_db if old else None,
    )  # fmt: skip
    desk.put(track)
    if op.start_ms + source.duration_ms < desk.length_ms:
        desk.remarks.append(message("timeline.music_repeats", name=song.name, length=format_length(source.duration_ms)))
    desk.done("music_swapped" if old else "music_added", name=song.name, to=f"{round(100 * level)}%")


def _song(desk: Desk, asset: str | None) -> MediaInfo:
    songs = [info for info in desk.media.values() if info.kind == "audio"]
    if asset is None:
        if len(songs) == 1:
            desk.assume("which_music", name=songs[0].name)
            return songs[0]
        names = ", ".join(info.name for info in songs)
        if songs:
            raise Refused(
                "asset_missing", message("timeline.which_song", names=names), message("timeline.which_song.next")
            )
        raise Refused("asset_missing", message("timeline.no_song"), message("timeline.no_song.next"))
    found = named(songs, asset) or named((info for info in desk.media.values() if info.has_sound), asset)
    if found is None:
        names = ", ".join(info.name for info in songs) or "-"
        raise Refused(
            "asset_missing", message("timeline.no_asset", name=asset), message("timeline.no_asset.next", names=names)
        )
    return found


def bgm_remove(desk: Desk, _op: BgmRemove) -> None:
    """Take all music away."""
    need_music(desk)
    names = [track.id for track in desk.timeline.tracks if isinstance(track, AudioTrack) and track.role == "bgm"]
    desk.drop(*names)
    desk.done("music_removed")
