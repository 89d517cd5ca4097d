"""The way of a sentence through the interpreter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from ..timeline.operations import Keep, Remove, Reorder, Undo
from . import (
    answers,
    antecedents,
    asides,
    between,
    clashes,
    contradictions,
    nouns,
    pointed,
    policy,
    questions,
    runons,
    several,
    sized,
    sounds,
    unnamed,
    utterance,
    versions,
)
from .context import ParseContext
from .corrections import apply_corrections
from .follow import follow, made, opening
from .follow.implied import is_doubtful, with_target_of_last
from .frames import parse
from .frames.named import files_as_clips
from .lexicon import is_wide
from .normalize import NormalizedText, normalize
from .numbers import apply_signs
from .outcome import ParsedOperation, ParseResult, Query, Unresolved
from .policy import decide
from .reel_parts import Tokens
from .scanner import join_particles, scan
from .session_facts import SessionFacts
from .speech import form
from .tokens import Token
from .utterance import withdrawn

_MAX_CHARS, _MOST_MENDED = 4000, 60
_BLANKS = re.compile(r"[^\S\n]{2,}")
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7a3]")


def interpret(text: str, situation: SessionFacts) -> ParseResult:
    """What the sentence asks for. Pure; never raises for any text."""
    questions = answers.open_questions(situation, _InSession())
    if questions:  # what comes next may answer them, and goes on from nothing before
        situation = situation.model_copy(update={"last": None})
    if situation.said and answers.declines(text, situation, _InSession()):
        return ParseResult(kind="clarify", missing=("operation",), language=_language(text, situation.language))
    answer = answers.read_answer(text, questions, situation, _InSession())
    if answer is not None:
        return answer
    outcome = _interpreted(text, situation)
    if questions and unnamed.is_doubtful_behind_a_question(outcome, text, situation, _InSession()):
        return ParseResult(kind="clarify", missing=("target",), offered=outcome.operations, language=outcome.language)
    if outcome.kind != "clarify" or outcome.choices or not sounds.may_mend(text) or len(text) > _MOST_MENDED:
        return outcome
    return sounds.mended(text, _Slips(situation)) or outcome


class _InSession:
    """Readings of what was said before (`answers.SessionReader`)."""

    def scan(self, text: str, situation: SessionFacts) -> tuple[ParseContext, list[Token]]:
        scene = ParseContext(normalize(text), situation, _language(text, situation.language))
        return scene, _scanned(scene, cut=situation.has_timeline, following=True)

    def read(self, text: str, situation: SessionFacts) -> ParseResult:
        return interpret(text, situation)


@dataclass(frozen=True, slots=True)
class _Slips:
    """Readings of what may have been meant by a sentence with slips of sound (`sounds.SlipReader`)."""

    situation: SessionFacts

    def scan(self, text: str) -> tuple[NormalizedText, list[Token]]:
        scene = ParseContext(normalize(text), self.situation, "zh")
        scanned = _scanned(scene, cut=self.situation.has_timeline)
        return scene.source, utterance.orders(scanned, scene)  # what orders nothing has no word to be put right

    def read(self, text: str) -> ParseResult:
        return _interpreted(text, self.situation)


def _interpreted(text: str, situation: SessionFacts) -> ParseResult:
    """What the sentence asks for as it is written."""
    said = _BLANKS.sub(" ", text)
    if len(said) > _MAX_CHARS:
        return ParseResult(kind="clarify", missing=("operation",), language=_language(said[:_MAX_CHARS], None))
    source = normalize(said)
    if withdrawn.is_voided(source) and not _takes_back_the_last(source, situation):
        return ParseResult(kind="clarify", missing=("operation",), language=_language(source.given, situation.language))
    cut = situation.has_timeline

    def read(now: SessionFacts, *, by_file: bool = False) -> tuple[ParseResult, list[Token]]:
        return _understood(source, now, cut=cut, by_file=by_file)

    return policy.instead(read, situation)


def _takes_back_the_last(source: NormalizedText, situation: SessionFacts) -> bool:
    """`这两下都当我没说`: with nothing ordered in the same breath, it is the request before that is not meant."""
    scene = ParseContext(source, situation, _language(source.given, situation.language))
    going_on = follow(_scanned(scene, cut=situation.has_timeline, following=True), scene, corrects=False)
    return going_on is not None and all(isinstance(op, Undo) for op in going_on.operations)


def _understood(
    source: NormalizedText, situation: SessionFacts, *, cut: bool, by_file: bool
) -> tuple[ParseResult, list[Token]]:
    """Outcome and tokens. `cut`: there were clips to mean before; `by_file` as for `_read`."""
    scene = ParseContext(source, situation, _language(source.given, situation.language))
    said = _scanned(scene, cut=cut)
    if situation.last is None or not situation.last.operations:
        return _read(said, scene, by_file=by_file)
    made.point_back(scene)
    heard = made.with_neighbours(_scanned(scene, cut=cut, following=True), scene)
    following, corrects = opening.opened(heard)
    going_on = follow(following, scene, corrects=corrects)
    begins = following[0].start if following else 0
    said = made.recalled([token for token in said if token.start >= begins], scene)
    read, tokens = _read(said, scene, by_file=by_file)
    back = going_on is not None and going_on.sure and all(isinstance(op, Undo) for op in going_on.operations)
    if scene.pointed and not back and (read.kind == "plan" or going_on is None or not going_on.sure):
        return read, tokens
    if read.kind == "plan" and (corrects or any(token.is_a("ALSO") for token in following)):
        read = _corrected(said, scene, read) if corrects else _unguessed(read, scene)
    read = with_target_of_last(read, following, scene)
    doubtful = is_doubtful(read, tokens, scene)
    if going_on is not None and (doubtful or going_on.outweighs(read)):
        return going_on.outcome(scene), tokens
    if doubtful:
        read = ParseResult(kind="clarify", missing=("operation",), language=read.language)
    return read, tokens


def _corrected(said: list[Token], scene: ParseContext, read: ParseResult) -> ParseResult:
    """`no, mute clip 5`, said of an order of the same kind: that one is taken back."""
    last, read = scene.situation.last, _unguessed(read, scene)
    before = last.operations[-1] if last and last.operations else None
    if last is None or len(read.operations) != 1 or type(read.operations[0]) is not type(before):
        return read
    then = (before.move,) if isinstance(before, Reorder) and before.move else scene.previous
    there = replace(scene, situation=last.facts(), findings=[], last=None, named=None, removed=None, topic=None)
    again, _ = _read(said, replace(there, previous=then, previous_gone=False))
    if again.kind != "plan" or len(again.operations) != 1 or again.operations[0].replaces(before):
        return read
    return again.model_copy(update={"operations": (last.back, *again.operations)})


def _unguessed(read: ParseResult, scene: ParseContext) -> ParseResult:
    """`no, keep clip 2`, `keep clip 4 too`: what takes out all others is asked about, and an undo offered."""
    keeps = bool(scene.sentence_has & {"KEEP", "ONLY"})
    if not keeps or not any(isinstance(op, Remove | Keep) for op in read.operations):
        return read
    offered = (Undo(steps=1),)
    return ParseResult(kind="clarify", missing=("operation",), offered=offered, language=read.language)


def _read(said: list[Token], scene: ParseContext, *, by_file: bool = False) -> tuple[ParseResult, list[Token]]:
    """What a sentence asks for that stands by itself; `by_file`: a file's name stands for its clips."""
    before = replace(scene, findings=[*scene.findings], mentioned=[*scene.mentioned], passed=[*scene.passed])
    outcome, tokens = _read_as_marked(said, scene, by_file=by_file)
    if outcome.kind in _UNREAD and not outcome.choices and (other := _otherwise(said, scene)):
        again, by_clause = _read_as_marked(other, before, by_file=by_file)
        if again.kind == "plan":
            return again, by_clause
    if outcome.kind == "plan" and _is_taken_back(said, outcome):
        return ParseResult(kind="clarify", missing=("operation",), language=outcome.language), tokens
    return outcome, tokens


def _is_taken_back(said: list[Token], outcome: ParseResult) -> bool:
    """`the last clip is just feet bin it, cancel that`, `留下单数的，不要`: nothing is left of the order before."""
    ahead = list(takewhile(lambda t: t.kind != "separator", said))
    behind = [t for t in said[len(ahead) :] if t.kind != "separator"]
    if not behind:
        return False
    if all(isinstance(op, Undo) for op in outcome.operations):
        return runons.hides_an_order(ahead)
    refused = all(t.is_a("NOT") and t.is_a("UNWANTED") for t in behind)
    return refused and any(t.is_a("KEEP") for t in ahead)


def _otherwise(said: list[Token], scene: ParseContext) -> list[Token] | None:
    """The tokens as they may be meant where they cannot be read: clips told by something else than their number,
    clauses without a mark."""
    named = sized.as_clips(said, scene) or between.as_clips(said, scene)
    pointed_at = pointed.followed(named or said, scene) or named
    return runons.parted(pointed_at or said) or pointed_at


_UNREAD = ("clarify", "refuse")


def _read_as_marked(said: list[Token], scene: ParseContext, *, by_file: bool) -> tuple[ParseResult, list[Token]]:
    """What a sentence asks for with its marks as they are."""
    tokens = _emptied(said, scene)
    tokens = files_as_clips(tokens, scene) if by_file else tokens
    pointed = antecedents.resolved(tokens, said, scene, _OtherReadings())
    scene.pointed = pointed is not None
    return pointed or _of_tokens(tokens, scene), tokens


class _OtherReadings:
    """Readings of a sentence beside the one at hand (`antecedents.Reader`)."""

    def read(self, tokens: list[Token], scene: ParseContext) -> ParseResult:
        return _of_tokens(tokens, scene)

    def hear(self, text: str, scene: ParseContext) -> ParseResult:
        other = ParseContext(normalize(text), scene.situation, scene.language)
        scanned = _scanned(other, cut=scene.situation.has_timeline)
        return _of_tokens(_emptied(scanned, other), other)

    def scan(self, text: str, scene: ParseContext) -> list[Token]:
        other = ParseContext(normalize(text), scene.situation, scene.language)
        return _scanned(other, cut=scene.situation.has_timeline)


def _emptied(said: list[Token], scene: ParseContext) -> list[Token]:
    """The tokens without what orders nothing, and with what is corrected settled."""
    return apply_corrections(apply_signs(join_particles(utterance.orders(said, scene))))


def _of_tokens(tokens: list[Token], scene: ParseContext) -> ParseResult:
    """The outcome of what is left of a sentence once everything that orders nothing is emptied."""
    parted = several.reels(tokens, scene)
    if parted is not None:
        return _of_each(parted, scene)
    scene.sentence_has = frozenset(c for t in tokens for c in t.concepts)
    read = _framed(tokens, scene)
    read = questions.answer(tokens, scene) if read is None else read
    if read.kind == "plan" and _sets_aside(tokens, scene, read):
        read = ParseResult(kind="clarify", missing=("operation",), language=read.language)
    if read.kind == "plan" and (
        unnamed.is_part_of_some_clip(tokens, scene, read.operations)
        or unnamed.is_told_by_its_looks(tokens, read.operations)
    ):
        read = ParseResult(kind="clarify", missing=("target",), language=read.language)
    return read


def _of_each(parted: Sequence[Tokens], scene: ParseContext) -> ParseResult:
    """The plans of several reels as one, or a question about those that cannot be read, with the others offered."""
    outcomes = []
    for tokens in parted:
        has = frozenset(c for t in tokens for c in t.concepts)
        own = replace(scene, findings=[], sentence_has=has, mentioned=[], beside=())
        found = _framed(list(tokens), own)
        outcomes.append(found or questions.answer(list(tokens), replace(own, findings=[])))
    return versions.together(outcomes, scene.language)


def _scanned(scene: ParseContext, *, cut: bool, following: bool = False) -> list[Token]:
    """The tokens of a sentence; `cut`: there were clips to mean before."""
    source, situation = scene.source, scene.situation
    files = tuple(media.name for media in situation.footage)
    found = _without_file_name(scan(source, situation.searchable, files, beside_clips=cut, following=following), source)
    tokens = nouns.lines_in(found)
    tokens = nouns.returns_in(nouns.places_in(nouns.needs_in(nouns.goings_in(nouns.nouns_in(tokens)))))
    return asides.settle_asides(tokens, source, uncut=not situation.has_timeline)


def _without_file_name(tokens: list[Token], source: NormalizedText) -> list[Token]:
    """`export it and call it best moments`: the words of a name mean nothing else."""
    opened = form("FILE_NAME", source.languages).search(source.work)
    behind = [t for t in tokens if opened and t.start >= opened.end()]
    within = list(takewhile(lambda t: t.kind != "separator", behind))
    if not within or any(t.kind == "quote" for t in within):
        return tokens
    at, first, last = tokens.index(within[0]), within[0], within[-1]
    name = Token("unknown", first.start, last.end, source.work[first.start : last.end])
    return [*tokens[:at], name, *tokens[at + len(within) :]]


def _takes_back(scene: ParseContext, frames: tuple[str, ...]) -> Unresolved | None:
    """`delete clip 3, cancel that`: whether it was meant at all is asked, not undone into the request before."""
    deeds = [f.op for f in scene.findings if isinstance(f, ParsedOperation)]
    back = any(isinstance(op, Undo) and not isinstance(before, Undo) for before, op in pairwise(deeds))
    back = back or (bool(deeds) and not isinstance(deeds[0], Undo) and "undo" in frames)
    back = back or any(
        isinstance(open_, Unresolved) and isinstance(f, ParsedOperation) and isinstance(f.op, Undo)
        for open_, f in pairwise(scene.findings)
    )
    return Unresolved(scene.source.given.strip(), 0, missing=("operation",)) if back else None


def _sets_aside(tokens: list[Token], scene: ParseContext, read: ParseResult) -> bool:
    """`stabilize clip 1, disregard that`: behind an order it is the order, not the clip, that is left aside."""
    at = withdrawn.aside_at(scene.source)
    ahead = [token for token in tokens if at is not None and token.start < at]
    told = not any(token.is_a("REMOVE", "CUT", "TRIM") for token in ahead)  # `it drags, skip it`
    if not ahead or (told and any(token.is_a("LEFT_OUT") for token in tokens)):
        return False
    alone = parse.read(ahead, replace(scene, findings=[], last=None, named=None, removed=None, topic=None))
    ordered = [f.op for f in alone.findings if isinstance(f, ParsedOperation)] if alone else []
    faulty = told and list(read.operations) == ordered and all(isinstance(op, Remove) for op in ordered)
    return bool(ordered) and not faulty


def _framed(tokens: list[Token], scene: ParseContext) -> ParseResult | None:
    """The outcome where frames account for every word; None where they do not."""
    asked = list(scene.findings)
    if not all(isinstance(finding, Query) for finding in asked):
        return None
    reading = parse.read(tokens, scene)
    if reading is None and any(isinstance(f, Unresolved) for f in scene.findings):
        return decide(scene, (), batch=False)
    if reading is None or not reading.findings:
        scene.findings[:] = asked
        scene.last = scene.named = scene.removed = scene.topic = None
        scene.unchanged = ()
        return None
    clash = contradictions.resolve_contradictions(tokens, scene) or _takes_back(scene, reading.frames)
    if clash := clash or clashes.find_clash(scene):
        scene.findings = [clash]
    scene.frames = reading.frames
    return decide(scene, (), batch="BATCH" in scene.sentence_has)


def _language(given: str, hint: str | None) -> str:
    if _KANA.search(given):
        return "ja"
    if _HANGUL.search(given):
        return "ko"
    if any(is_wide(c) for c in given):
        return "zh"
    return hint if hint and hint not in ("zh", "ja", "ko") else "en"
