"""A sentence as a row of frames: the way to cut and read it in which every word has its place.

The sentence is cut at its marks of punctuation and its conjunctions; each piece must be a frame with all its words
accounted for, the continuation of the frame before, or nothing but words that carry no meaning. Of several ways the
one with the fewest pieces is taken; two frames that read one piece differently, and as fully, read nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from ..tokens import Token
from . import clips, footage, omissions, pace, picture, reel, reel_change, shares, sound
from .frame import Filled, Frame
from .pattern import passes

FRAMES: tuple[Frame, ...] = (
    *clips.FRAMES, *pace.FRAMES, *sound.FRAMES, *picture.FRAMES,
    *reel.FRAMES, *reel_change.FRAMES, *footage.FRAMES, *omissions.FRAMES, *shares.FRAMES,
)  # fmt: skip
OFF = False
_MOST_TOKENS, _MOST_CUTS, _MOST_FILLS = 80, 14, 12


@dataclass(frozen=True, slots=True)
class Reading:
    """Findings of a whole sentence, with the names of the frames it is made of."""

    findings: tuple[Finding, ...]
    frames: tuple[str, ...]


def read(tokens: Sequence[Token], scene: ParseContext) -> Reading | None:
    """The findings of a sentence that frames account for to the last word; None for any other."""
    said = _trimmed(list(tokens))
    cuts = [i for i, t in enumerate(said) if t.kind == "separator" or t.is_a("AND", "THEN", "BUT")]
    if not said or len(said) > _MOST_TOKENS or len(cuts) > _MOST_CUTS:
        return None
    search = _Search(said, scene, {0, len(said), *cuts})
    return search.from_(0, None)


def _trimmed(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[-1].kind == "separator":
        tokens.pop()
    return tokens


class _Search:
    def __init__(self, tokens: list[Token], scene: ParseContext, cuts: set[int]) -> None:
        self.tokens, self.scene = tokens, scene
        self.cuts = sorted(cuts)
        self.dead: set[tuple[int, str]] = set()

    def from_(self, at: int, before: Filled | None) -> Reading | None:
        """The reading of everything from token `at` on."""
        start = self._opened(at)
        if start >= len(self.tokens):
            return Reading((), ())
        key = (start, before.frame.name if before else "")
        if key in self.dead:
            return None
        for end in reversed([c for c in self.cuts if c > start]):
            if self._hollow(start, end):
                if (rest := self.from_(end, before)) is not None:
                    return rest
                continue
            for filled, findings, mark in self._readings(start, end, before):
                self.scene.findings += findings
                rest = self.from_(end, filled)
                if rest is not None:
                    return Reading((*findings, *rest.findings), (filled.frame.name, *rest.frames))
                self._back(mark)
        self.dead.add(key)
        return None

    def _opened(self, at: int) -> int:
        while at < len(self.tokens) and (
            self.tokens[at].kind == "separator" or self.tokens[at].is_a("AND", "THEN", "BUT")
        ):
            at += 1
        return at

    def _hollow(self, start: int, end: int) -> bool:
        return all(t.kind == "separator" or t.is_a("AND", "THEN") or passes(t) for t in self.tokens[start:end])

    def _readings(
        self, start: int, end: int, before: Filled | None
    ) -> Iterator[tuple[Filled, list[Finding], "_Mark"]]:
        """What the piece may be: the frames that account for it, best first; nothing where two are as good."""
        found: list[tuple[int, Filled, list[Finding]]] = []
        for one in FRAMES:
            if _signalled(one, self.tokens[start:end]) and (read := self._built(one.fills(self.tokens, start, end))):
                found.append((read[0].weight, *read))
        if not found and before is not None and before.frame.elliptic:
            continued = (_continued(f, before) for f in before.frame.fills(self.tokens, start, end, elliptic=True))
            if read := self._built(f for f in continued if f is not None):
                found.append((read[0].weight, *read))
        if not found:
            return
        most = max(weight for weight, _, _ in found)
        best = [entry for entry in found if entry[0] == most]
        if len({_effect(findings) for _, _, findings in best}) > 1:
            return
        mark = _Mark.of(self.scene)
        _, filled, _ = best[0]
        again = self._build(filled)  # so that what it remembers of the sentence holds
        if again is not None:
            yield filled, again, mark

    def _built(self, fills: Iterator[Filled]) -> tuple[Filled, list[Finding]] | None:
        for n, filled in enumerate(fills):
            if n >= _MOST_FILLS:
                return None
            mark = _Mark.of(self.scene)
            findings = self._build(filled)
            self._back(mark)
            if findings is not None:
                return filled, findings
        return None

    def _build(self, filled: Filled) -> list[Finding] | None:
        try:
            found = filled.frame.build(filled, self.scene)
        except ValidationError:
            return None
        return None if found is None else list(found)

    def _back(self, mark: "_Mark") -> None:
        self.scene.findings[:] = mark.findings
        self.scene.last, self.scene.named, self.scene.removed = mark.last, mark.named, mark.removed


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a frame may change of the scene."""

    findings: tuple[Finding, ...]
    last: tuple[int, ...] | None
    named: tuple[int, ...] | None
    removed: tuple[int, ...] | None

    @classmethod
    def of(cls, scene: ParseContext) -> "_Mark":
        return cls(tuple(scene.findings), scene.last, scene.named, scene.removed)


def _signalled(frame: Frame, tokens: list[Token]) -> bool:
    """Whether a word that may trigger the frame is there at all."""
    return not frame.triggers or any(
        all(e.optional or e.target or any(e.takes(t) for t in tokens) for e in pattern.elements)
        for pattern in frame.triggers
    )


def _continued(filled: Filled, before: Filled) -> Filled | None:
    """`… and the last one by 2 dB`: the frame before once more, with what is said anew in place of what was."""
    if filled.roles.keys().isdisjoint(filled.frame.elliptic):
        return None
    own = set(filled.roles)
    sized = own - {"target"}
    kept = {n: v for n, v in before.roles.items() if n not in own and (n in ("", "target") or not sized)}
    return Filled(filled.frame, filled.tokens, kept | filled.roles, inherited=True)


def _effect(findings: list[Finding]) -> str:
    return repr([(f.op if isinstance(f, ParsedOperation) else f) for f in findings])
