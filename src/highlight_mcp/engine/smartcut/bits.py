"""Bits of an H.264 NAL unit: fixed widths and Exp-Golomb codes (ISO/IEC 14496-10, 7.2 and 9.1)."""

import re
from dataclasses import dataclass


class BitReader:
    """Reads from the front of a payload without emulation prevention. Raises EOFError past its end."""

    def __init__(self, payload: bytes) -> None:
        self._value = int.from_bytes(payload, "big")
        self._length = 8 * len(payload)
        self.at = 0

    def bits(self, count: int) -> int:
        """The next `count` bits as a number, u(n)."""
        if self.at + count > self._length:
            raise EOFError
        self.at += count
        return self._value >> (self._length - self.at) & ((1 << count) - 1)

    def flag(self) -> bool:
        return bool(self.bits(1))

    def unsigned(self) -> int:
        """An Exp-Golomb code, ue(v)."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 32:
                raise EOFError
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """A signed Exp-Golomb code, se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


@dataclass(frozen=True)
class BitField:
    """Where a field of a fixed width lies: `at` bits from the front of the payload."""

    at: int
    width: int

    def written(self, payload: bytes, value: int) -> bytes:
        """The payload with another value in this field."""
        shift = 8 * len(payload) - self.at - self.width
        mask = ((1 << self.width) - 1) << shift
        return ((int.from_bytes(payload, "big") & ~mask) | (value << shift)).to_bytes(len(payload), "big")


_NEEDS_MARK = re.compile(rb"\0\0(?=[\0-\3])")


def unescaped(unit: bytes) -> bytes:
    """The payload without the bytes that keep start codes from appearing in it (7.4.1)."""
    return unit.replace(b"\0\0\3", b"\0\0")


def escaped(payload: bytes) -> bytes:
    """The payload with those bytes (7.4.1); it ends with a stop bit, so never with a byte of zeros."""
    return _NEEDS_MARK.sub(b"\0\0\3", payload)
