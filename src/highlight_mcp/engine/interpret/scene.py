"""The reading in progress: the situation, what was mentioned last, and how clips are pointed at."""

from dataclasses import dataclass, field
from typing import Literal

from ...timeline.operations import Clips
from . import exceptions, resolve
from .clause import Clause
from .outcome import Deed, Finding, Gap
from .resolve import Numbers
from .situation import Situation
from .source import Source

_WHOLE = 0.95
_SEVERAL = frozenset({"them", "both", "它们", "他们"})
_PRONOUNS = frozenset({"it", "它"}) | _SEVERAL


@dataclass(slots=True)
class Scene:
    """Shared by the readers of one sentence; `last` are the clips mentioned most recently."""

    source: Source
    situation: Situation
    language: str
    findings: list[Finding] = field(default_factory=list)
    last: Numbers | None = None
    named: Numbers | None = None
    removed: Numbers | None = None
    told: Numbers | None = None
    before_but: frozenset[int] = frozenset()
    reel_wanted: bool = False
    conditional: bool = False
    sentence_has: frozenset[str] = frozenset()
    removes_named: bool = False
    spared: set[int] = field(default_factory=set)
    refused: list[tuple[frozenset[str], Numbers]] = field(default_factory=list)

    @property
    def uncut(self) -> bool:
        """Whether there is no reel yet: nothing, or a recording laid down whole."""
        clips = self.situation.clips
        return not clips or (len(clips) == 1 and clips[0].duration_ms >= _WHOLE * self.situation.source_ms)

    @property
    def count(self) -> int:
        return len(self.situation.clips)

    def planned(self, *names: str) -> bool:
        """Whether an operation of that name was already read."""
        return any(isinstance(f, Deed) and getattr(f.op, "op", "export") in names for f in self.findings)

    def words(self, clause: Clause) -> str:
        """The clause in the user's own words."""
        if not clause.tokens:
            return ""
        words = self.source.verbatim(min(t.start for t in clause.tokens), max(t.end for t in clause.tokens))
        return words.strip(" ,.;!?、。，")


@dataclass(frozen=True, slots=True)
class Aim:
    """What a clause points at: clips, everything (`all`), or a gap; `said` is False when nothing was."""

    clips: Numbers | None = None
    gap: Gap | None = None
    said: bool = False

    @property
    def target(self) -> Clips | Literal["all"]:
        return Clips(clips=self.clips) if self.clips else "all"


def aim(clause: Clause, scene: Scene, *, follow: bool = True) -> Aim:
    """Clips that the clause names; with `follow`, a pronoun or a bare verb means the last ones named."""
    tokens, spared = exceptions.parted(clause)
    chosen: Numbers | None = None
    if tokens or spared:
        clause.used |= {t.start for t in (*tokens, *spared)}
        count = scene.count or max(abs(n) for t in (*tokens, *spared) for pair in t.value for n in pair)
        chosen = exceptions.remaining(tokens, spared, count) if spared else resolve.union(tokens, count)
        if spared:
            clause.take("EXCEPT", "REST", "ALL", "NOT")
        if chosen is None or (spared and not chosen):
            return Aim(gap=Gap(scene.words(clause), clause.at, missing=("target",)), said=True)
    chosen = chosen or resolve.named(clause, scene.situation)
    if chosen and not spared and clause.take("EXCEPT"):
        clause.take("REST", "ALL")
        chosen = resolve.complement(chosen, scene.count)
    elif chosen is None and clause.has("REST") and scene.last and scene.count:
        clause.take("REST")
        chosen = resolve.complement(scene.last, scene.count)
        return Aim(chosen or None, said=True)
    if chosen is not None:
        scene.last = chosen or None
        return Aim(chosen or None, said=True)
    if clause.has("THAT_CLIP") and follow and scene.last:
        clause.take("THAT_CLIP")
        return Aim(scene.last, said=True)
    if clause.has("THAT_CLIP") and follow and scene.told and scene.count:
        clause.take("THAT_CLIP")  # `my daughter scores in clip 3, slow that one down`
        return Aim(scene.told, said=True)
    if follow and not scene.last and scene.named and any(t.text in _PRONOUNS for t in clause.tokens):
        one = len(scene.named) == 1 or any(t.text in _SEVERAL for t in clause.tokens)
        gap = Gap(scene.words(clause), clause.at, missing=("target",))
        return Aim(scene.named, said=True) if one else Aim(gap=gap, said=True)
    if clause.has("ALL", "EACH"):
        clause.take("ALL", "EACH")
        return Aim(said=True)
    if follow and scene.last:
        return Aim(scene.last, said=False)
    return Aim(scene.told, said=False) if follow and scene.told and scene.count else Aim()
