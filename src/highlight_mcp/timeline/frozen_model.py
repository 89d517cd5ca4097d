"""The base of every value here: immutable, strict about names, comparable."""

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """An immutable value that refuses unknown fields by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
