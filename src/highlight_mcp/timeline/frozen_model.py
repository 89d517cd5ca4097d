"""The base of every value here: immutable, strict about names, comparable."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator

from ..messages import Message

MessageField = Annotated[Message, PlainValidator(Message.read), PlainSerializer(Message.dump)]
"""A field for a message; plain text is taken as it is."""


class FrozenModel(BaseModel):
    """An immutable value that refuses unknown fields by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
