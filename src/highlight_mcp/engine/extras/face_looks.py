"""The faces in single frames of one recording, looked for once and kept on disk."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from ...messages import Message
from ...timeline.media import MediaInfo
from ..job_process import Progress
from ..media.frames import frame_readers_of
from ..media.opening import fingerprint
from ..transcripts.sources import model_name
from ..transcripts.subtitles import keep_bytes
from .catalogue import FACES, file_of
from .faces import Face, FaceFinder, load

VERSION = 2  # raised whenever other faces would be found or kept otherwise
_NEAR_MS = 1_000  # ms; an earlier frame that is cheaper to decode
_BOUND = (640, 640)  # px

Faces = tuple[Face, ...]


class FaceLooks:
    """Looks at frames with the model, which is loaded when the first of them is not known yet.

    Each look is kept under its time and how it was made: of the very frame, or of one near it.
    """

    def __init__(
        self, path: Path, media: MediaInfo, folder: Path, *, cache_dir: Path | None, progress: Progress, told: Message
    ) -> None:
        self._path = path
        self._progress = progress
        self._told = told
        self._finder: Callable[[], FaceFinder] = cache(lambda: load(folder))
        weights = file_of(folder, FACES.files[0]) or folder
        name = f"{(media.fingerprint or fingerprint(path)).replace(':', '-')}."
        name += f"{model_name(weights.parent, weights.name)}.faces{VERSION}.json"
        self._file = cache_dir / name if cache_dir is not None else None
        self._known = _read(self._file)

    def near(self, times_ms: Sequence[int]) -> list[Faces]:
        """The faces up to a second before these times: cheap where they lie far apart. Raises EngineError."""
        return self._looked(times_ms, exact=False)

    def at(self, times_ms: Sequence[int]) -> list[Faces]:
        """The faces at these times: cheap where they lie near each other. Raises EngineError."""
        return self._looked(times_ms, exact=True)

    def _looked(self, times_ms: Sequence[int], *, exact: bool) -> list[Faces]:
        missing = sorted({at for at in times_ms if (at, exact) not in self._known})
        if missing:
            with frame_readers_of(self._path) as source:
                near = (source.at(at, _BOUND, tolerance_ms=_NEAR_MS) for at in missing)
                pictures = source.in_order(missing, _BOUND) if exact else near
                for number, (at, shown) in enumerate(zip(missing, pictures, strict=True)):
                    self._progress("look", number, len(missing), self._told)
                    self._known[at, exact] = tuple(self._finder().find(shown))
            self._keep()
        return [self._known[at, exact] for at in times_ms]

    def _keep(self) -> None:
        if self._file is not None:
            rows = [[at, exact, [_row(face) for face in found]] for (at, exact), found in sorted(self._known.items())]
            keep_bytes(self._file, json.dumps(rows).encode())


def _row(face: Face) -> list[float]:
    return [round(value, 4) for value in (face.left, face.top, face.right, face.bottom, face.sure)]


def _read(file: Path | None) -> dict[tuple[int, bool], Faces]:
    def rows() -> Iterator[tuple[tuple[int, bool], Faces]]:
        for at, exact, found in json.loads(file.read_text(encoding="utf-8")) if file is not None else []:
            yield (int(at), bool(exact)), tuple(Face(*map(float, one)) for one in found)

    try:
        return dict(rows())
    except (OSError, ValueError, TypeError):
        return {}
