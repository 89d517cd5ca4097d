"""How the files of each preset are coded: container, encoders, pixel formats, and what a reader must find in them."""

from dataclasses import dataclass, field
from fractions import Fraction

from ...presets import Preset


@dataclass(frozen=True)
class PictureCoding:
    """`encoder` as FFmpeg calls it, `codec` as it is found in the file; `options` are the encoder's own.

    `fed` are the pixels that it takes where those are others than come out, `bps` its bit rate where it needs one.
    """

    encoder: str
    codec: str
    pixels: str
    options: dict[str, str] = field(default_factory=dict)
    smallest: tuple[int, int] = (2, 2)
    fed: str = ""
    bps: int | None = None


@dataclass(frozen=True)
class SoundCoding:
    """`bps` None for what is not compressed; `block` are the samples by which a file may be longer."""

    encoder: str
    codec: str
    samples: str
    bps: int | None
    block: int = 1024

    @property
    def slack_ms(self) -> Fraction:
        """By how much the sound may be longer or shorter, at 48 kHz."""
        return Fraction(self.block, 48)


@dataclass(frozen=True)
class Coding:
    """A container (FFmpeg's muxer) with what is in it; the index of a `fast` one lies in front."""

    muxer: str
    picture: PictureCoding | None
    sound: SoundCoding | None
    options: dict[str, str] = field(default_factory=dict)
    keyframes_s: Fraction = Fraction(2)

    @property
    def fast(self) -> bool:
        return "movflags" in self.options


_FAST = {"movflags": "+faststart"}


def coding_of(preset: Preset, ending: str = "") -> Coding:
    """The coding of a preset; `ending` chooses among those of sound."""
    if preset.kind == "animation":
        return Coding(preset.codec, None, None)
    if preset.kind == "audio":
        return _sound_alone(preset, ending or preset.endings[0])
    if preset.codec in _EDITORS:
        plain = SoundCoding("pcm_s16le", "pcm_s16le", "s16", None)
        return Coding("mov", _EDITORS[preset.codec], plain, _FAST)
    return Coding("mp4", _h264(preset), _aac(preset), _FAST, preset.keyframes_s)


_EDITORS = {
    # ProRes 422 and DNxHR SQ: the middle of both families. Each frame stands alone, so that editors scrub freely.
    # FFmpeg's other encoder of ProRes takes five times as long for 0.2 dB.
    "prores": PictureCoding("prores", "prores", "yuv422p10le"),
    "dnxhr": PictureCoding("dnxhd", "dnxhd", "yuv422p", {"profile": "dnxhr_sq"}, smallest=(256, 120)),
}


def _h264(preset: Preset) -> PictureCoding:
    options = {"preset": preset.effort, "crf": str(preset.crf), "profile": "high"}
    if preset.most_bps is not None:
        options |= {"maxrate": str(preset.most_bps), "bufsize": str(preset.most_bps)}
    return PictureCoding("libx264", "h264", "yuv420p", options)


def _aac(preset: Preset) -> SoundCoding:
    return SoundCoding("aac", "aac", "fltp", preset.sound_bps)


def _sound_alone(preset: Preset, ending: str) -> Coding:
    if ending == "mp3":
        return Coding("mp3", None, SoundCoding("libmp3lame", "mp3", "fltp", preset.sound_bps, block=2 * 1152))
    if ending == "wav":
        return Coding("wav", None, SoundCoding("pcm_s16le", "pcm_s16le", "s16", None), {"rf64": "auto"})
    return Coding("ipod", None, _aac(preset), _FAST)
