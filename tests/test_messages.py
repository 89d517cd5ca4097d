"""One catalogue of messages: the same keys and arguments in each language, no sentence anywhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from highlight_mcp.messages import (
    LANGUAGES,
    Language,
    Message,
    has,
    keys,
    listed,
    load,
    message,
    slots_of,
    use_language,
    verbatim,
)
from syntax import PACKAGE, nodes_of

TESTING = "testing"
"""What tests are made of says nothing to anybody else."""

REFUSALS = frozenset({"InvalidOperation", "ShellError", "UnknownHome", "UsersFileError", "WrongValue"})
MAKERS = frozenset({"message", "say", "error_info", "refused", "EngineError", "Message"}) | REFUSALS
SHORTENED = {"rejected": (1, ""), "record_change": (0, ""), "record_assumption": (0, ""), "term": (0, "term.")}
"""Makers of messages of the timeline: which argument is the key, and what they put before it."""
STRING_TESTS = ("startswith", "endswith", "removesuffix", "removeprefix")
OTHERS = ("wire.py", "sqlite.py", "responses.py")
"""Where words of services, of SQLite and of its driver are read."""

PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
SCRIPT_READS = re.compile(
    r"(?<![*/<\w])/(?![*/\s])[^/\n]*[A-Za-z)]{2,} \(?[A-Za-z]{2,}[^/\n]*/[a-z]*"
    r"|\.message\b\s*(?:\.(?:includes|match|search|startsWith|endsWith)\(|[=!]==)"
    r"|\.(?:test|exec|match|includes)\([^)\n]*\.message\b"
)
"""A script that looks for words of a sentence, or decides anything by what an error says."""


def sources() -> Iterator[tuple[Path, tuple[ast.AST, ...]]]:
    """The modules of the product with the nodes of their syntax."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.relative_to(PACKAGE).parts[0] != TESTING:
            yield file, nodes_of(file)


def text_of(key: str, language: Language = "en") -> str:
    room, _, name = key.partition(".")
    return load(language, room)[name]


def test_each_language_has_the_same_keys_with_the_same_arguments() -> None:
    first, *others = ({key: slots_of(text_of(key, language)) for key in keys(language)} for language in LANGUAGES)
    for other in others:
        assert first == other


def test_chinese_sentences_are_chinese_and_english_ones_are_english() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    signs = {
        key for key in keys("zh") if not re.search(r"[A-Za-z]{4,}", re.sub(r"\{[^}]*\}|%\(\w+\)", "", text_of(key)))
    }
    assert not [key for key in keys("en") if han.search(text_of(key))]
    assert not [key for key in keys("zh") if not han.search(text_of(key, "zh")) and key not in signs]


def test_every_key_in_the_sources_is_in_the_catalogue() -> None:
    known = set(keys("en"))
    calls = [(file, node) for file, nodes in sources() for node in nodes if isinstance(node, ast.Call)]
    found = [(file, node, key) for file, node in calls if (key := key_of(node)) is not None]
    assert [f"{file.name}:{node.lineno}: {key}" for file, node, key in found if key not in known] == []


def test_every_message_is_made_with_the_arguments_that_it_needs() -> None:
    wrong = []
    for file, nodes in sources():
        for node in nodes:
            if not isinstance(node, ast.Call) or name_of(node) == "Message" or (key := key_of(node)) is None:
                continue
            given = {each.arg for each in node.keywords if each.arg} - {"next_step", "retry_after_s"}
            if any(each.arg is None for each in node.keywords):
                continue
            own = slots_of(text_of(key))
            beside = slots_of(text_of(f"{key}.next")) if has(f"{key}.next") else set()
            if not own <= given or not given <= own | beside:
                wrong.append(f"{file.name}:{node.lineno}: {key} needs {sorted(own)}, is given {sorted(given)}")
    assert not wrong


def test_no_error_is_made_of_words_outside_the_catalogue() -> None:
    prose = []
    for file, nodes in sources():
        for node in nodes:
            if isinstance(node, ast.Call) and name_of(node) in MAKERS:
                for each in node.args:
                    text = each.value if isinstance(each, ast.Constant) else None
                    if isinstance(each, ast.JoinedStr) and not _is_key(each):
                        text = ast.unparse(each)
                    if isinstance(text, str) and (" " in text or isinstance(each, ast.JoinedStr)):
                        prose.append(f"{file.name}:{node.lineno}: {text}")
    assert not prose


def test_no_sentence_of_the_shell_stands_in_the_code() -> None:
    """But for what is logged, which is English, and the docstrings."""
    found = []
    for file, nodes in sources():
        if file.relative_to(PACKAGE).parts[0] not in ("cli.py", "settings.py", "commands", "reels.py"):
            continue
        logs = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")]
        skipped = {id(part) for log in logs for part in ast.walk(log)}
        skipped |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and id(node) not in skipped and PROSE.search(str(node.value)):
                found.append((file.name, node.lineno, node.value))
    assert not found


def test_no_protocol_error_is_made_of_words_outside_the_catalogue() -> None:
    said = [
        (file.name, each.value)
        for file, nodes in sources()
        for node in nodes
        if isinstance(node, ast.Call) and name_of(node) == "MCPError"
        for each in node.keywords
        if each.arg == "message"
    ]
    assert said and not [name for name, value in said if isinstance(value, ast.Constant | ast.JoinedStr)]


def test_no_source_decides_anything_by_a_sentence_in_english() -> None:
    """Words of users and of services are read in rooms of their own; our own words are never read."""
    readers = {"language", "verbalizer.py", "prompts.py", *OTHERS}
    found = []
    for file, nodes in sources():
        if set(file.parts) & readers:
            continue
        for node in nodes:
            compared: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                compared = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                compared = node.args if node.func.attr in STRING_TESTS else []
            found += [
                f"{file.name}:{each.lineno}: {each.value}"
                for each in compared
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and PROSE.search(each.value)
            ]
    assert not found
    scripts = {file.name: file.read_text(encoding="utf-8") for file in (PACKAGE / "server").rglob("*.js")}
    assert not [(name, found) for name, text in scripts.items() for found in SCRIPT_READS.findall(text)]


@pytest.mark.parametrize(
    "script",
    [
        r"const AGAIN = /\bread (this|it) again\b/i;",
        "if (/^Nothing to undo/.test(text)) return;",
        'if (error.message.includes("again")) return;',
        'if (problem.message === "gone") return;',
        "return AGAIN.test(error.message);",
    ],
)
def test_a_script_that_reads_a_sentence_is_noticed(script: str) -> None:
    assert SCRIPT_READS.search(script)


def key_of(node: ast.Call) -> str | None:
    """The key that a call names, where it stands there as it is."""
    name = name_of(node)
    if name in SHORTENED:
        place, room = SHORTENED[name][0], f"timeline.{SHORTENED[name][1]}"
    elif name in MAKERS:
        place, room = int(name in ("error_info", "EngineError")), ""
    else:
        return None
    argument = node.args[place] if len(node.args) > place else None
    key = argument.value if isinstance(argument, ast.Constant) else None
    return f"{room}{key}" if isinstance(key, str) else None


def name_of(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr in SHORTENED:
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_key(node: ast.JoinedStr) -> bool:
    first = node.values[0]
    return isinstance(first, ast.Constant) and re.fullmatch(r"[a-z_]+\..*", str(first.value)) is not None


def test_a_message_fills_its_blanks_counts_and_lists_in_each_language() -> None:
    one = message("timeline.split.done", n=1, many=2)
    assert one.text("en") == "Split 1 clip; there are 2 now."
    assert message("timeline.split.done", n=2, many=3).text("en").startswith("Split 2 clips")
    both = listed(message("engine.why.no_reaction"), message("engine.why.motion", ratio=1.25))
    assert both.text("en") == "no crowd reaction, motion ×1.2"
    assert both.text("zh") == "没有观众反应，动作 ×1.2"
    names = message("client.sources_missing", names=("a.mp4", "b.mp4"))
    assert names.text("en") == "Missing: a.mp4, b.mp4." and names.text("zh") == "缺少：a.mp4、b.mp4。"


def test_a_message_survives_a_database_and_plain_words_stay_as_they_are() -> None:
    nested = message("engine.why.with_quote", why=message("engine.why.whole"), origin="a.srt", text="Goal, {n}!")
    assert Message.read(nested.dump()) == nested
    assert str(Message.read(nested.dump())).endswith("a.srt: “Goal, {n}!”")
    assert Message.read("crowd {n}") == verbatim("crowd {n}") and str(verbatim("crowd {n}")) == "crowd {n}"
    assert str(Message.read({"key": "gone.key", "arguments": {}})) == "gone.key"
    assert not verbatim("") and message("engine.why.whole")


def test_text_is_made_in_the_active_language() -> None:
    told = message("timeline.volume.muted", n=1)
    with use_language("zh"):
        assert str(told) == "1段已静音。"
    assert str(told) == "Muted 1 clip."


def test_a_sentence_without_an_argument_is_an_error() -> None:
    with pytest.raises(KeyError):
        str(message("timeline.volume.muted"))
