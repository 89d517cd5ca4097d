"""JSON with comments and trailing commas, edited in place: every byte but those of the one value stays."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...messages.reasons import WrongValue

_SKIPPED = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|[^\s,:{}\[\]"/]+')
_REST_OF_LINE = re.compile(r"[ \t]*(?:\n|(?=\}))")
_OWN_LINE = re.compile(r'^([ \t]+)"', re.MULTILINE)


@dataclass(frozen=True)
class _Member:
    """`start` is that of the name; `comma` the place behind the comma that follows, None where none does."""

    name: str
    start: int
    value: "_Value"
    comma: int | None


@dataclass(frozen=True)
class _Value:
    """What stands from `start` to `end`; `members` only of an object."""

    start: int
    end: int
    data: Any
    members: tuple[_Member, ...] | None = None

    def member(self, name: str) -> _Member | None:
        """The last one of that name, which is the one that counts."""
        return next((each for each in reversed(self.members or ()) if each.name == name), None)


def read(text: str) -> Any:
    """What the text says; an empty one is an empty object. Raises ValueError."""
    return _parsed(text).data if text.strip() else {}


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a value at a path of names; objects that are missing on the way are made.

    Raises ValueError, that is WrongValue where something else than an object is on the way.
    """
    text = text if text.strip() else "{}\n"
    node = _parsed(text)
    for depth, name in enumerate(path):
        if node.members is None:
            raise _no_object(path[:depth])
        member = node.member(name)
        if member is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _inserted(text, node, name, value)
        node = member.value
    return text[: node.start] + _dumped(text, value, _indent_at(text, node.start)) + text[node.end :]


def drop(text: str, path: Sequence[str]) -> str:
    """The text without what stands at a path of names; unchanged where nothing does. Raises as `put` does."""
    *way, last = path
    node = _parsed(text) if text.strip() else _Value(0, 0, {}, ())
    for depth, name in enumerate(way):
        if node.members is None:
            raise _no_object(path[:depth])
        found = node.member(name)
        if found is None:
            return text
        node = found.value
    if node.members is None:
        raise _no_object(way)
    member = node.member(last)
    return text if member is None else _without(text, node, member)


def _no_object(path: Sequence[str]) -> WrongValue:
    return (
        WrongValue("shell.install.no_object_at", key=".".join(path)) if path else WrongValue("shell.install.no_object")
    )


def _inserted(text: str, into: _Value, name: str, value: Any) -> str:
    """Behind what stands last in the object, a comment maybe."""
    last = into.members[-1] if into.members else None
    if last is not None and "\n" not in text[into.start : into.end]:
        entry = f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        return f"{text[: last.value.end]}, {entry}{text[last.value.end :]}"
    close = into.end - 1
    behind = into.start + 1 + len(text[into.start + 1 : close].rstrip())
    outer = _indent_at(text, into.start)
    inner = _indent_at(text, last.start) if last is not None else outer + _unit(text)
    entry = f"\n{inner}{json.dumps(name)}: {_dumped(text, value, inner)}"
    if last is None:
        head = text[:behind]
    elif last.comma is None:
        head = f"{text[: last.value.end]},{text[last.value.end : behind]}"
    else:
        head, entry = text[:behind], f"{entry},"
    space = text[behind:close]
    return head + entry + (space if "\n" in space else f"\n{outer}") + text[close:]


def _without(text: str, parent: _Value, member: _Member) -> str:
    """With its comma, and with its line where it had one alone; of the last one the comma before it goes, too."""
    members = parent.members or ()
    place = members.index(member)
    start, end = member.start, member.comma or member.value.end
    line = text.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(text, end)
    if not text[line:start].strip() and rest is not None:
        start, end = line, rest.end()
    else:
        end = len(text) - len(text[end:].lstrip(" \t"))
    close = parent.end - 1
    if len(members) == 1 and not (text[parent.start + 1 : start] + text[end:close]).strip():
        return f"{text[: parent.start]}{{}}{text[parent.end :]}"
    before = members[place - 1].comma if place and place == len(members) - 1 and member.comma is None else None
    if before is None:
        return text[:start] + text[end:]
    return text[: before - 1] + text[before:start] + text[end:]


def _dumped(text: str, value: Any, indent: str) -> str:
    return json.dumps(value, indent=_unit(text), ensure_ascii=False).replace("\n", f"\n{indent}")


def _unit(text: str) -> str:
    """What one level is indented by: as the first member that has a line of its own, else two spaces."""
    found = _OWN_LINE.search(text)
    return found[1] if found else "  "


def _indent_at(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _parsed(text: str) -> _Value:
    reader = _JsonReader(text)
    value = reader.value(reader.skipped(0))
    end = reader.skipped(value.end)
    if end < len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


class _JsonReader:
    """A recursive descent over the text; each method takes a place and raises ValueError."""

    def __init__(self, text: str) -> None:
        self._text = text

    def skipped(self, place: int) -> int:
        """The place behind white space and comments."""
        found = _SKIPPED.match(self._text, place)
        return found.end() if found else place

    def value(self, place: int) -> _Value:
        """The value that begins here."""
        match self._text[place : place + 1]:
            case "{":
                return self._object(place)
            case "[":
                return self._array(place)
        found = _SCALAR.match(self._text, place)
        if found is None:
            raise json.JSONDecodeError("Expecting value", self._text, place)
        try:
            return _Value(place, found.end(), json.loads(found[0]))
        except json.JSONDecodeError:
            raise json.JSONDecodeError("Expecting value", self._text, place) from None

    def _object(self, start: int) -> _Value:
        members: list[_Member] = []
        place = self.skipped(start + 1)
        while not self._text.startswith("}", place):
            name = self.value(place)
            if not isinstance(name.data, str):
                raise json.JSONDecodeError("Expecting string", self._text, place)
            value = self.value(self.skipped(self._behind(":", self.skipped(name.end))))
            next_, comma = self._separated(value.end, "}")
            members.append(_Member(name.data, place, value, comma))
            place = next_
        data = {each.name: each.value.data for each in members}
        return _Value(start, place + 1, data, tuple(members))

    def _array(self, start: int) -> _Value:
        data: list[Any] = []
        place = self.skipped(start + 1)
        while not self._text.startswith("]", place):
            value = self.value(place)
            data.append(value.data)
            place, _ = self._separated(value.end, "]")
        return _Value(start, place + 1, data)

    def _separated(self, end: int, close: str) -> tuple[int, int | None]:
        """Where the next one begins, or the close; and the place behind the comma."""
        place = self.skipped(end)
        if self._text.startswith(close, place):
            return place, None
        comma = self._behind(",", place)
        return self.skipped(comma), comma

    def _behind(self, mark: str, place: int) -> int:
        if not self._text.startswith(mark, place):
            raise json.JSONDecodeError(f"Expecting '{mark}'", self._text, place)
        return place + 1
