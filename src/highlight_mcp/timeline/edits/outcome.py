"""What became of a request: the new timeline, what was done, and what was not."""

from ..footage import Pick
from ..frozen_model import FrozenModel
from ..model import Timeline
from ..phrases import Phrase


class Refusal(FrozenModel):
    """An operation that was not carried out. `code`: limit, asset_missing, target_missing, nothing_found,
    needs_extra:asr, unsupported_op or bad_request."""

    op: str
    code: str
    what: Phrase
    next_step: Phrase


class Edited(FrozenModel):
    """`timeline` is the one that was given, unchanged, when nothing was done.

    `content` is the version that the timeline equals after an undo, redo or restore. `notes` are
    remarks of the choice of moments, in English; `remarks` are phrases of ours.
    """

    timeline: Timeline | None
    changed: bool = False
    changes: tuple[Phrase, ...] = ()
    picks: tuple[Pick, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Phrase, ...] = ()
    assumed: tuple[Phrase, ...] = ()
    refused: tuple[Refusal, ...] = ()
    content: int | None = None


class Refused(Exception):
    """Raised by an operation that cannot be carried out; the timeline stays as it was."""

    def __init__(self, code: str, what: Phrase, next_step: Phrase) -> None:
        super().__init__(what.say())
        self.code = code
        self.what = what
        self.next_step = next_step
