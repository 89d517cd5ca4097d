"""An export asked for along with, or instead of, an edit."""

from collections.abc import Iterator

from ..clause import Clause
from ..outcome import Deed, ExportWish, Finding, Gap
from ..scene import Scene

_MAX_FPS = 120


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """Export with resolution, frame rate, container and size; alone or as details of one read before."""
    if clause.has("WHERE", "TITLE") and clause.has("CUT", "REMOVE", "KEEP", "FIND", "ADD"):
        return
    facts = clause.peek("resolution", "rate", "size")
    if not clause.has("EXPORT") and not (facts or clause.names("CONTAINER:")):
        return
    if not clause.has("EXPORT") and not (
        (facts and clause.has("MAKE", "CHANGE", "ADD", "FILLER", "VIDEO")) or scene.planned("export")
    ):
        return
    at = token.start if (token := clause.take("EXPORT") or facts) else clause.at
    resolution, rate, size = clause.value("resolution"), clause.value("rate"), clause.value("size")
    if (resolution and resolution.value.endswith("k") and resolution.value not in ("2k", "4k")) or (
        rate and rate.value > _MAX_FPS
    ):
        yield Gap(scene.words(clause), at, code="limit")
        return
    clause.take("AT_MOST", "VIDEO", "MAKE")
    yield Deed(
        ExportWish(
            resolution={"hd": "1080p"}.get(resolution.value, resolution.value) if resolution else None,
            fps=rate.value if rate else None,
            container=clause.prefixed("CONTAINER:"),
            max_mb=size.value if size else None,
        ),
        at,
    )
