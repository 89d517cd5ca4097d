"""The answer to a question that was asked back: `remove a clip` · `which one?` · `the third`.

What was asked about is still open in the words that led to the question. The answer is put where something was left
open, behind or before these words or in the place of some that say too little, and the sentence that comes of it is
read as any other. One reading that is understood whole is meant; several are asked about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, Protocol

from ..timeline.operations import AnyOperation, Undo
from .context import ParseContext
from .follow import follow, opening
from .follow.slots import clips_of
from .frames.passing import KINDS
from .lexicon import is_wide, is_wide_text
from .outcome import ParseResult
from .session_facts import LastRequest, SessionFacts
from .speech import endings, form, said
from .tokens import VERBS, Token, is_head

_LONGEST, _MOST_TOKENS, _MOST_TRIED = 120, 24, 8
_BINDING = ("TO", "BEFORE", "AFTER", "BY", "AND", "BUT", "PARTICLE", "EXCEPT")
_NUMBER, _QUOTES = re.compile(r"\d+"), "\"'“”‘’「」『』"
_PARTS = ("HALF", "FRONT", "START", "END", "BACK", "MIDDLE")
_LONGEST_NAME = 8  # words, or characters of a wide script
_MARKS = " .,;:!?。，；！？、"


class SessionReader(Protocol):
    """The way of a sentence through the interpreter."""

    def scan(self, text: str, situation: SessionFacts) -> tuple[ParseContext, list[Token]]:
        """What a text is read in, and its tokens, also those of words that mean something only behind another order."""

    def read(self, text: str, situation: SessionFacts) -> ParseResult:
        """The outcome of a text that is said in a session."""


Since = Literal["nothing", "words", "question"]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The words that led to a question, what was asked, and what was said since: `words` that order nothing, or a
    `question` of the user, whose answer may be what is spoken of now."""

    words: str
    asked: ParseResult
    since: Since


def open_questions(situation: SessionFacts, reader: SessionReader) -> list[OpenQuestion]:
    """What was asked back since the last change, newest first. What ordered nothing left no question."""
    found: list[OpenQuestion] = []
    asked_since = False
    for place, text in enumerate(situation.said):
        outcome = reader.read(text, situation.model_copy(update={"said": situation.said[place + 1 :]}))
        asked_since = asked_since or outcome.kind == "query"
        if outcome.kind in ("clarify", "refuse") and not outcome.orders_nothing:
            since: Since = "question" if asked_since else "words" if place else "nothing"
            found.append(OpenQuestion(text, outcome, since))
    return found


def declines(text: str, situation: SessionFacts, reader: SessionReader) -> bool:
    """`不用了`, `never mind`, behind words that changed nothing: nothing is done with what they spoke of."""
    scene, _ = reader.scan(text, situation)
    return form("DECLINES", scene.source.languages).search(scene.source.work.strip(_MARKS)) is not None


def read_answer(
    text: str, questions: Sequence[OpenQuestion], situation: SessionFacts, reader: SessionReader
) -> ParseResult | None:
    """The outcome of a text that answers one of the questions; None for any other text."""
    questions = [one for one in questions if one.since != "question"]
    if not questions or len(text) > _LONGEST:
        return None
    alone = situation.model_copy(update={"said": (), "last": None})
    scene, tokens = reader.scan(text, alone)
    newest = questions[0].asked
    work, languages = scene.source.work.strip(_MARKS), scene.source.languages
    if form("NO_ANSWER", languages).search(work):
        return ParseResult(kind="clarify", missing=("operation",), language=newest.language)
    if newest.offered and questions[0].since == "nothing" and form("AGREES", languages).search(work):
        return ParseResult(kind="plan", operations=newest.offered, assumed=newest.assumed, language=newest.language)
    heard, _ = opening.opened(tokens)
    ordered = opening.ordered(heard, scene) if len(tokens) <= _MOST_TOKENS else None
    if ordered is None or any(map(_orders, ordered[0])):
        return None
    if not ("text" in newest.missing or any(map(_tells, ordered[0]))):
        return None
    if (chosen := _chosen(ordered[0], newest)) is not None:
        return ParseResult(kind="plan", operations=chosen, language=newest.language)
    start = heard[0].start
    led = form("ANSWERS_WITH", languages).match(scene.source.work, start)
    meant = scene.source.verbatim(led.end() if led else start, len(scene.source.work)).strip(_MARKS)
    quoted = any(char in meant for char in _QUOTES)
    if "text" in newest.missing and not (quoted or led or _is_name(meant)):
        return None  # a remark, maybe: it is not written over the picture
    completed = (_completed(meant, asked, alone, reader) for asked in questions)
    return next(filter(None, completed), None) or _otherwise(heard, newest, scene)


def _tells(token: Token) -> bool:
    """Whether a word may be what was asked for."""
    return token.kind != "separator" and token.concepts != {"FILLER"} and not token.is_a("LINK")


def _orders(token: Token) -> bool:
    """Whether a word orders something by itself, or says no."""
    return bool(token.concepts & VERBS) or token.is_a("NOT", "EXCEPT", "WRONG", "CORRECTION")


def _chosen(tokens: Sequence[Token], asked: ParseResult) -> tuple[AnyOperation, ...] | None:
    """`the second one`, of several plans: the one about that clip, else the second."""
    given = [t for t in tokens if t.kind in ("clips", "number")]
    if len(asked.choices) < 2 or len(given) != 1 or any(t.is_a("NOT") for t in tokens):
        return None
    value = given[0].value[0][0] if given[0].kind == "clips" and len(given[0].value) == 1 else given[0].value
    if not isinstance(value, int | float):
        return None
    about = [plan for plan in asked.choices if any(value in (clips_of(op) or ()) for op in plan)]
    if about:
        return about[0] if len(about) == 1 else None
    return asked.choices[int(value) - 1] if 1 <= value <= len(asked.choices) else None


def _otherwise(tokens: Sequence[Token], asked: ParseResult, scene: ParseContext) -> ParseResult | None:
    """`clip 4`, where an order for clip 3 was offered: what was offered, of that one, is offered now.

    What was offered may leave out words that were not understood, so that it is not done without a yes.
    """
    if not asked.offered:
        return None
    offered = LastRequest(operations=asked.offered, facts=lambda: scene.situation)
    then = replace(scene, situation=scene.situation.model_copy(update={"last": offered}), findings=[])
    found = follow(tokens, then, corrects=True)
    made = tuple(op for op in found.operations if not isinstance(op, Undo)) if found and found.sure else ()
    question = ParseResult(kind="clarify", missing=asked.missing, offered=made, language=asked.language)
    return question if made else None


def _completed(meant: str, question: OpenQuestion, alone: SessionFacts, reader: SessionReader) -> ParseResult | None:
    """The words of the question with the answer in them, where they are understood whole."""
    plans: list[ParseResult] = []
    for sentence in islice(dict.fromkeys(_sentences(meant, question, alone, reader)), _MOST_TRIED):
        outcome = reader.read(sentence, alone)
        whole = outcome.kind == "plan" and not (outcome.not_understood or outcome.unsupported)
        added = outcome.operations != question.asked.offered  # else the answer said nothing that was open
        if whole and added and all(outcome.operations != other.operations for other in plans):
            plans.append(outcome)
    if len(plans) < 2:
        return plans[0] if plans else None
    choices = tuple(plan.operations for plan in plans)
    return ParseResult(kind="clarify", missing=("target",), choices=choices, language=plans[0].language)


def _sentences(meant: str, question: OpenQuestion, alone: SessionFacts, reader: SessionReader) -> Iterator[str]:
    """What may have been meant in one breath."""
    scene, tokens = reader.scan(question.words, alone)
    words = question.words.strip(_MARKS)
    if "text" in question.asked.missing and _is_name(meant):
        yield _joined(words, f'"{meant}"')
    for start, end in _loose(tokens):
        was = scene.source.verbatim(start, end)
        numbered = meant.isdecimal() and len(_NUMBER.findall(was)) == 1
        now = _NUMBER.sub(meant, was) if numbered else meant  # `remove clip 9` · `6`
        yield _joined(scene.source.verbatim(0, start), now, scene.source.verbatim(end, len(scene.source.work)))
    yield _joined(words, meant)
    yield _joined(meant, words)


def _is_name(meant: str) -> bool:
    """Whether words without quotation marks are written as a title is: `Sports Day`, `校运会`."""
    words = meant.split()
    if any(char in meant for char in _QUOTES + _MARKS.strip()) or len(words) > _LONGEST_NAME:
        return False
    if is_wide_text(meant):
        return len(meant) <= _LONGEST_NAME and not meant.endswith(endings("REMARK_ENDING"))
    return all(word[0].isupper() or word[0].isdigit() or word in said("NAME_LINK") for word in words)


def _loose(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Bounds of what says to which clips, files or texts something is done, between verbs, things, particles and marks.

    A part or a size that was said is never given up: `lose the front third of the fifth` · `the fourth`.
    """
    run: list[Token] = []
    for token in (*tokens, None):
        if token is not None and not (is_head(token) or token.is_a(*_BINDING) or token.kind == "separator"):
            run.append(token)
            continue
        if run and not any(map(_measures, run)):
            yield run[0].start, run[-1].end
        elif run:
            yield from ((t.start, t.end) for t in run if t.kind == "clips")
        run = []


def _measures(token: Token) -> bool:
    """Whether a word says how much, or which part."""
    return token.is_a(*_PARTS) or (token.kind in KINDS and token.kind not in ("clips", "number", "asset", "quote"))


def _joined(*parts: str) -> str:
    """Parts of a sentence in a row; between characters of a wide script there is no blank."""
    out = ""
    for part in filter(None, (part.strip(_MARKS) for part in parts)):
        apart = not out or (is_wide(out[-1]) and is_wide(part[0]))
        out += part if apart else f" {part}"
    return out
