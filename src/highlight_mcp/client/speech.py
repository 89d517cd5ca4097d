"""Typed operations as sentences, for a service that only understands words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ..contract.codes import ContractError, fault
from ..timeline.operations import OPERATIONS, operation_adapter
from ..timeline.time import clock

Given = Mapping[str, Any]


def speak(operations: Sequence[Any]) -> str:
    """One sentence per operation, in order. Raises ContractError `bad_request` for an unknown operation."""
    return " ".join(_sentence(operation) for operation in operations)


def _sentence(operation: Any) -> str:
    try:
        typed = operation_adapter.validate_python(operation)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ContractError(fault("bad_request", f"The operation cannot be read: {place}: {first['msg']}.")) from None
    given = typed.model_dump(mode="json", exclude_defaults=True)
    name = typed.op
    said = _PHRASES[name](given) if name in _PHRASES else None
    return f"{said}." if said else _generic(name, given)


def _generic(name: str, given: Given) -> str:
    """The help text of the operation with its arguments in brackets."""
    words = (OPERATIONS[name].__doc__ or name).split(";")[0].split("\n")[0].strip().rstrip(".")
    details = ", ".join(
        f"{key.removesuffix('_ms').replace('_', ' ')}: {_value(key, value)}" for key, value in given.items()
    )
    return f"{words} ({details})." if details else f"{words}."


def _value(key: str, value: Any) -> str:
    if key.endswith("_ms") and isinstance(value, int):
        return clock(value)
    if key.endswith("_ms") and isinstance(value, list):
        return " to ".join(_value(key, item) for item in value)
    if isinstance(value, dict):
        return _target(value)
    if isinstance(value, list):
        return ", ".join(_value("", item) for item in value)
    return str(value)


def _target(target: Any) -> str:
    if isinstance(target, dict) and "clips" in target:
        numbers = target["clips"]
        return f"clip{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
    if isinstance(target, dict) and "range_ms" in target:
        start, end = target["range_ms"]
        place = "source footage" if target.get("ref") == "source" else "timeline"
        return f"{clock(start)} to {clock(end)} of the {place}"
    return {"all": "everything", "source": "the original sound", "bgm": "the music"}.get(str(target), str(target))


def _highlights(given: Given) -> str:
    best = {"rank": ", best first", "countdown": ", best last"}.get(given.get("order", ""), "")
    moments = f"the {given['count']} best moments" if "count" in given else "the best moments"
    if given.get("criterion", "auto") != "auto":
        moments += f" by {given['criterion'].replace('_', ' ')}"
    length = f", {clock(given['total_ms'])} in total" if "total_ms" in given else ""
    each = f", about {clock(given['clip_ms'])} each" if "clip_ms" in given else ""
    span = " between {} and {}".format(*map(clock, given["range_ms"])) if "range_ms" in given else ""
    verb = {"append": "Append", "extend": "Extend the reel with"}.get(given.get("mode", ""), "Cut a highlight reel of")
    return f"{verb} {moments}{span}{length}{each}{best}"


def _volume(given: Given) -> str:
    target = _target(given.get("target", "all"))
    if "db" in given:
        return f"Change the volume of {target} by {given['db']:g} dB"
    level = given.get("level", 1)
    return f"Mute {target}" if level == 0 else f"Set the volume of {target} to {round(100 * level)}%"


def _text(given: Given) -> str:
    end = f" to {clock(given['end_ms'])}" if "end_ms" in given else ""
    times = f" from {clock(given.get('start_ms', 0))}{end}" if "start_ms" in given or end else ""
    looks = "".join(f", {key} {given[key]}" for key in ("position", "color", "size") if key in given)
    return f'Add the {given.get("role", "caption")} "{given.get("text") or given.get("template", "")}"{times}{looks}'


_PHRASES: dict[str, Callable[[Given], str]] = {
    "highlights": _highlights,
    "volume": _volume,
    "text_add": _text,
    "remove": lambda given: f"Remove {_target(given['target'])}",
    "speed": lambda given: f"Play {_target(given.get('target', 'all'))} at {given['factor']}x speed",
    "aspect": lambda given: f"Change the aspect ratio to {given['ratio']} ({given.get('mode', 'crop')})",
    "undo": lambda given: f"Undo the last {given['steps']} changes" if "steps" in given else "Undo the last change",
    "silence_remove": lambda given: f"Cut out the pauses longer than {given.get('min_ms', 700) / 1000:g} seconds",
    "bgm_remove": lambda _given: "Remove the background music",
}
