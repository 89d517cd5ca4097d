"""A sentence as a row of frames: the way to cut and read it in which every word has its place.

The sentence is cut at its marks of punctuation and its conjunctions; each piece must be a frame with all its words
accounted for, the continuation of the frame before, or nothing but words that carry no meaning. Of several ways the
one with the fewest pieces is taken; two frames that read one piece differently, and as fully, read nothing.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import ValidationError

from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..tokens import Token
from ..utterance import opens_order
from . import narration
from .and_music import with_kept_music, with_music
from .catalogue import present, signalled
from .clip_lists import with_lists_parted
from .ellipsis import accounts, completions, is_parallel, loosened, without_doubles
from .frame import MOST_SPARE, Filled, IntentFrame
from .likened import halves_of_the_cut, told_by_clips
from .named import recalled
from .parted import with_parts
from .passing import passes
from .pattern import signs_of
from .ranges import with_lengths_from
from .regroup import regrouped

log = logging.getLogger(__name__)
_MOST_TOKENS, _MOST_CUTS, _MOST_FILLS = 80, 14, 12
_MOST_GUESSED, _MOST_TRIES, _MOST_PARTED = 40, 24, 3


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """Findings of a sentence, with the names of the frames it is made of.

    `unread` are the pieces that no frame accounts for, `read` the others; both only where it is read in parts.
    """

    findings: tuple[Finding, ...]
    frames: tuple[str, ...]
    unread: tuple[tuple[Token, ...], ...] = ()
    read: tuple[tuple[Token, ...], ...] = ()


def read_parts(tokens: Sequence[Token], scene: ParseContext) -> SentenceReading:
    """The findings of those pieces of a sentence that frames account for, and the others."""
    said, cuts = _prepared(tokens, scene)
    found = _Search(said, scene, cuts, lenient=True).from_(0, None, ()) if cuts else None
    return found or SentenceReading((), (), unread=(tuple(said),))


def guess(tokens: Sequence[Token], scene: ParseContext) -> SentenceReading | None:
    """What a sentence may have asked for if words are left over: to be offered, never done."""
    said, cuts = _prepared(tokens, scene)
    if not cuts or len(said) > _MOST_GUESSED:
        return None
    return _Search(said, scene, cuts, lenient=True, guesses=_MOST_TRIES).from_(0, None, ())


def read(tokens: Sequence[Token], scene: ParseContext) -> SentenceReading | None:
    """The findings of a sentence that frames account for to the last word; None for any other.

    What looks like a list of clips is parted where nothing else makes sense.
    """
    said, cuts = _prepared(tokens, scene)
    found = _Search(said, scene, cuts).from_(0, None, ()) if cuts else None
    if found is not None or not cuts:
        return found
    for loose in islice(loosened(said, scene.source.languages), _MOST_PARTED):
        mark = _Mark.of(scene)
        if (found := _Search(loose, scene, _cuts(loose), parted=True).from_(0, None, ())) is not None:
            return found
        mark.put_back(scene)
    return None


def _prepared(tokens: Sequence[Token], scene: ParseContext) -> tuple[list[Token], set[int]]:
    """The tokens as frames take them, and where they may be cut; no places where there is nothing, or too much."""
    given = without_doubles(trimmed(list(tokens)), scene.source.languages)
    listed = with_lengths_from(with_lists_parted(recalled(given, scene), scene.source.languages), scene)
    said = halves_of_the_cut(
        told_by_clips(regrouped(with_music(with_kept_music(with_parts(listed, scene)))), scene), scene
    )
    cuts = _cuts(said)
    return said, cuts if said and len(said) <= _MOST_TOKENS and len(cuts) <= _MOST_CUTS + 2 else set()


def _cuts(tokens: list[Token]) -> set[int]:
    return {0, len(tokens), *cut_places(tokens)}


_Reading = tuple[int, Filled, list[Finding]]
_TOPICS = ("clips", "head", "tail", "range", "time", "separator")  # `第四段，不要` takes away what stands before it


class _Search:
    def __init__(
        self, tokens: list[Token], scene: ParseContext, cuts: set[int], *, lenient: bool = False, guesses: int = 0,
        parted: bool = False,
    ) -> None:  # fmt: skip
        self.guesses, self.parted = guesses, parted
        self.tokens, self.scene, self.lenient = tokens, scene, lenient
        self.cuts = sorted(cuts)
        self.used: list[Token] = [t for t in tokens if t.kind not in ("word", "separator")]
        self.dead: set[tuple[int, str, bool]] = set()

    def from_(self, at: int, before: Filled | None, meant: tuple[Token, ...]) -> SentenceReading | None:
        """The reading of everything from token `at` on."""
        start = self._opened(at)
        if start >= len(self.tokens):
            return None if self.scene.topic else SentenceReading((), ())
        key = (start, before.frame.name if before else "", bool(meant))
        if key in self.dead:
            return None
        for end in reversed([c for c in self.cuts if c > start]):
            if self._hollow(start, end):
                if (rest := self.from_(end, before, meant)) is not None:
                    return rest
                continue
            for filled, findings, mark in self._readings(start, end, before, meant):
                self.scene.findings += findings
                rest = self.from_(end, filled, ())
                if rest is not None:
                    return self._joined(at, end, filled, findings, rest)
                mark.put_back(self.scene)
        for end in self._told_ends(start):
            if self._told(start, end):
                named = tuple(narration.referred(self.tokens[start:end]))
                if (rest := self.from_(end, before, (*meant, *named))) is not None:
                    return rest
        if self.lenient:
            return self._guessed(start, before, meant) or self._left_out(at, start, before, meant)
        self.dead.add(key)
        return None

    def _left_out(self, at: int, start: int, before: Filled | None, meant: tuple[Token, ...]) -> SentenceReading | None:
        """A piece that nobody understands, and what is read behind it."""
        end = next(c for c in self.cuts if c > start)
        rest = self.from_(end, before, meant)
        return None if rest is None else replace(rest, unread=(tuple(self.tokens[at:end]), *rest.unread))

    def _guessed(self, start: int, before: Filled | None, meant: tuple[Token, ...]) -> SentenceReading | None:
        """A piece with as few words as possible left over, and what is read behind it."""
        for spare in range(1, MOST_SPARE + 1):
            for end in reversed([c for c in self.cuts if c > start]):
                if self.guesses <= 0:
                    return None
                self.guesses -= 1
                for filled, findings, _ in self._readings(start, end, before, meant, spare=spare):
                    self.scene.findings += findings
                    rest = self.from_(end, filled, ())
                    return None if rest is None else self._joined(start, end, filled, findings, rest)
        return None

    def _joined(
        self, at: int, end: int, filled: Filled, findings: list[Finding], rest: SentenceReading
    ) -> SentenceReading:
        """A piece that a frame accounts for, and what is read behind it."""
        read = ((tuple(self.tokens[at:end])), *rest.read)
        frames = (filled.frame.name, *rest.frames)
        return SentenceReading((*findings, *rest.findings), frames, rest.unread, read)

    def _told_ends(self, start: int) -> Iterator[int]:
        """Where what is told may end: at the next mark or conjunction, or behind an `and` at the one after it."""
        for end in (c for c in self.cuts if c > start):
            yield end
            if end == len(self.tokens) or not self.tokens[end].is_a("AND") or opens_order(self.tokens[end : end + 4]):
                return

    def _told(self, start: int, end: int) -> bool:
        if start and self.tokens[start - 1].text == "so" and any(t.kind == "duration" for t in self.tokens[start:end]):
            return False  # `speed it up so it lasts 5 seconds`
        gone = self.scene.removed or ()
        if len(gone) > 1 and any(t.kind == "clips" and t.value[0][0] in gone for t in self.tokens[start:end]):
            return False  # `delete clips 1, 2, 5, 5 has the goal`
        if self.parted and any(t.kind in ("clips", "number") for t in self.tokens[start:end]):
            return False  # `delete clips 1, 2 and 5, 2 is dull`: no clip of a list is told about only
        if any(t.text == "it" for t in self.tokens[end:]) and narration.names_no_clip(self.tokens[start:end]):
            return False  # `the intro clip is too loud, knock it down`: which one is meant?
        if self.scene.last is None and self.scene.count > 1 and narration.points_nowhere(self.tokens[start:end]):
            return False  # `那段太吵，静音吧`: which one?
        ordered = any(isinstance(f, ParsedOperation) for f in self.scene.findings)
        return narration.tells(self.tokens[start:end], opening=not ordered)

    def _opened(self, at: int) -> int:
        while at < len(self.tokens) and (
            self.tokens[at].kind == "separator"
            or (at == 0 and self.tokens[at].is_a("CORRECTION"))
            or self.tokens[at].is_a("AND", "THEN", "BUT", "COLON")
            or self.tokens[at].text in ("so", "所以", "那就")
        ):
            at += 1
        return at

    def _hollow(self, start: int, end: int) -> bool:
        return all(t.kind == "separator" or t.is_a("AND", "THEN") or passes(t) for t in self.tokens[start:end])

    def _is_a_last_no(self, start: int, end: int, *, keeps: bool) -> bool:
        """`删掉第三段，不要`: a bare no behind an order takes it back, and takes nothing else away."""
        marks = [i for i in range(start, end) if self.tokens[i].kind == "separator" and i + 1 < end]
        cut = marks[-1] + 1 if marks else start
        last = self.tokens[cut:end]
        if not any(t.is_a("NOT") for t in last) or not all(t.is_a("NOT") or passes(t) for t in last):
            return False
        if not all(t.kind in _TOPICS or (passes(t) and not t.is_a("SAME")) for t in self.tokens[start:cut]):
            return True
        if cut > start > 0 and self.tokens[start - 1].is_a("AND") and keeps:
            return True  # `只要第一段和最后一段，不要`: the second of two that were to be kept
        ordered = any(isinstance(f, ParsedOperation) for f in self.scene.findings)
        return cut == start and ordered and (keeps or not self.scene.topic)

    def _readings(
        self, start: int, end: int, before: Filled | None, meant: tuple[Token, ...], *, spare: int = 0
    ) -> Iterator[tuple[Filled, list[Finding], "_Mark"]]:
        """What the piece may be: the frames that account for it, best first; nothing where two are as good."""
        keeps = before is not None and before.frame.name == "keep"
        if self._is_a_last_no(start, end, keeps=keeps):
            return
        named = (*self._mentioned(start), *meant)
        self.scene.beside = named
        repeats = before is not None and not spare and is_parallel(self.tokens[start:end], before)
        found = self._completed(start, end, before, named) if before is not None and repeats else []
        found = found if repeats else self._filled(self.tokens[start:end], None, named, spare)
        if not found and before is not None and before.frame.elliptic and not repeats:
            continued = (_continued(f, before) for f in before.frame.fills(self.tokens, start, end, elliptic=True))
            if read := self._built(f for f in continued if f is not None and accounts(f, before)):
                found = [(read[0].weight, *read)]
        if not found and before is not None and not spare and not repeats:
            found = self._completed(start, end, before, named)
        if (filled := _best(found)) is None:
            return
        mark = _Mark.of(self.scene)
        again = self._build(filled)  # so that what it remembers of the sentence holds
        if again is not None:
            filled.kinds = _kinds(again)
            yield filled, again, mark

    def _filled(
        self, piece: list[Token], only: IntentFrame | None, named: tuple[Token, ...], spare: int
    ) -> list[_Reading]:
        """The frames that account for a piece, or whether `only` one does."""
        found: list[_Reading] = []
        signs = frozenset[str]().union(*map(signs_of, piece))
        for one in signalled(signs):
            if only is not None and one is not only:
                continue
            if not all(_fillable(one, some, signs) for some in one.required):
                continue
            if read := self._built(one.fills(piece, 0, len(piece), meant=named, spare=spare)):
                found.append((read[0].weight, *read))
        return found

    def _completed(self, start: int, end: int, before: Filled, named: tuple[Token, ...]) -> list[_Reading]:
        """What the piece is with the words that it shares with the one before: an operation of the same kind."""
        for piece, by_verb in completions(self.tokens[start:end], before, self.scene.source.languages):
            only = before.frame if by_verb else None
            found = self._filled(piece, only, () if by_verb else named, 0)
            found = [each for each in found if _kinds(each[2]) <= before.kinds - {""} and accounts(each[1], before)]
            if found:
                return found
        return []

    def _mentioned(self, start: int) -> list[Token]:
        """What the stretch right before the piece, one that asks for nothing, has named."""
        at = self.tokens[start].start
        since = max((m.end for m in self.used if m.end <= at), default=0)
        return [t for t in self.scene.mentioned if since <= t.start < at]

    def _built(self, fills: Iterator[Filled]) -> tuple[Filled, list[Finding]] | None:
        for n, filled in enumerate(fills):
            if n >= _MOST_FILLS:
                return None
            mark = _Mark.of(self.scene)
            findings = self._build(filled)
            mark.put_back(self.scene)
            if findings is not None:
                return filled, findings
        return None

    def _build(self, filled: Filled) -> list[Finding] | None:
        try:
            found = filled.frame.build(filled, self.scene)
        except ValidationError:
            return None
        except (TypeError, ValueError, LookupError, ArithmeticError):
            log.exception("the frame %s cannot be built", filled.frame.name)  # what nobody foresaw is asked about
            return None
        return None if found is None else list(found)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a frame may change of the scene."""

    findings: tuple[Finding, ...]
    last: tuple[int, ...] | None
    named: tuple[int, ...] | None
    removed: tuple[int, ...] | None
    topic: tuple[int, ...] | None
    unchanged: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, scene: ParseContext) -> "_Mark":
        return cls(tuple(scene.findings), scene.last, scene.named, scene.removed, scene.topic, scene.unchanged)

    def put_back(self, scene: ParseContext) -> None:
        """The scene as it was."""
        scene.findings[:] = self.findings
        scene.last, scene.named, scene.removed, scene.topic = self.last, self.named, self.removed, self.topic
        scene.unchanged = self.unchanged


_REFERRED = frozenset({"target", "part"})  # what was named before may fill these


def _fillable(frame: IntentFrame, names: tuple[str, ...], signs: frozenset[str]) -> bool:
    """Whether one of the roles may be filled with words that have these signs."""
    if not _REFERRED.isdisjoint(names):
        return True
    return any(r.name in names and any(present(p, signs) for p in r.patterns) for r in frame.roles)


def _continued(filled: Filled, before: Filled) -> Filled | None:
    """`… and the last one by 2 dB`: the frame before once more, with what is said anew in place of what was."""
    if filled.roles.keys().isdisjoint(filled.frame.elliptic):
        return None
    own = set(filled.roles)
    sized = own - {"target"}
    kept = {n: v for n, v in before.roles.items() if n not in own and (n in ("", "target") or not sized)}
    return Filled(filled.frame, filled.tokens, kept | filled.roles, inherited=True)


def _best(found: list[_Reading]) -> Filled | None:
    """The reading with most of its words in roles; None where two are as good and differ in effect."""
    most = max((weight for weight, _, _ in found), default=0)
    best = [(filled, findings) for weight, filled, findings in found if weight == most]
    return best[0][0] if len({_effect(findings) for _, findings in best}) == 1 else None


def _kinds(findings: Iterable[Finding]) -> frozenset[str]:
    """Names of the operations among the findings; a gap or a refusal is a kind that no piece before has."""
    return frozenset(str(getattr(f.op, "op", "export")) if isinstance(f, ParsedOperation) else "" for f in findings)


def _effect(findings: list[Finding]) -> str:
    return repr([(f.op if isinstance(f, ParsedOperation) else f) for f in findings])


def cut_places(tokens: list[Token]) -> list[int]:
    """Where a piece may begin: at a mark or a conjunction, behind a verb that goes on, at `with`."""
    return [
        i
        for i, t in enumerate(tokens)
        if _parts(t) or (i and (tokens[i - 1].is_a("AND_BEHIND") or _adds(t, tokens[i + 1 :])))
    ]


_ADDED = ("MUSIC", "TRANSITION", "TITLE", "CAPTION", "CARD")


def _adds(token: Token, behind: list[Token]) -> bool:
    """`with music.mp3 underneath`, `with a crossfade of one second`: something more, named with what it is added to."""
    if token.text not in ("with", "together with", "along with"):
        return False
    first = next((t for t in behind if t.kind not in ("word", "duration", "unknown") or not passes(t)), None)
    return first is not None and (
        first.kind in ("asset", "quote") or first.is_a(*_ADDED) or any(c.startswith("JOIN:") for c in first.concepts)
    )


def _parts(token: Token) -> bool:
    """Whether a piece may begin at the token."""
    return token.kind == "separator" or token.is_a("AND", "THEN", "BUT", "BECAUSE", "COLON")


def trimmed(tokens: list[Token]) -> list[Token]:
    """The tokens without the marks at their end."""
    while tokens and tokens[-1].kind == "separator":
        tokens.pop()
    return tokens
