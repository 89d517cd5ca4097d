"""The way of a sentence through the interpreter."""

import re
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from ..timeline.operations import AnyOperation
from . import accounting, asides, contradictions, doubts, negation, nouns, policy, utterance
from .clauses import split
from .context import ParseContext
from .corrections import apply_corrections
from .frames import parse
from .frames.frame import Filled
from .intents import (
    exporting,
    highlights,
    keep,
    music,
    order,
    overlays,
    picture,
    remove,
    search,
    sound,
    source_ranges,
    speed,
    texts,
    transitions,
    unsupported,
    zooms,
)
from .lexicon import is_wide
from .normalize import NormalizedText, normalize
from .numbers import apply_signs
from .outcome import ExportRequest, ParsedOperation, ParseResult, Query, Unresolved
from .policy import decide
from .resolve import numbers, union
from .scanner import join_particles, scan
from .session_facts import SessionFacts
from .tokens import Clause, Token

_READERS = (
    texts.read_texts,
    music.read_music,
    sound.read_sound,
    transitions.read_transitions,
    speed.read_speed,
    picture.read_picture,
    order.read_order,
)
_MAX_CHARS = 4000
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7a3]")


def interpret(text: str, situation: SessionFacts) -> ParseResult:
    """What the sentence asks for. Pure; never raises for any text."""
    source = normalize(text[:_MAX_CHARS])
    cut = situation.has_timeline
    return policy.instead(lambda now, laid: _understood(source, now, laid, cut=cut), situation)


def _understood(
    source: NormalizedText, situation: SessionFacts, laid: tuple[str, ...], *, cut: bool
) -> tuple[ParseResult, list[Token]]:
    """Outcome and tokens; files that are `laid` whole have been heard. `cut`: there were clips to mean before."""
    scene = ParseContext(source, situation, _language(source.given, situation.language))
    tokens = _tokens(scene, cut=cut)
    scene.sentence_has = frozenset(c for t in tokens for c in t.concepts)
    if (read := _framed(tokens, scene)) is not None:
        return read, tokens
    clauses = split(tokens)
    for clause in clauses:
        nouns.reel_nouns_in(clause, scene)
        clause.used |= {t.start for t in clause.tokens if t.kind == "asset" and str(t.value).casefold() in laid}
    scene.reel_wanted = any(highlights.wanted(clause, scene) for clause in clauses)
    scene.removes_named = any(negation.removes_named(clause) for clause in clauses)
    scene.before_but = frozenset(a.at for a, b in pairwise(clauses) if b.joined == "BUT")
    account = accounting.TokenAccount()
    for clause in clauses:
        before = list(scene.findings)
        _attempt(clause, scene)
        accounting.close(clause, scene, before, account)
    leftovers = tuple(words for clause in clauses for words in _leftovers(clause, scene))
    if clash := contradictions.resolve_contradictions(tokens, scene):
        scene.findings = [clash]
    offered = tuple(
        f.op for f in scene.findings if isinstance(f, ParsedOperation) and not isinstance(f.op, ExportRequest)
    )
    if account.waits:
        scene.findings = accounting.waiting(scene.findings)
    outcome = decide(scene, leftovers, batch="BATCH" in scene.sentence_has)
    told: dict[str, Any] = {"unread": tuple(account.unread), "understood": tuple(account.understood)}
    if outcome.kind in ("plan", "clarify"):
        outcome = _in_parts(tokens, scene, outcome, offered)
    return outcome.model_copy(update=told if outcome.kind == "clarify" and not outcome.unread else {}), tokens


def _in_parts(
    tokens: list[Token], scene: ParseContext, guessed: ParseResult, offered: tuple[AnyOperation, ...]
) -> ParseResult:
    """What stands of a sentence that frames account for only in part.

    The parts that were understood are carried out beside the others only where none of them takes material away,
    chooses or times it anew; what was merely guessed is offered, never done.
    """
    again = ParseContext(scene.source, scene.situation, scene.language, sentence_has=scene.sentence_has)
    parts = parse.read_parts(tokens, again)
    deeds = [f for f in again.findings if isinstance(f, ParsedOperation)]
    understood = tuple(d.op for d in deeds if not isinstance(d.op, ExportRequest))
    if guessed.kind == "plan" and deeds and not any(isinstance(d.op, accounting.LASTING) for d in deeds):
        outcome = decide(again, parts.unread, batch=False)
        return outcome.model_copy(update={"unsupported": guessed.unsupported})
    if guessed.kind == "clarify":
        return guessed.model_copy(update={"offered": understood or offered, "nearest": parse.nearest(tokens)})
    return ParseResult(
        kind="clarify",
        missing=("operation",),
        language=scene.language,
        not_understood=parts.unread,
        unread=parts.unread,
        offered=understood or guessed.operations,
        nearest=parse.nearest(tokens),
    )


def _tokens(scene: ParseContext, *, cut: bool) -> list[Token]:
    """The tokens of what is ordered; `cut`: there were clips to mean before."""
    source, situation = scene.source, scene.situation
    files = tuple(media.name for media in situation.footage)
    tokens = nouns.goings_in(nouns.nouns_in(scan(source, situation.searchable, files, beside_clips=cut)))
    tokens = asides.settle_asides(tokens, source, uncut=not situation.has_timeline)
    return apply_corrections(apply_signs(join_particles(utterance.orders(tokens, scene))))


def _continued(scene: ParseContext) -> Filled | None:
    """The last frame of the request before, which this one may go on from."""
    situation = scene.situation
    if not situation.before or not situation.has_timeline:
        return None
    wide = situation.model_copy(
        update={"clips": (*situation.clips, *situation.clips)}
    )  # it may have named clips now gone
    past = ParseContext(normalize(situation.before[:_MAX_CHARS]), wide, "en")
    reading = parse.read(_tokens(past, cut=True), past)
    if reading is None or reading.last is None:
        return None
    scene.previous = past.last or past.removed
    scene.previous_gone = past.last is None and past.removed is not None
    return reading.last


def _framed(tokens: list[Token], scene: ParseContext) -> ParseResult | None:
    """The outcome where frames account for every word; None leaves the sentence to the readers."""
    asked = list(scene.findings)
    if parse.OFF or not all(isinstance(finding, Query) for finding in asked):
        return None
    reading = parse.read(tokens, scene, _continued(scene))
    if reading is None and any(isinstance(f, Unresolved) for f in scene.findings):
        return decide(scene, (), batch=False)
    if reading is None or not reading.findings:
        scene.findings[:] = asked
        scene.last = scene.named = scene.removed = scene.topic = None
        return None
    if clash := contradictions.resolve_contradictions(tokens, scene):
        scene.findings = [clash]
    scene.frames = reading.frames
    return decide(scene, (), batch="BATCH" in scene.sentence_has)


def _attempt(clause: Clause, scene: ParseContext) -> None:
    """Read one clause; values that no operation can hold become a question back."""
    before = len(scene.findings)
    try:
        _read(clause, scene)
    except ValidationError:
        clause.spend()
        scene.findings[before:] = [Unresolved(scene.words(clause), clause.at, missing=("value",))]


def _read(clause: Clause, scene: ParseContext) -> None:
    found = scene.findings
    if clause.has("CANCEL") and found and not clause.peek("clips"):
        found.pop()
        clause.spend()
        return
    if scene.conditional:
        scene.conditional = False
        clause.spend()
        return
    before = len(found)
    if any(token.kind == "clips" for token in clause.tokens):
        clause.take("BORING")  # said of a clip it is a reason, not a wish for another reel
    music.described(clause)
    music.spared(clause)
    found += doubts.read_doubts(clause, scene)
    found += doubts.is_hypothetical(clause, scene)
    found += search.read_search(clause, scene)
    exporting.read_given_up(clause, scene)
    found += unsupported.read_question(clause, scene)
    found += doubts.query_in(clause, scene)
    found += exporting.read_format(clause, scene)
    found += keep.read_whole_files(clause, scene)
    found += overlays.read(clause, scene)
    found += zooms.read(clause, scene)
    found += unsupported.read_unsupported(clause, scene)
    found += negation.apply_negation(clause, scene)
    found += source_ranges.read_shares(clause, scene)
    if _reel_first(clause, scene):
        found += highlights.read_highlights(clause, scene)
    for reader in _READERS:
        found += reader(clause, scene)
    found += exporting.read_export(clause, scene)
    found += remove.read_removals(clause, scene)
    found += highlights.read_highlights(clause, scene)
    if clause.has("VAGUE") and not clause.has("REEL"):
        clause.spend()
        found.append(Unresolved(scene.words(clause), clause.at, missing=("operation",)))
    _unresolved_exception(clause, scene, before)
    _remember(clause, scene)


def _unresolved_exception(clause: Clause, scene: ParseContext, before: int) -> None:
    """`everything except …` with an exception nobody understood must not act on everything."""
    left = [t for t in clause.free() if t.is_a("EXCEPT") and t.text not in ("but", "bar", "minus", "no", "menos")]
    if left and any(isinstance(f, ParsedOperation) for f in scene.findings[before:]):
        scene.findings[before:] = [Unresolved(scene.words(clause), clause.at, missing=("target",))]


def _reel_first(clause: Clause, scene: ParseContext) -> bool:
    """A request for a reel owns the lengths in its clause before titles and fades look for theirs."""
    return scene.reel_wanted


def _remember(clause: Clause, scene: ParseContext) -> None:
    if pairs := clause.peek("clips"):
        scene.last = numbers(pairs.value, scene.count) or scene.last
    named = [t for t in clause.tokens if t.kind == "clips"]
    if named:
        scene.named = scene.last or union(named, scene.count) if scene.removed is None else None


def _leftovers(clause: Clause, scene: ParseContext) -> list[str]:
    """Words nobody understood, neighbours together, as the user wrote them."""
    out: list[tuple[int, int]] = []
    for token in clause.free():
        if token.kind not in accounting.UNREAD:
            continue
        if out and token.start - out[-1][1] <= 1:
            out[-1] = (out[-1][0], token.end)
        else:
            out.append((token.start, token.end))
    return [scene.source.verbatim(a, b) for a, b in out]


def _language(given: str, hint: str | None) -> str:
    if _KANA.search(given):
        return "ja"
    if _HANGUL.search(given):
        return "ko"
    if any(is_wide(c) for c in given):
        return "zh"
    return hint if hint and hint not in ("zh", "ja", "ko") else "en"
