"""Finding what was said: every time words are said, or the passages about a subject, whatever the endings."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...language.lexicon import is_wide
from ...language.normalize import to_simplified
from .sentences import Sentence

MOST_READ = 8192
"""Sentences whose words are kept: those of about eight hours of speech, 15 MB at fourteen words each."""
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LITTLE = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "and", "or", "but", "is", "are", "was", "were", "be",
    "been", "it", "its", "this", "that", "these", "those", "he", "she", "they", "we", "you", "i", "his", "her",
    "their", "our", "my", "your", "with", "about", "from", "by", "as", "do", "does", "did", "so", "if", "then",
    "there", "here", "what", "who",
))  # fmt: skip
_LITTLE_WIDE = frozenset("的了吗呢吧啊呀嘛")


@dataclass(frozen=True, slots=True)
class Term:
    """A word at `start` to `end` of its text; `form` is what is compared."""

    form: str
    start: int
    end: int

    @property
    def little(self) -> bool:
        """Too common to be searched for on its own."""
        return self.form in _LITTLE or self.form in _LITTLE_WIDE


@lru_cache(maxsize=MOST_READ)
def terms(text: str) -> tuple[Term, ...]:
    """The words of a text, in order. A search, and each one after it, reads the same sentences."""
    return tuple(term for match in _TOKEN.finditer(text) for term in _of_run(match.group(), match.start()))


def _of_run(run: str, start: int) -> list[Term]:
    """A run of letters: Chinese characters one by one, what stands between them as words."""
    out: list[Term] = []
    word_from = 0
    for place, sign in enumerate(run):
        if is_wide(sign):
            if place > word_from:
                out.append(_word(run, word_from, place, start))
            out.append(Term(to_simplified(sign), start + place, start + place + 1))
            word_from = place + 1
    if word_from < len(run):
        out.append(_word(run, word_from, len(run), start))
    return out


def _word(run: str, first: int, last: int, start: int) -> Term:
    return Term(stem(run[first:last]), start + first, start + last)


def stem(word: str) -> str:
    """A Latin word without case, accents and the commonest English endings: `Penalties` is `penalti`."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign)).removesuffix("'s").replace("'", "")
    if not plain.isascii() or not plain.isalpha() or len(plain) < 4:
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "i"
    if plain.endswith(("sses", "shes", "ches", "xes", "zes")):
        plain = plain[:-2]
    elif plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        plain = plain[:-1]
    for ending in ("ing", "ed"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3 and re.search("[aeiouy]", plain[: -len(ending)]):
            plain = _single(plain[: -len(ending)])
            break
    if plain.endswith("e") and len(plain) > 3:
        plain = plain[:-1]
    return plain[:-1] + "i" if plain.endswith("y") and len(plain) > 3 else plain


def _single(word: str) -> str:
    """`runn` is `run`: the consonant that was doubled before an ending."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeioulsz"
    return word[:-1] if doubled else word


PASSAGE_GAP_MS = 25_000
LEAST_PASSAGE_MS = 8_000
LEAST_UTTERANCE_MS = 1_500
FLOW_MS = 2_000
_LEAST_SHARE = 0.4
_LOOSE = 0.6
_OR = re.compile(r"\s+or\s+|\s*\|\s*|或者|或是|\s+或\s+", re.I)
_QUOTES = "\"'“”‘’「」『』《》"
_MOST_WORDS = 20_000


@dataclass(frozen=True)
class Hit:
    """Consecutive sentences of one source that answer a search; `at_ms` is when the words are said.

    `strength` is 1 where the words stand as asked for, less where they only stand in one sentence.
    """

    sentences: tuple[Sentence, ...]
    at_ms: int
    strength: float
    score: float
    matched: str

    @property
    def media_id(self) -> str:
        return self.sentences[0].media_id

    @property
    def start_ms(self) -> int:
        return self.sentences[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(one.end_ms for one in self.sentences)


@dataclass(frozen=True)
class _Match:
    place: int
    at_ms: int
    strength: float
    matched: str
    count: int = 1


def utterances(sentences: Sequence[Sentence], query: str) -> list[Hit]:
    """Each sentence of one transcript in which the words are said, in order of time.

    The words count in any ending (`penalty`, `penalties`). Only where they are never said together,
    sentences with all of them count, with less strength. Alternatives are joined by `or`, `|`, `或者`.
    """
    wishes = _wishes(query)
    matches = _together(sentences, wishes) or _in_one_sentence(sentences, wishes)
    return [_hit(sentences, [one], _grown(sentences, one.place, one.place, LEAST_UTTERANCE_MS)) for one in matches]


def passages(sentences: Sequence[Sentence], query: str) -> list[Hit]:
    """The passages of one transcript about a subject, best first: where its words lie close together."""
    wishes = _wishes(query)
    close = _about(sentences, wishes)
    out = []
    for group in _groups(close, sentences):
        if not _covers(group, sentences, wishes):
            continue
        out.append(_hit(sentences, group, _grown(sentences, group[0].place, group[-1].place, LEAST_PASSAGE_MS)))
    out.sort(key=lambda hit: (-hit.score, hit.start_ms))
    best = out[0].score if out else 0.0
    return [hit for hit in out if hit.score >= _LEAST_SHARE * best]


def nearest(sentences: Iterable[Sentence], query: str, most: int = 4) -> list[str]:
    """Words that were said and look most like those searched for; for Chinese, the sentences that share most."""
    asked = [term for wish in _wishes(query) for term in wish if not term.little]
    lines = list(sentences)
    if any(is_wide(term.form[0]) for term in asked):
        signs = {term.form for term in asked}
        shared = [(len(signs & {t.form for t in terms(line.text)}), line.text) for line in lines]
        ranked = sorted((pair for pair in shared if pair[0] >= max(1, len(signs) // 2)), key=lambda p: (-p[0], p[1]))
        return list(dict.fromkeys(_short(text, 24) for _, text in ranked))[:most]
    surfaces: dict[str, str] = {}
    for line in lines:
        for term in terms(line.text):
            if len(surfaces) < _MOST_WORDS and not term.little:
                surfaces.setdefault(term.form, line.text[term.start : term.end].casefold())
    known = sorted(surfaces)
    close = [form for term in asked for form in difflib.get_close_matches(term.form, known, n=most, cutoff=0.6)]
    return [surfaces[form] for form in dict.fromkeys(close)][:most]


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _wishes(query: str) -> list[list[Term]]:
    """The alternatives of a query as words; quotes around them do not matter."""
    parts = [part.strip(f" {_QUOTES}") for part in _OR.split(query.strip())]
    return [wish for part in parts if (wish := list(terms(part)))]


def _runs(spoken: Sequence[Term], wish: Sequence[Term]) -> Iterator[int]:
    """Places at which the words of a wish stand one after the other."""
    forms = [term.form for term in wish]
    for place in range(len(spoken) - len(forms) + 1):
        if all(spoken[place + step].form == form for step, form in enumerate(forms)):
            yield place


def _together(sentences: Sequence[Sentence], wishes: Sequence[Sequence[Term]]) -> list[_Match]:
    out = []
    for place, sentence in enumerate(sentences):
        spoken = terms(sentence.text)
        runs = [(spoken[at].start, spoken[at + len(wish) - 1].end) for wish in wishes for at in _runs(spoken, wish)]
        if runs:
            start, end = min(runs)
            out.append(_Match(place, sentence.at(start), 1.0, sentence.text[start:end], len(runs)))
    return out


def _in_one_sentence(sentences: Sequence[Sentence], wishes: Sequence[Sequence[Term]]) -> list[_Match]:
    out = []
    for place, sentence in enumerate(sentences):
        spoken = {term.form: term for term in reversed(terms(sentence.text))}
        for wish in wishes:
            forms = [term.form for term in wish if not term.little]
            if len(forms) >= 2 and not _single_signs(wish) and all(form in spoken for form in forms):
                first = min((spoken[form] for form in forms), key=lambda term: term.start)
                words = ", ".join(sentence.text[spoken[form].start : spoken[form].end] for form in forms)
                out.append(_Match(place, sentence.at(first.start), _LOOSE, words))
                break
    return out


def _single_signs(wish: Sequence[Term]) -> bool:
    """Chinese characters on their own mean nothing: they have to stand together."""
    return all(is_wide(term.form[0]) for term in wish)


def _about(sentences: Sequence[Sentence], wishes: Sequence[Sequence[Term]]) -> list[_Match]:
    """Sentences with the subject, or with at least half of its words."""
    exact = {one.place: one for one in _together(sentences, wishes)}
    out = list(exact.values())
    for wish in wishes:
        forms = dict.fromkeys(term.form for term in wish if not term.little)
        if len(forms) < 2 or _single_signs(wish):
            continue
        for place, sentence in enumerate(sentences):
            here = [term for term in terms(sentence.text) if term.form in forms]
            share = len({term.form for term in here}) / len(forms)
            if place not in exact and share >= 0.5:
                words = sentence.text[here[0].start : here[0].end]
                out.append(_Match(place, sentence.at(here[0].start), 0.4 * share, words))
    best: dict[int, _Match] = {}
    for one in out:
        if one.place not in best or one.strength > best[one.place].strength:
            best[one.place] = one
    return [best[place] for place in sorted(best)]


def _groups(matches: Sequence[_Match], sentences: Sequence[Sentence]) -> list[list[_Match]]:
    groups: list[list[_Match]] = []
    for one in matches:
        last = groups[-1][-1] if groups else None
        if last is not None and sentences[one.place].start_ms - sentences[last.place].end_ms <= PASSAGE_GAP_MS:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _covers(group: Sequence[_Match], sentences: Sequence[Sentence], wishes: Sequence[Sequence[Term]]) -> bool:
    """The subject itself is said in the passage, or all of its words are."""
    if any(one.strength >= 1.0 for one in group):
        return True
    spoken = {term.form for one in group for term in terms(sentences[one.place].text)}
    return any(all(term.form in spoken for term in wish if not term.little) for wish in wishes)


def _grown(sentences: Sequence[Sentence], first: int, last: int, least_ms: int) -> tuple[int, int]:
    """The sentences from `first` to `last`, and those that follow without a break until it is long enough."""
    while (
        sentences[last].end_ms - sentences[first].start_ms < least_ms
        and last + 1 < len(sentences)
        and sentences[last + 1].start_ms - sentences[last].end_ms < FLOW_MS
    ):
        last += 1
    return first, last


def _hit(sentences: Sequence[Sentence], matches: Sequence[_Match], ends: tuple[int, int]) -> Hit:
    first = max(matches, key=lambda one: (one.strength, -one.at_ms))
    score = sum(one.strength * min(one.count, 3) for one in matches)
    shown = tuple(sentences[ends[0] : ends[1] + 1])
    return Hit(shown, first.at_ms, first.strength, round(score, 3), first.matched)
