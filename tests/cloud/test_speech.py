"""Typed operations as sentences: complete, exact, and understood by somebody who reads plain words."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given

from highlight_mcp.client.verbalizer import language_of_words, spoken_language, verbalize
from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.language import SessionFacts, interpret
from highlight_mcp.messages import Language
from highlight_mcp.timeline.operations import OPERATIONS, AnyOperation, Keep, operation_adapter
from highlight_mcp.timeline.operations.sentences import amount, decimal, moment, percent
from many import named_cases
from timeline.making import operations

from .spoken import EXAMPLES

IMPLIED = {("split", "at"), ("text_edit", "index"), ("text_remove", "index"), ("reorder", "to"), ("reorder", "move")}
"""Fields that say the same when they are absent."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
STOPS = {"en": ".", "zh": "。"}
UNDERSTOOD = {"en": 0.75, "zh": 0.75}
"""Shares of the examples that our own interpreter must read back as they were."""


def typed(value: dict[str, Any]) -> AnyOperation:
    return operation_adapter.validate_python(value)


def test_the_examples_use_every_field_of_every_operation() -> None:
    used = {(each["op"], name) for each in EXAMPLES for name in each}
    known = {(op, name) for op, kind in OPERATIONS.items() for name in kind.model_fields if name != "op"}
    unused = known - used - {("duck", "target"), ("reorder", "to")}
    assert not unused


def literals(kind: Any) -> Iterator[str]:
    """The words that a field may hold, however deep."""
    if get_origin(kind) is Literal:
        yield from (value for value in get_args(kind) if isinstance(value, str))
    for part in get_args(kind):
        yield from literals(part)


WORDS = [
    (op, name, word)
    for op, kind in OPERATIONS.items()
    for name, field in kind.model_fields.items()
    for word in literals(field.annotation)
    if name != "op"
]
NEEDED: dict[str, dict[str, Any]] = {
    "speed": {"factor": 2}, "replay": {"target": {"clips": [1]}}, "aspect": {"ratio": "9:16"}, "rotate": {"deg": 90},
    "filter": {"name": "bw"}, "keep": {"ranges_ms": [[0, 1]]}, "text_edit": {"text": "a"}, "text_add": {"text": "a"},
    "overlay": {"asset": "logo.png"},
}  # fmt: skip


ALONE: dict[str, dict[str, Any]] = {
    **{word: {"query": "a car"} for word in ("words", "topic", "sound", "picture")}, "swap": {"target": {"clips": [1]}},
    **{word: {"criterion": "goal"} for word in ("home", "away", "first", "last")},
}  # fmt: skip
"""What words do not go without."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_an_operation_knows_is_spoken(language: Language) -> None:
    with named_cases() as case:
        for op, name, word in WORDS:
            more = ALONE.get(word, {})
            with case(f"{op}.{name} {word}"):
                assert typed({"op": op, **NEEDED.get(op, {}), name: word, **more}).sentence(language)


def numbers(operation: AnyOperation) -> Iterator[tuple[str, set[str]]]:
    """Every number in an operation, with the forms that a reader would recognise."""
    for name, value in operation.model_dump(exclude_defaults=True).items():
        yield from _numbers(name, value)


def _numbers(name: str, value: Any) -> Iterator[tuple[str, set[str]]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _numbers(key, each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(name, each)
    elif isinstance(value, int | float | Fraction) and not isinstance(value, bool):
        yield name, _forms(name, value)


def _forms(name: str, value: int | float | Fraction) -> set[str]:
    if name.endswith("_ms"):
        whole = abs(int(value))
        return {moment(whole), amount(whole)}
    if name in ("level", "amount", "opacity", "margin", "size", "point", "x", "y", "width", "height"):
        return {percent(abs(float(value)))} | ({"Mute", "静音"} if value == 0 else set())
    return {decimal(sign * value) for sign in (1, -1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_holds_every_number_and_word_of_its_operation(language: Language) -> None:
    with named_cases() as case:
        for example in EXAMPLES:
            operation = typed(example)
            said = operation.sentence(language)
            with case(str(example)):
                for name, forms in numbers(operation):
                    assert any(form in said for form in forms), (name, forms, said)
                for name in ("text", "template", "asset", "source", "query", "color"):
                    assert str(example.get(name) or "") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_argument_is_left_out(language: Language) -> None:
    with named_cases() as case:
        for example, name in ((each, name) for each in EXAMPLES for name in each):
            default = OPERATIONS[example["op"]].model_fields[name].default
            if name == "op" or typed(example).model_dump()[name] == default or (example["op"], name) in IMPLIED:
                continue
            without = {key: value for key, value in example.items() if key != name}
            try:
                other = typed(without)
            except ValueError:
                continue
            with case(f"{name} of {example}"):
                assert other.sentence(language) != typed(example).sentence(language)


@given(operations())
def test_any_operation_is_spoken_with_its_numbers(operation: AnyOperation) -> None:
    for language in LANGUAGES:
        said = operation.sentence(language)
        assert said.endswith(STOPS[language])
        for words in ("text", "template"):
            said = said.replace(str(getattr(operation, words, None) or ""), "")
        assert "{" not in said
        assert "None" not in said


def room(language: Language) -> SessionFacts:
    """A session with a reel, music, a title and subtitles, in which everything can be recognised."""
    able = {"subtitle_files": ("match.srt",), "hears": True, "sees": True, "names_sounds": True, "language": language}
    return SESSIONS["styled"].model_copy(update=able)


def read_back(example: dict[str, Any], language: Language) -> bool:
    operation = typed(example)
    said = operation.sentence(language)
    understood = interpret(said, room(language)).operations
    return understood in ((operation,), (_removing_the_others(operation),))


def _removing_the_others(operation: AnyOperation) -> AnyOperation:
    """To keep some clips is to remove the others."""
    if not isinstance(operation, Keep) or operation.target is None:
        return operation
    others = [clip.number for clip in SESSIONS["styled"].clips if clip.number not in operation.target.clips]
    return typed({"op": "remove", "target": {"clips": others}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_interpreter_reads_most_sentences_back(language: Language) -> None:
    lost = [typed(example).sentence(language) for example in EXAMPLES if not read_back(example, language)]
    share = 1 - len(lost) / len(EXAMPLES)
    assert share >= UNDERSTOOD[language], f"{share:.0%}; not read back: {lost}"


def test_several_operations_are_said_in_their_order() -> None:
    both = [{"op": "remove", "target": {"clips": [2]}}, {"op": "undo"}]
    assert verbalize(both) == "Remove clip 2. Undo the last change."
    assert verbalize(both, "zh-CN") == "删除第2段。撤销上一步。"


def test_times_are_exact_to_the_millisecond() -> None:
    said = verbalize([{"op": "remove", "target": {"range_ms": [3_750_123, 3_751_040]}}])
    assert said == "Remove 1:02:30.123 to 1:02:31.04 of the timeline."


@pytest.mark.parametrize(
    ("language", "found"), [("zh", "zh"), ("zh-CN", "zh"), ("ZH_tw", "zh"), ("ja", "en"), ("", "en"), ("en-GB", "en")]
)
def test_languages_that_are_not_spoken_get_english(language: str, found: str) -> None:
    assert spoken_language(language) == found


def test_the_language_is_that_of_the_words_where_there_are_words() -> None:
    assert language_of_words("把它变成竖屏", "en") == "zh"
    assert language_of_words("make it vertical", "zh") == "en"
    assert language_of_words("16:9", "zh") == "zh"


def test_words_in_quotation_marks_are_told_apart_from_the_sentence() -> None:
    said = verbalize([{"op": "text_add", "text": 'say "hi"'}])
    assert said == 'Add the caption “say "hi"”.'


def test_an_operation_that_cannot_be_read_is_refused_in_words() -> None:
    with pytest.raises(ApiError) as raised:
        verbalize([{"op": "speed", "factor": "fast"}])
    assert "factor" in raised.value.fault.message
