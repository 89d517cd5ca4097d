"""Numbers in figures and words, with their signs: English, Chinese and the everyday small ones of others."""

import re
from dataclasses import replace

from .tokens import Token

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "dozen": 12,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "quince": 15, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "quinze": 15, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
    "zehn": 10, "dois": 2, "duas": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "veinte": 20, "treinta": 30, "sesenta": 60, "vingt": 20, "trente": 30, "soixante": 60, "zwanzig": 20,
    "dreißig": 30, "sechzig": 60, "vinte": 20, "trinta": 30, "sessenta": 60,
}  # fmt: skip
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_POWERS = {"十": 10, "百": 100, "千": 1000}

NUMBER_WORDS = frozenset(_UNITS) | frozenset(_TENS) | {"hundred", "half", "couple", "few"}

_small = "|".join(sorted(_UNITS, key=len, reverse=True))
_tens = "|".join(sorted(_TENS, key=len, reverse=True))
_words = rf"(?:(?:{_tens})(?:[ -](?:{_small}))?|(?:one |a )?hundred(?: and (?:{_tens}|{_small}))?|{_small})"
ZH = r"(?:[零〇一二两俩仨三四五六七八九十百千]+(?:点[零一二三四五六七八九]+)?)"
LATIN = rf"(?:\d+(?:\.\d+)?|\b{_words}\b)"
ANY = rf"(?:\d+(?:\.\d+)?|{ZH}|\b{_words}\b)"


def value_of(text: str) -> float:
    """The number a match of `ANY` stands for. Raises ValueError for anything else."""
    text = text.strip()
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        return float(text.replace(",", "."))
    if re.fullmatch(ZH, text):
        return chinese(text)
    total, counted = 0.0, False
    for word in re.split(r"[ -]+", text):
        if word == "hundred":
            total, counted = max(total, 1.0) * 100, True
        elif word in _TENS:
            total, counted = total + _TENS[word], True
        elif word in _UNITS:
            total, counted = total + _UNITS[word], True
        elif word not in ("and", "a"):
            raise ValueError(f"not a number: {text!r}")
    if not counted:
        raise ValueError(f"not a number: {text!r}")
    return total


def chinese(text: str) -> float:
    """`一百二十` → 120, `两` → 2, `一点五` → 1.5, `二〇二四` → 2024."""
    whole, _, fraction = text.partition("点")
    if not any(c in _POWERS for c in whole) and len(whole) > 1:
        number = float("".join(str(_DIGITS[c]) for c in whole))
    else:
        number, digit = 0.0, 0
        for c in whole:
            if c in _POWERS:
                number += (digit or 1) * _POWERS[c]
                digit = 0
            else:
                digit = _DIGITS[c]
        number += digit
    return number + (float("0." + "".join(str(_DIGITS[c]) for c in fraction)) if fraction else 0.0)


_SIGNS = ("-", "−", "–", "负")
_WORDS = ("minus", "negative", "负的", "menos", "moins")
_SIGNED = ("duration", "factor")


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
    if sign.text.strip() in _WORDS:
        return True
    touching = sign.end == token.start and sign.text.rstrip() == sign.text
    return touching and sign.text.strip().endswith(_SIGNS)
