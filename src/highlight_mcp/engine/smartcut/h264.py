"""Units and parameter sets of H.264 (ISO/IEC 14496-10, 7.3) as far as cutting needs them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from .bits import BitReader, unescaped

SLICE, PARTITION, IDR, SEI, SPS, PPS, DELIMITER = 1, 2, 5, 6, 7, 8, 9
SEQUENCES = 32
"""Numbers of sequence parameter sets (7.4.2.1.1)."""
_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles whose sets of the sequence tell chroma and depth."""
_RECOVERY_POINT, _UNREGISTERED = 6, 5
_START = b"\0\0\1"


def kind_of(unit: bytes) -> int:
    """The type of a NAL unit."""
    return unit[0] & 31 if unit else 0


def is_reference(unit: bytes) -> bool:
    """Whether other pictures may refer to this one (`nal_ref_idc`)."""
    return bool(unit[0] >> 5 & 3)


def units_of(data: bytes, length_size: int) -> Iterator[bytes]:
    """NAL units of a packet: each behind its length in so many bytes, or behind start codes where that is 0.

    Raises ValueError where a length leads past the end.
    """
    if length_size == 0:
        yield from behind_start_codes(data)
        return
    at = 0
    while at + length_size <= len(data):
        length = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if at + length > len(data):
            raise ValueError("a NAL unit is longer than its packet")
        if length:
            yield data[at : at + length]
        at += length


def behind_start_codes(data: bytes) -> Iterator[bytes]:
    start = data.find(_START)
    while start >= 0:
        after = data.find(_START, start + 3)
        unit = data[start + 3 : after if after >= 0 else len(data)].rstrip(b"\0")
        if unit:
            yield unit
        start = after


def with_lengths(units: Iterable[bytes]) -> bytes:
    """A packet as MP4 holds it: each unit behind its length in four bytes."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


@dataclass(frozen=True)
class SequenceSet:
    """A sequence parameter set: what it says of the pictures, and the unit itself."""

    unit: bytes
    number: int
    profile: int
    level: int
    chroma: int
    planes_apart: bool
    depth: int
    frame_number_bits: int
    order_kind: int
    order_bits: int
    order_is_zero: bool
    references: int
    frames_only: bool
    size: tuple[int, int]

    @classmethod
    def parse(cls, unit: bytes) -> Self:
        """Raises EOFError for one that ends too early."""
        read = BitReader(unescaped(unit))
        read.bits(8)
        profile, _, level, number = read.bits(8), read.bits(8), read.bits(8), read.unsigned()
        chroma, planes_apart, depth = 1, False, 8
        if profile in _HIGH:
            chroma = read.unsigned()
            planes_apart = read.flag() if chroma == 3 else False
            depth = 8 + max(read.unsigned(), read.unsigned())
            read.flag()
            if read.flag():
                _pass_scaling(read, 8 if chroma != 3 else 12)
        frame_number_bits = 4 + read.unsigned()
        order_kind, order_bits, order_is_zero = read.unsigned(), 0, False
        if order_kind == 0:
            order_bits = 4 + read.unsigned()
        elif order_kind == 1:
            order_is_zero = read.flag()
            read.signed(), read.signed()
            for _ in range(read.unsigned()):
                read.signed()
        references = read.unsigned()
        read.flag()
        width, height, frames_only = 1 + read.unsigned(), 1 + read.unsigned(), read.flag()
        return cls(
            unit, number, profile, level, chroma, planes_apart, depth, frame_number_bits, order_kind, order_bits,
            order_is_zero, references, frames_only, (16 * width, 16 * height * (1 if frames_only else 2)),
        )  # fmt: skip


def _pass_scaling(read: BitReader, lists: int) -> None:
    for place in range(lists):
        if not read.flag():
            continue
        last = following = 8
        for _ in range(16 if place < 6 else 64):
            if following:
                following = (last + read.signed()) % 256
            last = following or last


@dataclass(frozen=True)
class PictureSet:
    """A picture parameter set, and the unit itself."""

    unit: bytes
    number: int
    sequence: int
    is_cabac: bool
    has_bottom_order: bool
    has_groups: bool
    references: tuple[int, int]
    weighs_p: bool
    weighs_b: int
    has_deblocking: bool
    has_redundant: bool

    @classmethod
    def parse(cls, unit: bytes) -> Self:
        """Raises EOFError for one that ends too early."""
        read = BitReader(unescaped(unit))
        read.bits(8)
        number, sequence, is_cabac, bottom = read.unsigned(), read.unsigned(), read.flag(), read.flag()
        if read.unsigned():
            return cls(unit, number, sequence, is_cabac, bottom, True, (1, 1), False, 0, False, False)
        references = 1 + read.unsigned(), 1 + read.unsigned()
        weighs_p, weighs_b = read.flag(), read.bits(2)
        read.signed(), read.signed(), read.signed()
        deblocking, _, redundant = read.flag(), read.flag(), read.flag()
        return cls(
            unit, number, sequence, is_cabac, bottom, False, references, weighs_p, weighs_b, deblocking, redundant
        )


@dataclass(frozen=True)
class ParameterSets:
    """The sets in force at a place of a stream, by their numbers."""

    sequences: dict[int, SequenceSet]
    pictures: dict[int, PictureSet]

    def following(self, units: Iterable[bytes]) -> "ParameterSets":
        """The sets in force behind these units; the same object where they bring none. Raises EOFError."""
        sequences, pictures = dict(self.sequences), dict(self.pictures)
        for unit in units:
            if kind_of(unit) == SPS:
                made = SequenceSet.parse(unit)
                sequences[made.number] = made
            elif kind_of(unit) == PPS:
                painted = PictureSet.parse(unit)
                pictures[painted.number] = painted
        same = sequences == self.sequences and pictures == self.pictures
        return self if same else ParameterSets(sequences, pictures)

    @property
    def units(self) -> tuple[bytes, ...]:
        return (*(each.unit for each in self.sequences.values()), *(each.unit for each in self.pictures.values()))

    @property
    def forms(self) -> frozenset[tuple[object, ...]]:
        """What all pictures of a stream must have in common: size, chroma, depth, whether they are whole frames."""
        return frozenset((each.size, each.chroma, each.depth, each.frames_only) for each in self.sequences.values())

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset({*self.sequences, *self.pictures})

    @property
    def references(self) -> int:
        """How many pictures a decoder must hold."""
        return max((each.references for each in self.sequences.values()), default=0)

    @property
    def profile(self) -> int:
        return max((each.profile for each in self.sequences.values()), default=0)

    @property
    def is_interlaced(self) -> bool:
        return any(not each.frames_only for each in self.sequences.values())

    def of_picture(self, picture_set: int) -> tuple[SequenceSet, PictureSet]:
        """Both sets of a picture. Raises KeyError where the stream has not brought them."""
        painted = self.pictures[picture_set]
        return self.sequences[painted.sequence], painted


def sets_in_front(extradata: bytes) -> tuple[ParameterSets, int]:
    """The sets that a container holds, and in how many bytes its packets tell the length of a unit (0: start codes).

    Raises ValueError or EOFError where they cannot be read.
    """
    empty = ParameterSets({}, {})
    if extradata[:1] != b"\1":
        return empty.following(behind_start_codes(extradata)), 0
    units, at = [], 6
    for count in (extradata[5] & 31, None):
        number = extradata[at] if count is None else count
        at += count is None
        for _ in range(number):
            length = int.from_bytes(extradata[at : at + 2], "big")
            units.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
    return empty.following(units), 1 + (extradata[4] & 3)


def configuration(sets: Iterable[bytes]) -> bytes:
    """The decoder configuration record of these units (ISO/IEC 14496-15, 5.3.3), lengths in four bytes.

    Of several with one number the first stands there. Profile and level are the highest of all.
    """
    units = list(dict.fromkeys(sets))
    read = [SequenceSet.parse(unit) for unit in units if kind_of(unit) == SPS]
    painted = [PictureSet.parse(unit) for unit in units if kind_of(unit) == PPS]
    sequences = [each.unit for each in {each.number: each for each in reversed(read)}.values()]
    pictures = [each.unit for each in {each.number: each for each in reversed(painted)}.values()]
    highest = max(read, key=lambda each: each.profile)
    constraints = highest.unit[2]
    head = bytes([1, highest.profile, constraints, max(each.level for each in read), 0xFF, 0xE0 | len(sequences)])
    body = b"".join(len(unit).to_bytes(2, "big") + unit for unit in sequences)
    body += bytes([len(pictures)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pictures)
    if highest.profile in _HIGH:
        body += bytes([0xFC | highest.chroma, 0xF8 | (highest.depth - 8), 0xF8 | (highest.depth - 8), 0])
    return head + body


def is_recovery_point(unit: bytes) -> bool:
    """Whether supplemental information says that all pictures shown from here on are right at once (D.2.8)."""
    for kind, body in _messages(unit):
        if kind == _RECOVERY_POINT:
            try:
                return BitReader(body).unsigned() == 0
            except EOFError:
                return False
    return False


def is_private(unit: bytes) -> bool:
    """Whether supplemental information is nothing but words of an encoder about itself."""
    kinds = [kind for kind, _ in _messages(unit)]
    return bool(kinds) and all(kind == _UNREGISTERED for kind in kinds)


def _messages(unit: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and payloads of supplemental information (7.3.2.3.1)."""
    data, at = unescaped(unit), 1
    while at + 2 <= len(data) and data[at:] != b"\x80":
        values = []
        for _ in range(2):
            value = 0
            while at < len(data) and data[at] == 255:
                value, at = value + 255, at + 1
            values.append(value + (data[at] if at < len(data) else 0))
            at += 1
        yield values[0], data[at : at + values[1]]
        at += values[1]
