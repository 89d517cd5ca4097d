"""Going back and forth between versions, and starting over."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..model import Timeline
from ..time import Milliseconds
from .base import Operation
from .context import EditContext, rejected

MOST_NAMED = 9


class VersionOperation(Operation):
    """An operation that leaves the present version."""

    needs_reel = False
    changes_version = True
    keeps_texts = False
    keeps_transitions = False


class Undo(VersionOperation):
    """Go back one or more versions."""

    example: ClassVar = {"op": "undo", "steps": 1}
    makes_reel = True

    op: Literal["undo"] = "undo"
    steps: Annotated[int, Field(ge=1)] | Literal["all"] = 1

    def apply(self, edit: EditContext) -> None:
        """Go back; more steps than there are lead to the beginning."""
        steps = None if self.steps == "all" else int(self.steps)
        content, taken = edit.history.undo(steps)
        if not taken:
            raise rejected("limit", "undo.nothing")
        if steps is not None and taken < steps:
            edit.record_assumption("assumed.fewer_steps", n=taken)
        _return_to(edit, content)
        edit.record_change("undo.done", n=taken)

    def in_english(self) -> str:
        if self.steps == "all":
            return "Undo everything"
        return "Undo the last change" if self.steps == 1 else f"Undo the last {self.steps} changes"

    def in_chinese(self) -> str:
        if self.steps == "all":
            return "全部撤销"
        return "撤销上一步" if self.steps == 1 else f"撤销{self.steps}步"


class Redo(VersionOperation):
    """Take back an undo."""

    example: ClassVar = {"op": "redo", "steps": 1}
    makes_reel = True

    op: Literal["redo"] = "redo"
    steps: Annotated[int, Field(ge=1)] = 1

    def apply(self, edit: EditContext) -> None:
        """Take back what was undone."""
        content, taken = edit.history.redo(self.steps)
        if not taken:
            raise rejected("limit", "redo.nothing")
        if taken < self.steps:
            edit.record_assumption("assumed.fewer_steps", n=taken)
        _return_to(edit, content)
        edit.record_change("redo.done", n=taken)

    def in_english(self) -> str:
        return "Redo the last change" if self.steps == 1 else f"Redo the last {self.steps} changes"

    def in_chinese(self) -> str:
        return "重做上一步" if self.steps == 1 else f"重做{self.steps}步"


class Restore(VersionOperation):
    """Return to a version by its number."""

    example: ClassVar = {"op": "restore", "version": 3}
    makes_reel = True

    op: Literal["restore"] = "restore"
    version: Milliseconds

    def apply(self, edit: EditContext) -> None:
        """Return to a version by its number."""
        if edit.history.timeline(self.version) is None:
            known = _numbers(edit.history.newest)
            raise rejected("limit", "restore.no_version", n=self.version, names=known)
        # A step of its own, so that undo takes it back: the version equals an older one but follows the present one.
        _show(edit, self.version)
        edit.record_change("restore.done", n=self.version)

    def in_english(self) -> str:
        return f"Go back to version {self.version}"

    def in_chinese(self) -> str:
        return f"回到版本{self.version}"


class Reset(VersionOperation):
    """Throw the whole edit away and start over; the footage stays."""

    example: ClassVar = {"op": "reset"}

    op: Literal["reset"] = "reset"

    def apply(self, edit: EditContext) -> None:
        """Throw the edit away; the footage stays."""
        if not edit.timeline.tracks:
            raise rejected("limit", "reset.nothing")
        edit.timeline = Timeline(rev=edit.timeline.rev)
        edit.record_change("reset.done")
        edit.rebase()

    def in_english(self) -> str:
        return "Start over"

    def in_chinese(self) -> str:
        return "全部重新开始"


class NewVersion(VersionOperation):
    """End a version and begin another from the timeline before the request; each is kept, the last is the present.

    Where two of them ask for the same choice in the same shape, the later one shows other moments.
    """

    parts_request: ClassVar = True
    example: ClassVar = {"op": "new_version"}

    op: Literal["new_version"] = "new_version"

    def apply(self, edit: EditContext) -> None:
        """Nothing of its own: it parts a request (see `apply.apply_each`)."""
        raise rejected("limit", "new_version.alone")

    def in_english(self) -> str:
        return "Keep this as a version of its own and begin another one from what was there before"

    def in_chinese(self) -> str:
        return "把这个保留为单独的版本，再从之前的状态另做一个"


def _numbers(newest: int) -> str:
    if newest > MOST_NAMED:
        return f"1–{newest}"
    return ", ".join(map(str, range(1, newest + 1))) or "-"


def _return_to(edit: EditContext, content: int) -> None:
    _show(edit, content)
    edit.content = content


def _show(edit: EditContext, content: int) -> None:
    timeline = edit.history.timeline(content)
    assert timeline is not None
    edit.timeline = timeline.model_copy(update={"rev": edit.timeline.rev})
    edit.rebase()
