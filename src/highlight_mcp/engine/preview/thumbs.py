"""Thumbnails from many places of several files, each file opened once."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from ...messages import message
from ..errors import EngineError
from ..frames import pictures_of
from ..progress import Progress
from .sources import Source

_TOLERANCE_MS = 400


@dataclass(frozen=True)
class Shot:
    """A place in a file: `at_ms` of the media."""

    media_id: str
    at_ms: int


def thumbnails(
    shots: Iterable[Shot], sources: dict[str, Source], bound: tuple[int, int], progress: Progress
) -> dict[Shot, Image.Image]:
    """The pictures that can be had; places without picture (sound files, damage) are absent."""
    wanted = sorted({shot for shot in shots if shot.media_id in sources}, key=lambda shot: (shot.media_id, shot.at_ms))
    found: dict[Shot, Image.Image] = {}
    for media_id in dict.fromkeys(shot.media_id for shot in wanted):
        source = sources[media_id]
        if not source.info.has_picture:
            continue
        with pictures_of(source.path) as pictures:
            for shot in wanted:
                if shot.media_id != media_id:
                    continue
                progress(
                    "preview", len(found), len(wanted), message("engine.progress.looking_at", name=source.info.name)
                )
                try:
                    found[shot] = pictures.at(shot.at_ms, bound, _TOLERANCE_MS)
                except EngineError as error:
                    if error.kind != "file_damaged":
                        raise
    return found
