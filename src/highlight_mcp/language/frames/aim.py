"""What the target role of a frame points at."""

from ...timeline.operations import ClipTarget, RangeTarget
from ..context import ParseContext, ResolvedTarget, resolve_target
from ..intents.source_ranges import span
from ..tokens import Token
from .frame import Filled

TARGET = "target"


def pointed(filled: Filled, scene: ParseContext, *, follow: bool = True) -> ResolvedTarget:
    """Clips, everything, or a gap. Nothing said means the clips named last in the sentence, with `follow`."""
    clause = filled.clause(TARGET, "spared")
    spared, said = filled.of("spared"), filled.of(TARGET)
    if (
        spared and said and spared[0].is_a("EXCEPT") and spared[0].start < said[0].start
    ):  # `除了第2段，第1到3段都静音`: what is excepted ends here
        end = spared[-1].end
        clause.tokens = [*spared, Token("separator", end, end, ",", value="weak"), *said]
    return resolve_target(clause, scene, follow=follow)


def clips(filled: Filled, scene: ParseContext, *, follow: bool = True) -> tuple[int, ...] | None:
    """The clips pointed at; None where there are none or one of them does not exist."""
    found = pointed(filled, scene, follow=follow)
    return None if found.gap else found.clips


def stretch(filled: Filled, scene: ParseContext, *names: str) -> RangeTarget | None:
    """The range that some roles name, of the file beside it or of the reel."""
    clause = filled.clause(*names)
    return span(clause, scene) if clause.peek("range", "head", "tail") else None


def target(filled: Filled, scene: ParseContext) -> ClipTarget | str | None:
    """A target of operations on clips or everything; None for a gap."""
    found = pointed(filled, scene)
    return None if found.gap else found.target


def stretches(filled: Filled, scene: ParseContext, name: str) -> list[RangeTarget] | None:
    """All ranges that a role names; None where one of them is empty."""
    found: list[RangeTarget] = []
    clause = filled.clause(name, "file")
    while clause.peek("range", "head", "tail"):
        part = span(clause, scene)
        if part is None:
            return None
        found.append(part)
    return found
