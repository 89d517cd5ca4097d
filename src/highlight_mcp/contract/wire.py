"""The base of every body on the wire, and JSON as both sides read and write it."""

import json
import math
from typing import Annotated, Any, NoReturn, Self, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core import PydanticUseDefault

from .errors import ApiError, error_info

CONTRACT_VERSION = "1"
MAX_DEPTH = 100

T = TypeVar("T")


def _or_default(value: Any, validate: Any) -> Any:
    try:
        return validate(value)
    except (ValidationError, ValueError):
        raise PydanticUseDefault from None


Lenient = Annotated[T, WrapValidator(_or_default)]
"""A field whose unreadable value counts as absent; it needs a default."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and math.isfinite(value) else value


LenientInt = Annotated[int, BeforeValidator(_whole)]
"""A whole number, however it was written; fractions of it do not count."""

LenientCount = Lenient[Annotated[LenientInt, Field(ge=0)]]
LenientName = Annotated[str, Field(coerce_numbers_to_str=True)]
"""An id, which some services write as a number."""


class WireModel(BaseModel):
    """An immutable body; fields it does not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @classmethod
    def parse(cls, payload: Any) -> Self:
        """Read a body. Raises ApiError `transport` when it has another shape."""
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            where = ", ".join(".".join(map(str, item["loc"])) or "body" for item in error.errors())
            raise ApiError(error_info("transport", "contract.incomplete_answer", where=where)) from None

    def body(self) -> dict[str, Any]:
        """The JSON object of this body; absent optional fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def path_segment(name: str) -> str:
    """An id as one segment of a path, whatever characters it holds."""
    return quote(name, safe="").replace(".", "%2E") if set(name) <= {"."} else quote(name, safe="")


def loads(text: str | bytes) -> Any:
    """Read strict JSON (finite numbers, at most 100 levels). Raises ValueError, nothing else."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError("JSON is not UTF-8") from error
    if json_depth(value) > MAX_DEPTH:
        raise ValueError("JSON is nested too deeply")
    return value


def dumps(value: Any) -> str:
    """Write compact ASCII JSON, which carries any text that `loads` can read.

    Raises ValueError for NaN and infinities.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def json_depth(value: Any) -> int:
    """Levels of nesting of a JSON value; 0 for a scalar. Walks without recursion."""
    deepest, todo = 0, [(value, 0)]
    while todo:
        item, level = todo.pop()
        deepest = max(deepest, level)
        if level > MAX_DEPTH:
            break
        if isinstance(item, dict):
            todo.extend((child, level + 1) for child in item.values())
        elif isinstance(item, list):
            todo.extend((child, level + 1) for child in item)
    return deepest


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
