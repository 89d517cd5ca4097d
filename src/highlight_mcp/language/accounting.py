"""What nobody read: a value, or a word beside a verb. Such a request is asked about instead of half carried out.

A typed value (a clip, a time, a percentage, words in quotes, a file) that no reader took makes the outcome a question.
A word that means nothing here, beside a request, makes that request a question; where the sentence takes material
away, chooses or times it anew, all of it waits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..timeline.operations import (
    BeatSync,
    Highlights,
    Keep,
    Redo,
    Remove,
    Reorder,
    Reset,
    Restore,
    SilenceRemove,
    Speed,
    Split,
    Trim,
    Undo,
)
from .context import ParseContext
from .lexicon import is_wide
from .outcome import Finding, ParsedOperation, Unresolved
from .tokens import Clause, Token, is_head, is_object

_VALUES = frozenset({
    "quote", "asset", "number", "duration", "time", "range", "head", "tail", "clips", "percent", "factor", "ratio",
    "decibels", "lufs", "resolution", "rate", "size", "degrees", "steps", "version",
})  # fmt: skip
UNREAD = _VALUES | {"unknown"}
LASTING = (
    Remove, Keep, Trim, Split, Highlights, SilenceRemove, Speed, BeatSync, Reorder, Undo, Redo, Restore, Reset
)  # fmt: skip
_REASONS = frozenset({"for", "because", "since", "cause", "cuz", "like", "per", "so", "as", "where", "when", "while"})
_REASONS_ZH = ("因为", "为了", "由于", "适合", "好让", "方便")
_POINTING = ("FIRST_HALF", "SECOND_HALF", "LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN")
_MOST_STRANGE = 24
_POINTERS = frozenset({"the", "that", "this", "my", "our", "those", "these", "very", "really", "so"})


@dataclass(slots=True)
class TokenAccount:
    """What was left over, clause by clause."""

    unread: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    lasting: bool = False
    valued: bool = False
    puzzled: bool = False
    vague: bool = False

    @property
    def waits(self) -> bool:
        """Whether nothing of the sentence may be carried out."""
        return self.valued or (self.lasting and bool(self.unread)) or (self.puzzled and self.vague)


def close(clause: Clause, scene: ParseContext, before: Sequence[Finding], account: TokenAccount) -> None:
    """Book what one clause left unread; its own findings give way to a question when that is in doubt."""
    known = {id(finding) for finding in before}
    added = [f for f in scene.findings if id(f) not in known]
    deeds = [f for f in added if isinstance(f, ParsedOperation)]
    account.lasting = account.lasting or any(isinstance(d.op, LASTING) for d in deeds)
    account.vague = account.vague or any(d.vague for d in deeds)
    values = [t for t in clause.free() if t.kind in _VALUES or t.is_a(*_POINTING)]
    words = [t for t in clause.free() if t.kind == "unknown"]
    first = not scene.situation.has_timeline and all(isinstance(d.op, Highlights | Keep) for d in deeds)
    many = len(words) > _MOST_STRANGE
    harmless = not any(isinstance(d.op, LASTING) for d in deeds)
    strange = (
        words[:1] if many else [t for t in words if not _idle(clause, t, harmless=harmless) and not (first and deeds)]
    )
    if not deeds and not many:
        strange = [t for t in strange if any(is_object(o) or o.kind in _VALUES for o in _stretch(clause, t))]
    if (values or strange) and not (added and not deeds):
        account.valued = account.valued or bool(values)
        account.unread.append(scene.words(clause))
        missing = ("operation", "target", *(("asset",) if any(t.kind == "asset" for t in values) else ()))
        scene.findings[:] = [*before, Unresolved(scene.words(clause), clause.at, missing=missing)]
    elif not deeds and added and words:
        account.puzzled = True  # `把门关上，太吵了`: a fault beside a strange order may be its reason
    elif deeds:
        account.understood.append(scene.words(clause))


def _stretch(clause: Clause, token: Token) -> list[Token]:
    i = clause.tokens.index(token)
    marks = [j for j, t in enumerate(clause.tokens) if t.kind == "separator"]
    a = max((j for j in marks if j < i), default=-1)
    return clause.tokens[a + 1 : min((j for j in marks if j > i), default=len(clause.tokens))]


def _idle(clause: Clause, token: Token, *, harmless: bool) -> bool:
    """A strange word that cannot change what is asked: a remark apart, a reason, a manner, how a clip looks.

    `harmless`: nothing is taken away or timed anew, so that a manner may be told at the end: `with Zorblax vibes`.
    """
    stretch = _stretch(clause, token)
    i = stretch.index(token)
    others = [t for t in stretch if t is not token]
    if not any(is_head(t) or t.kind in _VALUES for t in others):
        return True
    ahead, behind = stretch[:i], stretch[i + 1 :]
    told = any(is_head(t) for t in ahead)
    if told and any(t.text in _REASONS or t.text in _REASONS_ZH for t in ahead) and not _requests(behind):
        return True
    if harmless and told and any(t.text == "with" for t in ahead) and not _requests(behind):
        return True
    if is_wide(token.text[0]):
        return len(behind) > 1 and behind[0].text == "的" and behind[1].kind == "clips"
    if token.text.endswith("ly") or re.search(r"([a-z])\1\1", token.text):
        return True  # a manner; a word drawn out for emphasis
    if behind and behind[0].kind == "ratio":
        return True
    modified = bool(behind) and (behind[0].kind == "clips" or behind[0].is_a("CLIP"))
    return modified and (not ahead or ahead[-1].text in _POINTERS) and told


def _requests(tokens: list[Token]) -> bool:
    return any(t.kind == "clips" or is_object(t) for t in tokens)


def waiting(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a sentence that waits: its questions, and none of its deeds."""
    return [f for f in findings if not isinstance(f, ParsedOperation)]
