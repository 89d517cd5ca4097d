"""Words, numbers and clocks in a row of text, by the signs and by the room between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from ..extras.score import TextLine

Kind = Literal["number", "word", "dash", "colon"]

_DASHES = "-–—−~·|"
_COLONS = ":：."
# heights of a digit from the middle of one sign to that of the next: digits of one number are 0.55 (condensed) to 1.0
# (wide) apart, and 0.3 more where the model places them badly; with a dash that was not read 0.9 to 1.5; letters are up
# to 1.4 wide
APART, _LETTERS_APART = 1.5, 1.6
TIGHT = 1.0
"""Heights: where numbers stand close to each other and no space is read between them."""
_PITCH = 1.6  # times the usual distance of two digits
_LEAST_PITCH, _KINDS_PITCH = 0.8, 0.75  # heights; share of the limit for a letter beside a digit
_SPACED = 0.6  # of the limit: a space that is read between nearer ones is none
_MOST_DIGITS = 3  # digits of a score
_CLOCK_DIGITS, _WIDER = 2, 1.3  # on either side of the colon of a clock; times their distance, to what is beside it
_ROUND = frozenset("OoCDQUG°")
"""Signs that a lone nought is taken for."""
_FULL_WIDTH = {ord("："): ":", **{0xFF10 + digit: str(digit) for digit in range(10)}}


@dataclass(frozen=True)
class BoardToken:
    """A piece of a row; `start` and `end` are the middles of its first and last sign, in pixels from the left.

    `sure` is that of its least sure sign, 0 to 1. A number that was read as a round letter is `doubtful`.
    """

    kind: Kind
    text: str
    start: float
    end: float
    sure: float
    doubtful: bool = False

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def value(self) -> int:
        """The number."""
        return int(self.text)


@dataclass(frozen=True)
class _Sign:
    sign: str
    at: float
    sure: float

    @property
    def kind(self) -> str:
        if "0" <= self.sign <= "9":
            return "digit"
        if self.sign in _COLONS:
            return "colon"
        return "dash" if self.sign in _DASHES else "letter"


def digit_pitch(line: TextLine, width: float) -> list[float]:
    """Distances in pixels of digits that follow each other in a line `width` pixels wide."""
    digits = [("0" <= sign <= "9", place * width) for sign, place in zip(line.text, line.places, strict=True)]
    return [later - first for (one, first), (other, later) in pairwise(digits) if one and other]


def limit_of(pitches: Sequence[float], digit_height: float, most: float = APART) -> float:
    """How far apart, in pixels, two digits of one number may be, from what is usual in a row (`digit_pitch`).

    `most` is the most that may be, in heights of a digit.
    """
    usual = _PITCH * median(pitches) if pitches else most * digit_height
    return min(most * digit_height, max(_LEAST_PITCH * digit_height, usual))


def tokens_of(line: TextLine, width: float, digit_height: float, limit: float | None = None) -> tuple[BoardToken, ...]:
    """The tokens of a line `width` pixels wide whose digits are `digit_height` pixels high.

    Digits further apart than `limit` belong to different numbers.
    """
    apart = (limit or APART * digit_height, _LETTERS_APART * digit_height)
    signs = [
        _Sign(sign.translate(_FULL_WIDTH), place * width, sure)
        for sign, place, sure in zip(line.text, line.places, line.sure, strict=True)
        if not sign.isspace()
    ]
    spaces = [place * width for sign, place in zip(line.text, line.places, strict=True) if sign.isspace()]
    pieces: list[list[_Sign]] = []
    for sign in signs:
        if pieces and not _parted(pieces[-1][-1], sign, spaces, apart):
            pieces[-1].append(sign)
        else:
            pieces.append([sign])
    return tuple(token for piece in _clocks_apart(pieces) if (token := _token(piece)) is not None)


def _clocks_apart(pieces: Sequence[list[_Sign]]) -> list[list[_Sign]]:
    """The pieces, with digits that stand close to a clock parted from it: `2|41:07|1`."""
    out: list[list[_Sign]] = []
    for place, piece in enumerate(pieces):
        cut = 0
        if len(piece) > _CLOCK_DIGITS and all(sign.kind == "digit" for sign in piece):
            gaps = [later.at - first.at for first, later in pairwise(piece)]
            if _is_colon(pieces, place - 1) and gaps[1] > _WIDER * gaps[0]:
                cut = _CLOCK_DIGITS
            elif _is_colon(pieces, place + 1) and gaps[-2] > _WIDER * gaps[-1]:
                cut = len(piece) - _CLOCK_DIGITS
        out += [piece[:cut], piece[cut:]] if cut else [piece]
    return out


def _is_colon(pieces: Sequence[list[_Sign]], place: int) -> bool:
    return 0 <= place < len(pieces) and all(sign.kind == "colon" for sign in pieces[place])


def _parted(last: _Sign, sign: _Sign, spaces: Sequence[float], apart: tuple[float, float]) -> bool:
    kinds = {last.kind, sign.kind}
    if kinds & {"colon", "dash"}:
        return True
    if any(last.at < space < sign.at for space in spaces) and sign.at - last.at > _SPACED * apart[0]:
        return True
    digits, letters = apart
    limit = _KINDS_PITCH * digits if len(kinds) == 2 else digits if kinds == {"digit"} else letters
    return sign.at - last.at > limit


def _token(piece: Sequence[_Sign]) -> BoardToken | None:
    text = "".join(sign.sign for sign in piece)
    sure = min(sign.sure for sign in piece)
    kinds = {sign.kind for sign in piece}
    kind: Kind = "word"
    if kinds == {"digit"}:
        kind = "number" if len(text) <= _MOST_DIGITS else "word"
    elif kinds <= {"colon", "dash"}:
        kind = "colon" if kinds == {"colon"} else "dash"
    elif len(text) == 1 and text in _ROUND:
        return BoardToken("number", "0", piece[0].at, piece[-1].at, sure * 0.5, doubtful=True)
    return BoardToken(kind, text, piece[0].at, piece[-1].at, sure)


_TEAM = re.compile(r"[^\W\d_]{2,}")


def is_name(token: BoardToken) -> bool:
    """Whether it may name a side: letters of any script, two at least (one of Chinese counts as much)."""
    return token.kind == "word" and (_TEAM.search(token.text) is not None or any(s >= "一" for s in token.text))
