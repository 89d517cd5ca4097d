"""The vocabulary of editing: one table of typed operations.

Each operation is one class: its arguments with their bounds, what it does (`apply`), a working example, what it needs
and may take away, and how it is said in words. Operations that share most of their workings share a file: undo, redo,
restore and reset are four ways to one place, trim, split and taking out pauses cut the same clips. The schema of the
tool `edit`, its help, the interpreter of plain words and the sentences for a service that only understands words derive
from this table; to add an operation, write its file and name it here. What it tells stands under its name in the
catalogue of messages (`speed.done`), what several share without one.

Beside the operations lie what they work at (`context`), which part of the reel they mean (`targets`), footage and new
clips (`footage`), and what holds after each of them (`apply`).
"""

from typing import Annotated, Any, cast, get_args

from pydantic import Field, TypeAdapter

from ..schemas import Schema, compact
from .apply import EditResult, apply, apply_each, in_versions
from .base import ClipTarget, InvalidOperation, Operation, RangeTarget, arguments_of, parse_all
from .cards import CardAdd
from .context import OperationRejected
from .cuts import SilenceRemove, Split, Trim
from .effects import SfxAdd, SfxRemove
from .highlights import SEARCHED, Criterion, Highlights
from .keep import Keep, Remove
from .looks import FilterAdd
from .music import BeatSync, BgmAdd, BgmRemove, Duck
from .overlay import Overlay, OverlayRemove
from .picture import Aspect, Flip, Rotate, Stabilize
from .reorder import Reorder
from .sound import Fade, Loudness, Volume
from .sound_tracks import SoundTrackChoice
from .speed import Freeze, Replay, Speed
from .subtitles import SubtitlesAdd
from .texts import TextAdd, TextEdit, TextRemove
from .transitions import TransitionAdd
from .versions import NewVersion, Redo, Reset, Restore, Undo
from .zoom import ZoomAdd

AnyOperation = (
    Highlights | Keep | Remove | Trim | Split | Reorder | Speed | Replay | Freeze | Volume | Fade | Loudness
    | SoundTrackChoice | BgmAdd | BgmRemove | Duck | BeatSync | SfxAdd | SfxRemove | TextAdd | TextEdit | TextRemove
    | SubtitlesAdd | CardAdd
    | Overlay | OverlayRemove | Aspect | Rotate | Flip | ZoomAdd | FilterAdd | TransitionAdd | SilenceRemove | Stabilize
    | Undo | Redo | Restore | Reset | NewVersion
)  # fmt: skip
OPERATIONS: dict[str, type[Operation]] = {cls.model_fields["op"].default: cls for cls in get_args(AnyOperation)}
operation_adapter: TypeAdapter[AnyOperation] = TypeAdapter(Annotated[AnyOperation, Field(discriminator="op")])


def parse_operations(given: Any) -> list[AnyOperation]:
    """Operations out of JSON. Raises InvalidOperation that says what is wrong and what would be valid."""
    return cast("list[AnyOperation]", parse_all(given, OPERATIONS))


TARGETS = '{"clips":[2]}, {"range_ms":[0,5000]} (of a file: with media_id) or "all"'


def item_schema() -> Schema:
    """One object for all operations: `op` and the arguments that any of them takes.

    Where operations differ about an argument, it may have any of the forms that they take.
    """
    forms: dict[str, list[Schema]] = {}
    for model in OPERATIONS.values():
        for name, schema in compact(model)["properties"].items():
            forms.setdefault(name, []).append(schema)
    shared = {name: _shape(each) for name, each in forms.items()}
    _list_once(list(shared.values()))
    shared["op"] = {"type": "string", "enum": list(OPERATIONS)}
    shared["target"] = {"description": TARGETS, **shared["target"]}
    return {"type": "object", "properties": shared, "required": ["op"], "additionalProperties": False}


def _list_once(shapes: list[Schema]) -> None:
    """Values that another argument lists already, such as places in the picture, are not listed again."""
    seen: list[list[Any]] = []
    for branch in (branch for shape in shapes for branch in shape.get("anyOf", [shape])):
        values = branch.get("enum", [])
        if len(values) > 1 and values in seen:
            del branch["enum"]
        seen.append(values)


def _shape(forms: list[Schema]) -> Schema:
    """Types and values only, as a hint; the ranges and the defaults are in the full help."""
    branches = [branch for form in forms for branch in form.get("anyOf", [form])]
    values = dict.fromkeys(value for branch in branches for value in _values(branch))
    shapes: list[Schema] = []
    for branch in branches:
        if not _values(branch) and (shape := _typed(branch)) not in shapes:
            shapes.append(shape)
    if {"type": "number"} in shapes:
        shapes = [shape for shape in shapes if shape != {"type": "integer"}]
    if values:
        kind = {"type": "string"} if all(isinstance(each, str) for each in values) else {"type": "integer"}
        shapes.append({**kind, "enum": list(values)})
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _typed(schema: Schema) -> Schema:
    """The type; a list says of what, since some hosts refuse one that does not."""
    if schema["type"] != "array":
        return {"type": schema["type"]}
    return {"type": "array", "items": _shape(schema.get("prefixItems") or [schema["items"]])}


__all__ = [
    "OPERATIONS", "SEARCHED", "AnyOperation", "Aspect", "BeatSync", "BgmAdd", "BgmRemove", "CardAdd", "ClipTarget",
    "Criterion", "Duck", "EditResult", "Fade", "FilterAdd", "Flip", "Freeze", "Highlights", "InvalidOperation",
    "Keep", "Loudness", "NewVersion", "Operation", "OperationRejected", "Overlay", "OverlayRemove", "RangeTarget",
    "Redo", "Remove", "Reorder", "Replay", "Reset", "Restore", "Rotate", "SfxAdd", "SfxRemove", "SilenceRemove",
    "SoundTrackChoice", "Speed", "Split", "Stabilize", "SubtitlesAdd", "TextAdd", "TextEdit", "TextRemove",
    "TransitionAdd", "Trim", "Undo", "Volume", "ZoomAdd", "apply", "apply_each", "arguments_of", "in_versions",
    "item_schema", "operation_adapter", "parse_operations",
]  # fmt: skip
