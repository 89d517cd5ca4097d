"""Faults that are told: they ask for their remedy, or give the reason of a cut beside them."""

from ..lexicon import Codes
from ..speech import form, said
from ..tokens import Token

_FAULTS = ("BORING", "UPSIDE_DOWN", "VAGUE", "UNWANTED", "NARRATION", "SHORTER", "LONGER", "DARKER", "BRIGHTER")
_HEARD = ("MUSIC", "AUDIO", "VOLUME", "SOURCE_SOUND")


def complains(stretch: list[Token]) -> bool:
    """`clip four is boring`: a fault that is told asks for its remedy."""
    removed = any(t.is_a("REMOVE") and t.text.partition(" ")[0] in said("DENIES") for t in stretch)
    return removed or any(t.is_a(*_FAULTS) or t.text in said("SHAKY") for t in stretch)


def cuts_clips(order: list[Token]) -> bool:
    """Whether clips are named, and taken out."""
    return any(t.kind == "clips" for t in order) and any(t.is_a("REMOVE", "UNWANTED", "CUT") for t in order)


def tells(told: list[Token], text: str, languages: Codes) -> bool:
    """Whether a stretch, with its text as it is read, tells a fault of nothing that it names itself."""
    own = any(t.kind in ("clips", "duration") or t.is_a(*_HEARD) for t in told)
    shaky = any(t.text in said("SHAKY") for t in told)
    return not own and (shaky or form("FAULT", languages).search(text) is not None)
