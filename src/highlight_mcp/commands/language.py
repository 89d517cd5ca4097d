"""The language of a shell: that of `--language`, else of the setting, else of this machine."""

import argparse
import locale
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..messages import Language, language_of, load, say, use_language
from ..settings import asked_language, variable

OPTION = "--language"
MACHINE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What names the language of messages (POSIX): the first of them that is set."""


def native_language(environ: Mapping[str, str] | None = None) -> str:
    """The language of this machine as an ISO code such as `zh-CN`, `en` when it does not say."""
    given = os.environ if environ is None else environ
    named = next((given[name] for name in MACHINE if given.get(name)), None)
    code = re.split(r"[.@]", named or locale.getlocale()[0] or "")[0].replace("_", "-")
    return code if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", code) else "en"


def given_language(words: Sequence[str]) -> str | None:
    """What follows `--language` in a command line, which is also that of its help and of what is wrong with it."""
    for place, word in enumerate(words):
        name, separator, value = word.partition("=")
        if name == OPTION:
            return value if separator else next(iter(words[place + 1 :]), None)
    return None


def shell_language(given: str | None) -> Language:
    """The language to speak to whoever typed a command."""
    return language_of(given or asked_language() or native_language())


@contextmanager
def speaking(given: str | None) -> Iterator[None]:
    """Speak the language of the shell within; a language that was given holds for the children, too."""
    name = variable("language")
    before = os.environ.get(name)
    if given:
        os.environ[name] = given
    try:
        with use_language(shell_language(given)), _parser_words():
            yield
    finally:
        if given:
            os.environ.pop(name) if before is None else os.environ.update({name: before})


@contextmanager
def _parser_words() -> Iterator[None]:
    """Within it argparse, which asks gettext for its words, takes them from the catalogue: it has none but English."""
    before = vars(argparse)["_"], vars(argparse)["ngettext"]
    vars(argparse).update(_=_word, ngettext=lambda one, many, n: _word(one if n == 1 else many))
    try:
        yield
    finally:
        vars(argparse).update(_=before[0], ngettext=before[1])


def _word(text: str) -> str:
    """The words of argparse in the active language, with its own blanks; those that have no sentence stay."""
    found = (name for name, known in load("en", "parser").items() if known == text)
    name = next(found, None)
    return text if name is None else say(f"parser.{name}")
