"""Typed operations as sentences, for a service that only understands words."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from ...contract.codes import ContractError, fault
from ...timeline.operations import AnyOperation, operation_adapter
from . import chinese, english

_HAN = re.compile(r"[\u3400-\u9fff]")


class Tongue(NamedTuple):
    """One language: a sentence for every operation, the full stop, and what stands between sentences."""

    sentences: Mapping[str, Callable[[Any], str]]
    stop: str
    gap: str


TONGUES = {
    "en": Tongue(english.SENTENCES, ".", " "),
    "zh": Tongue(chinese.SENTENCES, "。", ""),
}


def speak(operations: Sequence[Any], language: str = "en") -> str:
    """One sentence per operation, in order; languages that are not spoken here get English.

    Raises ContractError `bad_request` for an operation that cannot be read.
    """
    tongue = TONGUES[spoken(language)]
    return tongue.gap.join(sentence(_typed(operation), language) for operation in operations)


def sentence(operation: AnyOperation, language: str = "en") -> str:
    """The sentence of one operation."""
    tongue = TONGUES[spoken(language)]
    return tongue.sentences[operation.op](operation) + tongue.stop


def spoken(language: str) -> str:
    """`zh` for `zh-CN` and `zh_TW`, `en` for everything that is not spoken here."""
    head = re.split(r"[-_.]", language.strip().casefold())[0]
    return head if head in TONGUES else "en"


def language_of_words(words: str, fallback: str) -> str:
    """The language that somebody writes in, as far as it is spoken here; `fallback` where words do not tell."""
    if _HAN.search(words):
        return "zh"
    return "en" if any(each.isalpha() for each in words) else fallback


def _typed(operation: Any) -> AnyOperation:
    try:
        return operation_adapter.validate_python(operation)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ContractError(
            fault("bad_request", "client.operation_unreadable", place=place, msg=first["msg"])
        ) from None
