"""Where the words of a recording come from: subtitle files beside it, subtitles inside it, speech recognition."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...messages import message
from ...timeline.media import MediaInfo, TranscriptCue, UsedRange
from ..errors import EngineError
from ..extras.catalogue import FACES, SOUNDS, VISION, WORDS, file_of
from ..job_process import Progress, no_progress
from ..media.audio_samples import level, read_samples
from .sentences import Sentence, sentences
from .subtitles import embedded, has_texts, keep, read, subtitle_files

if TYPE_CHECKING:
    from ..extras.words import Recogniser, SpeechSegment


RECOGNISED = "speech recognition"


class Transcripts:
    """The words of the media of one job; each source is read at most once.

    `models` are the folders of the extras' models. Raises EngineError where footage cannot be read.
    """

    def __init__(
        self,
        media: Mapping[str, MediaInfo],
        paths: Mapping[str, Path],
        *,
        models: Mapping[str, Path] | None = None,
        cache_dir: Path | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self._media = media
        self._paths = paths
        self.models = models or {}
        self._cache = cache_dir
        self._progress = progress
        self.written: Callable[[str], dict[str, list[TranscriptCue]]] = cache(self._read)
        """Cues by where they come from: the files beside the footage, else the streams inside it."""

    @classmethod
    def of_job(
        cls,
        spec: Mapping[str, Any],
        media: Mapping[str, MediaInfo],
        paths: Mapping[str, Path],
        cache_dir: Path | None,
    ) -> "Transcripts":
        """Those of a job, with the `models` (extra → folder) of its spec."""
        models = {str(name): Path(folder) for name, folder in (spec.get("models") or {}).items()}
        return cls(media, paths, models=models, cache_dir=cache_dir)

    def senses(self) -> dict[str, bool]:
        """What the interpreter may count on: `hears` words, `transcribes` speech, `names_sounds`, `sees` pictures."""
        written = self.any_written()
        return {
            "hears": written or self.can_listen(),
            "transcribes": self.can_listen(),
            "names_sounds": SOUNDS.state(self.models) == "ready",
            "sees": any(extra.state(self.models) == "ready" for extra in (VISION, FACES)),
        }

    def watched_by(self, progress: Progress) -> None:
        """Tell another progress from here on."""
        self._progress = progress

    def length_ms(self, media_id: str) -> int:
        """How long a recording is."""
        return self._media[media_id].duration_ms

    def any_written(self) -> bool:
        """Whether some recording has subtitles, as far as a glance tells."""
        return any(self._is_written(media_id) for media_id in self._paths)

    def can_listen(self) -> bool:
        """Whether speech can be recognised here."""
        return WORDS.state(self.models) == "ready"

    def said(self, media_id: str) -> list[list[Sentence]]:
        """The sentences of one recording, one list for each place they come from; recognised where none is written."""
        written = self.written(media_id)
        if not written and self.can_listen() and self._media[media_id].has_sound:
            return [sentences(self._heard(media_id, ()), media_id, RECOGNISED, heard=True)]
        return [sentences(cues, media_id, origin) for origin, cues in written.items()]

    def heard_between(self, media_id: str, start_ms: int, end_ms: int, of: tuple[int, int]) -> list[Sentence]:
        """The sentences that are clearly heard in a stretch; `of` is (done, all) of the stretches, for progress."""
        self._progress("listen", *of, message("engine.progress.speech"))
        media, path = self._media[media_id], self._paths[media_id]
        cues = overhear(path, media, self.models["words"], (start_ms, end_ms), cache=self._cache)
        return sentences(cues, media_id, RECOGNISED, heard=True)

    def read_aloud(self, media_id: str) -> list[Sentence]:
        """The sentences of one recording by its first subtitles; none where nothing is written."""
        return next((sentences(cues, media_id, origin) for origin, cues in self.written(media_id).items()), [])

    def captions(self, media_id: str, asset: str | None, shown: Iterable[UsedRange]) -> list[TranscriptCue]:
        """Cues to show: of the file called `asset`, else as written, else recognised where the reel shows it."""
        path = self._paths[media_id]
        if asset is not None:
            cues_by_file = (read(file, media_id, path) for file in subtitle_files(path, asset))
            return next((cues for cues in cues_by_file if cues), [])
        written = self.written(media_id)
        if written:
            return next(iter(written.values()))
        spans = [(taken.start_ms, taken.end_ms) for taken in shown if taken.media_id == media_id]
        return self._heard(media_id, spans) if spans and self.can_listen() else []

    def _is_written(self, media_id: str) -> bool:
        path, media = self._paths[media_id], self._media[media_id]
        if media.kind == "image":
            return False
        if any(read(file, media_id, path) for file in subtitle_files(path)):
            return True
        if media.texts_inside is not None:
            return media.texts_inside
        try:
            return has_texts(path)
        except EngineError:
            return False

    def _read(self, media_id: str) -> dict[str, list[TranscriptCue]]:
        path, media = self._paths[media_id], self._media[media_id]
        if media.kind == "image":
            return {}
        beside = {file.name: read(file, media_id, path) for file in subtitle_files(path)}
        kept_files = {name: kept for name, cues in beside.items() if (kept := _within(cues, media.duration_ms))}
        try:
            inside = {} if kept_files else embedded(path, media_id, media.fingerprint, self._cache, self._progress)
        except EngineError as error:
            if error.kind not in ("file_damaged", "unsupported_file"):
                raise
            inside = {}
        return kept_files or {name: kept for name, cues in inside.items() if (kept := _within(cues, media.duration_ms))}

    def _heard(self, media_id: str, spans: Sequence[tuple[int, int]]) -> list[TranscriptCue]:

        media = self._media[media_id]
        return transcribe(
            self._paths[media_id], media, self.models["words"], spans, cache=self._cache, progress=self._progress
        )


def _within(cues: Iterable[TranscriptCue], duration_ms: int) -> list[TranscriptCue]:
    """The cues that the footage has room for: subtitles of a longer cut say nothing about what is not there."""
    kept = (cue for cue in cues if cue.start_ms < duration_ms)
    return [cue if cue.end_ms <= duration_ms else cue.model_copy(update={"end_ms": duration_ms}) for cue in kept]


def model_name(folder: Path, file: str) -> str:
    """A name for a model that changes with its content, as far as size and head and tail tell."""
    path = folder / file
    size = path.stat().st_size
    with path.open("rb") as opened:
        head = opened.read(65_536)
        opened.seek(max(0, size - 65_536))
        return hashlib.sha256(f"{size}\n".encode() + head + opened.read(65_536)).hexdigest()[:16]


VERSION = 2
LEAST_MS, MOST_MS = 40_000, 60_000
_CELL_MS = 20
_CLEARLY_HEARD = 0.55  # mean likelihood; a language that was mistaken and noise that was taken for words have less

SpeechRows = list[tuple[int, int, str, tuple[tuple[int, int], ...]]]
"""(start, end, words, (place, ms) of each word) in ms of the recording."""


def transcribe(
    path: Path,
    media: MediaInfo,
    model: Path,
    spans: Sequence[tuple[int, int]],
    *,
    cache: Path | None,
    progress: Progress,
) -> list[TranscriptCue]:
    """Cues of what is said within `spans` (ms), or in all of it when there are none.

    Raises EngineError where the file or the model cannot be read.
    """
    from ..extras import words

    weights = file_of(model, WORDS.files[0]) or model
    stem = f"{media.fingerprint.replace(':', '-')}.{model_name(weights.parent, weights.name)}.speech{VERSION}"
    recogniser: Recogniser | None = None
    rows: SpeechRows = []
    done = 0
    windows = _windows(path, media.duration_ms)
    wanted = [one for one in windows if not spans or any(one[0] < end and start < one[1] for start, end in spans)]
    for start, end in wanted:
        progress("listen", done, sum(b - a for a, b in wanted), message("engine.progress.speech"))
        file = cache / f"{stem}.{start}.json" if cache is not None else None
        known = _stored(file)
        if known is None:
            recogniser = recogniser or words.load(model)
            heard = recogniser.transcribe(read_samples(path, start, end))
            known = [_row(one, start, end) for one in heard]
            if file is not None:
                keep(file, known)
        rows += known
        done += end - start
    return _cues(rows, media)


def _row(one: "SpeechSegment", start: int, end: int) -> tuple[int, int, str, tuple[tuple[int, int], ...]]:
    marks = tuple((place, start + ms) for place, ms in one.marks)
    return start + one.start_ms, min(end, start + one.end_ms), one.text, marks


def _cues(rows: SpeechRows, media: MediaInfo) -> list[TranscriptCue]:
    return [
        TranscriptCue(media_id=media.media_id, start_ms=start, end_ms=end, text=text, marks=marks)
        for start, end, text, marks in rows
        if start < end
    ]


def overhear(
    path: Path, media: MediaInfo, model: Path, span: tuple[int, int], *, cache: Path | None
) -> list[TranscriptCue]:
    """Cues of what is clearly said in one stretch of at most half a minute.

    Raises EngineError where the file or the model cannot be read.
    """

    weights = file_of(model, WORDS.files[0]) or model
    content = media.fingerprint.replace(":", "-")
    name = f"{content}.{model_name(weights.parent, weights.name)}.overheard{VERSION}.{span[0]}-{span[1]}.json"
    file = cache / name if cache is not None else None
    rows = _stored(file)
    if rows is None:
        heard = _recogniser(model).transcribe(read_samples(path, *span))
        clear = [one for one in heard if one.sure >= _CLEARLY_HEARD]
        rows = [_row(one, *span) for one in clear]
        if file is not None:
            keep(file, rows)
    return _cues(rows, media)


@cache
def _recogniser(model: Path) -> "Recogniser":
    from ..extras import words

    return words.load(model)


def _windows(path: Path, duration_ms: int) -> list[tuple[int, int]]:
    """The recording cut at its quietest moments, about once a minute, so that no word is cut."""
    out: list[tuple[int, int]] = []
    at = 0
    while duration_ms - at > MOST_MS:
        loud = level(read_samples(path, at + LEAST_MS, at + MOST_MS))
        cut = at + LEAST_MS + (_CELL_MS * int(loud.argmin()) if len(loud) else MOST_MS - LEAST_MS)
        out.append((at, cut))
        at = cut
    return [*out, (at, duration_ms)] if duration_ms > at else out


def _stored(file: Path | None) -> SpeechRows | None:
    if file is None:
        return None
    try:
        return [
            (int(a), int(b), str(text), tuple((int(place), int(ms)) for place, ms in marks))
            for a, b, text, marks in json.loads(file.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, TypeError):
        return None
