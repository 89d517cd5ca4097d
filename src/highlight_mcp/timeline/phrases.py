"""Short facts for people, kept apart from their wording so that they can be told in any language."""

import re

from pydantic import Field

from .frozen_model import FrozenModel
from .say import Language
from .time import format_time
from .wording import WORDING
from .wording_terms import TERM_SLOTS, TERMS

_SLOT = re.compile(r"\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}")


class Phrase(FrozenModel):
    """A fact by its key in `wording.WORDING`, with what fills its slots."""

    key: str
    slots: dict[str, str | int] = Field(default_factory=dict)

    def say(self, language: Language = "en") -> str:
        """The fact in words. `{n|clip|clips}` in the wording is a number with its noun."""
        place = 0 if language == "en" else 1
        return _SLOT.sub(lambda match: self._fill(match, place), WORDING[self.key][place])

    def _fill(self, match: re.Match[str], language: int) -> str:
        value = self.slots[match[1]]
        if match[1] in TERM_SLOTS and value in TERMS:
            return TERMS[str(value)][language]
        if match[2] is None:
            return str(value)
        return f"{value} {match[2] if value == 1 else match[3]}"


def phrase(key: str, **slots: str | int) -> Phrase:
    """A phrase; `key` must be in the wording."""
    return Phrase(key=key, slots=slots)


def short(ms: int) -> str:
    """A length for people: `0.8 s` below a minute, `1:05` from there on."""
    return format_time(ms) if ms >= 60_000 else f"{round(ms / 1000, 1):g} s"
