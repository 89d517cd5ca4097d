"""The vocabulary of editing: one table of typed operations.

Each operation is one class: its arguments with their bounds, what it does (`apply`), a working example, what it needs
and may take away, and how it is said in words. Operations that share most of their workings share a file: undo, redo,
restore and reset are four ways to one place, trim, split and taking out pauses cut the same clips. The schema of the
tool `edit`, its help, the interpreter of plain words and the sentences for a service that only understands words derive
from this table; to add an operation, write its file and name it here.

Beside the operations lie what they work at (`context`), which part of the reel they mean (`targets`), footage and new
clips (`footage`), and what holds after each of them (`apply`).
"""

from typing import Annotated, Any, cast, get_args

from pydantic import Field, TypeAdapter

from .apply import EditResult, apply
from .base import ClipTarget, InvalidOperation, Operation, RangeTarget, arguments_of, parse_all
from .context import EditContext, OperationRejected, Rejection
from .cuts import SilenceRemove, Split, Trim
from .highlights import SEARCHED, Criterion, Highlights
from .keep import Keep, Remove
from .music import BeatSync, BgmAdd, BgmRemove, Duck
from .overlay import Overlay, OverlayRemove
from .picture import Aspect, FilterAdd, Flip, Rotate, Stabilize
from .reorder import Reorder
from .sound import Fade, Loudness, Volume
from .speed import Freeze, Replay, Speed
from .subtitles import SubtitlesAdd
from .texts import CardAdd, TextAdd, TextEdit, TextRemove
from .transitions import TransitionAdd
from .versions import Redo, Reset, Restore, Undo
from .zoom import ZoomAdd

AnyOperation = (
    Highlights | Keep | Remove | Trim | Split | Reorder | Speed | Replay | Freeze | Volume | Fade | Loudness
    | BgmAdd | BgmRemove | Duck | BeatSync | TextAdd | TextEdit | TextRemove | SubtitlesAdd | CardAdd
    | Overlay | OverlayRemove | Aspect | Rotate | Flip | ZoomAdd | FilterAdd | TransitionAdd | SilenceRemove | Stabilize
    | Undo | Redo | Restore | Reset
)  # fmt: skip
OPERATIONS: dict[str, type[Operation]] = {cls.model_fields["op"].default: cls for cls in get_args(AnyOperation)}
operation_adapter: TypeAdapter[AnyOperation] = TypeAdapter(Annotated[AnyOperation, Field(discriminator="op")])


def parse_operations(given: Any) -> list[AnyOperation]:
    """Operations out of JSON. Raises InvalidOperation that says what is wrong and what would be valid."""
    return cast("list[AnyOperation]", parse_all(given, OPERATIONS))


__all__ = [
    "OPERATIONS",
    "SEARCHED",
    "AnyOperation",
    "Aspect",
    "BeatSync",
    "BgmAdd",
    "BgmRemove",
    "CardAdd",
    "ClipTarget",
    "Criterion",
    "Duck",
    "EditContext",
    "EditResult",
    "Fade",
    "FilterAdd",
    "Flip",
    "Freeze",
    "Highlights",
    "InvalidOperation",
    "Keep",
    "Loudness",
    "Operation",
    "OperationRejected",
    "Overlay",
    "OverlayRemove",
    "RangeTarget",
    "Redo",
    "Rejection",
    "Remove",
    "Reorder",
    "Replay",
    "Reset",
    "Restore",
    "Rotate",
    "SilenceRemove",
    "Speed",
    "Split",
    "Stabilize",
    "SubtitlesAdd",
    "TextAdd",
    "TextEdit",
    "TextRemove",
    "TransitionAdd",
    "Trim",
    "Undo",
    "Volume",
    "ZoomAdd",
    "apply",
    "arguments_of",
    "operation_adapter",
    "parse_operations",
]  # fmt: skip
