"""Speech recognition: faster-whisper (MIT) with a Whisper model in a local folder, on the CPU.

The voice activity detector (Silero) comes inside the package and needs no model folder.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..media.audio_samples import RATE, Samples
from .catalogue import WORDS, model_file, module, reading

_THREADS = 2


@dataclass(frozen=True)
class SpeechSegment:
    """Words that were recognised, in ms of the samples; `sure` is the mean likelihood of their signs (0 to 1).

    `marks` are (place in `text`, ms) of each word.
    """

    start_ms: int
    end_ms: int
    text: str
    sure: float = 1.0
    marks: tuple[tuple[int, int], ...] = ()


class Recogniser(Protocol):
    """A loaded model."""

    def transcribe(self, heard: Samples, language: str | None = None) -> list[SpeechSegment]:
        """The words in samples at 16 kHz, a few seconds in each; the same samples give the same words."""
        ...


def load(path: Path | None) -> Recogniser:
    """The recogniser of a model folder. Raises EngineError `needs_extra`; never uses the network."""
    for names in WORDS.files:
        model_file(WORDS, path, names)
    assert path is not None
    whisper = module(WORDS, "faster_whisper")
    with reading(WORDS, path):
        model = whisper.WhisperModel(
            str(path), device="cpu", compute_type="int8", cpu_threads=_THREADS, num_workers=1, local_files_only=True
        )
    return _Whisper(model, path)


def voiced(heard: Samples, least_pause_ms: int = 300) -> list[tuple[int, int]]:
    """Where somebody speaks, in ms: Silero VAD. Raises EngineError `needs_extra`."""
    vad = module(WORDS, "faster_whisper.vad")
    options = vad.VadOptions(min_silence_duration_ms=least_pause_ms, speech_pad_ms=30, min_speech_duration_ms=100)
    spans: Sequence[dict[str, int]] = vad.get_speech_timestamps(heard, options)
    return [(one["start"] * 1000 // RATE, one["end"] * 1000 // RATE) for one in spans]


class _Whisper:
    def __init__(self, model: Any, path: Path) -> None:
        self._model = model
        self._path = path

    def transcribe(self, heard: Samples, language: str | None = None) -> list[SpeechSegment]:
        with reading(WORDS, self._path):
            segments, _ = self._model.transcribe(
                heard, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False,
                vad_filter=True, word_timestamps=True, no_speech_threshold=0.6,
            )  # fmt: skip
            return [words for segment in segments if (words := _heard(segment)) is not None]


def _heard(segment: Any) -> SpeechSegment | None:
    words = segment.words or []
    start = words[0].start if words else segment.start
    end = words[-1].end if words else segment.end
    text = segment.text.strip()
    start_ms, end_ms = max(0, round(start * 1000)), round(end * 1000)
    sure = math.exp(min(0.0, segment.avg_logprob))
    if not text:
        return None
    return SpeechSegment(start_ms, max(end_ms, start_ms + 1), text, sure, tuple(_marks(text, words)))


def _marks(text: str, words: Sequence[Any]) -> Iterator[tuple[int, int]]:
    at = 0
    for word in words:
        said = word.word.strip()
        place = text.find(said, at)
        if said and place >= 0:
            yield place, max(0, round(word.start * 1000))
            at = place + len(said)
