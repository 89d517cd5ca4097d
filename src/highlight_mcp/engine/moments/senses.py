"""Which senses look closer at the candidates of a recording: those whose extras are there."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache as once
from pathlib import Path

from ...messages import Message, message
from ...timeline.media import MediaInfo
from ...timeline.operations import Criterion
from ..errors import EngineError
from ..extras.catalogue import FACES, SOUNDS
from ..job_process import Progress
from ..signals.analysis import Analysis
from .closer_look import CloserLook
from .moment import Candidate

log = logging.getLogger(__name__)


class SenseOfExtra:
    """A closer look that is made when it is asked for, and done without where the model of its extra is broken.

    What is wrong with it is added to `troubles`, once for all recordings.
    """

    def __init__(self, make: Callable[[], CloserLook], troubles: list[Message]) -> None:
        self._made = once(make)
        self._troubles = troubles

    def judged(self, found: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
        """The candidates as the extra knows them, else as they are."""
        try:
            return self._made().judged(found, criterion)
        except EngineError as error:
            if error.kind != "needs_extra":
                raise
            log.warning("%s", error.text)
            trouble = message("engine.note.without_sense", why=error.what, step=error.step)
            if trouble not in self._troubles:
                self._troubles.append(trouble)
            return list(found)


def closer_looks(
    path: Path,
    media: MediaInfo,
    analysis: Analysis,
    models: Mapping[str, Path],
    *,
    cache: Path | None,
    progress: Progress,
    troubles: list[Message] | None = None,
) -> tuple[CloserLook, ...]:
    """Those of one recording; none of them does anything before it is asked."""

    def names_of_sounds() -> CloserLook:
        from ..extras.sound_names import SoundNames
        from ..extras.sound_table import SoundTable
        from ..extras.sounds import SoundModel

        table = SoundTable(path, media, SoundModel(models["sounds"]), cache=cache, progress=progress)
        return SoundNames(table, analysis.duration_ms)

    def people() -> CloserLook:
        from ..extras.people import PeopleSeen

        return PeopleSeen(path, media, models["faces"], cache_dir=cache, progress=progress)

    makers: list[Callable[[], CloserLook]] = []
    if media.has_sound and SOUNDS.state(models) == "ready":
        makers.append(names_of_sounds)
    if media.kind == "video" and FACES.state(models) == "ready":
        makers.append(people)
    told = troubles if troubles is not None else []
    return tuple(SenseOfExtra(make, told) for make in makers)
