"""From a sentence to tokens: quotes, file names, typed spans, then words by longest match."""

import re
from dataclasses import replace

from . import folders
from .lexicon import Codes, index, is_wide, longest
from .normalize import NormalizedText, stems
from .numbers import number_signs
from .spans import files, named, recognise
from .spans.grammar import grammar_of
from .speech import endings
from .tokens import MASK, MaskedText, Token, TokenKind

_FILE = re.compile(r"[\w\-. ]+\.[a-z0-9]{2,4}", re.I)
_PIECE = re.compile(
    r"[a-zß-öø-ÿ0-9][a-zß-öø-ÿ0-9&/+'\-]*|[,.;!?\n、。…—:|()>]+|\s-+\s|(?P<sign>[^\w\s])(?P=sign)+|.", re.S
)
_NEXT = re.compile(r"[.&]?[a-zß-öø-ÿ0-9&/+'\-]+(?:\.(?=[a-z0-9]))?[a-z0-9]*\s?")
_STOP = re.compile(r"[.;!?\n。…]")
Entries = dict[str, frozenset[str]]


def scan(
    source: NormalizedText,
    searchable: frozenset[str] = frozenset(),
    known_files: tuple[str, ...] = (),
    *,
    beside_clips: bool = False,
    following: bool = False,
) -> list[Token]:
    """All tokens in order; words without an entry are `unknown`. `searchable`: criteria that take a name.

    `known_files`: names of footage that may be called by their place, such as `the second file`, also where the
    sentence may mean clips of a reel (`beside_clips`). `following`: it may go on from another, with words of its own.
    """
    canvas = MaskedText(source.work, source.work, [])
    for start, end, content in source.protected:
        name = content or source.work[start:end]
        kind: TokenKind = "asset" if _FILE.fullmatch(name) else "quote"
        canvas.paint(Token(kind, start, end, source.work[start:end], value=name))
    _paint_noise(canvas)
    _paint_idioms(canvas, source.languages)
    named.mark_names(canvas, source, searchable)
    files.mark_files(canvas, known_files, grammar_of(source.languages), beside_clips=beside_clips)
    recognise(canvas, source.languages)
    canvas.tokens += _words(canvas.masked, source.languages, following=following)
    return sorted(canvas.tokens, key=lambda t: t.start)


def scan_part(text: str, languages: Codes, at: int = 0) -> list[Token]:
    """The tokens of a part of a sentence that was read differently before; `at`: where it stands."""
    canvas = MaskedText(text, text, [])
    recognise(canvas, languages)
    canvas.tokens += _words(canvas.masked, languages, following=False)
    return [replace(t, start=t.start + at, end=t.end + at) for t in sorted(canvas.tokens, key=lambda t: t.start)]


# Nobody means a number of thirteen figures, or the same syllable a dozen times; both would be slow to look through.
@folders.remembered
def _noise() -> re.Pattern[str]:
    signs = "".join(word for code in folders.codes() for word in number_signs(code))
    return re.compile(rf"[\d.,:]{{13,}}|[{signs}]{{13,}}|(?P<unit>(?=\S{{0,7}}\w)[^\n]{{1,8}}?)(?P=unit){{11,}}")


def _paint_noise(canvas: MaskedText) -> None:
    for match in list(_noise().finditer(canvas.masked)):
        if re.search(r"[^\W_]", match.group()) and MASK not in match.group():
            canvas.paint(Token("unknown", match.start(), match.end(), match.group()))


@folders.remembered
def _idioms(languages: Codes) -> re.Pattern[str]:
    found = sorted((w for code in languages for w in folders.words(code, "speech")["FIGURED"]), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or "(?!)")


def _paint_idioms(canvas: MaskedText, languages: Codes) -> None:
    """`一分为二` is no minute, and `乱七八糟` no number."""
    for match in list(_idioms(languages).finditer(canvas.masked)):
        concepts = index(languages).get(match.group(), frozenset({"FILLER"}))
        canvas.paint(Token("word", match.start(), match.end(), match.group(), concepts))


def _words(masked: str, languages: Codes, *, following: bool) -> list[Token]:
    entries, most = index(languages, following=following), longest(languages, following=following)
    out: list[Token] = []
    at = 0
    while at < len(masked):
        if masked[at] == MASK or (masked[at].isspace() and masked[at] != "\n" and not masked.startswith(" -", at)):
            at += 1
            continue
        wide = is_wide(masked[at])
        token = _wide(masked, at, entries, most[0]) if wide else _mixed(masked, at, entries, most[0])
        token = token or _unbroken(_latin(masked, at, entries, most[1]), masked, entries, most[1])
        out.append(token)
        at = token.end
    return _joined(out)


def _wide(masked: str, at: int, entries: Entries, most: int) -> Token:
    for size in range(min(most, len(masked) - at), 0, -1):
        piece = masked[at : at + size]
        concepts = entries.get(piece)
        if concepts is not None:
            return Token("word", at, at + size, piece, concepts | _little(piece))
    return Token("unknown", at, at + 1, masked[at])


def _little(piece: str) -> frozenset[str]:
    """`大声一点`, `慢些`: the degree is inside the word."""
    return frozenset({"A_BIT"}) if len(piece) > 2 and piece.endswith(endings("A_BIT_ENDING")) else frozenset()


def _mixed(masked: str, at: int, entries: Entries, most: int) -> Token | None:
    """`focus放左边`, `cut点`: an entry that begins in Latin letters and goes on in a script without spaces."""
    run = _RUN.match(masked, at)
    if run is None or run.end() == len(masked) or not is_wide(masked[run.end()]):
        return None
    token = _wide(masked, at, entries, most)
    return token if token.end > run.end() else None


_RUN = re.compile(r"[a-z0-9][a-z0-9-]* ?")


def _latin(masked: str, at: int, entries: Entries, most: int) -> Token:
    match = _PIECE.match(masked, at)
    first = match.group() if match else masked[at]
    if not first[0].isalnum() and first[0] not in "&." and first not in entries:
        return _punctuation(first, at)
    if first[0] == "." and not re.match(r"\.[a-z]", masked[at:]):
        return _punctuation(first, at)
    end = _phrase_end(masked, at, most)
    while end > at:
        phrase = masked[at:end].rstrip()
        found = _entry(phrase, entries)
        if found is not None:
            return Token("word", at, at + len(phrase), phrase, found)
        end = masked.rfind(" ", at, len(phrase) + at) if " " in phrase else at
    return Token("unknown", at, at + len(first), first)


def _unbroken(token: Token, masked: str, entries: Entries, most: int) -> Token:
    """The phrase, or less of it where its end begins a longer one: `play` in `play twice as fast`."""
    words = token.text.split(" ")
    for kept in range(1, len(words)):
        at = token.start + len(" ".join(words[:kept])) + 1
        behind = _latin(masked, at, entries, most)
        if behind.end > token.end and behind.text.count(" ") >= len(words):
            return _latin(masked[: at - 1], token.start, entries, kept)
    return token


def _phrase_end(masked: str, at: int, most: int) -> int:
    end = at
    for _ in range(most):
        match = _NEXT.match(masked, end)
        if match is None:
            break
        end = match.end()
    return end


def _entry(phrase: str, entries: Entries) -> frozenset[str] | None:
    concepts = entries.get(phrase)
    if concepts is not None:
        return concepts
    first, space, rest = phrase.partition(" ")
    return next((entries[found] for stem in stems(first) if (found := stem + space + rest) in entries), None)


def _punctuation(text: str, at: int) -> Token:
    stripped = text.strip()
    if stripped.startswith(":"):
        return Token("word", at, at + len(text), text, frozenset({"COLON"}))
    if (stripped and stripped[0] in ",.;!?\n、。…—|()>-") or "\n" in text:
        strong = bool(_STOP.search(text))
        question = frozenset({"QUESTION"}) if "?" in text else frozenset[str]()
        return Token("separator", at, at + len(text), text, question, value="strong" if strong else "weak")
    return Token("word", at, at + len(text), text, frozenset({"FILLER"}))


def _joined(tokens: list[Token]) -> list[Token]:
    # Neighbouring unknown characters of a wide script are one unknown word.
    out: list[Token] = []
    for token in tokens:
        last = out[-1] if out else None
        if (
            token.kind == "unknown"
            and last
            and last.kind == "unknown"
            and last.end == token.start
            and is_wide(token.text[0])
        ):
            out[-1] = Token("unknown", last.start, token.end, last.text + token.text)
        else:
            out.append(token)
    return out


_REACH = 6


@folders.remembered
def _pairs() -> dict[tuple[str, str], str]:
    return {
        (v, p): concept
        for code in folders.codes()
        for concept, entries in folders.words(code, "particles").items()
        for v, _, p in (e.partition(" ") for e in entries)
    }


@folders.remembered
def _verbs() -> frozenset[str]:
    return frozenset(verb for verb, _ in _pairs())


def join_particles(tokens: list[Token]) -> list[Token]:
    """Tokens with the meaning of verb and particle put on the verb; the particle becomes filler."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        verb = next((form for form in (token.text, *stems(token.text)) if form in _verbs()), None)
        if token.kind != "word" or verb is None or token.concepts == {"VIDEO"}:
            continue
        for j in range(i + 1, min(len(tokens), i + 1 + _REACH)):
            if tokens[j].kind == "separator" or tokens[j].is_a("THEN", "BUT"):
                break
            concept = _pairs().get((verb, tokens[j].text))
            if concept:
                kept = token.concepts & {"FADE"}
                out[i] = replace(token, concepts=kept | {concept})
                out[j] = replace(tokens[j], kind="word", concepts=frozenset({"FILLER", "PARTICLE"}), value=None)
                break
    return out
