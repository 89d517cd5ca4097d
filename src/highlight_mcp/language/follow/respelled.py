"""The words of a text that were spelt wrong, said again without quotation marks: `typo, it's Westbrooke U13`."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from ...timeline.operations import AnyOperation, TextAdd, TextEdit
from ..context import ParseContext
from ..lexicon import is_wide_text
from ..speech import form

_ALIKE = 0.7
"""Ratio of Ratcliff and Obershelp from which words are another spelling of others. With one letter changed 73 titles of
the sentence sets keep 0.75 or more; stretches of 60 other sentences reach 0.7 for 11 of them, the shortest: it counts
only where the request says that something is spelt wrong."""
_MARKS = " .,;:!?，。！？“”\"'"


def respelled(op: AnyOperation, scene: ParseContext) -> TextEdit | None:
    """The text that was added last as it is spelt now; None where it was not wrong, or nothing is alike."""
    was = getattr(op, "text", None) if isinstance(op, TextAdd | TextEdit) else None
    if not was or not form("MISSPELT", scene.source.languages).search(scene.source.work):
        return None
    alike = {text: SequenceMatcher(None, was.casefold(), text.casefold()).ratio() for text in _parts(scene, was)}
    best = max(alike, key=lambda text: (alike[text], -abs(len(text) - len(was))), default=None)
    if best is None or alike[best] < _ALIKE or best == was:
        return None
    place = place_of(was, scene)
    return TextEdit(index=place, text=best) if place else None


def place_of(text: str, scene: ParseContext) -> int | None:
    """The number of a text over the reel, as texts are counted; the last one of several that read alike."""
    places = [place for place, known in enumerate(scene.situation.texts, 1) if text.startswith(known)]
    return places[-1] if places else None


def _parts(scene: ParseContext, was: str) -> Iterator[str]:
    """Stretches of the request about as long as the text."""
    given = scene.source.given
    if is_wide_text(was):  # without blanks nothing tells where a word ends: as many characters, at the end
        yield given.strip(_MARKS)[-len(was) :]
        return
    words, count = given.split(), len(was.split())
    for size in range(max(1, count - 1), count + 2):
        yield from (" ".join(words[at : at + size]).strip(_MARKS) for at in range(len(words) - size + 1))
