"""Encodes pictures that lie between copied ones: of the same form, and so close to them that no join can be seen."""

import os
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log10

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..media.ratios import exact
from .bitstreams import Bitstream
from .pictures import rows_of

_EFFORT = "veryfast"
_PROFILES = {66: "baseline", 77: "main", 88: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444"}
_THREADS = 2
_MOST_REFERENCES = 4
"""More cost more than they are worth: x264's own default is three."""
_BOTTOM_FIRST = (3, 4)
"""Orders of fields in FFmpeg's numbers: stored or shown."""
_CLOSE_DB = 47.0
"""PSNR of the first picture of a run; the others lie up to 4 dB below, at the 43 dB at which joins are invisible."""


@dataclass(frozen=True)
class Coder:
    """An encoder and its decoder in FFmpeg's names.

    `crf` is the rate factor to begin with, `finest` the last that is of use, `db_of_step` what one step of it changes
    at least, measured on noise and on drawn pictures.
    """

    encoder: str
    decoder: str
    crf: int
    finest: int
    db_of_step: float


_CODERS = {
    "h264": Coder("libx264", "h264", 16, 4, 0.9),
    "hevc": Coder("libx265", "hevc", 16, 4, 0.8),
    "vp9": Coder("libvpx-vp9", "vp9", 16, 2, 0.35),
    "av1": Coder("libsvtav1", "libdav1d", 16, 2, 0.3),
}


@dataclass(frozen=True)
class StreamForm:
    """What all pictures of the reel have in common.

    `template` is the stream of a source, `sets` are those of all sources, `number` is free for the sets of encoded
    pictures, `depth` the deepest reordering of pictures, `base` seconds of a tick. `references` is how many pictures a
    decoder must hold: where that changes it may give up those that wait to be shown.
    """

    template: VideoStream
    bitstream: Bitstream
    sets: tuple[bytes, ...]
    number: int
    depth: int
    base: Fraction
    rate: Fraction
    interlaced: bool
    profile: int
    references: int


def encoder_of(form: StreamForm, crf: int) -> VideoCodecContext:
    """An encoder for one run of pictures."""
    context = form.template.codec_context
    encoder = av.CodecContext.create(_CODERS[form.bitstream.codec].encoder, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = context.width, context.height, context.pix_fmt
    encoder.time_base, encoder.framerate = form.base, form.rate
    encoder.sample_aspect_ratio = exact(context.sample_aspect_ratio) or Fraction(1)
    for name in ("color_primaries", "color_trc", "colorspace", "color_range"):
        setattr(encoder, name, getattr(context, name))
    encoder.thread_count = _THREADS
    encoder.options = _OPTIONS[form.bitstream.codec](form, crf)
    return encoder


def _x264(form: StreamForm, crf: int) -> dict[str, str]:
    private = f"sps-id={form.number}:bframes={min(2, form.depth)}:b-pyramid=none:open-gop=0:scenecut=0"
    private += f":ref={min(_MOST_REFERENCES, max(1, form.references))}"
    private += ":ipratio=1.1:pbratio=1.1:rc-lookahead=8:sync-lookahead=0"
    options = {"preset": _EFFORT, "tune": "psnr", "crf": str(crf)}
    if form.profile in _PROFILES:
        options["profile"] = _PROFILES[form.profile]
    if form.interlaced:
        options["flags"] = "+ildct+ilme"
        private += ":bff=1" if form.template.codec_context.field_order in _BOTTOM_FIRST else ":tff=1"
    return {**options, "x264-params": private}


def _x265(form: StreamForm, crf: int) -> dict[str, str]:
    # Rows in parallel would write lengths of data into heads, whose bytes move when numbers are changed.
    private = f"repeat-headers=1:info=0:wpp=0:open-gop=0:scenecut=0:log-level=none:bframes={min(2, form.depth)}"
    return {"preset": _EFFORT, "crf": str(crf), "x265-params": f"{private}:b-pyramid=0:rc-lookahead=8"}


def _vpx(form: StreamForm, crf: int) -> dict[str, str]:
    # Without pictures hidden in others: each packet shows one. One step for all: else all but keyframes lose 10 dB.
    hidden = {"lag-in-frames": "0", "auto-alt-ref": "0"}
    return {
        "crf": str(crf),
        "b": "0",
        "qmin": str(crf),
        "qmax": str(crf),
        "deadline": "good",
        "cpu-used": "5",
        **hidden,
    }


def _svt(form: StreamForm, crf: int) -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "1")  # errors alone, on the stream of errors
    return {"crf": str(crf), "preset": "8"}


_OPTIONS = {"h264": _x264, "hevc": _x265, "vp9": _vpx, "av1": _svt}


def sets_of_encoder(form: StreamForm) -> tuple[bytes, ...]:
    """The parameter sets of encoded pictures, which no picture has to be shown for."""
    context = form.template.codec_context
    frame = VideoFrame(context.width, context.height, context.pix_fmt or "yuv420p")
    units = form.bitstream.made_by_encoder(_alone(form, frame, _CODERS[form.bitstream.codec].crf))
    return tuple(unit for unit in units if not form.bitstream.is_picture(unit) and not form.bitstream.is_left_out(unit))


def fitting_crf(form: StreamForm, frame: VideoFrame) -> int:
    """The rate factor at which a run that begins with this picture comes out close to its source.

    Noise needs a much finer one than drawings; found by encoding the picture alone, at most twice.
    """
    coder = _CODERS[form.bitstream.codec]
    crf = coder.crf
    for _ in range(2):
        short_db = _CLOSE_DB - _likeness_db(form, frame, crf)
        if short_db <= 0 or crf <= coder.finest:
            break
        crf = max(coder.finest, crf - ceil(short_db / coder.db_of_step))
    return crf


def _alone(form: StreamForm, frame: VideoFrame, crf: int) -> bytes:
    encoder = encoder_of(form, crf)
    frame.pts, frame.time_base, frame.pict_type = 0, form.base, 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


def _likeness_db(form: StreamForm, frame: VideoFrame, crf: int) -> float:
    """PSNR of the brightness of a picture that is encoded alone."""
    decoder = av.CodecContext.create(_CODERS[form.bitstream.codec].decoder, "r")
    assert isinstance(decoder, VideoCodecContext)
    packet = av.Packet(_alone(form, frame, crf))
    made = next(iter((*decoder.decode(packet), *decoder.decode(None))), None)
    if made is None:
        return _CLOSE_DB
    before, after = (_brightness(each) for each in (frame, made))
    top = (1 << (8 * before.itemsize)) - 1 if before.itemsize == 1 else (1 << frame.format.components[0].bits) - 1
    error = float(np.mean((before.astype(np.float32) - after) ** 2))
    return 10 * log10(top * top / error) if error else _CLOSE_DB


def _brightness(frame: VideoFrame) -> "NDArray[np.uint8] | NDArray[np.uint16]":
    rows = rows_of(frame, 0)
    return rows.view(np.uint16) if frame.format.components[0].bits > 8 else rows
