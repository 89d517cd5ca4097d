"""Levels, fades and the loudness of the reel."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from ...messages import say
from ..layout import with_fields
from ..model import AudioTrack, Clip, Level
from ..time import Milliseconds, format_length, format_time, scaled
from .base import ClipTarget, Operation, RangeTarget
from .context import EditContext, rejected, term
from .sentences import chinese, decimal, english, percent
from .targets import clip_ids, replace_ranges, seen_ranges

Decibels = Annotated[float, Field(ge=-60, le=24)]
SoundTarget = Literal["all", "source", "bgm"] | ClipTarget | RangeTarget
LOUDEST = 4.0
FADE_MS = 1000
MUSIC_LEVEL = 0.35


class Volume(Operation):
    """Set a level (1 = as recorded, 0 = mute) or change it by decibels; of a range, that of the footage alone."""

    example: ClassVar = {"op": "volume", "target": "bgm", "level": 0.35}

    op: Literal["volume"] = "volume"
    target: SoundTarget = "all"
    level: Level | None = None
    db: Decibels | None = None

    def replaces(self, earlier: Operation) -> bool:
        """A level takes the place of any earlier one of the same part; a change adds up."""
        same = isinstance(earlier, Volume) and self.target == earlier.target
        return same and self.level is not None

    def apply(self, edit: EditContext) -> None:
        """Set or change levels of the footage, the music, single clips or a range, which is cut out for it."""
        if (self.level is None) == (self.db is None):
            raise rejected("bad_request", "volume.how")
        if self.target == "bgm":
            _music_level(edit, self, require_music(edit))
            return
        if isinstance(self.target, RangeTarget):
            _range_level(edit, self, self.target)
            return
        ids = clip_ids(edit, self.target) if isinstance(self.target, ClipTarget) else None
        edit.change_clips(lambda clip: with_fields(clip, volume=_level(edit, self, clip.volume)), ids)
        what = _percent_or_db(self)
        if self.target == "all" and edit.music is not None:
            _music_level(edit, self, edit.music, along=True)
        if self.level == 0:
            edit.record_change("volume.muted", n=len(ids or edit.clips))
        else:
            edit.record_change("volume.done", n=len(ids or edit.clips), to=what)

    def in_english(self) -> str:
        target = english.target(self.target)
        if self.db is not None and self.level is None:
            return f"Turn {target} {'down' if self.db < 0 else 'up'} by {decimal(abs(self.db))} dB"
        level = 1.0 if self.level is None else self.level
        more = f" and change it by {decimal(self.db)} dB" if self.db is not None else ""
        return f"Mute {target}{more}" if level == 0 else f"Set the volume of {target} to {percent(level)}{more}"

    def in_chinese(self) -> str:
        target = chinese.target(self.target, "整体")
        if self.db is not None and self.level is None:
            return f"把{target}的音量{'降低' if self.db < 0 else '提高'}{decimal(abs(self.db))}分贝"
        level = 1.0 if self.level is None else self.level
        more = f"，再改变{decimal(self.db)}分贝" if self.db is not None else ""
        return f"把{target}静音{more}" if level == 0 else f"把{target}的音量设为{percent(level)}{more}"


class Fade(Operation):
    """Fade picture, sound, both or the music in and out."""

    example: ClassVar = {"op": "fade", "target": "both", "in_ms": 500, "out_ms": 1000}
    settles = ("target",)

    op: Literal["fade"] = "fade"
    target: Literal["video", "audio", "both", "bgm"] = "both"
    in_ms: Milliseconds | None = None
    out_ms: Milliseconds | None = None

    def apply(self, edit: EditContext) -> None:
        """Fade the ends of the reel in and out."""
        into, out = self.in_ms, self.out_ms
        if into is None and out is None:
            into = out = FADE_MS
            edit.record_assumption("fade.length", length=format_length(FADE_MS))
        picture = self.target in ("video", "both")
        sound = self.target in ("audio", "both")
        if picture or sound:
            _fade_reel(edit, into, out, picture=picture, sound=sound)
        if self.target == "bgm":
            require_music(edit)
        if (track := edit.music) is not None and (sound or self.target == "bgm"):
            clips = _edges(edit, track.clips, {"fade_in_ms": into, "fade_out_ms": out})
            edit.put_track(track.model_copy(update={"clips": clips}))
        for end, length in (("in", into), ("out", out)):
            if length is not None:
                key = f"fade.{end}" if length else f"fade.{end}_off"
                edit.record_change(key, what=term(self.target), length=format_length(length))

    def in_english(self) -> str:
        what = {"video": "the picture", "audio": "the sound", "both": "everything", "bgm": "the music"}[self.target]
        ways = [
            f"{way} over {english.seconds(ms)}"
            for way, ms in (("in", self.in_ms), ("out", self.out_ms))
            if ms is not None
        ]
        return f"Fade {what} {' and '.join(ways) or 'in and out'}"

    def in_chinese(self) -> str:
        what = {"video": "画面", "audio": "声音", "both": "整个视频", "bgm": "音乐"}[self.target]
        ways = [
            f"{way}{chinese.seconds(ms)}" for way, ms in (("淡入", self.in_ms), ("淡出", self.out_ms)) if ms is not None
        ]
        return f"{what}{'、'.join(ways) or '淡入淡出'}"


class Loudness(Operation):
    """Bring the whole reel to one loudness (EBU R 128, LUFS), or leave it as recorded with mode "off"."""

    example: ClassVar = {"op": "loudness", "lufs": -14}
    settles = ()

    op: Literal["loudness"] = "loudness"
    lufs: Annotated[float, Field(ge=-40, le=-5)] = -14.0
    mode: Literal["off"] | None = None

    @model_validator(mode="after")
    def _one_loudness(self) -> "Loudness":
        if self.mode == "off" and "lufs" in self.model_fields_set:
            raise ValueError(say("timeline.loudness.off_or_lufs"))
        return self

    def apply(self, edit: EditContext) -> None:
        """Aim at one loudness when the reel is rendered, or at none."""
        off = self.mode == "off"
        fields: dict[str, Any] = {"loudness_lufs": None if off else self.lufs, "as_recorded": off}
        edit.timeline = edit.timeline.model_copy(update=fields)
        edit.record_change("loudness.off" if off else "loudness.done", **({} if off else {"lufs": f"{self.lufs:g}"}))

    def in_english(self) -> str:
        if self.mode == "off":
            return "Don't normalize the sound"
        return f"Normalize the loudness to {decimal(self.lufs)} LUFS"

    def in_chinese(self) -> str:
        if self.mode == "off":
            return "保留录制时的音量"
        return f"把响度统一到{decimal(self.lufs)} LUFS"


def _range_level(edit: EditContext, op: Volume, target: RangeTarget) -> None:
    chosen = seen_ranges(edit, target)
    edit.set_clips(replace_ranges(edit, chosen, lambda clip: [with_fields(clip, volume=_level(edit, op, clip.volume))]))
    start, end = (format_time(ms) for ms in target.range_ms)
    edit.record_change(
        "volume.range_muted" if op.level == 0 else "volume.range", start=start, end=end, to=_percent_or_db(op)
    )
    if edit.music is not None:
        edit.record_assumption("volume.music_stays")


def require_music(edit: EditContext) -> AudioTrack:
    """The track with the music. Raises OperationRejected when there is none."""
    track = edit.music
    if track is None:
        raise rejected("asset_missing", "no_music")
    return track


def _music_level(edit: EditContext, op: Volume, track: AudioTrack, *, along: bool = False) -> None:
    """With `along` the music keeps its balance to the footage: a level is a share of its own."""
    clips = []
    for clip in track.clips:
        if along and op.level is not None:
            new = min(LOUDEST, clip.volume * op.level) if clip.volume else (MUSIC_LEVEL if op.level else 0.0)
        else:
            new = _level(edit, op, clip.volume)
        clips.append(with_fields(clip, volume=round(new, 4)))
    edit.put_track(track.model_copy(update={"clips": tuple(clips)}))
    if not along:
        edit.record_change("volume.music", to=f"{round(100 * clips[0].volume * track.volume)}%")


def _level(edit: EditContext, op: Volume, present: float) -> float:
    if op.level is not None:
        return op.level
    wish = present * 10 ** ((op.db or 0.0) / 20)
    if wish > LOUDEST and not any(known.key == "timeline.volume.loudest" for known in edit.assumed):
        edit.record_assumption("volume.loudest")
    return round(min(LOUDEST, wish), 4)


def _percent_or_db(op: Volume) -> str:
    return f"{round(100 * op.level)}%" if op.level is not None else f"{op.db:+g} dB"


def _fade_reel(edit: EditContext, into: int | None, out: int | None, *, picture: bool, sound: bool) -> None:
    fields: dict[str, int | None] = {}
    if picture:
        fields |= {"picture_fade_in_ms": into, "picture_fade_out_ms": out}
    if sound:
        fields |= {"fade_in_ms": into, "fade_out_ms": out}
    edit.set_clips(_edges(edit, edit.clips, fields))


def _edges(edit: EditContext, clips: tuple[Clip, ...], fields: dict[str, int | None]) -> tuple[Clip, ...]:
    """Fades set on the first and last clip, no longer than these are."""
    changed = list(clips)
    for name, length in fields.items():
        if length is None:
            continue
        place = 0 if "_in_" in name else -1
        room = changed[place].duration_ms
        if length > room and not any(known.key == "timeline.fade.shortened" for known in edit.assumed):
            edit.record_assumption("fade.shortened", length=format_length(room))
        changed[place] = with_fields(changed[place], **{name: min(length, room)})
    return tuple(changed)


def beats_of(edit: EditContext, track: AudioTrack) -> list[int]:
    """Beats of a track of music, in the time of the reel."""
    beats_ms: list[int] = []
    for clip in track.clips:
        if clip.source is None or clip.media_id is None:
            continue
        inside = (ms for ms in edit.senses.beats(clip.media_id) if clip.source.start_ms <= ms < clip.source.end_ms)
        beats_ms += [clip.start_ms + scaled(ms - clip.source.start_ms, 1 / clip.speed) for ms in inside]
    return sorted(beats_ms)
