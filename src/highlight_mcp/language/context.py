"""The reading in progress: the situation, what was mentioned last, and how clips are pointed at."""

import math
from dataclasses import dataclass, field
from typing import Literal

from ..timeline.operations import ClipTarget
from . import resolve
from .normalize import NormalizedText
from .outcome import Finding, ParsedOperation, Unresolved
from .resolve import Numbers
from .session_facts import SessionFacts
from .tokens import Clause, Token

_WHOLE = 0.95


@dataclass(slots=True)
class ParseContext:
    """What is known while one sentence is read; `last` are the clips mentioned most recently, `unchanged`
    stretches of the reel in ms that are to stay as they are."""

    source: NormalizedText
    situation: SessionFacts
    language: str
    findings: list[Finding] = field(default_factory=list)
    last: Numbers | None = None
    named: Numbers | None = None
    removed: Numbers | None = None
    told: Numbers | None = None
    topic: Numbers | None = None
    unchanged: tuple[tuple[int, int], ...] = ()
    gap: Unresolved | None = None
    sentence_has: frozenset[str] = frozenset()
    frames: tuple[str, ...] = ()
    previous: Numbers | None = None
    previous_gone: bool = False
    mentioned: list[Token] = field(default_factory=list)
    beside: tuple[Token, ...] = ()
    pointed: bool = False
    passed: list[tuple[int, int]] = field(default_factory=list)

    @property
    def uncut(self) -> bool:
        """Whether there is no reel yet: nothing, or recordings laid down whole."""
        clips = self.situation.clips
        if len(clips) <= 1:
            return not clips or clips[0].duration_ms >= _WHOLE * self.situation.source_ms
        lengths = {media.media_id: media.duration_ms for media in self.situation.footage}
        whole = all(clip.duration_ms >= _WHOLE * lengths.get(clip.media_id or "", math.inf) for clip in clips)
        return whole and len({clip.media_id for clip in clips}) == len(clips)

    @property
    def is_one_recording(self) -> bool:
        """Whether times of the footage are times of the reel as well: one recording, laid down whole or not at all."""
        return self.uncut and len(self.situation.footage) <= 1

    @property
    def count(self) -> int:
        return len(self.situation.clips)

    def passes_over(self, token: Token) -> bool:
        """Whether a token stands where nothing is ordered (`passed`, bounds in the working text)."""
        return any(start <= token.start < end for start, end in self.passed)

    def planned(self, *names: str) -> bool:
        """Whether an operation of that name was already read."""
        return any(isinstance(f, ParsedOperation) and getattr(f.op, "op", "export") in names for f in self.findings)

    def words(self, clause: Clause) -> str:
        """The clause in the user's own words."""
        if not clause.tokens:
            return ""
        words = self.source.verbatim(min(t.start for t in clause.tokens), max(t.end for t in clause.tokens))
        return words.strip(" ,.;!?、。，")


@dataclass(frozen=True, slots=True)
class ResolvedTarget:
    """What a clause points at: clips, everything (`all`), or a gap; `said` is False when nothing was."""

    clips: Numbers | None = None
    gap: Unresolved | None = None
    said: bool = False

    @property
    def target(self) -> ClipTarget | Literal["all"]:
        return ClipTarget(clips=self.clips) if self.clips else "all"


def resolve_target(clause: Clause, scene: ParseContext, *, follow: bool = True) -> ResolvedTarget:
    """Clips that the clause names; with `follow`, a bare verb means the last ones named."""
    tokens, spared = resolve.split_exceptions(clause)
    chosen: Numbers | None = None
    if tokens or spared:
        clause.used |= {t.start for t in (*tokens, *spared)}
        count = scene.count or max(abs(n) for t in (*tokens, *spared) for pair in t.value for n in pair)
        chosen = resolve.remaining_clips(tokens, spared, count) if spared else resolve.union(tokens, count)
        if spared and not tokens and chosen and (some := resolve.named(clause, scene.situation)) is not None:
            chosen = tuple(n for n in some if n in chosen)  # `the even clips except 4`
        if spared:
            clause.take("EXCEPT", "REST", "ALL", "NOT")
        if chosen is None or (spared and not chosen):
            return ResolvedTarget(gap=Unresolved(scene.words(clause), clause.at, missing=("target",)), said=True)
    chosen = chosen or resolve.named(clause, scene.situation)
    if chosen and not spared and clause.take("EXCEPT"):
        clause.take("REST", "ALL")
        chosen = resolve.complement(chosen, scene.count)
    if chosen is not None:
        scene.last = chosen or None
        return ResolvedTarget(chosen or None, said=True)
    if follow and scene.last:
        return ResolvedTarget(scene.last, said=False)
    return ResolvedTarget(scene.told, said=False) if follow and scene.told and scene.count else ResolvedTarget()
