"""Every sentence that a person or a model reads, by key, in each language of the product.

`<language>/<room>.toml` holds the sentences of one room, `"no_clip" = "There is no clip {n}."`; the key of that one
is `timeline.no_clip`. What to do about it stands beside it, as `no_clip.next`. A slot is `{n}`, `{n:,}` with a format,
or `{n|clip|clips}`, a number with its noun. The files of a room are read when its first sentence is shown.

A message is a sentence before it is put into words: its key and its arguments. It travels through jobs and databases;
text is made where it is shown, in the language that is active there: that of the tool call, of the HTTP request or of
the job. Nothing else carries a language through the house.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Union, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
SLOT = re.compile(r"\{(?P<name>\w+)(?::(?P<format>[^{}|]+))?(?:\|(?P<one>[^{}|]*)\|(?P<many>[^{}|]*))?\}")

Argument = Union[str, int, float, "Message", tuple["Argument", ...]]
"""A tuple is a list of names or, of messages, of clauses; each language joins them with its own sign.

The format of its slot may name another sign: `{parts:sentences}`. That of a text may be `capital`, for one that begins
a sentence.
"""

_VERBATIM = "common.verbatim"
_SENTENCES = "common.sentences"
_IN_EACH = "common.in_each_language"
_ACTIVE: ContextVar[Language | None] = ContextVar("language", default=None)


def language_of(name: str | None) -> Language:
    """The nearest language that we speak to a tag such as `zh-CN` or a header such as `zh-TW,en;q=0.8`."""
    return "zh" if (name or "").strip().lower().startswith("zh") else "en"


@cache
def load(language: Language, room: str) -> dict[str, str]:
    """The sentences of one room, by their key without the room. Raises FileNotFoundError."""
    return tomllib.loads((files(__package__) / language / f"{room}.toml").read_text(encoding="utf-8"))


def sentence(language: Language, key: str) -> str:
    """The sentence of a key, its slots not filled. Raises KeyError."""
    room, _, name = key.partition(".")
    return load(language, room)[name]


def has(key: str) -> bool:
    """True when there is a sentence of that key."""
    room, _, name = key.partition(".")
    return name in load("en", room)


def keys(language: Language) -> list[str]:
    """All keys of a language, room by room."""
    rooms = sorted(each.name for each in (files(__package__) / language).iterdir() if each.name.endswith(".toml"))
    return [f"{room[:-5]}.{name}" for room in rooms for name in load(language, room[:-5])]


def slots_of(text: str) -> set[str]:
    """The names of the slots of a sentence."""
    return {match["name"] for match in SLOT.finditer(text)}


@dataclass(frozen=True)
class Message:
    """A sentence by its key in the catalogue, with what fills its slots. `str()` gives it in the active language."""

    key: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text(active_language())

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        """False for a message of which nothing would be shown."""
        if self.key == _VERBATIM:
            return bool(self.arguments["text"])
        return self.key != _SENTENCES or bool(self.arguments["parts"])

    def text(self, language: Language) -> str:
        """The sentence in a language. Raises KeyError for an unknown key or a slot without an argument."""
        if self.key == _VERBATIM:
            return str(self.arguments["text"])
        if self.key == _IN_EACH:
            return str(self.arguments[language])
        return SLOT.sub(lambda slot: self._fill(slot, language), sentence(language, self.key))

    def dump(self) -> dict[str, Any]:
        """The message as JSON: `{"key": …, "arguments": {…}}`."""
        return {"key": self.key, "arguments": {name: _dumped(value) for name, value in self.arguments.items()}}

    @classmethod
    def read(cls, value: Any) -> "Message":
        """A message from its JSON. Text stays as it is, and so does a key that this release does not know."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Mapping) and isinstance(value.get("key"), str):
            given = value.get("arguments")
            arguments = {str(name): _read(each) for name, each in given.items()} if isinstance(given, Mapping) else {}
            return cls(value["key"], arguments) if _known(value["key"]) else verbatim(value["key"])
        return verbatim("" if value is None else str(value))

    def _fill(self, slot: re.Match[str], language: Language) -> str:
        value, style = self.arguments[slot["name"]], slot["format"] or ""
        if isinstance(value, tuple):
            return _joined(value, language, style)
        if style == "capital" or isinstance(value, Message):
            text = value.text(language) if isinstance(value, Message) else str(value)
            return f"{text[:1].upper()}{text[1:]}" if style == "capital" else text
        shown = format(value, style)
        if slot["one"] is None:
            return shown
        return f"{shown} {slot['one'] if value == 1 else slot['many']}"


class InWords:
    """Something that is told in two sentences: `what` it is, and the `step` to take."""

    what: Message
    step: Message

    @property
    def message(self) -> str:
        """What was wrong."""
        return str(self.what)

    @property
    def next_step(self) -> str:
        """What to do."""
        return str(self.step)

    @property
    def text(self) -> str:
        """What was wrong and what to do, in one line."""
        return str(sentences(self.what, self.step))


class Refusal(InWords, Exception):
    """Something that cannot be done: `what` has the key, and the `step` to take that beside it in the catalogue."""

    def __init__(self, key: str, /, **arguments: Argument) -> None:
        self.what = message(key, **arguments)
        self.step = next_step_of(self.what)
        super().__init__(self.text)


def message(key: str, /, **arguments: Argument) -> Message:
    """A message; `key` must be in the catalogue."""
    return Message(key, arguments)


def verbatim(text: str) -> Message:
    """What somebody else has said: it is shown as it is, in every language."""
    return Message(_VERBATIM, {"text": text})


def listed(*clauses: Message) -> Message:
    """Several clauses in one, as each language lists them."""
    return Message("common.list", {"clauses": clauses})


def sentences(*parts: Message) -> Message:
    """Several sentences in one; empty ones are left out."""
    return Message(_SENTENCES, {"parts": tuple(part for part in parts if part)})


def in_sentences(*texts: str) -> str:
    """Sentences that are put into words already, one behind the other as the active language sets them, each once."""
    return str(sentences(*map(verbatim, dict.fromkeys(texts))))


def lines(*parts: Message) -> Message:
    """Several messages, each on a line of its own."""
    return Message("common.lines", {"parts": parts})


def in_each_language(**texts: str) -> Message:
    """What has been put into words elsewhere: its text by language."""
    return Message(_IN_EACH, texts)


def next_step_of(what: Message) -> Message:
    """What to do about it: the sentence beside it in the catalogue, nothing where there is none."""
    key = f"{what.key}.next"
    return Message(key, what.arguments) if has(key) else verbatim("")


def say(key: str, /, **arguments: Argument) -> str:
    """A sentence of the catalogue in the active language. Raises KeyError."""
    return str(Message(key, arguments))


def as_json(value: Any) -> Any:
    """JSON with messages in it, each as its own JSON."""
    if isinstance(value, Message):
        return value.dump()
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list | tuple) else value


def in_words(value: Any) -> Any:
    """JSON with each message in it as text of the active language."""
    if isinstance(value, dict):
        if value.keys() == {"key", "arguments"}:
            return str(Message.read(value))
        return {name: in_words(each) for name, each in value.items()}
    return [in_words(each) for each in value] if isinstance(value, list) else value


def active_language() -> Language:
    """The language in which text is made here and now: English where nothing was said of it."""
    return _ACTIVE.get() or "en"


def chosen_language() -> Language | None:
    """The same, None where nothing was said of it."""
    return _ACTIVE.get()


def set_language(language: Language) -> None:
    """From now on make text in this language, in this task and in those that it starts."""
    _ACTIVE.set(language)


@contextmanager
def use_language(language: Language | None) -> Iterator[None]:
    """Make text in this language within, also in tasks and threads that are started within."""
    before = _ACTIVE.set(language)
    try:
        yield
    finally:
        _ACTIVE.reset(before)


def _joined(values: tuple[Argument, ...], language: Language, style: str) -> str:
    kind = style or ("clauses" if any(isinstance(value, Message) for value in values) else "names")
    sign = sentence(language, f"common.between_{kind}")
    return sign.join(value.text(language) if isinstance(value, Message) else str(value) for value in values)


def _dumped(value: Argument) -> Any:
    if isinstance(value, Message):
        return value.dump()
    return [_dumped(each) for each in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Argument:
    if isinstance(value, Mapping):
        return Message.read(value)
    if isinstance(value, list | tuple):
        return tuple(_read(each) for each in value)
    return value if isinstance(value, str | int | float) else str(value)


def _known(key: str) -> bool:
    try:
        return key in (_VERBATIM, _IN_EACH) or has(key)
    except OSError:
        return False
