"""What became of a request: the new timeline, what was done, and what was not."""

from ...messages import Message
from ..model import Timeline
from ..picks import Pick
from ..value import MessageField, Value


class Refusal(Value):
    """An operation that was not carried out. `code`: limit, asset_missing, target_missing, nothing_found,
    needs_extra:asr, unsupported_op or bad_request."""

    op: str
    code: str
    what: MessageField
    next_step: MessageField


class Edited(Value):
    """`timeline` is the one that was given, unchanged, when nothing was done.

    `content` is the version that the timeline equals after an undo, redo or restore. `notes` are
    remarks of the choice of moments, `remarks` those of the edit itself.
    """

    timeline: Timeline | None
    changed: bool = False
    changes: tuple[MessageField, ...] = ()
    picks: tuple[Pick, ...] = ()
    notes: tuple[MessageField, ...] = ()
    remarks: tuple[MessageField, ...] = ()
    assumed: tuple[MessageField, ...] = ()
    refused: tuple[Refusal, ...] = ()
    content: int | None = None


class Refused(Exception):
    """Raised by an operation that cannot be carried out; the timeline stays as it was."""

    def __init__(self, code: str, what: Message, next_step: Message) -> None:
        super().__init__(str(what))
        self.code = code
        self.what = what
        self.next_step = next_step
