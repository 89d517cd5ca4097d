"""TOML edited in place: comments, order and white space of everything else stay (tomlkit keeps them)."""

import tomllib
from collections.abc import Sequence
from typing import Any

from ...messages.reasons import WrongValue


def read(text: str) -> Any:
    """What the text says. Raises ValueError."""
    return tomllib.loads(text)


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a value at a path of names; tables that are missing on the way are made.

    Raises ValueError, that is WrongValue where something else than a table is on the way.
    """
    import tomlkit

    read(text)
    document = tomlkit.parse(text)
    table: Any = document
    for depth, name in enumerate(path[:-1]):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=True)
        table = table[name]
        _must_be_table(table, path[: depth + 1])
    table[path[-1]] = value
    return tomlkit.dumps(document)


def drop(text: str, path: Sequence[str]) -> str:
    """The text without what stands at a path of names; unchanged where nothing does. Raises as `put` does."""
    import tomlkit

    read(text)
    document = tomlkit.parse(text)
    table: Any = document
    for depth, name in enumerate(path[:-1]):
        if name not in table:
            return text
        table = table[name]
        _must_be_table(table, path[: depth + 1])
    if path[-1] not in table:
        return text
    del table[path[-1]]
    return tomlkit.dumps(document)


def _must_be_table(value: Any, path: Sequence[str]) -> None:
    if not isinstance(value, dict):
        raise WrongValue("shell.install.no_object_at", key=".".join(path))
