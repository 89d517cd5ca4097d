"""Which sentences the catalogue needs: each key is used somewhere, and an operation has its own under its name."""

import argparse
import ast
import errno
import inspect
import re
from collections.abc import Iterator
from functools import cache

import pytest

from highlight_mcp.messages import LANGUAGES, Language, keys
from highlight_mcp.timeline.operations import OPERATIONS
from syntax import PACKAGE, tree_of
from test_messages import key_of, text_of

TOKEN = re.compile(r"[\w+-]+")
OPERATION_FILES = PACKAGE / "timeline" / "operations"
Parts = tuple[str | None, ...]
"""The text of an f-string, None for what is filled in."""


def texts(tree: ast.Module) -> Iterator[str | Parts]:
    """The constants and f-strings of a module, without its docstrings."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield tuple(str(part.value) if isinstance(part, ast.Constant) else None for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


@cache
def named() -> frozenset[str | Parts]:
    """Every text of the sources that may name a key; makers of the timeline leave the name of their room out."""
    found: set[str | Parts] = set()
    for file in PACKAGE.rglob("*.py"):
        own = set(texts(tree_of(file)))
        found |= own - {("timeline.", None)}
        if OPERATION_FILES in file.parents:
            found |= {f"timeline.{text}" for text in own if isinstance(text, str)}
            found |= {
                (f"timeline.{text[0]}", *text[1:]) for text in own if isinstance(text, tuple) and text and text[0]
            }
    return frozenset(found)


@cache
def words_of_the_sources() -> frozenset[str]:
    """What can fill a blank in the name of a key: every word of code, pages and lists of words."""
    files = (file for file in PACKAGE.rglob("*") if file.suffix in (".py", ".js", ".html", ".toml", ".words"))
    texts_ = (file.read_text(encoding="utf-8") for file in files if PACKAGE / "messages" not in file.parents)
    return frozenset(word for text in texts_ for word in TOKEN.findall(text)) | set(errno.errorcode.values())


@cache
def page() -> str:
    """The scripts and pages of the server, which ask for their sentences themselves."""
    files = [*(PACKAGE / "server").rglob("*.js"), PACKAGE / "server" / "http" / "handover.html"]
    return "".join(file.read_text(encoding="utf-8") for file in files)


@cache
def patterns(room: str) -> list[re.Pattern[str]]:
    """The f-strings that may give keys of a room."""
    known = [
        parts for parts in named() if isinstance(parts, tuple) and parts and (parts[0] or "").startswith(f"{room}.")
    ]
    return [re.compile("".join("(.+)" if part is None else re.escape(part) for part in parts)) for parts in known]


def occurs(text: str) -> bool:
    """Whether what fills a blank is made of words that occur."""
    return set(TOKEN.findall(text)) <= words_of_the_sources()


@cache
def words_of_argparse() -> frozenset[str]:
    """Its texts here, and those of later releases than the oldest that we run on."""
    own = {text for text in texts(ast.parse(inspect.getsource(argparse))) if isinstance(text, str)}
    later = {text_of("parser.heading"), text_of("parser.choice_meant")}
    return frozenset(own | later)


def is_used(key: str) -> bool:
    """Whether the sources name a key: as it is, with blanks, as one of a family, or as what to do beside it."""
    beside = re.sub(r"\.next(\.none)?$", "", key)
    if beside != key and is_used(beside):
        return True
    room, _, name = key.partition(".")
    if room == "parser":
        return text_of(key) in words_of_argparse()
    if room in ("page", "upload_page"):
        families = tuple(re.findall(r"(?:`|named\(\")(\w+)(?:\$\{|\")", page()))
        return name.rpartition(".")[2] in page() or name.startswith(families)
    if key in named():
        return True
    found = [match for pattern in patterns(room) if (match := pattern.fullmatch(key)) is not None]
    if any(all(map(occurs, match.groups())) for match in found):
        return True
    places = [place for place, sign in enumerate(key) if sign == "." and place > len(room)]
    return any(key[:place] in named() and occurs(key[place:]) for place in places)


def test_no_sentence_of_the_catalogue_is_unused() -> None:
    assert [key for key in keys("en") if not is_used(key)] == []


def own_keys(language: Language, operation: str) -> set[str]:
    return {key for key in keys(language) if key.startswith(f"timeline.{operation}.")}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_its_sentences_under_its_name_in_every_language(operation: str) -> None:
    found = [own_keys(language, operation) for language in LANGUAGES]
    assert found[0] and all(each == found[0] for each in found)


def used_by(file_name: str) -> dict[str, set[str]]:
    """Keys of the makers of a file, by who uses them: an operation, or a function of several."""
    tree = ast.parse((OPERATION_FILES / file_name).read_text(encoding="utf-8"))
    names = {kind.__name__: name for name, kind in OPERATIONS.items()}
    found: dict[str, set[str]] = {}
    for node in tree.body:
        calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
        who = names.get(node.name, "") if isinstance(node, ast.ClassDef) else ""
        for call in calls:
            if key := key_of(call):
                found.setdefault(key, set()).add(who)
    return found


def test_only_an_operation_uses_the_sentences_under_its_name_and_none_of_its_own_stand_elsewhere() -> None:
    files = {file.name: used_by(file.name) for file in OPERATION_FILES.glob("*.py")}
    of_file = {
        file: {name for name, kind in OPERATIONS.items() if kind.__module__.endswith(f".{file.removesuffix('.py')}")}
        for file in files
    }
    wrong = []
    for file, uses in files.items():
        for key, users in uses.items():
            owner = key.split(".")[1] if key.count(".") > 1 else ""
            alone = not [other for other in files if other != file and key in files[other]]
            if owner in OPERATIONS:
                fits = owner in of_file[file] and users <= {owner, ""}
            else:
                shared = not alone or len(users) > 1 or (users == {""} and len(of_file[file]) != 1)
                fits = shared or key.startswith("timeline.term.")
            if not fits:
                wrong.append((file, key, users))
    assert wrong == []
