"""The answer to an edit: done, assumed, not understood, not possible; short, in the user's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..timeline.operations import AnyOperation, EditResult
from ..timeline.say import Language
from ..timeline.time import clock
from .interpret import Outcome
from .phrasebook import ASSUMED, CAVEATS, HEADS, NOTES_ZH
from .questions import Rows, answered, asked_back, refusals

OWN_SHORTFALL = ("shortfall", "fewer")
MOST_CHANGES = 12


@dataclass(frozen=True)
class Narration:
    """The message and the lists that it was made of."""

    message: str
    changes: list[str]
    assumed: list[str]
    not_understood: list[str]
    refused: Rows
    suggested: Rows


def told(
    edited: EditResult, outcome: Outcome | None, operations: Sequence[AnyOperation], language: Language
) -> Narration:
    """What to tell about an edit. `operations` are those that were carried out or refused."""
    changes = [change.say(language) for change in edited.changes]
    assumed = _assumed(edited, outcome, operations, language)
    refused = _refused(edited, outcome, language)
    not_understood = list(outcome.not_understood) if outcome else []
    suggested = [one.model_dump() for one in outcome.suggested] if outcome else []
    parts = [*_shortened(changes, language)]
    if not edited.changed and operations:
        parts.append(HEADS["nothing"].within(language))
    parts += _remarks(edited, language)
    parts += [CAVEATS[name].within(language) for name in (outcome.caveats if outcome else ()) if name in CAVEATS]
    if assumed:
        joined = " ".join(assumed)
        parts.append(HEADS["assumed"].within(language) + joined)
    if not_understood:
        quoted = ", ".join(f"“{words}”" for words in not_understood)
        parts.append(HEADS["not_understood"].within(language) + quoted + ("。" if language == "zh" else "."))
    if refused:
        told_rows = " ".join(f"{row['what']} {row['next_step']}" for row in refused)
        parts.append(HEADS["not_possible"].within(language) + told_rows)
    if outcome is not None and outcome.kind == "query":
        answer, more = answered(outcome, edited.timeline, {}, language)
        parts.append(answer)
        suggested += more
    if edited.changed and edited.timeline is not None and edited.timeline.clips and edited.content is None:
        parts.append(HEADS["undo"].within(language))
    if any(row["tool"] == "export" for row in suggested):
        parts.append(HEADS["export"].within(language))
    return Narration(" ".join(parts), changes, assumed, not_understood, refused, suggested)


def _shortened(changes: list[str], language: Language) -> list[str]:
    more = len(changes) - MOST_CHANGES
    rest = f"另有{more}项。" if language == "zh" else f"And {more} more."
    return [*changes[:MOST_CHANGES], rest] if more > 0 else changes


def _remarks(edited: EditResult, language: Language) -> Iterable[str]:
    """Our own remarks, and those of the choice of moments; a shortfall is told once."""
    notes = list(edited.notes)
    short = [note for note in notes if note.startswith("asked for")]
    own = list(edited.remarks)
    if language == "zh":
        notes = [_in_chinese(note) for note in notes if note not in short]
    elif short:
        own = [remark for remark in own if remark.key not in OWN_SHORTFALL]
    yield from (remark.say(language) for remark in own)
    for note in notes:
        yield note if note.endswith(("。", ".")) else f"{note[:1].upper()}{note[1:]}."


def _in_chinese(note: str) -> str:
    return next((f"{text}。" for start, text in NOTES_ZH if note.startswith(start)), note)


def _assumed(
    edited: EditResult, outcome: Outcome | None, operations: Sequence[AnyOperation], language: Language
) -> list[str]:
    own = [fact.say(language) for fact in edited.assumed]
    end = "。" if language == "zh" else "."
    for name in outcome.assumed if outcome else ():
        base = name.removesuffix("_s").removesuffix("_ms")
        if base not in ASSUMED:
            continue
        value = _value(base, edited, operations)
        text = ASSUMED[base].within(language)
        if value:
            own.append(f"{text[:1].upper()}{text[1:]} {value}{end}")
    return list(dict.fromkeys(own))


def _value(base: str, edited: EditResult, operations: Sequence[AnyOperation]) -> str:
    """What an invented argument came to, for people."""
    for op in operations:
        for field in (f"{base}_ms", base):
            value: Any = getattr(op, field, None)
            if value is not None:
                return _shown(field, value)
    if base == "total" and edited.timeline is not None and edited.timeline.clips:
        return clock(edited.timeline.clips[-1].end_ms)
    return ""


def _shown(field: str, value: Any) -> str:
    if field.endswith("_ms") and isinstance(value, int):
        return clock(value) if value >= 60_000 else f"{value / 1000:g} s"
    if field in ("amount", "level"):
        return f"{round(100 * value)}%"
    if isinstance(value, Fraction):
        return f"{float(value):g}×"
    return f"{value:g} dB" if field == "db" else str(value)


def _refused(edited: EditResult, outcome: Outcome | None, language: Language) -> Rows:
    rows = [
        {"code": refusal.code, "what": refusal.what.say(language), "next_step": refusal.next_step.say(language)}
        for refusal in edited.refused
    ]
    if outcome is not None:
        rows += refusals(outcome, language)
        if outcome.kind == "refuse" and not outcome.unsupported:
            rows += asked_back(outcome, language).refused
    return rows
