"""Marking the matches of a pattern as tokens; files by their place: `the second file`, `第二个视频`."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..numbers import ANY, value_of
from ..tokens import MaskedText, Token, TokenKind

_LETTER = "[a-zà-öø-ÿ0-9_]"
_BOUNDARY = rf"(?:(?<!{_LETTER})(?={_LETTER})|(?<={_LETTER})(?!{_LETTER}))"


def compile_pattern(text: str) -> re.Pattern[str]:
    r"""Compile with `\b` as the edge of a Latin word: Chinese runs straight into figures and letters."""
    return re.compile(text.replace(r"\b", _BOUNDARY))


MatchReader = Callable[[re.Match[str]], Any]


def mark_all(canvas: MaskedText, regex: re.Pattern[str], kind: TokenKind, read: MatchReader) -> None:
    """Paint each match as a token of `kind`; a reader that answers None refuses the match."""
    at = 0
    while match := regex.search(canvas.masked, at):
        value = read(match)
        at = max(match.end(), at + 1)
        if value is not None:
            canvas.paint(Token(kind, match.start(), match.end(), match.group(), value=value))


_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "last": -1, "final": -1,
}  # fmt: skip
_WORDS = "|".join(_ORDINALS)
_PLACE = rf"(?:the )?(?:{_WORDS}|\d+(?:st|nd|rd|th))"
_NOUN = r"(?:files?|videos?|recordings?|sources?)"
_LIST = compile_pattern(rf"\b{_PLACE}(?:(?:\s?,\s?(?:and )?|\s(?:and|&)\s){_PLACE})*\s{_NOUN}\b")
_BARE = compile_pattern(rf"\b{_PLACE}(?:\sone)?\b(?!\s?(?:clips?|shots?|parts?|seconds?|minutes?|half|\d|\ue000))")
_ONE = compile_pattern(rf"\b(?:the )?(?P<word>{_WORDS})\b|\b(?:the )?(?P<figure>\d+)(?:st|nd|rd|th)\b")
_NUMBERED = compile_pattern(r"\b(?:file|video|recording)\s(?:number |no\.? ?|#)?(?P<n>\d+)\b(?![:.]?\d)")
_ZH_NOUN = r"(?:个|段|条|份)?(?:文件|视频|素材|录像|录音)"
_ZH = compile_pattern(rf"(?:第\s?{ANY}(?:个|段|条|份)?(?:[和、跟与]|以及)\s?)*(?:第\s?{ANY}|最后一){_ZH_NOUN}")
_TIMED = re.compile(r"\s*[的里中从]+\s*(?:从\s*)?(?:最?[前后]|开头|结尾|\d)")
_ZH_ONE = re.compile(rf"第\s?(?P<n>{ANY})|最后一")


def mark_files(canvas: MaskedText, names: Sequence[str], *, beside_clips: bool = False) -> None:
    """Paint files named by their place among `names` as if they had been called by name.

    `beside_clips`: there is a reel, so that `the first` and `第二个视频` may mean its clips.
    """
    if len(names) < 2:
        return
    found = [match for regex in (_LIST, _ZH, _NUMBERED) for match in regex.finditer(canvas.masked)]
    if beside_clips:
        found = [m for m in found if not m.group().endswith("视频") or _TIMED.match(canvas.text, m.end())]
    for match in found:
        _paint(canvas, match, names)
    if found and not beside_clips:
        # Beside `the second file`, `the third one` is a file as well.
        for match in list(_BARE.finditer(canvas.masked)):
            _paint(canvas, match, names)


def _paint(canvas: MaskedText, match: re.Match[str], names: Sequence[str]) -> None:
    places = _places(match)
    if not places or any(not 1 <= abs(place) <= len(names) for _, place in places):
        return
    starts = [match.start() + offset for offset, _ in places]
    for start, end, (_, place) in zip(starts, [*starts[1:], match.end()], places, strict=True):
        name = names[place - 1 if place > 0 else place]
        canvas.paint(Token("asset", start, end, canvas.text[start:end], value=name))


def _places(match: re.Match[str]) -> list[tuple[int, int]]:
    """Where in the match each file is said, and which it is; negative from the end."""
    text = match.group()
    if match.re is _NUMBERED:
        return [(0, int(match["n"]))]
    if match.re is _ZH:
        return [(one.start(), round(value_of(one["n"])) if one["n"] else -1) for one in _ZH_ONE.finditer(text)]
    return [(one.start(), _ORDINALS.get(one["word"] or "") or int(one["figure"])) for one in _ONE.finditer(text)]
