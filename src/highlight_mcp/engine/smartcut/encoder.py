"""Encodes pictures that lie between copied ones: of the same form, and so close to them that no join can be seen."""

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
from .h264 import PPS, SPS, kind_of, units_of
from .pictures import rows_of

_EFFORT = "veryfast"
_PROFILES = {66: "baseline", 77: "main", 88: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444"}
_THREADS = 2
_MOST_REFERENCES = 4
"""More cost more than they are worth: x264's own default is three."""
_BOTTOM_FIRST = (3, 4)
"""Orders of fields in FFmpeg's numbers: stored or shown."""
_CRF, _FINEST = 16, 4
_CLOSE_DB = 47.0
"""PSNR of the first picture of a run; the others lie up to 4 dB below, at the 43 dB at which joins are invisible."""
_DB_OF_STEP = 0.9
"""What one step of the rate factor changes at least, measured on noise and on drawn pictures."""


@dataclass(frozen=True)
class StreamForm:
    """What all pictures of the reel have in common.

    `template` is the stream of a source, `sets` are those of all sources, `number` is free for the sets of encoded
    pictures, `depth` the deepest reordering of pictures, `base` seconds of a tick. `references` is how many pictures a
    decoder must hold: where that changes it may give up those that wait to be shown.
    """

    template: VideoStream
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
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = context.width, context.height, context.pix_fmt
    encoder.time_base, encoder.framerate = form.base, form.rate
    encoder.sample_aspect_ratio = exact(context.sample_aspect_ratio) or Fraction(1)
    for name in ("color_primaries", "color_trc", "colorspace", "color_range"):
        setattr(encoder, name, getattr(context, name))
    encoder.thread_count = _THREADS
    private = f"sps-id={form.number}:bframes={min(2, form.depth)}:b-pyramid=none:open-gop=0:scenecut=0"
    private += f":ref={min(_MOST_REFERENCES, max(1, form.references))}"
    private += ":ipratio=1.1:pbratio=1.1:rc-lookahead=8:sync-lookahead=0"
    options = {"preset": _EFFORT, "tune": "psnr", "crf": str(crf)}
    if form.profile in _PROFILES:
        options["profile"] = _PROFILES[form.profile]
    if form.interlaced:
        options["flags"] = "+ildct+ilme"
        private += ":bff=1" if context.field_order in _BOTTOM_FIRST else ":tff=1"
    encoder.options = {**options, "x264-params": private}
    return encoder


def sets_of_encoder(form: StreamForm) -> tuple[bytes, ...]:
    """The parameter sets of encoded pictures, which no picture has to be shown for."""
    context = form.template.codec_context
    frame = VideoFrame(context.width, context.height, context.pix_fmt or "yuv420p")
    units = units_of(_alone(form, frame, _CRF), 0)
    return tuple(unit for unit in units if kind_of(unit) in (SPS, PPS))


def fitting_crf(form: StreamForm, frame: VideoFrame) -> int:
    """The rate factor at which a run that begins with this picture comes out close to its source.

    Noise needs a much finer one than drawings; found by encoding the picture alone, at most twice.
    """
    crf = _CRF
    for _ in range(2):
        short_db = _CLOSE_DB - _likeness_db(form, frame, crf)
        if short_db <= 0 or crf <= _FINEST:
            break
        crf = max(_FINEST, crf - ceil(short_db / _DB_OF_STEP))
    return crf


def _alone(form: StreamForm, frame: VideoFrame, crf: int) -> bytes:
    encoder = encoder_of(form, crf)
    frame.pts, frame.time_base, frame.pict_type = 0, form.base, 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


def _likeness_db(form: StreamForm, frame: VideoFrame, crf: int) -> float:
    """PSNR of the brightness of a picture that is encoded alone."""
    decoder = av.CodecContext.create("h264", "r")
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
