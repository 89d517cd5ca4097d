"""Which senses look closer at the candidates of a recording: those whose extras are there."""

from collections.abc import Mapping
from pathlib import Path

from ...timeline.media import MediaInfo
from ..extras.catalogue import FACES, SOUNDS
from ..job_process import Progress
from ..signals.analysis import Analysis
from .closer_look import CloserLook


def closer_looks(
    path: Path,
    media: MediaInfo,
    analysis: Analysis,
    models: Mapping[str, Path],
    *,
    cache: Path | None,
    progress: Progress,
) -> tuple[CloserLook, ...]:
    """Those of one recording; none of them does anything before it is asked. Raises EngineError."""
    looks: list[CloserLook] = []
    if media.has_sound and SOUNDS.state(models) == "ready":
        from ..extras.sound_names import SoundNames
        from ..extras.sound_table import SoundTable
        from ..extras.sounds import SoundModel

        table = SoundTable(path, media, SoundModel(models["sounds"]), cache=cache, progress=progress)
        looks.append(SoundNames(table, analysis.duration_ms))
    if media.kind == "video" and FACES.state(models) == "ready":
        from ..extras.people import PeopleSeen

        looks.append(PeopleSeen(path, media, models["faces"], cache_dir=cache, progress=progress))
    return tuple(looks)
