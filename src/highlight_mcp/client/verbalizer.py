"""Typed operations as sentences, for a service that only understands words."""

import re
from collections.abc import Sequence
from typing import Any

from ..contract.codes import ContractError, fault
from ..messages import Language
from ..timeline.operations import InvalidOperation, parse_operations

_HAN = re.compile(r"[\u3400-\u9fff]")


def verbalize(operations: Sequence[Any], language: str = "en") -> str:
    """One sentence per operation, in order; languages that are not spoken here get English.

    Raises ContractError `bad_request` for an operation that cannot be read.
    """
    spoken = spoken_language(language)
    try:
        parsed = parse_operations(list(operations))
    except InvalidOperation as error:
        raise ContractError(fault("bad_request", error.what, next_step=error.step)) from None
    return ("" if spoken == "zh" else " ").join(operation.sentence(spoken) for operation in parsed)


def spoken_language(language: str) -> Language:
    """`zh` for `zh-CN` and `zh_TW`, `en` for everything that is not spoken here."""
    return "zh" if re.split(r"[-_.]", language.strip().casefold())[0] == "zh" else "en"


def language_of_words(words: str, fallback: str) -> str:
    """The language that somebody writes in, as far as it is spoken here; `fallback` where words do not tell."""
    if _HAN.search(words):
        return "zh"
    return "en" if any(each.isalpha() for each in words) else fallback
