"""Transitions at the cuts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..layout import SHORTEST_TRANSITION_MS, longest_transition, with_fields
from ..model import Transition, TransitionKind
from ..time import format_length
from .base import ClipNumber, Operation
from .context import EditContext, term
from .sentences import chinese, english
from .targets import cut_places


class TransitionAdd(Operation):
    """Put a transition at all cuts, or after the clips numbered in `where`."""

    example: ClassVar = {"op": "transition", "type": "crossfade", "duration_ms": 500}
    keeps_transitions = False
    settles = ("where",)

    op: Literal["transition"] = "transition"
    type: TransitionKind | Literal["none"] = "crossfade"
    duration_ms: Annotated[int, Field(ge=40, le=5000)] = 500
    where: Literal["all"] | tuple[ClipNumber, ...] = "all"

    def apply(self, edit: EditContext) -> None:
        """Put a transition at all cuts, or after given clips; `none` makes plain cuts."""
        places = cut_places(edit, self.where)
        clips = list(edit.clips)
        shortened = made = 0
        for place in places:
            if self.type == "none":
                clips[place] = with_fields(clips[place], transition=None)
                continue
            room = longest_transition(clips[place - 1], clips[place])
            length = min(self.duration_ms, room)
            shortened += length < self.duration_ms
            if length >= SHORTEST_TRANSITION_MS:
                made += 1
                clips[place] = with_fields(clips[place], transition=Transition(kind=self.type, duration_ms=length))
        if shortened:
            edit.record_assumption("transition.shortened", n=shortened)
        edit.set_clips(clips, transitions_given=True)
        if self.type == "none":
            edit.record_change("transition.plain_cuts", n=len(places))
        else:
            edit.record_change("transition.done", n=made, kind=term(self.type), length=format_length(self.duration_ms))

    def in_english(self) -> str:
        where = "at all cuts" if self.where == "all" else f"after {english.clips(self.where)}"
        if self.type == "none":
            return "Remove all transitions" if self.where == "all" else f"Remove the transition {where}"
        return f"Add a {english.TRANSITIONS[self.type]} of {english.seconds(self.duration_ms)} {where}"

    def in_chinese(self) -> str:
        if self.type == "none":
            return "去掉所有转场" if self.where == "all" else f"去掉{chinese.clips(self.where)}之后的转场"
        where = "所有剪切处" if self.where == "all" else f"{chinese.clips(self.where)}之后"
        return f"{where}加{chinese.seconds(self.duration_ms)}的{chinese.TRANSITIONS[self.type]}转场"
