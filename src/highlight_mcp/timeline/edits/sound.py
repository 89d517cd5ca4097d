"""Levels, fades, loudness, ducking."""

from typing import Any

from ...messages import message
from ..layout import with_fields
from ..model import AudioTrack, Clip
from ..operations import Clips, Duck, Fade, Loudness, Volume
from ..time import format_length
from .desk import Desk, term
from .outcome import Refused
from .targets import ids_of

LOUDEST = 4.0
FADE_MS = 1000
DUCK_DB = -12.0
MUSIC_LEVEL = 0.35


def need_music(desk: Desk) -> AudioTrack:
    """The track with the music. Raises Refused when there is none."""
    track = desk.music
    if track is None:
        raise Refused("asset_missing", message("timeline.no_music"), message("timeline.no_music.next"))
    return track


def volume(desk: Desk, op: Volume) -> None:
    """Set or change levels of the footage, the music or single clips."""
    if (op.level is None) == (op.db is None):
        raise Refused("bad_request", message("timeline.volume_how"), message("timeline.volume_how.next"))
    if op.target == "bgm":
        _music_level(desk, op, need_music(desk))
        return
    ids = ids_of(desk, op.target) if isinstance(op.target, Clips) else None
    desk.change_clips(lambda clip: with_fields(clip, volume=_level(desk, op, clip.volume)), ids)
    what = _percent_or_db(op)
    if op.target == "all" and desk.music is not None:
        _music_level(desk, op, desk.music, along=True)
    if op.level == 0:
        desk.done("muted", n=len(ids or desk.clips))
    else:
        desk.done("volume", n=len(ids or desk.clips), to=what)


def _music_level(desk: Desk, op: Volume, track: AudioTrack, *, along: bool = False) -> None:
    """With `along` the music keeps its balance to the footage: a level is a share of its own."""
    clips = []
    for clip in track.clips:
        if along and op.level is not None:
            new = min(LOUDEST, clip.volume * op.level) if clip.volume else (MUSIC_LEVEL if op.level else 0.0)
        else:
            new = _level(desk, op, clip.volume)
        clips.append(with_fields(clip, volume=round(new, 4)))
    desk.put(track.model_copy(update={"clips": tuple(clips)}))
    if not along:
        desk.done("music_level", to=f"{round(100 * clips[0].volume * track.volume)}%")


def _level(desk: Desk, op: Volume, present: float) -> float:
    if op.level is not None:
        return op.level
    wish = present * 10 ** ((op.db or 0.0) / 20)
    if wish > LOUDEST and not any(known.key == "loudest" for known in desk.assumed):
        desk.assume("loudest")
    return round(min(LOUDEST, wish), 4)


def _percent_or_db(op: Volume) -> str:
    return f"{round(100 * op.level)}%" if op.level is not None else f"{op.db:+g} dB"


def fade(desk: Desk, op: Fade) -> None:
    """Fade the ends of the reel in and out."""
    into, out = op.in_ms, op.out_ms
    if into is None and out is None:
        into = out = FADE_MS
        desk.assume("fade_length", length=format_length(FADE_MS))
    picture = op.target in ("video", "both")
    sound = op.target in ("audio", "both")
    if picture or sound:
        _fade_reel(desk, into, out, picture=picture, sound=sound)
    if op.target == "bgm":
        need_music(desk)
    if (track := desk.music) is not None and (sound or op.target == "bgm"):
        clips = _edges(desk, track.clips, {"fade_in_ms": into, "fade_out_ms": out})
        desk.put(track.model_copy(update={"clips": clips}))
    for name, length in (("fade_in", into), ("fade_out", out)):
        if length is not None:
            desk.done(name if length else f"{name}_off", what=term(op.target), length=format_length(length))


def _fade_reel(desk: Desk, into: int | None, out: int | None, *, picture: bool, sound: bool) -> None:
    fields: dict[str, int | None] = {}
    if picture:
        fields |= {"picture_fade_in_ms": into, "picture_fade_out_ms": out}
    if sound:
        fields |= {"fade_in_ms": into, "fade_out_ms": out}
    desk.set_clips(_edges(desk, desk.clips, fields))


def _edges(desk: Desk, clips: tuple[Clip, ...], fields: dict[str, int | None]) -> tuple[Clip, ...]:
    """Fades set on the first and last clip, no longer than these are."""
    changed = list(clips)
    for name, length in fields.items():
        if length is None:
            continue
        place = 0 if "_in_" in name else -1
        room = changed[place].duration_ms
        if length > room and not any(known.key == "fade_shortened" for known in desk.assumed):
            desk.assume("fade_shortened", length=format_length(room))
        changed[place] = with_fields(changed[place], **{name: min(length, room)})
    return tuple(changed)


def loudness(desk: Desk, op: Loudness) -> None:
    """Aim at one loudness when the reel is rendered."""
    fields: dict[str, Any] = {"loudness_lufs": op.lufs}
    desk.timeline = desk.timeline.model_copy(update=fields)
    desk.done("loudness", lufs=f"{op.lufs:g}")


def duck(desk: Desk, op: Duck) -> None:
    """Lower the music under speech and crowd; 0 dB switches it off."""
    track = need_music(desk)
    amount = DUCK_DB if op.db is None else op.db
    if op.db is None:
        desk.assume("duck_amount", db=f"{-amount:g}")
    desk.put(track.model_copy(update={"duck_db": amount or None}))
    desk.done("ducked" if amount else "duck_off", db=f"{-amount:g}")
