"""Heads of slices (ISO/IEC 14496-10, 7.3.3): what a picture is, and the same picture as one to start from.

A picture from which a stream may be entered, but which is no IDR picture (open groups of pictures), becomes one: its
frame number and order count begin at zero, and those of the pictures after it move along. The coded macroblocks stay
as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .bits import BitField, BitReader, escaped, unescaped
from .h264 import IDR, SLICE, ParameterSets, PictureSet, SequenceSet, is_reference, kind_of

_P, _B, _I = 0, 1, 2
_NO_MORE_CHANGES = 3
_ARGUMENTS = {1: 1, 2: 1, 3: 2, 4: 1, 6: 1}
_BY_DISTANCE = (1, 3)
"""Commands that name a picture by how many frame numbers it lies back."""


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
    ends_at: int
    marking: BitField | None = None
    commands: tuple[tuple[int, ...], ...] = ()


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
        kind, (sequence, painted), frame_number, order, is_field, number_field, order_field, identity_at, read.at
    )
    return _to_its_end(head, read, unit) if whole else head


def _to_its_end(head: SliceHead, read: BitReader, unit: bytes) -> SliceHead:
    """The head of a slice up to its end. Raises ValueError for the rare forms that nobody makes any more."""
    sequence, painted = head.sets
    if head.kind > _I or painted.has_groups or head.is_field:
        raise ValueError("only whole pictures of I, P and B slices are rewritten")
    if sequence.order_kind == 0 and painted.has_bottom_order:
        read.signed()
    if sequence.order_kind == 1 and not sequence.order_is_zero:
        read.signed()
        if painted.has_bottom_order:
            read.signed()
    if painted.has_redundant:
        read.unsigned()
    if head.kind != _I:
        _pass_references(head, read)
    began, commands = read.at, _marking(read, unit)
    marking = BitField(began, read.at - began)
    if painted.is_cabac and head.kind != _I:
        read.unsigned()
    read.signed()
    if painted.has_deblocking and read.unsigned() != 1:
        read.signed(), read.signed()
    return replace(head, marking=marking, commands=commands, ends_at=read.at)


def _pass_references(head: SliceHead, read: BitReader) -> None:
    """What a P or B slice says of the pictures that it refers to (7.3.3.1, 7.3.3.2)."""
    sequence, painted = head.sets
    counts = list(painted.references)
    if head.kind == _B:
        read.flag()
    if read.flag():
        counts[0] = 1 + read.unsigned()
        if head.kind == _B:
            counts[1] = 1 + read.unsigned()
    lists = 2 if head.kind == _B else 1
    for _ in range(lists):
        if read.flag():
            while read.unsigned() != _NO_MORE_CHANGES:
                read.unsigned()
    if (head.kind == _P and painted.weighs_p) or (head.kind == _B and painted.weighs_b == 1):
        _pass_weights(read, counts[:lists], sequence.chroma != 0)


def _pass_weights(read: BitReader, counts: Sequence[int], has_chroma: bool) -> None:
    read.unsigned()
    if has_chroma:
        read.unsigned()
    for count in counts:
        for _ in range(count):
            if read.flag():
                read.signed(), read.signed()
            if has_chroma and read.flag():
                for _ in range(4):
                    read.signed()


def _marking(read: BitReader, unit: bytes) -> tuple[tuple[int, ...], ...]:
    """The commands by which a picture drops others from those that may be referred to (7.3.3.3)."""
    if not is_reference(unit):
        return ()
    if kind_of(unit) == IDR:
        read.bits(2)
        return ()
    commands = []
    if read.flag():
        while command := read.unsigned():
            commands.append((command, *(read.unsigned() for _ in range(_ARGUMENTS.get(command, 0)))))
    return tuple(commands)


@dataclass(frozen=True)
class Rebasing:
    """How the numbers of pictures move that follow one which was made an IDR picture."""

    frame_number: int
    order: int

    def moved(self, unit: bytes, sets: ParameterSets, age: int) -> bytes:
        """A slice that is no IDR slice, with its numbers counted from that picture.

        `age` counts the pictures since then, that one included, which others refer to: what lies further back is not
        there any more and need not be dropped.
        """
        head = head_of(unit, sets, whole=is_reference(unit))
        number = (head.frame_number - self.frame_number) % (1 << head.number_field.width)
        order = (head.order - self.order) % (1 << head.order_field.width) if head.order_field is not None else 0
        kept = tuple(each for each in head.commands if each[0] not in _BY_DISTANCE or each[1] < age)
        payload = unescaped(unit)
        if kept == head.commands:
            payload = _front_written(payload, head.number_field, number)
            if head.order_field is not None:
                payload = _front_written(payload, head.order_field, order)
            return escaped(payload)
        assert head.marking is not None
        bits = _Bits(payload)
        made = _numbered(bits, head, number, "", order) + bits.between(_behind(head), head.marking.at)
        made += _commanded(kept) + bits.between(head.marking.at + head.marking.width, head.ends_at)
        return unit[:1] + escaped(_joined(made, bits, head)[1:])

    def started(self, unit: bytes, sets: ParameterSets, identity: int) -> bytes:
        """The slice of that picture itself as one of an IDR picture."""
        head = head_of(unit, sets, whole=True)
        if head.kind != _I or head.marking is None or not is_reference(unit):
            raise ValueError("only pictures of I slices can be made a start")
        bits = _Bits(unescaped(unit))
        made = _numbered(bits, head, 0, _golomb(identity), 0) + bits.between(_behind(head), head.marking.at)
        made += "00" + bits.between(head.marking.at + head.marking.width, head.ends_at)
        return bytes([unit[0] & 0xE0 | IDR]) + escaped(_joined(made, bits, head)[1:])


def _numbered(bits: "_Bits", head: SliceHead, number: int, identity: str, order: int) -> str:
    """The front of a head with other numbers, as far as its order count."""
    field = head.number_field
    made = bits.between(0, field.at) + format(number, f"0{field.width}b")
    made += bits.between(field.at + field.width, head.identity_at) + identity
    return made + (format(order, f"0{head.order_field.width}b") if head.order_field is not None else "")


def _behind(head: SliceHead) -> int:
    """Where the numbers of a head that is no IDR slice's end."""
    return head.identity_at if head.order_field is None else head.order_field.at + head.order_field.width


def _commanded(commands: Sequence[tuple[int, ...]]) -> str:
    if not commands:
        return "0"
    return "1" + "".join(_golomb(value) for command in commands for value in command) + _golomb(0)


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
    # Behind the stop bit there may be a whole byte of zeros now, which a reader would take for data.
    return (value << (-total % 8)).to_bytes((total + 7) // 8, "big").rstrip(b"\0")


def _golomb(value: int) -> str:
    code = format(value + 1, "b")
    return "0" * (len(code) - 1) + code


def is_slice(unit: bytes) -> bool:
    return kind_of(unit) in (SLICE, IDR)
