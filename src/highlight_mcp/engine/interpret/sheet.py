"""Outcomes in the words of the instruction benchmark: seconds, and only the arguments that were said."""

from typing import Any

from ...timeline.operations import AnyOperation, Highlights
from .fixtures import SESSIONS
from .outcome import Outcome
from .reading import interpret
from .situation import Situation


def answer(text: str, context: str) -> dict[str, Any]:
    """The outcome of one sentence in a fixture session. Raises KeyError for an unknown session."""
    situation = SESSIONS[context]
    return written(interpret(text, situation), situation)


def written(outcome: Outcome, situation: Situation) -> dict[str, Any]:
    """An outcome as the benchmark writes it; arguments left to their default are absent."""
    result: dict[str, Any] = {"kind": outcome.kind}
    if outcome.kind == "plan":
        result["ops"] = [_operation(op, situation) for op in outcome.operations]
        if outcome.export:
            result["ops"].append({"op": "export", **outcome.export.model_dump(exclude_none=True)})
    if outcome.kind == "query":
        result["topic"] = outcome.topic
        if outcome.clips:
            result["target"] = {"clips": list(outcome.clips)}
    if outcome.kind == "clarify":
        result["missing"] = list(outcome.missing)
    if outcome.kind == "refuse":
        result["code"] = outcome.code
    for name in ("assumed", "caveats", "not_understood"):
        if values := getattr(outcome, name):
            result[name] = list(values)
    if outcome.unsupported:
        result["unsupported"] = [gap.model_dump() for gap in outcome.unsupported]
    return result


def _operation(op: AnyOperation, situation: Situation) -> dict[str, Any]:
    facts = {"op": op.op} | op.model_dump(exclude_unset=True, mode="json")
    if isinstance(op, Highlights) and op.mode == "extend" and (op.total_ms or 0) < situation.duration_ms:
        # There, `extend` only adds: a reel brought down to a length is written as a new one of that length.
        del facts["mode"]
    return {_name(key): _value(key, value) for key, value in facts.items() if value is not None}


def _name(key: str) -> str:
    if key == "ranges_ms":
        return "ranges"
    return key[:-3] + "_s" if key.endswith("_ms") else key


def _value(key: str, value: Any) -> Any:
    if key == "target" and isinstance(value, dict) and "range_ms" in value:
        return {"range_s": _seconds(value["range_ms"]), "ref": value.get("ref", "timeline")}
    if key == "factor":
        numerator, _, denominator = str(value).partition("/")
        return round(float(numerator) / float(denominator or 1), 4)
    return _seconds(value) if key.endswith("_ms") else value


def _seconds(value: Any) -> Any:
    return [_seconds(v) for v in value] if isinstance(value, list | tuple) else value / 1000
