"""Ways to damage bytes, texts and values, each drawn from a random generator."""

import json
import random
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
VALUES: tuple[Any, ...] = (
    None, True, "", "\0", "../../etc/passwd", "\ud83d", "a" * 5_000, [], {}, -1, 0, 1, 0.1, 1e308, -(2**63), 2**63,
    10**18, "NaN", "1/0", "0/1", [[]], "９", "-0",
)  # fmt: skip
TOKENS = (
    "\0", "\ufeff", "\u202e", "-->", "00:00:00,000", "99:99:99:99", "-1", "9" * 21, "1/0", "NaN", "<", "&a;", "]]>",
    "\n\n", "\r", "\t", "{", "}", '"', "<!DOCTYPE a [<!ENTITY a 'aa'>]>", "9223372036854775808s", "1e999", "TITLE:",
    "M2", "%", "𝟙",
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")


def damaged(content: bytes, draw: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """One to eight changes; now and then a piece of another file."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 5, 8))):
        if not changed:
            break
        draw.choice(_WAYS)(changed, draw)
    if others and draw.random() < 0.08:
        other, at = draw.choice(others), _place(changed, draw)
        piece = draw.randrange(len(other) + 1)
        changed[at:] = other[piece : piece + 20_000]
    return bytes(changed)


def _place(content: bytearray, draw: random.Random) -> int:
    """Heads and tails of files are what most is told by."""
    size = max(1, len(content))
    near = draw.random()
    if near < 0.45:
        return draw.randrange(min(size, 512))
    return size - 1 - draw.randrange(min(size, 512)) if near < 0.6 else draw.randrange(size)


def _flip(content: bytearray, draw: random.Random) -> None:
    at = _place(content, draw)
    if content:
        content[at] ^= 1 << draw.randrange(8)


def _set_byte(content: bytearray, draw: random.Random) -> None:
    if content:
        content[_place(content, draw)] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))


def _set_number(content: bytearray, draw: random.Random) -> None:
    at, width = _place(content, draw), draw.choice((2, 4, 8))
    number = draw.choice((*NUMBERS, draw.getrandbits(32))) & (1 << 8 * width) - 1
    content[at : at + width] = number.to_bytes(width, draw.choice(("big", "little")))


def _cut(content: bytearray, draw: random.Random) -> None:
    del content[_place(content, draw) :]


def _remove(content: bytearray, draw: random.Random) -> None:
    at = _place(content, draw)
    del content[at : at + draw.choice((1, 2, 4, 8, 64, 1000))]


def _repeat(content: bytearray, draw: random.Random) -> None:
    at, length = _place(content, draw), draw.choice((1, 4, 16, 188, 1000))
    content[at:at] = content[at : at + length] * draw.choice((1, 1, 2, 20))


def _swap(content: bytearray, draw: random.Random) -> None:
    first, second, length = _place(content, draw), _place(content, draw), draw.choice((4, 16, 188, 500))
    one, other = content[first : first + length], content[second : second + length]
    content[first : first + length], content[second : second + length] = other, one


def _blank(content: bytearray, draw: random.Random) -> None:
    at, length = _place(content, draw), draw.choice((4, 16, 188, 2000))
    content[at : at + length] = bytes(len(content[at : at + length]))


def _digits(content: bytearray, draw: random.Random) -> None:
    """Another number where one stands in letters, as in texts and XML."""
    found = list(_NUMBER.finditer(bytes(content[:200_000])))
    if found:
        place = draw.choice(found)
        number = draw.choice(
            (b"0", b"-1", b"1", b"99999999999999999999", b"0.0001", str(draw.getrandbits(16)).encode())
        )
        content[place.start() : place.end()] = number


def _token(content: bytearray, draw: random.Random) -> None:
    at = _place(content, draw)
    content[at:at] = draw.choice(TOKENS).encode()


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _set_byte, _set_byte, _set_number, _set_number, _cut, _remove, _repeat, _swap, _blank
)  # fmt: skip
_TEXT_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (*_WAYS, _digits, _digits, _digits, _token, _token)


def damaged_text(content: bytes, draw: random.Random) -> bytes:
    """The same for texts: numbers and marks are changed as well."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        draw.choice(_TEXT_WAYS)(changed, draw)
    return bytes(changed)


def damaged_value(value: Any, draw: random.Random) -> Any:
    """A copy of a JSON value with one to three parts set to something else, taken out or doubled."""
    changed = json.loads(json.dumps(value))
    for _ in range(draw.choice((1, 1, 2, 3))):
        parents = list(_inner(changed))
        if not parents:
            return changed
        parent = draw.choice(parents)
        key = draw.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
        way = draw.random()
        if way < 0.6:
            parent[key] = deepcopy(draw.choice(VALUES))
        elif way < 0.75 and isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
            parent[key] = parent[key] * draw.choice((-1, 2, 1000, 0)) + draw.choice((0, 1, -1))
        elif way < 0.9:
            del parent[key]
        elif isinstance(parent, list):
            parent.append(json.loads(json.dumps(parent[key])))
    return changed


def _inner(value: Any) -> Any:
    """All lists and objects that have something in them."""
    if isinstance(value, dict | list) and value:
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _inner(each)
