"""Files by their place: `the second file`, `第二个视频`."""

import re
from collections.abc import Sequence

from .. import speech
from ..lexicon import index, is_wide_text
from ..tokens import MaskedText, Token
from .grammar import Grammar, pattern
from .shadow import ANY, ONE, ORDINAL, Shadow, ordinal_value, with_ordinals


def _place(g: Grammar) -> str:
    return rf"(?:{g.words('clips.ARTICLE')} )?{ORDINAL}"


@pattern
def _named(g: Grammar) -> str:
    joint, file, measure = g.words("clips.AND"), "clips.FILE", g.wide("clips.CLIP")
    latin = rf"{_place(g)}(?:(?:\s?,\s?(?:{joint} )?|\s{joint}\s){_place(g)})*\s{g.latin(file)}\b"
    number = rf"{g.words('clips.ORDINAL_BEFORE')}\s?{ANY}"
    wide = rf"(?:{number}{measure}?\s?{joint}\s?)*(?:{number}|{g.words('clips.LAST_ONE')}{ANY}){g.wide(file)}"
    counted = rf"\b{g.words('clips.FILE_BEFORE')}\s(?:{g.words('clips.NUMBER')} ?)?(?P<n>\d+)\b(?![:.]?\d)"
    return rf"{latin}|{wide}|{counted}"


@pattern
def _alone(g: Grammar) -> str:
    one = rf"(?:{g.words('clips.CLIP')}|{ONE})"
    return rf"{_place(g)}(?:\s{one})?\b(?!\s?(?:{g.words('clips.FILE_NOT')}|\d|\ue000))"


@pattern
def _one(g: Grammar) -> str:
    latin = rf"(?:{g.words('clips.ARTICLE')} )?(?P<word>{ORDINAL})"
    return rf"{latin}|{g.words('clips.ORDINAL_BEFORE')}\s?(?P<n>{ANY})|(?P<last>{g.words('clips.LAST_ONE')})"


@pattern
def _timed(g: Grammar) -> str:
    owned = rf"\s*{g.any('clips.OWNED_BY')}+\s*(?:{g.any('clips.OWNED_BY')}\s*)?"
    return rf"{owned}(?:{g.words('clips.FILE_TIMED')}|\d)"


@pattern
def _meant_by_reel(g: Grammar) -> str:
    return rf"{g.wide('clips.FILE_MEANT_BY_REEL')}$"


def mark_files(canvas: MaskedText, names: Sequence[str], g: Grammar, *, beside_clips: bool = False) -> None:
    """Paint files named by their place among `names` as if they had been called by name.

    `beside_clips`: there is a reel, so that `the first` and `第二个视频` may mean its clips.
    """
    if len(names) < 2:
        return
    _mark_stems(canvas, names, g)
    shadow = with_ordinals(canvas.masked, g)
    found = list(_named(g).finditer(shadow.text))
    if beside_clips:
        loose = [m for m in found if _meant_by_reel(g).search(m.group())]
        found = [m for m in found if m not in loose or _timed(g).match(canvas.text, shadow.at[m.end()])]
    for match in found:
        _paint(canvas, g, shadow, match, names)
    if found and not beside_clips:
        # Beside `the second file`, `the third one` is a file as well.
        shadow = with_ordinals(canvas.masked, g)
        for match in _alone(g).finditer(shadow.text):
            _paint(canvas, g, shadow, match, names)


def _mark_stems(canvas: MaskedText, names: Sequence[str], g: Grammar) -> None:
    """`先b后a`: beside a script without spaces a name without its ending, where that is no word of its own."""
    stems = {name.rpartition(".")[0].casefold(): name for name in names}
    known = index(g.languages)
    said = [stem for stem in stems if stem and (len(stem) == 1 or stem not in known)]
    if not said or not is_wide_text(canvas.text):
        return
    either = "|".join(re.escape(stem) for stem in sorted(said, key=len, reverse=True))
    other = "|".join(re.escape(word) for word in sorted(speech.said("LETTERED"))) or "(?!)"
    bare = re.compile(
        rf"(?<![\w.'-])(?<![a-z]\s)(?<![a-z0-9])({either})(?![a-z0-9_.'-])(?!\s[a-z])(?!\s?(?:{other}))", re.ASCII
    )
    for match in list(bare.finditer(canvas.masked)):
        canvas.paint(Token("asset", match.start(), match.end(), match.group(), value=stems[match.group()]))


def _paint(canvas: MaskedText, g: Grammar, shadow: Shadow, match: re.Match[str], names: Sequence[str]) -> None:
    places = _places(g, shadow, match)
    if not places or any(not 1 <= abs(place) <= len(names) for _, place in places):
        return
    starts = [shadow.at[start] for start, _ in places]
    for start, end, (_, place) in zip(starts, [*starts[1:], shadow.at[match.end()]], places, strict=True):
        name = names[place - 1 if place > 0 else place]
        canvas.paint(Token("asset", start, end, canvas.text[start:end], value=name))


def _places(g: Grammar, shadow: Shadow, match: re.Match[str]) -> list[tuple[int, int]]:
    """Where in the view each file is said, and which it is; negative from the end."""
    if match.groupdict().get("n"):
        return [(match.start(), int(match["n"]))]
    found = []
    for one in _one(g).finditer(shadow.text, match.start(), match.end()):
        number = -1 if one["last"] else ordinal_value(shadow, one, "word") if one["word"] else shadow.value(one, "n")
        found.append((one.start(), round(number)))
    return found
