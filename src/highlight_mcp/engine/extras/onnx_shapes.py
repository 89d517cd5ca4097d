"""An ONNX model that was exported for one size of picture, as one that takes any.

Only the shapes that the graph declares for its inputs and outputs are left open; what is computed stays. The file is
a protocol buffer (onnx.proto: ModelProto.graph is 7; GraphProto.initializer 5, input 11, output 12, value_info 13;
ValueInfoProto.name 1, type 2; TypeProto.tensor_type 1; its shape 2; TensorShapeProto.dim 1; TensorProto.name 8).
"""

from collections.abc import Callable, Iterator

from ...messages.reasons import WrongValue

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_GRAPH, _INITIALIZER, _SHAPED, _COMPUTED = 7, 5, (11, 12), 13
_NAME, _TYPE, _TENSOR, _SHAPE, _DIM, _TENSOR_NAME = 1, 2, 1, 2, 1, 8


def with_open_shapes(model: bytes) -> bytes:
    """The model without the sizes of its inputs and outputs. Raises WrongValue where it is no such file."""
    try:
        return _changed(model, {_GRAPH: _open_graph})
    except (IndexError, ValueError):
        raise WrongValue("engine.model_unreadable") from None


def _open_graph(graph: bytes) -> bytes:
    weights = {_named(value, _TENSOR_NAME) for number, value in _fields(graph) if number == _INITIALIZER}

    def opened(info: bytes) -> bytes:
        if _named(info, _NAME) in weights:
            return info
        return _changed(info, {_TYPE: lambda kind: _changed(kind, {_TENSOR: _without_sizes})})

    return _changed(graph, dict.fromkeys(_SHAPED, opened) | {_COMPUTED: lambda _: None})


def _without_sizes(tensor: bytes) -> bytes:
    return _changed(tensor, {_SHAPE: lambda shape: _changed(shape, {_DIM: lambda _: b""})})


def _named(message: bytes, field: int) -> bytes:
    return next((bytes(value) for number, value in _fields(message) if number == field), b"")


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of the fields that have bytes."""
    for number, wire, start, end, _ in _parts(message):
        if wire == _BYTES:
            yield number, message[start:end]


def _changed(message: bytes, change: dict[int, "Callable[[bytes], bytes | None]"]) -> bytes:
    """The message with some of its fields changed, or left out where the change gives None."""
    out = bytearray()
    for number, wire, start, end, first in _parts(message):
        if wire != _BYTES or number not in change:
            out += message[first:end]
            continue
        value = change[number](message[start:end])
        if value is not None:
            out += _varint(number << 3 | _BYTES) + _varint(len(value)) + value
    return bytes(out)


def _parts(message: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Number, wire type, start and end of the content, and start of the whole of each field."""
    at = 0
    while at < len(message):
        first = at
        tag, at = _read_varint(message, at)
        wire = tag & 7
        if wire == _BYTES:
            length, at = _read_varint(message, at)
        elif wire in (_EIGHT, _FOUR):
            length = 8 if wire == _EIGHT else 4
        elif wire == _VARINT:
            length = _read_varint(message, at)[1] - at
        else:
            raise ValueError(wire)
        if at + length > len(message):
            raise ValueError(length)
        yield tag >> 3, wire, at, at + length, first
        at += length


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
