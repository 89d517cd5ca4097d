"""Colour and looks, transitions."""

from ...messages import message
from ..layout import SHORTEST_TRANSITION_MS, longest_transition, with_fields
from ..model import Clip, Filter, Transition
from ..operations import FilterAdd, TransitionAdd
from ..time import format_length
from .desk import Desk, term
from .footage import is_card
from .outcome import Refused
from .targets import clips_by_number, ids_of


def filter_add(desk: Desk, op: FilterAdd) -> None:
    """Set a look; the same look again takes the new amount, `none` or 0 takes it away."""
    ids = ids_of(desk, op.target)

    def looking(clip: Clip) -> Clip:
        if is_card(clip):
            return clip
        if op.name == "none":
            return with_fields(clip, filters=())
        others = tuple(one for one in clip.filters if one.name != op.name)
        return with_fields(
            clip, filters=others if op.amount == 0 else (*others, Filter(name=op.name, amount=op.amount))
        )

    desk.change_clips(looking, ids)
    amount = "" if op.amount is None or op.name == "none" else f" {round(100 * op.amount):+d}%"
    desk.done("looks_off" if op.name == "none" else "look", n=len(ids), look=term(op.name), amount=amount)


def transition(desk: Desk, op: TransitionAdd) -> None:
    """Put a transition at all cuts, or after given clips; `none` makes plain cuts."""
    places = _cuts(desk, op)
    clips = list(desk.clips)
    shortened = made = 0
    for place in places:
        if op.type == "none":
            clips[place] = with_fields(clips[place], transition=None)
            continue
        room = longest_transition(clips[place - 1], clips[place])
        length = min(op.duration_ms, room)
        shortened += length < op.duration_ms
        if length >= SHORTEST_TRANSITION_MS:
            made += 1
            clips[place] = with_fields(clips[place], transition=Transition(kind=op.type, duration_ms=length))
    if shortened:
        desk.assume("transition_shortened", n=shortened)
    desk.set_clips(clips, transitions_given=True)
    if op.type == "none":
        desk.done("plain_cuts", n=len(places))
    else:
        desk.done("transitions", n=made, kind=term(op.type), length=format_length(op.duration_ms))


def _cuts(desk: Desk, op: TransitionAdd) -> list[int]:
    """Places of the clips that begin at the cuts meant."""
    last = len(desk.clips) - 1
    if last == 0:
        raise Refused("limit", message("timeline.no_cuts"), message("timeline.no_cuts.next"))
    if op.where == "all":
        return list(range(1, last + 1))
    places = []
    for number in op.where:
        place = clips_by_number(desk, [number])[-1] + 1
        if place > last:
            raise Refused("limit", message("timeline.no_cut_after", n=number), message("timeline.no_cut_after.next"))
        places.append(place)
    return places
