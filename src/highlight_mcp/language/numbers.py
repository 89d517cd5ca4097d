"""Numbers in figures and words, with their signs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from . import folders
from .lexicon import Codes, is_wide
from .tokens import Token

_FIGURES = re.compile(r"\d+(?:[.,]\d+)?|\.\d+")
_HUNDRED, _THOUSAND = 100, 1000


@folders.remembered
def number_words(code: str) -> dict[str, float]:
    """Word → value in one language, tens and units joined as it joins them."""
    entries = folders.words(code, "numbers")
    plain = {word: float(value) for value, words in entries.items() if value[0].isdigit() for word in words}
    joined = {word: value for template in entries["COMPOUND"] for word, value in _joined(template, plain)}
    return joined | plain


def _joined(template: str, plain: dict[str, float]) -> Iterator[tuple[str, float]]:
    """What a template makes: one without tens begins at twenty, one without units ends with one."""
    tens = _between(plain, 20, _HUNDRED) if "{tens}" in template else {"": 20.0}
    name = "{teen}" if "{teen}" in template else "{unit}"
    units = (
        {"": 1.0} if name not in template else _between(plain, 10, 20) if name == "{teen}" else _between(plain, 1, 10)
    )
    for ten, unit in product(tens, units):
        yield template.replace("{tens}", ten).replace(name, unit), tens[ten] + units[unit]


def _between(plain: dict[str, float], low: float, high: float) -> dict[str, float]:
    return {word: value for word, value in plain.items() if low <= value < high}


@folders.remembered
def _values(languages: Codes) -> dict[str, float]:
    return {word: value for code in languages for word, value in number_words(code).items()}


@folders.remembered
def latin_pattern(languages: Codes) -> str:
    """A pattern for numbers in Latin words, without edges; it never matches where there are none."""
    alternatives = [one for code in languages for one in _alternatives(code)]
    return f"(?:{'|'.join(alternatives)})" if alternatives else "(?!)"


def _alternatives(code: str) -> list[str]:
    entries = folders.words(code, "numbers")
    plain = {w: float(v) for v, words in entries.items() if v[0].isdigit() for w in words if not is_wide(w[0])}
    if not plain:
        return []
    small = _either(_between(plain, 0, _HUNDRED))
    parts = {"tens": _between(plain, 20, _HUNDRED), "teen": _between(plain, 10, 20), "unit": _between(plain, 1, 10)}
    below = "|".join([*(_filled(template, parts) for template in entries["COMPOUND"]), small])
    hundred = _either(_between(plain, _HUNDRED, _THOUSAND + 1))
    ones, joint = _either(entries["ONE"]), _either(entries["AND"])
    points, digit = _either(entries["POINT"]), _either(_between(plain, 0, 10))
    decimal = rf"(?:{below}) {points} {digit}(?: {digit})*"
    return [decimal, rf"(?:(?:{small}|{ones}) )?{hundred}(?:(?: {joint})? (?:{below}))?", below]


def _filled(template: str, parts: dict[str, dict[str, float]]) -> str:
    return re.sub(
        r"\{(\w+)\}", lambda m: _either(parts[m[1]]), re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    )


def _either(words: Iterable[str]) -> str:
    found = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, found))})" if found else "(?!)"


@folders.remembered
def wide_pattern(languages: Codes) -> str:
    """A pattern for numbers in wide scripts: digits in a row with their powers, or whole words."""
    return "|".join(found for code in languages if (found := _wide(code))) or "(?!)"


def _wide(code: str) -> str:
    entries = folders.words(code, "numbers")
    signs = {w for w in number_words(code) if is_wide(w[0])}
    digits = "".join(sorted(w for w in signs if len(w) == 1))
    points = "".join(entries["POINT"])
    row = [rf"{_row(code, digits)}(?:[{points}][{digits}]+)?" if points else f"[{digits}]+"] if digits else []
    found = "|".join([*map(re.escape, sorted((w for w in signs if len(w) > 1), key=len, reverse=True)), *row])
    only = "|".join(map(re.escape, entries["ONLY_BEFORE"]))
    return rf"(?:{found})(?=\s?(?:{only}))" if found and only else found


def _row(code: str, digits: str) -> str:
    """Digits in a row. `两` counts what follows and ends no number: `第二第五两段` are two clips, not the 52nd."""
    entries = folders.words(code, "numbers")
    ones = "".join(w for n in range(1, 10) for w in entries.get(str(n), ()) if len(w) == 1)
    counting = "".join(w for w in entries.get("2", ())[1:] if len(w) == 1)
    return rf"[{digits}](?:(?!(?<=[{ones}])[{counting}])[{digits}])*" if counting else f"[{digits}]+"


@folders.remembered
def number_signs(code: str) -> frozenset[str]:
    """The single characters of a wide script that numbers are written with, the point and the half among them."""
    found = {*number_words(code), *folders.words(code, "numbers")["POINT"], *folders.words(code, "units")["HALF"]}
    return frozenset(sign for sign in found if len(sign) == 1 and is_wide(sign))


def wide_digits(languages: Codes) -> tuple[str, str]:
    """The signs for one to nine, and for ten, of the wide scripts."""
    found = {w: value for w, value in _values(languages).items() if is_wide(w[0]) and len(w) == 1}
    digits = sorted(w for w, value in found.items() if 0 < value < 10)
    return "".join(digits), "".join(sorted(w for w, value in found.items() if value == 10))


def value_of(text: str, languages: Codes | None = None) -> float:
    """The number that figures or words stand for. Raises ValueError for anything else."""
    text, languages = text.strip(), languages or folders.codes()
    if _FIGURES.fullmatch(text):
        return float(text.replace(",", "."))
    values = _values(languages)
    if text in values:
        return values[text]
    if text and is_wide(text[0]):
        return _positional(text, languages)
    for code in languages:
        for point in folders.words(code, "numbers")["POINT"]:
            whole, said, digits = text.partition(f" {point} ")
            if said:  # `one point two five`
                decimals = "".join(str(int(values[word])) for word in digits.split())
                return value_of(whole, languages) + float(f"0.{decimals}")
    return _with_hundreds(text, languages)


def _with_hundreds(text: str, languages: Codes) -> float:
    values, skipped = _values(languages), _connecting(languages)
    total, below, pending = 0.0, 0.0, False
    rest = text
    while rest:
        piece = next(
            (w for w in sorted(values, key=len, reverse=True) if re.match(rf"{re.escape(w)}(?: |$)", rest)), ""
        )
        if not piece:
            word, _, rest = rest.partition(" ")
            if word not in skipped:
                raise ValueError(f"not a number: {text!r}")
            continue
        value, pending = values[piece], True
        if value >= _HUNDRED:
            total, below = total + (below or 1) * value, 0.0
        else:
            below += value
        rest = rest[len(piece) :].lstrip()
    if not pending:
        raise ValueError(f"not a number: {text!r}")
    return total + below


@folders.remembered
def _connecting(languages: Codes) -> frozenset[str]:
    return frozenset(w for code in languages for key in ("ONE", "AND") for w in folders.words(code, "numbers")[key])


def _positional(text: str, languages: Codes) -> float:
    """`一百二十` → 120, `两` → 2, `一点五` → 1.5, `二〇二四` → 2024."""
    values = _values(languages)
    points = [w for code in languages for w in folders.words(code, "numbers")["POINT"]]
    whole, _, fraction = next((text.partition(p) for p in points if p in text), (text, "", ""))
    try:
        digits, decimals = [values[c] for c in whole], [values[c] for c in fraction]
    except KeyError:
        raise ValueError(f"not a number: {text!r}") from None
    if len(digits) > 1 and max(digits) < 10:
        number = float("".join(str(int(d)) for d in digits))
    else:
        number, digit = 0.0, 0.0
        for value in digits:
            number, digit = (number + (digit or 1) * value, 0.0) if value >= 10 else (number, value)
        number += digit
    return number + (float("0." + "".join(str(int(d)) for d in decimals)) if decimals else 0.0)


def chinese(text: str) -> float:
    """`一百二十` → 120, `两` → 2, `一点五` → 1.5, `二〇二四` → 2024. Raises ValueError for anything else."""
    return _positional(text, ("zh",))


_SIGNS = ("-", "−", "–")
_SIGNED = ("duration", "factor")


@folders.remembered
def _minus(languages: Codes) -> frozenset[str]:
    return frozenset(w for code in languages for w in folders.words(code, "numbers")["MINUS"])


def apply_signs(tokens: list[Token]) -> list[Token]:
    """Give lengths and factors the minus that stands right before them."""
    out: list[Token] = []
    for token in tokens:
        sign = out[-1] if out else None
        if token.kind in _SIGNED and sign is not None and _negates(sign, token):
            out[-1] = replace(token, start=sign.start, text=sign.text + token.text, value=-token.value)
        else:
            out.append(token)
    return out


def _negates(sign: Token, token: Token) -> bool:
    if sign.text.strip() in _minus(folders.codes()):
        return True
    touching = sign.end == token.start and sign.text.rstrip() == sign.text
    return touching and sign.text.strip().endswith(_SIGNS)
