"""The tables of sentences: one folder for each language, one file for each room."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
SLOT = re.compile(r"\{(?P<name>\w+)(?::(?P<format>[^{}|]+))?(?:\|(?P<one>[^{}|]*)\|(?P<many>[^{}|]*))?\}")


def language_of(name: str | None) -> Language:
    """The nearest language that we speak to a tag such as `zh-CN` or a header such as `zh-TW,en;q=0.8`."""
    return "zh" if (name or "").strip().lower().startswith("zh") else "en"


@cache
def load(language: Language, room: str) -> dict[str, str]:
    """The sentences of one room, by their key without the room. Raises FileNotFoundError."""
    return tomllib.loads((files(__package__) / language / f"{room}.toml").read_text(encoding="utf-8"))


def sentence(language: Language, key: str) -> str:
    """The sentence of a key, its slots not filled. Raises KeyError."""
    room, _, name = key.partition(".")
    return load(language, room)[name]


def has(key: str) -> bool:
    """True when there is a sentence of that key."""
    room, _, name = key.partition(".")
    return name in load("en", room)


def keys(language: Language) -> list[str]:
    """All keys of a language, room by room."""
    rooms = sorted(each.name for each in (files(__package__) / language).iterdir() if each.name.endswith(".toml"))
    return [f"{room[:-5]}.{name}" for room in rooms for name in load(language, room[:-5])]


def slots_of(text: str) -> set[str]:
    """The names of the slots of a sentence."""
    return {match["name"] for match in SLOT.finditer(text)}
