"""What cutting needs to know of coded pictures, by their codec: H.264, HEVC, and VP9 and AV1.

Those of VP9 and AV1 are packets that each show one picture, in the order in which they are stored; whoever enters at
a keyframe needs nothing before it, and nothing that is kept refers to what comes later.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from . import h264, h265
from .bits import BitReader
from .slices import Rebasing, head_of, is_slice


class Sets(Protocol):
    """Parameter sets in force at a place of a stream."""

    @property
    def units(self) -> tuple[bytes, ...]: ...
    @property
    def forms(self) -> frozenset[tuple[object, ...]]: ...
    @property
    def numbers(self) -> frozenset[int]: ...
    @property
    def references(self) -> int:
        """How many pictures a decoder must hold; 0 where that is no matter, as the two below."""

    @property
    def profile(self) -> int: ...
    @property
    def is_interlaced(self) -> bool: ...
    def following(self, units: Iterable[bytes]) -> "Sets": ...


Restarted = Callable[[bytes, Sets, bool, int], bytes]
"""A unit of a picture behind a place that became a start: with its sets, whether it is that place itself, and how many
pictures that others refer to have come since, that one included."""


class Bitstream(Protocol):
    """One codec. Units are NAL units, or whole packets where the codec has none."""

    codec: str

    def in_front(self, extradata: bytes) -> tuple[Sets, int]:
        """Sets that a container holds, and bytes of the length of a unit. Raises ValueError, EOFError, IndexError."""

    def units_of(self, data: bytes, length_size: int) -> Iterator[bytes]:
        """Units of a packet. Raises ValueError."""

    def packed(self, units: Iterable[bytes]) -> bytes:
        """A packet as MP4 holds it."""

    def made_by_encoder(self, data: bytes) -> list[bytes]:
        """Units of an encoder, with sets of numbers of their own."""

    def is_picture(self, unit: bytes) -> bool: ...

    def is_start(self, unit: bytes) -> bool:
        """Whether a stream may begin with this picture as it is."""

    def is_entry(self, units: Sequence[bytes], sets: Sets) -> bool:
        """Whether all pictures shown from this one on can be decoded beginning with it."""

    def is_reference(self, unit: bytes, sets: Sets) -> bool:
        """Whether pictures that may be kept without this one refer to it."""

    def refusal(self, units: Sequence[bytes], sets: Sets) -> str:
        """Why a picture cannot be copied; empty where it can."""

    def is_left_out(self, unit: bytes) -> bool:
        """Whether a unit says nothing that the reel needs: delimiters, words of an encoder about itself."""

    def with_sets(self, units: Sequence[bytes], sets: Sets) -> list[bytes]:
        """The units of a picture that a player may enter at, behind the sets that it needs."""

    def restarted(self, entry: Sequence[bytes], sets: Sets, identity: int) -> Restarted:
        """How units change from a place on that becomes a start; two such in a row differ in their `identity`."""

    def free_number(self, used: Sequence[Sets]) -> int | None:
        """A number for the sets of encoded pictures."""

    def configuration(self, sets: Sequence[bytes]) -> bytes | None:
        """What a container holds in front; None for that of the source."""

    def coded(self, units: Iterable[bytes]) -> Iterator[bytes]:
        """The units of the picture itself."""


class H264:
    """ISO/IEC 14496-10."""

    codec = "h264"
    in_front = staticmethod(h264.sets_in_front)
    units_of = staticmethod(h264.units_of)
    packed = staticmethod(h264.with_lengths)
    is_picture = staticmethod(is_slice)

    def made_by_encoder(self, data: bytes) -> list[bytes]:
        return list(h264.units_of(data, 0))

    def is_start(self, unit: bytes) -> bool:
        return h264.kind_of(unit) == h264.IDR

    def is_entry(self, units: Sequence[bytes], sets: Sets) -> bool:
        assert isinstance(sets, h264.ParameterSets)
        if any(self.is_start(unit) for unit in units):
            return True
        entered = any(h264.kind_of(unit) == h264.SEI and h264.is_recovery_point(unit) for unit in units)
        return entered and all(head_of(unit, sets).kind == 2 for unit in units if is_slice(unit))

    def is_reference(self, unit: bytes, sets: Sets) -> bool:
        return h264.is_reference(unit)

    def refusal(self, units: Sequence[bytes], sets: Sets) -> str:
        assert isinstance(sets, h264.ParameterSets)
        return "fields" if any(head_of(unit, sets).is_field for unit in units if is_slice(unit)) else ""

    def is_left_out(self, unit: bytes) -> bool:
        kind = h264.kind_of(unit)
        return kind == h264.DELIMITER or (kind == h264.SEI and h264.is_private(unit))

    def with_sets(self, units: Sequence[bytes], sets: Sets) -> list[bytes]:
        return [*sets.units, *(unit for unit in units if h264.kind_of(unit) not in (h264.SPS, h264.PPS))]

    def restarted(self, entry: Sequence[bytes], sets: Sets, identity: int) -> Restarted:
        assert isinstance(sets, h264.ParameterSets)
        head = head_of(next(unit for unit in entry if is_slice(unit)), sets)
        moving = Rebasing(head.frame_number, head.order)

        def changed(unit: bytes, sets: Sets, is_place: bool, age: int) -> bytes:
            assert isinstance(sets, h264.ParameterSets)
            if not is_slice(unit):
                return unit
            return moving.started(unit, sets, identity) if is_place else moving.moved(unit, sets, age)

        return changed

    def free_number(self, used: Sequence[Sets]) -> int | None:
        taken = frozenset[int]().union(*(each.numbers for each in used))
        return next((number for number in range(h264.SEQUENCES) if number not in taken), None)

    def configuration(self, sets: Sequence[bytes]) -> bytes:
        return h264.configuration(sets)

    def coded(self, units: Iterable[bytes]) -> Iterator[bytes]:
        return (unit for unit in units if h264.kind_of(unit) not in (h264.SPS, h264.PPS, h264.SEI))


class H265:
    """ISO/IEC 23008-2."""

    codec = "hevc"
    in_front = staticmethod(h265.sets_in_front)
    units_of = staticmethod(h264.units_of)
    packed = staticmethod(h264.with_lengths)
    is_picture = staticmethod(h265.is_picture)
    is_start = staticmethod(h265.is_start)

    def made_by_encoder(self, data: bytes) -> list[bytes]:
        return [h265.renumbered(unit) for unit in h264.units_of(data, 0)]

    def is_entry(self, units: Sequence[bytes], sets: Sets) -> bool:
        return any(h265.is_entry(unit) for unit in units if h265.is_picture(unit))

    def is_reference(self, unit: bytes, sets: Sets) -> bool:
        assert isinstance(sets, h265.HevcSets)
        # Pictures of even types are not referred to by others of their temporal layer; where there are more, who knows.
        alone = all(each.layers == 1 for each in sets.sequences)
        return not h265.is_leading(unit) and (h265.is_entry(unit) or h265.kind_of(unit) % 2 == 1 or not alone)

    def refusal(self, units: Sequence[bytes], sets: Sets) -> str:
        return "layers" if any(h265.kind_of(unit) in h265.DOLBY for unit in units) else ""

    def is_left_out(self, unit: bytes) -> bool:
        kind = h265.kind_of(unit)
        return kind == h265.DELIMITER or (kind == h265.PREFIX_SEI and h264.is_private(unit[1:]))

    def with_sets(self, units: Sequence[bytes], sets: Sets) -> list[bytes]:
        kinds = (h265.VPS, h265.SPS, h265.PPS)
        return [*sets.units, *(unit for unit in units if h265.kind_of(unit) not in kinds)]

    def restarted(self, entry: Sequence[bytes], sets: Sets, identity: int) -> Restarted:
        return lambda unit, sets, is_place, age: h265.broken(unit) if is_place and h265.is_picture(unit) else unit

    def free_number(self, used: Sequence[Sets]) -> int | None:
        return None if any(h265.OWN_NUMBER in each.numbers for each in used) else h265.OWN_NUMBER

    def configuration(self, sets: Sequence[bytes]) -> bytes:
        return h265.configuration(sets)

    def coded(self, units: Iterable[bytes]) -> Iterator[bytes]:
        return (unit for unit in units if h265.is_picture(unit))


@dataclass(frozen=True)
class _InFront:
    """What a container says of packets that have no sets of their own, as it stands there."""

    units: tuple[bytes, ...]
    forms: frozenset[tuple[object, ...]] = frozenset()
    numbers: frozenset[int] = frozenset()
    references: int = 0
    profile: int = 0
    is_interlaced: bool = False

    def following(self, units: Iterable[bytes]) -> "_InFront":
        return self


class _Packets:
    """Codecs whose packets each show one picture, in the order in which they are stored."""

    codec: str

    def in_front(self, extradata: bytes) -> tuple[Sets, int]:
        return _InFront(()), 0

    def units_of(self, data: bytes, length_size: int) -> Iterator[bytes]:
        yield data

    def packed(self, units: Iterable[bytes]) -> bytes:
        return b"".join(units)

    def made_by_encoder(self, data: bytes) -> list[bytes]:
        return [data]

    def is_picture(self, unit: bytes) -> bool:
        return True

    def is_start(self, unit: bytes) -> bool:
        raise NotImplementedError

    def is_entry(self, units: Sequence[bytes], sets: Sets) -> bool:
        return self.is_start(units[0])

    def is_reference(self, unit: bytes, sets: Sets) -> bool:
        return True

    def refusal(self, units: Sequence[bytes], sets: Sets) -> str:
        return ""

    def is_left_out(self, unit: bytes) -> bool:
        return False

    def with_sets(self, units: Sequence[bytes], sets: Sets) -> list[bytes]:
        return list(units)

    def restarted(self, entry: Sequence[bytes], sets: Sets, identity: int) -> Restarted:
        return lambda unit, sets, is_place, age: unit

    def free_number(self, used: Sequence[Sets]) -> int:
        return 0

    def configuration(self, sets: Sequence[bytes]) -> bytes | None:
        return None

    def coded(self, units: Iterable[bytes]) -> Iterator[bytes]:
        return iter(units)


class Vp9(_Packets):
    """VP9 Bitstream & Decoding Process Specification 0.7, 6.2."""

    codec = "vp9"

    def is_start(self, unit: bytes) -> bool:
        read = BitReader(unit[:2])
        read.bits(2)
        if read.flag() + 2 * read.flag() == 3:
            read.bits(1)
        return not read.flag() and not read.flag()


_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6


class Av1(_Packets):
    """AV1 Bitstream & Decoding Process Specification, 5.3 to 5.9."""

    codec = "av1"

    def in_front(self, extradata: bytes) -> tuple[Sets, int]:
        # Behind four bytes about them (AV1 in ISOBMFF, 2.3.3) stand the units that belong before the first picture.
        return _InFront((extradata[4:],) if extradata[:1] == b"\x81" else ()), 0

    def is_start(self, unit: bytes) -> bool:
        for kind, body in _units_of_av1(unit):
            if kind in (_FRAME_HEADER, _FRAME):
                # A new picture, of the kind that nothing precedes, and shown.
                return bool(body) and body[0] >> 4 == 0b0001
        return False

    def with_sets(self, units: Sequence[bytes], sets: Sets) -> list[bytes]:
        told = any(kind == _SEQUENCE for unit in units for kind, _ in _units_of_av1(unit))
        return list(units) if told else [*sets.units, *units]

    def coded(self, units: Iterable[bytes]) -> Iterator[bytes]:
        return (body for unit in units for kind, body in _units_of_av1(unit) if kind > _SEQUENCE + 1)


def _units_of_av1(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and payloads (5.3.1); one without a size ends with the packet."""
    at = 0
    while at < len(data):
        head = data[at]
        at += 2 if head & 4 else 1
        size = len(data) - at
        if head & 2:
            size = shift = 0
            while at < len(data):
                byte = data[at]
                at, size, shift = at + 1, size | (byte & 127) << shift, shift + 7
                if not byte & 128:
                    break
        yield head >> 3 & 15, data[at : at + size]
        at += size


BITSTREAMS: Mapping[str, Bitstream] = {each.codec: each for each in (H264(), H265(), Vp9(), Av1())}
