"""The sound of a reel as a stream of its file."""

import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from .codings import SoundCoding
from .sound_graph import Samples, audio_frame
from .sound_plan import SAMPLE_RATE

BLOCK = 1024


class SoundEncoder:
    """Stereo at 48 kHz, encoded as it comes."""

    def __init__(self, container: OutputContainer, coding: SoundCoding) -> None:
        stream = container.add_stream(coding.encoder, rate=SAMPLE_RATE, layout="stereo")
        assert isinstance(stream, AudioStream)
        stream.codec_context.format = coding.samples
        if coding.bps is not None:
            stream.codec_context.bit_rate = coding.bps
        self._container, self._stream = container, stream
        self._block = stream.codec_context.frame_size or BLOCK
        self._samples = 0
        self._rest: Samples = np.zeros((2, 0), np.float32)

    def write(self, block: Samples) -> None:
        """Encode the next samples, shape (2, n)."""
        self._rest = np.concatenate((self._rest, block), axis=1)
        while self._rest.shape[1] >= self._block:
            self._encode(self._rest[:, : self._block])
            self._rest = self._rest[:, self._block :]

    def finish(self) -> None:
        """Encode what is left."""
        if self._rest.shape[1]:
            self._encode(self._rest)
        self._container.mux(self._stream.encode(None))

    def _encode(self, block: Samples) -> None:
        frame = audio_frame(block, self._samples)
        self._samples += block.shape[1]
        self._container.mux(self._stream.encode(frame))
