"""Going back and forth between versions, and starting over."""

from ...messages import message
from ..model import Timeline
from ..operations import Redo, Reset, Restore, Undo
from .desk import Desk
from .outcome import Refused


def undo(desk: Desk, op: Undo) -> None:
    """Go back; more steps than there are lead to the beginning."""
    steps = None if op.steps == "all" else int(op.steps)
    content, taken = desk.history.undo(steps)
    if not taken:
        raise Refused("limit", message("timeline.nothing_to_undo"), message("timeline.nothing_to_undo.next"))
    if steps is not None and taken < steps:
        desk.assume("fewer_steps", n=taken)
    _return_to(desk, content)
    desk.done("undone", n=taken)


def redo(desk: Desk, op: Redo) -> None:
    """Take back what was undone."""
    content, taken = desk.history.redo(op.steps)
    if not taken:
        raise Refused("limit", message("timeline.nothing_to_redo"), message("timeline.nothing_to_redo.next"))
    if taken < op.steps:
        desk.assume("fewer_steps", n=taken)
    _return_to(desk, content)
    desk.done("redone", n=taken)


def restore(desk: Desk, op: Restore) -> None:
    """Return to a version by its number."""
    if desk.history.timeline(op.version) is None:
        known = ", ".join(map(str, desk.history.revisions)) or "-"
        raise Refused(
            "limit", message("timeline.no_version", n=op.version), message("timeline.no_version.next", names=known)
        )
    # A step of its own, so that undo takes it back: the version equals an older one but follows the present one.
    _show(desk, desk.history.content(op.version))
    desk.done("restored", n=op.version)


def _return_to(desk: Desk, content: int) -> None:
    _show(desk, content)
    desk.content = content


def _show(desk: Desk, content: int) -> None:
    timeline = desk.history.timeline(content)
    assert timeline is not None
    desk.timeline = timeline.model_copy(update={"rev": desk.timeline.rev})
    desk.renumber()


def reset(desk: Desk, _op: Reset) -> None:
    """Throw the edit away; the footage stays."""
    if not desk.timeline.tracks:
        raise Refused("limit", message("timeline.nothing_to_reset"), message("timeline.nothing_to_reset.next"))
    desk.timeline = Timeline(rev=desk.timeline.rev)
    desk.done("reset")
    desk.renumber()
