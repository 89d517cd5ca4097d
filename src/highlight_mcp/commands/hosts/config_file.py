"""A host's file: read, changed at one entry and nowhere else, with the file as it was kept beside it."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Literal, Protocol

from ...files import replacing, take_name
from ...messages.reasons import WrongValue

Notation = Literal["json", "toml", "yaml"]
_MARK = "\ufeff"


class Editor(Protocol):
    """What the modules `json_text`, `toml_text` and `yaml_text` have in common; all raise ValueError."""

    def read(self, text: str) -> Any:
        """What a text says."""

    def put(self, text: str, path: Sequence[str], value: Any) -> str:
        """The text with a value at a path of names."""

    def drop(self, text: str, path: Sequence[str]) -> str:
        """The text without what stands at a path of names."""


def editor_of(notation: Notation) -> Editor:
    """The module for a notation, loaded when it is wanted."""
    module: Any = import_module(f".{notation}_text", __package__)
    return module  # type: ignore[no-any-return]


@dataclass(frozen=True)
class ConfigFile:
    """A file that may not be there yet, and the path of names its entry stands at."""

    file: Path
    notation: Notation
    path: tuple[str, ...]

    def entry(self) -> dict[str, Any] | None:
        """The entry as it stands, None where there is none. Raises OSError, and ValueError for a broken file."""
        found: Any = self._read(self._text())
        for depth, name in enumerate(self.path):
            if found is None and depth:
                return None  # a key with nothing behind it
            if not isinstance(found, Mapping):
                raise self._no_object(depth)
            if name not in found:
                return None
            found = found[name]
        return dict(found) if isinstance(found, Mapping) else None

    def with_entry(self, entry: Mapping[str, Any]) -> str:
        """The text with this entry. Of one that is there only what differs is written. Raises as `entry` does."""
        text, present = self._text(), self.entry()
        if present is None:
            return self._changed(text, {self.path: dict(entry)})
        differing = {(*self.path, name): value for name, value in entry.items() if present.get(name) != value}
        return self._changed(text, differing)

    def without_entry(self) -> str:
        """The text without the entry. Raises as `entry` does."""
        text = self._text()
        plain, ends = _lines(text)
        new = _joined(editor_of(self.notation).drop(plain, self.path), ends)
        expected = self._read(text)
        _drop(expected, self.path)
        if not _same(self._read(new), expected):
            raise WrongValue("shell.install.changes_more")
        return new

    def write(self, text: str) -> None:
        """Put a text in the place of the file, through links. Raises OSError."""
        file = self.file.resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
        with replacing(file, mode) as stream:
            stream.write(text.encode("utf-8"))

    def check_writable(self) -> None:
        """Raises WrongValue for a file that is marked as read-only: it could be replaced all the same."""
        if self.file.exists() and not self.file.stat().st_mode & 0o222:
            raise WrongValue("shell.install.read_only")

    def keep(self) -> Path | None:
        """Copy the file beside itself as `.bak`, `.bak.1`, … under the first name that is free."""
        file = self.file.resolve()
        if not file.exists():
            return None
        name = file.with_name(f"{file.name}.bak")
        for number in count(1):
            with suppress(FileExistsError):
                take_name(name)
                shutil.copymode(file, name)  # before the content, which may hold secrets
                shutil.copy2(file, name)
                break
            name = file.with_name(f"{file.name}.bak.{number}")
        return name

    def _changed(self, text: str, values: Mapping[tuple[str, ...], Any]) -> str:
        """Raises WrongValue where the notation is used in a way in which something else would change, too."""
        editor, expected = editor_of(self.notation), self._read(text)
        new, ends = _lines(text)
        for path, value in values.items():
            new = editor.put(new, path, value)
            _put(expected, path, value)
        new = _joined(new, ends)
        if not _same(self._read(new), expected):
            raise WrongValue("shell.install.changes_more")
        return new

    def _text(self) -> str:
        return self.file.read_bytes().decode("utf-8") if self.file.exists() else ""

    def _read(self, text: str) -> Any:
        found = editor_of(self.notation).read(text.removeprefix(_MARK))
        if not isinstance(found, dict):
            raise self._no_object(0)
        return deepcopy(found)

    def _no_object(self, depth: int) -> WrongValue:
        if not depth:
            return WrongValue("shell.install.no_object")
        return WrongValue("shell.install.no_object_at", key=".".join(self.path[:depth]))


def _lines(text: str) -> tuple[str, tuple[str, str]]:
    """The text with plain line ends and without a byte order mark; the mark and the line end that it had."""
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    if text.count("\r\n") == text.count("\n"):
        return text.replace("\r\n", "\n"), (mark, "\r\n" if "\r\n" in text else "\n")
    return text, (mark, "\n")


def _joined(text: str, ends: tuple[str, str]) -> str:
    mark, end = ends
    return mark + (text.replace("\n", end) if end != "\n" else text)


def _put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        if data.get(name) is None:
            data[name] = {}
        data = data[name]
    data[path[-1]] = value


def _drop(data: dict[str, Any], path: Sequence[str]) -> None:
    for name in path[:-1]:
        data = data.get(name) or {}
    data.pop(path[-1], None)


def _same(one: Any, other: Any) -> bool:
    """Empty tables do not count: TOML has no place for the one that held the entry alone."""
    return bool(_without_empty(one) == _without_empty(other))


def _without_empty(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {name: kept for name, value in data.items() if (kept := _without_empty(value)) not in ({}, None)}
