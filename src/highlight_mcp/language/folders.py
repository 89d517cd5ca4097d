"""The languages that are understood, one folder each: `language/<code>/*.words`, with the same names and keys in all.

| file | keys → words |
|---|---|
| `edits`, `looks`, `limits`, `files`, `phrases` | concepts: what is asked, looks, what cannot be done, phrases |
| `numbers` | values, `20` → `twenty`; `COMPOUND`: how tens and units are joined |
| `ordinals` | places, `2` → `second`, `-1` → `last` |
| `units` | units and what goes with a figure: `SECOND`, `PERCENT`, `HALF` |
| `times` | what points into a film: `FROM`, `HEAD`, `TAIL`; `…_BEHIND` stands behind the time |
| `clips` | what clips and files are called, and what lists them |
| `speech` | words that are compared, beside concepts; what they mean nothing of is read past |
| `named.patterns` | how one asks for what is said, heard or shown: regular expressions |
| `speech.patterns` | forms of sentences that order something else, or nothing: regular expressions |
| `particles` | verbs whose particle may stand apart; may be missing |
| `follow` | concepts of sentences that go on from the request before, read only there; may be missing |
| `characters` | characters that are read as others, such as 國国; may be missing |
| `spelling` | words that guard the mending of slips; slips are mended only where it exists |
| `withdrawn` | what says of an order that it is not meant, `*` for any words of the piece; may be missing |
| `sounds` | characters by how they sound, for slips of those who type by sound; may be missing |
| `variants` | words of a region by the words of the same length as which they are read; may be missing |

A word is written as it stands in a request, in lower case and in one script. `{a/b/}c` stands for `ac`, `bc` and `c`:
what may be said in the place of each other, such as the verbs before one complement.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import ParamSpec, TypeVar, cast

ENGLISH = "en"
CONCEPTS = ("edits", "looks", "limits", "files", "phrases")
PATTERNS = ("numbers", "ordinals", "units", "times", "clips")
COMPARED = ("speech",)
FOLLOWING = ("follow",)
EXPRESSIONS = ("speech", "named")
OPTIONAL = ("particles", "spelling", "characters", "variants", "withdrawn", "sounds", *FOLLOWING)

_roots: list[Traversable] = [resources.files(__package__)]
_forgetting: list[Callable[[], None]] = []
P = ParamSpec("P")
R = TypeVar("R")


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """As `functools.cache`, for what depends on the words of languages: forgotten where their folders change."""
    kept = cache(function)
    _forgetting.append(kept.cache_clear)
    return cast("Callable[P, R]", kept)


def _forget() -> None:
    for forget in _forgetting:
        forget()


@remembered
def codes() -> tuple[str, ...]:
    """Codes of all languages, English first: its words are understood beside those of any other."""
    found = {folder.name for root in _roots for folder in root.iterdir() if _is_language(folder)}
    return tuple(sorted(found, key=lambda code: (code != ENGLISH, code)))


def _is_language(folder: Traversable) -> bool:
    return folder.joinpath("numbers.words").is_file()


@remembered
def words(code: str, name: str) -> dict[str, tuple[str, ...]]:
    """Key → words of one file of a language; nothing where an optional file is missing.

    Raises FileNotFoundError for any other file or language that is not there.
    """
    file = _folder(code).joinpath(f"{name}.words")
    if name in OPTIONAL and not file.is_file():
        return {}
    return _parsed(file.read_text(encoding="utf-8"))


@remembered
def expressions(code: str, name: str) -> dict[str, str]:
    """Key → a regular expression, from one `.patterns` file of a language: its alternatives as one."""
    return {key: "|".join(found) for key, found in alternatives(code, name).items()}


@remembered
def alternatives(code: str, name: str) -> dict[str, tuple[str, ...]]:
    """Key → the alternatives of a regular expression, from one `.patterns` file of a language.

    Each indented line is an alternative, or several; one indented deeper goes on with the line before it. `{KEY}`
    stands for those of another key. Raises FileNotFoundError for a file or language that is not there.
    """
    lines: dict[str, list[str]] = {}
    key = ""
    for line in _folder(code).joinpath(f"{name}.patterns").read_text(encoding="utf-8").splitlines():
        part = line.strip()
        if not part or line.startswith("#"):
            continue
        if not line.startswith(" "):
            key = part
            lines[key] = []
        elif line.startswith(_DEEPER):
            lines[key][-1] += part
        else:
            lines[key].append(part)
    plain = {name: "|".join(found) for name, found in lines.items()}
    return {name: tuple(_filled(text, plain) for text in found) for name, found in lines.items()}


_DEEPER = " " * 8
_NEVER = "(?!)"
_REFERENCE = re.compile(r"\{([A-Z_]+)\}")


def _filled(text: str, plain: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: f"(?:{_filled(plain[found[1]], plain) or _NEVER})", text)


def _folder(code: str) -> Traversable:
    folder = next((found for root in _roots if _is_language(found := root.joinpath(code))), None)
    if folder is None:
        raise FileNotFoundError(f"no language {code!r}")
    return folder


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    key = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            key = line.strip()
            found.setdefault(key, ())
            continue
        found[key] += tuple(word for part in line.split("|") if part.strip() for word in _spelt_out(part.strip()))
    return found


_CHOICE = re.compile(r"\{([^{}]*/[^{}]*)\}")


def _spelt_out(word: str) -> Iterator[str]:
    """Each word that one with choices stands for."""
    choice = _CHOICE.search(word)
    if choice is None:
        yield word
        return
    for part in choice[1].split("/"):
        yield from _spelt_out(word[: choice.start()] + part + word[choice.end() :])


@contextmanager
def added(root: Traversable) -> Iterator[None]:
    """Within it the folders under `root` are languages too; their codes must be new. Not for two threads at once."""
    _roots.append(root)
    _forget()
    try:
        yield
    finally:
        _roots.remove(root)
        _forget()
