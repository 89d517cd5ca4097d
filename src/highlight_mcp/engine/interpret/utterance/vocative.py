"""Whom a message calls by name: an order to somebody else is no order here."""

import re
from collections.abc import Callable

from ..lexicon import is_wide
from ..scene import Scene
from ..token import Token

_ASSISTANTS = frozenset({"claude", "chatgpt", "gpt", "gemini", "copilot", "assistant", "editor", "bot", "ai", "cursor"})
_GREETINGS = frozenset({"hey", "hi", "hello", "oh", "ok", "okay", "yo", "and", "嘿", "喂", "哈喽"})
# Exclamations and words of address for whoever listens; every other strange word alone before an order is a name.
_INTERJECTIONS = frozenset({
    "whoops", "whoopsie", "woops", "oopsie", "alright", "aight", "umm", "uhm", "erm", "hm", "bro", "mate", "dude",
    "guys", "folks", "pal", "sir", "boss", "team", "damn", "dang", "darn", "gosh", "argh", "ugh", "meh", "eh", "nah",
    "nope", "yup", "yep", "yeah", "yea", "sure", "anyhow", "anyways", "plus", "besides", "next", "btw", "tbh", "imo",
    "fyi", "ps", "lol", "haha", "wow", "whoa", "cheers", "understood", "right", "roger", "gotcha", "done", "bingo",
    "voila", "edit", "update", "correction", "task", "request", "overall", "everyone", "fine", "wait", "listen", "look",
})  # fmt: skip
_LONGEST_NAME = 6

Orders = Callable[[list[Token]], bool]


def opens(stretch: list[Token], scene: Scene, *, orders: Orders) -> bool:
    """`Julia please …`, `Tom, …`, `Anna mute …`: a strange word with a capital, then an order."""
    words = [t for t in stretch if t.kind != "separator" and t.text not in _GREETINGS]
    if not words or words[0].kind != "unknown" or words[0].text in _ASSISTANTS or words[0].text.endswith("ly"):
        return False
    name = scene.source.verbatim(words[0].start, words[0].end)
    if not (name[:1].isupper() and name[1:].islower() and name.isascii()):
        return False
    rest = words[1:]
    return not rest or rest[0].text in ("please", "can you", "could you", "would you", "will you") or orders(rest)


def calls(tokens: list[Token], a: int, b: int, *, opens: Orders) -> bool:
    """`dave, mute clip 3`, `天猫精灵，声音大一点`: a strange word alone before an order calls somebody else."""
    words = [t for t in tokens[a:b] if t.kind != "separator" and t.text not in _GREETINGS]
    if a or len(words) != 1 or words[0].kind != "unknown" or b >= len(tokens) or tokens[b].value != "weak":
        return False
    name = words[0].text
    if is_wide(name[0]):
        return 1 < len(name) < _LONGEST_NAME
    plain = name.isascii() and name.isalpha() and not name.endswith("y") and not re.search(r"(.)\1\1", name)
    return plain and name not in _ASSISTANTS | _INTERJECTIONS and opens(tokens[b:])
