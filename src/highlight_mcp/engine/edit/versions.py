"""The answer to a request for several versions: each with its number, and none left out in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ...language import ParseResult
from ...messages import Message, lines, message, sentences
from ...timeline.model import Timeline
from ...timeline.operations import EditResult, Operation
from .report import (
    Rows,
    assumed_in,
    caveats_of,
    done,
    illegible,
    not_possible,
    not_read,
    read_by,
    refusals,
    rejections,
    respelled_in,
    suggested_by,
    suggestion,
)


def answer_of(
    results: Sequence[EditResult], parts: Sequence[Sequence[Operation]], outcome: ParseResult | None, newest: int
) -> dict[str, Any]:
    """The result of the job: `parts` is what was asked of each version, `newest` the number of the last one so far.

    The last version that could be made is the present one.
    """
    told: list[Message] = []
    refused: Rows = []
    gone: dict[Reason, list[str]] = {}
    answer: dict[str, Any] = {
        "versions": [],
        "changes": [],
        "picks": [],
        "assumed": [*read_by(outcome), *respelled_in(outcome)],
    }
    read = outcome.versions if outcome is not None and len(outcome.versions) == len(parts) else [None] * len(parts)
    for place, (result, part, own) in enumerate(zip(results, parts, read, strict=True), 1):
        number = newest + len(answer["versions"]) + 1
        missed = rejections(result)
        if not result.changed:
            gone.setdefault(Reason.of(result, part, missed), []).append(str(place))
            continue
        invented = assumed_in(result, own, part)
        told.append(_of_version(number, result, part, invented, missed))
        refused += [{**row, "what": message("engine.told.version", n=number, what=row["what"])} for row in missed]
        answer["versions"].append(_made(result))
        answer["changes"].append(message("engine.told.version", n=number, what=sentences(*result.changes)))
        answer["picks"] += [{**pick.model_dump(mode="json"), "version": number} for pick in result.picks]
        answer["assumed"] += [message("engine.told.version", n=number, what=each) for each in invented]
    for reason, places in gone.items():
        what = message("engine.told.version_not_made", places=tuple(places), many=len(parts), why=reason.what)
        told.append(sentences(what, reason.next_step))
        refused.append({"code": reason.code, "what": what, "next_step": reason.next_step})
    told.append(_of_words(outcome, newest, len(answer["versions"])))
    told += dict.fromkeys(illegible(result.timeline or Timeline()) for result in results if result.changed)
    last = answer["versions"][-1] if answer["versions"] else {"timeline": None, "content": None, "operations": []}
    return {
        **answer,
        **{name: last[name] for name in ("timeline", "content", "operations")},
        "status": "done" if answer["versions"] else "needs_input",
        "message": lines(*filter(None, told)),
        "refused": [*refused, *(refusals(outcome) if outcome else [])],
        "not_understood": list(outcome.not_understood) if outcome else [],
        "suggested": [*_exports(newest, len(answer["versions"])), *_others(outcome)],
    }


def _made(result: EditResult) -> dict[str, Any]:
    assert result.timeline is not None
    return {
        "timeline": result.timeline.model_dump(mode="json"),
        "content": result.content,
        "operations": [op.to_json() for op in result.done],
        "changes": list(result.changes),
    }


def _of_version(
    number: int, result: EditResult, part: Sequence[Operation], assumed: list[Message], missed: Rows
) -> Message:
    parts = done(result, part)
    parts += [message("engine.told.assumed", what=sentences(*assumed))] if assumed else []
    parts += [not_possible(missed)] if missed else []
    return message("engine.told.version", n=number, what=sentences(*parts))


@dataclass(frozen=True)
class Reason:
    """Why a version was not made: the first refusal, from which the others follow, or that it is there already."""

    code: str
    what: Message
    next_step: Message

    @classmethod
    def of(cls, result: EditResult, part: Sequence[Operation], refused: Rows) -> Self:
        """The reason of a version of which nothing came."""
        return cls(**refused[0]) if refused else cls("limit", sentences(*done(result, part)), sentences())


def _of_words(outcome: ParseResult | None, newest: int, made: int) -> Message:
    """What there is to say of the request as a whole."""
    parts = caveats_of(outcome)
    if outcome is not None and outcome.not_understood:
        parts.append(not_read(outcome.not_understood))
    if outcome is not None and (rows := refusals(outcome)):
        parts.append(not_possible(rows))
    if made:
        parts.append(message("engine.told.versions", n=made, last=newest + made))
    return sentences(*parts)


def _exports(newest: int, made: int) -> Rows:
    numbers = range(newest + 1, newest + made + 1)
    return [suggestion("export", message("engine.suggest.export_version", n=number)) for number in numbers]


def _others(outcome: ParseResult | None) -> Rows:
    """What the words ask for beside the edit; a bare export means each of the versions."""
    return [row for row in suggested_by(outcome) if row["text"].key != "engine.suggest.export"]
