"""Units and parameter sets of HEVC (ISO/IEC 23008-2, 7.3) as far as cutting needs them.

A CRA picture, from which a stream may be entered although pictures shown before it refer to what lies further back,
becomes a BLA picture by another type of unit (8.3.1): all that follows it counts from there. Numbers of parameter
sets are changed by whole bytes: a number whose code is eight bits longer moves all that stands behind it by one byte,
so that nothing of it has to be read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from .bits import BitReader, escaped, unescaped
from .h264 import behind_start_codes

VPS, SPS, PPS, DELIMITER, PREFIX_SEI = 32, 33, 34, 35, 39
_FIRST_LEADING, _LAST_LEADING = 6, 9
_FIRST_ENTRY, _LAST_ENTRY = 16, 23
_IDR = (19, 20)
_BLA = (16, 17, 18)
_BLA_ALONE, _CRA = 18, 21
_FIRST_OTHER = 32
DOLBY = (62, 63)
"""Dolby Vision's own layers."""
OWN_NUMBER = 15
"""Of all sets of encoded pictures: the only number of a sequence set whose code is eight bits longer than that of 0."""


def kind_of(unit: bytes) -> int:
    """The type of a NAL unit."""
    return unit[0] >> 1 & 63


def is_picture(unit: bytes) -> bool:
    return kind_of(unit) < _FIRST_OTHER


def is_start(unit: bytes) -> bool:
    """Whether a stream may begin with this picture as it is."""
    return kind_of(unit) in (*_IDR, *_BLA)


def is_entry(unit: bytes) -> bool:
    """Whether decoding may begin here: IDR, BLA and CRA pictures."""
    return _FIRST_ENTRY <= kind_of(unit) <= _LAST_ENTRY


def is_leading(unit: bytes) -> bool:
    """Whether this picture is shown before the one at which its group is entered; no other refers to it."""
    return _FIRST_LEADING <= kind_of(unit) <= _LAST_LEADING


def broken(unit: bytes) -> bytes:
    """The slice of a CRA picture as one of a BLA picture that no leading pictures follow."""
    if kind_of(unit) != _CRA:
        raise ValueError("only CRA pictures are made a start")
    return bytes([unit[0] & 0x81 | _BLA_ALONE << 1]) + unit[1:]


@dataclass(frozen=True)
class HevcSequenceSet:
    """A sequence parameter set: what it says of the pictures, and the unit itself."""

    unit: bytes
    number: int
    layers: int
    chroma: int
    depths: tuple[int, int]
    size: tuple[int, int]

    @classmethod
    def parse(cls, unit: bytes) -> Self:
        """Raises EOFError for one that ends too early."""
        read = BitReader(unescaped(unit))
        read.bits(20)
        layers = 1 + read.bits(3)
        read.bits(1 + 96)
        _pass_layers(read, layers - 1)
        number, chroma = read.unsigned(), read.unsigned()
        if chroma == 3:
            read.flag()
        size = read.unsigned(), read.unsigned()
        if read.flag():
            for _ in range(4):
                read.unsigned()
        depths = 8 + read.unsigned(), 8 + read.unsigned()
        return cls(unit, number, layers, chroma, depths, size)


def _pass_layers(read: BitReader, others: int) -> None:
    """What is said of the profiles and levels of the lower temporal layers (7.3.3)."""
    told = [(read.flag(), read.flag()) for _ in range(others)]
    if others:
        read.bits(2 * (8 - others))
    for has_profile, has_level in told:
        read.bits(88 * has_profile + 8 * has_level)


@dataclass(frozen=True)
class HevcSets:
    """The sets in force at a place of a stream, by type and number."""

    by_number: dict[tuple[int, int], bytes]
    references: int = 0
    profile: int = 0
    is_interlaced: bool = False

    def following(self, units: Iterable[bytes]) -> "HevcSets":
        """The sets in force behind these units; the same object where they bring none. Raises EOFError."""
        found = {(kind_of(unit), _number_of(unit)): unit for unit in units if kind_of(unit) in (VPS, SPS, PPS)}
        return self if found.items() <= self.by_number.items() else HevcSets({**self.by_number, **found})

    @property
    def units(self) -> tuple[bytes, ...]:
        return tuple(unit for _, unit in sorted(self.by_number.items()))

    @cached_property
    def sequences(self) -> tuple[HevcSequenceSet, ...]:
        return tuple(HevcSequenceSet.parse(unit) for unit in self.units if kind_of(unit) == SPS)

    @property
    def forms(self) -> frozenset[tuple[object, ...]]:
        """What all pictures of a stream must have in common: size, chroma, depth."""
        return frozenset((each.size, each.chroma, each.depths) for each in self.sequences)

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(number for _, number in self.by_number)


def _number_of(unit: bytes) -> int:
    if kind_of(unit) == SPS:
        return HevcSequenceSet.parse(unit).number
    payload = unescaped(unit[:16])
    return payload[2] >> 4 if kind_of(unit) == VPS else BitReader(payload[2:]).unsigned()


def sets_in_front(extradata: bytes) -> tuple[HevcSets, int]:
    """The sets that a container holds, and in how many bytes its packets tell the length of a unit (0: start codes).

    Raises ValueError or EOFError where they cannot be read.
    """
    empty = HevcSets({})
    if extradata[:1] != b"\1":
        return empty.following(behind_start_codes(extradata)), 0
    units, at = [], 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            units.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
    return empty.following(units), 1 + (extradata[21] & 3)


def configuration(sets: Iterable[bytes]) -> bytes:
    """The decoder configuration record of these units (ISO/IEC 14496-15, 8.3.3), lengths in four bytes.

    Of several with one number the first stands there. Profile and level are those of the highest level.
    """
    first = {(kind_of(unit), _number_of(unit)): unit for unit in reversed(list(sets))}
    read = [HevcSequenceSet.parse(unit) for (kind, _), unit in first.items() if kind == SPS]
    highest = max(read, key=lambda each: unescaped(each.unit)[14])
    profile = unescaped(highest.unit)[3:15]
    head = b"\1" + profile + bytes([0xF0, 0, 0xFC, 0xFC | highest.chroma])
    head += bytes([0xF8 | (highest.depths[0] - 8), 0xF8 | (highest.depths[1] - 8), 0, 0, highest.layers << 3 | 3])
    arrays = list(_arrays(first))
    return head + bytes([len(arrays)]) + b"".join(arrays)


def _arrays(first: dict[tuple[int, int], bytes]) -> Iterator[bytes]:
    for kind in (VPS, SPS, PPS):
        units = [unit for (other, _), unit in sorted(first.items()) if other == kind]
        body = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
        yield bytes([0x80 | kind]) + len(units).to_bytes(2, "big") + body


def renumbered(unit: bytes) -> bytes:
    """A unit of an encoder that calls all its sets 0, with `OWN_NUMBER` in its place. Raises ValueError."""
    kind = kind_of(unit)
    if not (is_picture(unit) or kind in (VPS, SPS, PPS)):
        return unit
    payload = unescaped(unit)
    if kind in (VPS, SPS):
        payload = payload[:2] + bytes([OWN_NUMBER << 4 | payload[2] & 15]) + payload[3:]
    if kind == SPS:
        payload = _longer(payload, 120)
    elif kind == PPS:
        # The number of the picture set, then that of the sequence set, which stands nine bits further on by then.
        payload = _longer(_longer(payload, 16), 16 + 9)
    elif kind != VPS:
        payload = _longer(payload, 18 if is_entry(unit) else 17)
    return escaped(payload)


def _longer(payload: bytes, at: int) -> bytes:
    """The payload with the code of `OWN_NUMBER` in place of that of 0, which is the bit at `at`."""
    byte, place = divmod(at, 8)
    old = payload[byte]
    if not old >> (7 - place) & 1:
        raise ValueError("the sets of this encoder have other numbers")
    code = OWN_NUMBER + 1
    before, behind = old >> (8 - place), old & ((1 << (7 - place)) - 1)
    made = (before << 9 | code) << (7 - place) | behind
    return payload[:byte] + made.to_bytes(2, "big") + payload[byte + 1 :]
