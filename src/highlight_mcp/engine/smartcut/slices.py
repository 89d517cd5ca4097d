"""Heads of slices (ISO/IEC 14496-10, 7.3.3): what a picture is, and the same picture as one to start from.

A picture from which a stream may be entered, but which is no IDR picture (open groups of pictures), becomes one: its
frame number and order count begin at zero, and those of the pictures after it move along. The coded macroblocks stay
as they are.
"""

from dataclasses import dataclass

from .bits import BitField, BitReader, escaped, unescaped
from .h264 import IDR, SLICE, ParameterSets, PictureSet, SequenceSet, is_reference, kind_of

_P, _B, _I = 0, 1, 2


@dataclass(frozen=True)
class SliceHead:
    """Of one slice: its type (0 P, 1 B, 2 I), numbers, and where they lie in the payload."""

    kind: int
    sets: tuple[SequenceSet, PictureSet]
    frame_number: int
    order: int
    is_field: bool
    number_field: BitField
    order_field: BitField | None
    identity_at: int
    marking: BitField | None
    ends_at: int


def head_of(unit: bytes, sets: ParameterSets, whole: bool = False) -> SliceHead:
    """The head of a slice; `whole`: up to its end, else as far as its order count.

    Raises EOFError, KeyError (a set that is missing) or ValueError (a form that is not handled).
    """
    # A head lies in the first bytes; what follows may be large.
    read = BitReader(unescaped(unit if whole else unit[:_FRONT]))
    read.bits(8)
    read.unsigned()
    kind, picture_set = read.unsigned() % 5, read.unsigned()
    sequence, painted = sets.of_picture(picture_set)
    if sequence.planes_apart:
        read.bits(2)
    number_field = BitField(read.at, sequence.frame_number_bits)
    frame_number = read.bits(sequence.frame_number_bits)
    is_field = not sequence.frames_only and read.flag()
    if is_field:
        read.flag()
    identity_at = read.at
    if kind_of(unit) == IDR:
        read.unsigned()
    order, order_field = 0, None
    if sequence.order_kind == 0:
        order_field = BitField(read.at, sequence.order_bits)
        order = read.bits(sequence.order_bits)
    head = SliceHead(
        kind, (sequence, painted), frame_number, order, is_field, number_field, order_field, identity_at, None, read.at
    )
    return _to_its_end(head, read, unit) if whole else head


def _to_its_end(head: SliceHead, read: BitReader, unit: bytes) -> SliceHead:
    """The head of an I slice up to its end."""
    sequence, painted = head.sets
    if head.kind != _I or painted.has_groups or head.is_field:
        raise ValueError("only whole pictures of I slices can be made a start")
    if sequence.order_kind == 0 and painted.has_bottom_order:
        read.signed()
    if sequence.order_kind == 1 and not sequence.order_is_zero:
        read.signed()
        if painted.has_bottom_order:
            read.signed()
    if painted.has_redundant:
        read.unsigned()
    began = read.at
    if not is_reference(unit):
        raise ValueError("a picture that no other refers to starts nothing")
    if kind_of(unit) == IDR:
        read.bits(2)
    elif read.flag():
        while command := read.unsigned():
            for _ in range({1: 1, 2: 1, 3: 2, 4: 1, 6: 1}.get(command, 0)):
                read.unsigned()
    marking = BitField(began, read.at - began)
    read.signed()
    if painted.has_deblocking and read.unsigned() != 1:
        read.signed(), read.signed()
    return SliceHead(
        head.kind, head.sets, head.frame_number, head.order, head.is_field, head.number_field, head.order_field,
        head.identity_at, marking, read.at,
    )  # fmt: skip


@dataclass(frozen=True)
class Rebasing:
    """How the numbers of pictures move that follow one which was made an IDR picture."""

    frame_number: int
    order: int

    def moved(self, unit: bytes, sets: ParameterSets) -> bytes:
        """A slice that is no IDR slice, with its numbers counted from that picture."""
        head = head_of(unit, sets)
        payload = unescaped(unit)
        number = (head.frame_number - self.frame_number) % (1 << head.number_field.width)
        payload = _front_written(payload, head.number_field, number)
        if head.order_field is not None:
            order = (head.order - self.order) % (1 << head.order_field.width)
            payload = _front_written(payload, head.order_field, order)
        return escaped(payload)

    def started(self, unit: bytes, sets: ParameterSets, identity: int) -> bytes:
        """The slice of that picture itself as one of an IDR picture."""
        head = head_of(unit, sets, whole=True)
        assert head.marking is not None
        payload = unescaped(unit)
        bits = _Bits(payload)
        made = bits.between(0, head.number_field.at) + "0" * head.number_field.width
        made += bits.between(head.number_field.at + head.number_field.width, head.identity_at) + _golomb(identity)
        behind = head.identity_at
        if head.order_field is not None:
            made, behind = made + "0" * head.order_field.width, head.order_field.at + head.order_field.width
        made += bits.between(behind, head.marking.at) + "00"
        made += bits.between(head.marking.at + head.marking.width, head.ends_at)
        return bytes([unit[0] & 0xE0 | IDR]) + escaped(_joined(made, bits, head)[1:])


_FRONT = 64
"""Bytes in which the head of any slice lies, as far as its order count."""


def _front_written(payload: bytes, field: BitField, value: int) -> bytes:
    return field.written(payload[:_FRONT], value) + payload[_FRONT:]


class _Bits:
    def __init__(self, payload: bytes) -> None:
        self.length = 8 * len(payload)
        self._value = int.from_bytes(payload, "big")

    def between(self, first: int, last: int) -> str:
        count = last - first
        return format(self._value >> (self.length - last) & ((1 << count) - 1), f"0{count}b") if count else ""

    def number(self, first: int) -> int:
        """All bits from `first` on as a number."""
        return self._value & ((1 << (self.length - first)) - 1)


def _joined(head: str, bits: _Bits, old: SliceHead) -> bytes:
    """A new head in front of the macroblocks, which begin at a byte with CABAC and anywhere without."""
    _, painted = old.sets
    behind = old.ends_at
    if painted.is_cabac:
        behind += -behind % 8
        head += "1" * (-len(head) % 8)
    rest = bits.length - behind
    value = (int(head, 2) << rest) | bits.number(behind)
    total = len(head) + rest
    return (value << (-total % 8)).to_bytes((total + 7) // 8, "big")


def _golomb(value: int) -> str:
    code = format(value + 1, "b")
    return "0" * (len(code) - 1) + code


def is_slice(unit: bytes) -> bool:
    return kind_of(unit) in (SLICE, IDR)
