"""YAML edited in place: the parser says where a value stands, and every byte but its own stays."""

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

from ...messages.reasons import WrongValue

_REST_OF_LINE = re.compile(r"[^\n]*(?:\n|$)")


def read(text: str) -> Any:
    """What the text says; an empty one is an empty mapping. Raises WrongValue."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None
    return {} if said is None else said


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a value at a path of names; mappings that are missing on the way are made.

    Raises WrongValue where the text cannot be read, or something else than a mapping is on the way.
    """
    node = _composed(text)
    if node is None:
        return _ended(text) + _block(_nested(path, value), 0)
    key: yaml.Node | None = None
    for depth, name in enumerate(path):
        if _is_empty(node) and key is not None:
            return _replaced(text, key, node, _nested(path[depth:], value))
        _must_be_mapping(node, path[:depth])
        pair = _pair(node, name)
        if pair is None:
            return _inserted(text, node, _nested(path[depth:], value))
        key, node = pair
    assert key is not None
    return _replaced(text, key, node, value)


def drop(text: str, path: Sequence[str]) -> str:
    """The text without what stands at a path of names; unchanged where nothing does. Raises as `put` does."""
    parent = node = _composed(text)
    key: Any = None
    for depth, name in enumerate(path):
        if node is None or _is_empty(node):
            return text
        _must_be_mapping(node, path[:depth])
        pair = _pair(node, name)
        if pair is None:
            return text
        parent, (key, node) = node, pair
    if parent.flow_style:
        raise WrongValue("shell.install.changes_more")
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    rest = _REST_OF_LINE.match(text, _end(text, node))
    cut = text[:start] + text[rest.end() if rest else len(text) :]
    if len(parent.value) > 1 or len(path) == 1:
        return cut
    return put(cut, path[:-1], {})


def _nested(path: Sequence[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _composed(text: str) -> Any:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None


def _unreadable(error: yaml.YAMLError) -> WrongValue:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return WrongValue("system.not_yaml", line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1)


def _is_empty(node: Any) -> bool:
    """`extensions:` with nothing behind it, or with `{}`."""
    return not node.value if isinstance(node, yaml.MappingNode) else bool(node.tag == "tag:yaml.org,2002:null")


def _must_be_mapping(node: Any, path: Sequence[str]) -> None:
    if not isinstance(node, yaml.MappingNode):
        at = ".".join(path)
        raise WrongValue("shell.install.no_object_at", key=at) if at else WrongValue("shell.install.no_object")


def _pair(node: Any, name: str) -> tuple[Any, Any] | None:
    return next(((key, value) for key, value in reversed(node.value) if key.value == name), None)


def _end(text: str, node: Any) -> int:
    """Where the text of a value ends: a block of the parser reaches on to whatever follows it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _inserted(text: str, into: Any, entry: dict[str, Any]) -> str:
    """Behind the last line of a mapping."""
    if into.flow_style:
        ((name, value),) = entry.items()
        close = _end(text, into) - 1
        head = text[:close].rstrip()
        comma = "" if head.endswith((",", "{")) else ","
        written = f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        return f"{head}{comma} {written}{text[len(head) : close]}{text[close:]}"
    rest = _REST_OF_LINE.match(text, _end(text, into))
    behind = rest.end() if rest else len(text)
    return _ended(text[:behind]) + _block(entry, into.start_mark.column) + text[behind:]


def _replaced(text: str, key: Any, node: Any, value: Any) -> str:
    """With the value behind its key: on lines of its own where it is a mapping, else on that of the key."""
    colon = text.index(":", key.end_mark.index) + 1
    end = max(colon, _end(text, node))
    if isinstance(value, dict) and value:
        rest = _REST_OF_LINE.match(text, end)
        comment, behind = (rest[0].rstrip(), rest.end()) if rest else ("", end)
        block = _block(value, key.start_mark.column + 2)
        return f"{text[:colon]}{comment}\n{block}{text[behind:]}"
    return f"{text[:colon]} {json.dumps(value, ensure_ascii=False)}{text[end:]}"


def _block(value: Any, column: int) -> str:
    written = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=float("inf"))
    return "".join(f"{' ' * column}{line}\n" for line in written.splitlines())


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
