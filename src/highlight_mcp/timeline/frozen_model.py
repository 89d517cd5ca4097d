"""The base of every value here: immutable, strict about names, comparable."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator

from ..messages import Message

MessageField = Annotated[Message, PlainValidator(Message.read), PlainSerializer(Message.dump)]
"""A field for a message; plain text is taken as it is."""


class FrozenModel(BaseModel):
    """An immutable value that refuses unknown fields by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def copied_from(cls, source: object, **others: Any) -> Self:
        """The value with the fields that `source` has under the same names, but for `others`.

        Raises pydantic.ValidationError when one is missing or does not fit.
        """
        names = [name for name in cls.model_fields if name not in others and hasattr(source, name)]
        return cls(**{name: getattr(source, name) for name in names}, **others)
