"""The sentence as given and as read: same words, one spelling, small typing slips put right."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from . import folders
from .lexicon import Codes, alphabet, languages_of, spelling_words, vocabulary
from .speech import alternatives

_SHORTEST, _LONG = 3, 6
_WRONG = 3


@folders.remembered
def core_words(code: str) -> frozenset[str]:
    """Short words of the trade, worth mending towards."""
    return frozenset(folders.words(code, "spelling").get("CORE", ()))


@folders.remembered
def ordinary_words(code: str) -> frozenset[str]:
    """Words outside the lexicon that are no slips."""
    return frozenset(folders.words(code, "spelling").get("ORDINARY", ()))


@lru_cache(maxsize=4096)
def corrected(word: str, code: str = folders.ENGLISH) -> str:
    """The word of the vocabulary of a language that was meant, or the word itself."""
    known, core = vocabulary(code), core_words(code)
    if len(word) < _SHORTEST or word in known or word in ordinary_words(code) or "'" in word:
        return word
    if any(stem in known for stem in stems(word)):
        return _dropped_letter(word, code)
    near = sorted((_slip(word, other), other) for other in _candidates(word, code) if within_one(word, other))
    near = [(rank, other) for rank, other in near if rank < _WRONG or other in core or len(word) >= _LONG]
    if not near:
        return word
    if len(near) > 1 and near[0][0] == near[1][0]:
        best = [other for rank, other in near if rank == near[0][0] and other in core]
        return best[0] if len(best) == 1 else word
    return near[0][1]


def _dropped_letter(word: str, code: str) -> str:
    """`begining`: looks like a form of `begin`, yet a letter makes it a longer word of the vocabulary."""
    if len(word) < _LONG + 1:
        return word
    near = [w for w in spelling_words(code).get((word[0], len(word) + 1), ()) if within_one(word, w)]
    return near[0] if len(near) == 1 and near[0].startswith(word[:4]) else word


def _slip(word: str, meant: str) -> int:
    """Swapped letters are likelier than a missing one, that than a doubled, a wrong or a stray one."""
    if len(word) == len(meant):
        return 0 if sorted(word) == sorted(meant) else 3
    if len(meant) > len(word):
        return 1
    doubled = any(word[i] == word[i + 1] and word[:i] + word[i + 1 :] == meant for i in range(len(word) - 1))
    return 2 if doubled else 4


def _candidates(word: str, code: str) -> list[str]:
    lengths = range(len(word) - 1, len(word) + 2)
    return [
        w
        for n in lengths
        for w in spelling_words(code).get((word[0], n), ())
        if min(n, len(word)) > _SHORTEST or w in core_words(code)
    ]


def within_one(a: str, b: str) -> bool:
    """Whether one slip turns a into b."""
    if a == b:
        return True
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
    short, long = (a, b) if len(a) < len(b) else (b, a)
    if len(long) - len(short) != 1:
        return False
    i = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    return short[i:] == long[i + 1 :]


def stems(word: str) -> list[str]:
    """Likely base forms of an inflected English word, best first."""
    out = []
    if word.endswith("'s"):
        out.append(word[:-2])
    for ending in ("ing", "ed", "es", "s", "er", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            out += [stem, stem + "e"]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                out.append(stem[:-1])
    return out


@folders.remembered
def _simplified() -> dict[int, int]:
    """Characters and their simplified forms, as code points."""
    pairs = (pair for code in folders.codes() for pair in folders.words(code, "characters").get("SIMPLIFIED", ()))
    return {ord(pair[0]): ord(pair[1]) for pair in pairs}


# A blank between two Chinese words parts clauses: `两步都不好 退回去吧`.
_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[a-zß-öø-ÿ]+(?:['’][a-z]+)?")
_FRACTIONS = {"1⁄2": "0.5", "1⁄4": "0.25", "3⁄4": "0.75"}
_QUOTES = re.compile(
    r"“(?P<a>[^”“]*)[”“]|\"(?P<b>[^\"]+)\"|「(?P<c>[^」]*)」|『(?P<d>[^』]*)』|《(?P<e>[^》]*)》|«(?P<f>[^»]*)»"
    r"|„(?P<g>[^“”]*)[“”]|【(?P<h>[^】]*)】|‘(?P<i>[^’]+)’(?![a-z])"
    r"|(?<![A-Za-z0-9'])'(?P<j>[^']+(?:'[a-z][^']*)*)'(?![A-Za-z0-9])|`(?P<k>[^`]+)`",
    re.IGNORECASE,
)


@folders.remembered
def _shouted() -> re.Pattern[str]:
    """`title GOAL OF THE YEAR`: what stands in capitals behind a word for a text."""
    return re.compile(
        rf"\b(?:{alternatives('TEXT_NAME')}):? +"
        r"(?P<text>(?!BGM\b|HD\b|UHD\b|MP4\b)[A-Z][A-Z0-9'&-]{2,}(?: +[A-Z0-9][A-Z0-9'&-]*)*[!?]?)(?![a-z])"
    )


@folders.remembered
def _score() -> re.Pattern[str]:
    """`the score 2:1` names a text to be shown; figures like these are no time and no shape there."""
    return re.compile(
        rf"(?:{alternatives('SCORE')}):?\s?(?P<text>\d{{1,3}}\s?(?:[:–-]|{alternatives('SCORE_TO')})\s?\d{{1,3}})(?![\d:])",
        re.I,
    )


# A Chinese sentence runs straight into a file name: the name is the ASCII part, tried once for each such run. An ending
# by itself, as in `a .mov`, is no name.
_FILE = re.compile(
    r"(?<![A-Za-z0-9_\-.])(?:[A-Za-z0-9_\-.]*[A-Za-z0-9_\-]|(?<=[^\x00-\x7f]))\.(?:mp3|wav|m4a|aac|flac|ogg|mp4|mov|mkv|avi|webm|m4v|mts|srt|vtt|ass|png|jpe?g"
    r"|gif)(?![A-Za-z0-9])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """`given`: the sentence in NFKC; `work`: lower case, simplified characters, typos mended.

    `origin[i]` is the offset in `given` of character i of `work`; `protected` are quoted or
    file-name spans of `work` with their content as given.
    """

    given: str
    work: str
    origin: tuple[int, ...]
    protected: tuple[tuple[int, int, str], ...]
    languages: Codes = (folders.ENGLISH,)

    def verbatim(self, start: int, end: int) -> str:
        """The words of the user for a span of the working text; none for what stands in another request."""
        if start >= end or end > len(self.origin):
            return ""
        return self.given[self.origin[start] : self.origin[end - 1] + 1].strip()


def normalize(raw: str) -> NormalizedText:
    """Normalise: NFKC, one apostrophe, simplified characters, lower case; quotes stay as they are."""
    given = unicodedata.normalize("NFKC", raw)
    for sign, number in _FRACTIONS.items():
        given = given.replace(sign, number)
    plain = "".join(c.lower() if len(c.lower()) == 1 else c for c in given)
    plain = plain.replace("’", "'")
    signs = raw if len(raw) == len(given) else given
    shields = _shields(given, "".join(c if c.isalnum() else sign for c, sign in zip(given, signs, strict=True)))
    own = _unshielded(plain, shields)
    languages = languages_of(own + to_simplified(own))
    if "zh" in languages:
        plain = to_simplified(plain)
        plain = plain if _KANA.search(plain) else _as_read(_APART.sub(",", plain), "zh")
    work: list[str] = []
    origin: list[int] = []
    protected: list[tuple[int, int, str]] = []
    at = 0
    for start, end, content in [*shields, (len(plain), len(plain), "")]:
        _mend(plain, at, start, work, origin, code=folders.ENGLISH if _mended(languages) else "")
        begin = len(work)
        work.extend(plain[start:end])
        origin.extend(range(start, end))
        if end > start:
            protected.append((begin, len(work), content))
        at = end
    return NormalizedText(given, "".join(work), tuple(origin), tuple(protected), languages)


@folders.remembered
def _variants(code: str) -> tuple[dict[str, str], re.Pattern[str]]:
    found = {variant: word for word, variants in folders.words(code, "variants").items() for variant in variants}
    return found, re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or "(?!)")


def _as_read(text: str, code: str) -> str:
    """The text with the words of regions as those that are looked up; lengths stay as they are."""
    found, regex = _variants(code)
    return regex.sub(lambda match: found[match.group()], text)


def _unshielded(plain: str, shields: list[tuple[int, int, str]]) -> str:
    at, pieces = 0, []
    for start, end, _ in shields:
        pieces.append(plain[at:start])
        at = max(at, end)
    return " ".join([*pieces, plain[at:]])


def _mended(languages: Codes) -> bool:
    """Slips are English ones: beside words of another Latin language a strange word is likelier one of those."""
    return all(alphabet(code) for code in languages[1:])


def to_simplified(text: str) -> str:
    """Traditional characters as simplified ones, as far as they occur in requests; lengths stay as they are."""
    return text.translate(_simplified())


def _shields(given: str, shown: str) -> list[tuple[int, int, str]]:
    """Spans that are kept as they are, with their content; what is quoted keeps its marks, such as a wide `！`."""
    found = [(m.start(), m.end(), shown[slice(*m.span(m.lastgroup or 0))]) for m in _QUOTES.finditer(given)]
    if given != given.upper():
        shouted = ((*m.span("text"), m["text"]) for m in _shouted().finditer(given))
        found += [each for each in shouted if not any(a < each[1] and each[0] < b for a, b, _ in found)]
    for match in _score().finditer(given):
        if not any(a < match.end("text") and match.start("text") < b for a, b, _ in found):
            found.append((*match.span("text"), match["text"]))
    for match in _FILE.finditer(given):
        if not any(start <= match.start() < end for start, end, _ in found):
            found.append((match.start(), match.end(), ""))
    return sorted(found)


def _mend(plain: str, start: int, end: int, work: list[str], origin: list[int], *, code: str) -> None:
    at = start
    for match in _WORD.finditer(plain, start, end):
        work.extend(plain[at : match.start()])
        origin.extend(range(at, match.start()))
        word = corrected(match.group(), code) if code else match.group()
        last = match.end() - 1
        work.extend(word)
        origin.extend(min(match.start() + i, last) for i in range(len(word) - 1))
        origin.append(last)
        at = match.end()
    work.extend(plain[at:end])
    origin.extend(range(at, end))
