"""A language is a folder: the same files and keys in each, one script to a word, and adding one adds nothing else."""

import re
import unicodedata
from pathlib import Path

import pytest

from highlight_mcp.commands.words import SESSIONS, written
from highlight_mcp.language import folders, interpret
from highlight_mcp.language.lexicon import is_wide

_FILES = (*folders.CONCEPTS, *folders.PATTERNS, *folders.COMPARED)


def _script(letter: str) -> str:
    """The script of a letter; Japanese writes Han characters and kana together."""
    if is_wide(letter):
        return "Hangul" if "\uac00" <= letter <= "\ud7a3" else "Han and kana"
    return unicodedata.name(letter).partition(" ")[0].capitalize()


def _letters(word: str) -> set[str]:
    return {c for c in word if c.isalpha() and c != "々"}


@pytest.mark.parametrize("name", _FILES)
def test_each_language_has_the_same_keys(name: str) -> None:
    keys = set(folders.words(folders.ENGLISH, name))
    assert not any(set(folders.words(code, name)) ^ keys for code in folders.codes())


@pytest.mark.parametrize("name", folders.EXPRESSIONS)
def test_each_language_has_the_same_expressions_and_each_compiles(name: str) -> None:
    keys = list(folders.alternatives(folders.ENGLISH, name))
    for code in folders.codes():
        found = folders.alternatives(code, name)
        assert list(found) == keys
        for text in (text for texts in found.values() for text in texts):
            re.compile(text)


@pytest.mark.parametrize("code", folders.codes())
def test_each_word_is_written_in_one_script(code: str) -> None:
    """Latin letters may stand beside one other script, as in `mov格式`; they are plain Latin ones then."""
    for name in (*_FILES, *folders.OPTIONAL):
        for words in folders.words(code, name).values():
            for word in words:
                scripts = {_script(c) for c in _letters(word)} - {"Latin"}
                assert len(scripts) <= 1 and scripts <= {"Hangul", "Han and kana"}, word


@pytest.mark.parametrize("code", folders.codes())
def test_each_word_is_written_as_it_is_looked_up(code: str) -> None:
    for name in (*_FILES, *folders.OPTIONAL):
        for key, words in folders.words(code, name).items():
            assert [w for w in words if w != w.lower() or w != unicodedata.normalize("NFKC", w)] == [], key


def _folder(root: Path, words: dict[str, dict[str, str]]) -> None:
    root.mkdir()
    for name in _FILES:
        keys = folders.words(folders.ENGLISH, name)
        lines = [f"{key}\n    {words.get(name, {}).get(key, '')}\n" for key in keys]
        root.joinpath(f"{name}.words").write_text("".join(lines), encoding="utf-8")
    for name in folders.EXPRESSIONS:
        given = words.get(f"{name}.patterns", {})
        lines = [f"{key}\n    {given.get(key, '')}\n" for key in folders.expressions(folders.ENGLISH, name)]
        root.joinpath(f"{name}.patterns").write_text("".join(lines), encoding="utf-8")


_VOLAN = {
    "edits": {
        "REMOVE": "zorpu", "FASTER": "rapidu", "MUSIC": "muzako", "FILLER": "de | al", "ALL": "chio", "AND": "kaj",
        "DOUBLE_SPEED": "duoble rapida", "MUTE": "silentigu", "NOT": "neniel",
    },
    "looks": {"SHAPE:9:16": "vertikala"},
    "numbers": {"3": "trinu", "20": "dudek", "5": "kvinu", "COMPOUND": "{tens}-{unit}"},
    "ordinals": {"2": "duata", "-1": "fina"},
    "units": {"SECOND": "sekkoj | sekko", "PERCENT": "elcento"},
    "times": {"HEAD": "unuaj", "TO": "ghis", "FROM": "ekde", "ARTICLE": "la"},
    "clips": {"CLIP": "klepo | klepoj", "CLIP_BEFORE": "klepo | klepoj", "ARTICLE": "la", "AND": "kaj"},
    "speech.patterns": {"LATER": r"\b(?:morgu|poste)\b"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        ("zorpu la duata klepo", [{"op": "remove", "target": {"clips": [2]}}]),
        ("zorpu klepoj trinu kaj kvinu", [{"op": "remove", "target": {"clips": [3, 5]}}]),
        ("zorpu la unuaj trinu sekkoj de klepo 4", [{"op": "trim", "target": {"clips": [4]}, "head_s": 3.0}]),
        (
            "zorpu ekde 20 ghis dudek-kvinu sekkoj",
            [{"op": "remove", "target": {"range_s": [20.0, 25.0], "ref": "timeline"}}],
        ),
        ("klepo 1 duoble rapida", [{"op": "speed", "target": {"clips": [1]}, "factor": 2.0}]),
        ("silentigu la fina klepo", [{"op": "volume", "target": {"clips": [6]}, "level": 0.0}]),
    ],
)
def test_a_language_is_understood_once_its_folder_is_there(
    tmp_path: Path, text: str, operations: list[dict[str, object]]
) -> None:
    situation = SESSIONS["reel"]
    assert interpret(text, situation).kind == "clarify"
    _folder(tmp_path / "vo", _VOLAN)
    with folders.added(tmp_path):
        assert written(interpret(text, situation), situation)["ops"] == operations
    assert interpret(text, situation).kind == "clarify"


def test_what_orders_nothing_in_a_language_is_told_by_its_folder(tmp_path: Path) -> None:
    situation = SESSIONS["reel"]
    _folder(tmp_path / "vo", _VOLAN)
    with folders.added(tmp_path):
        assert interpret("zorpu la duata klepo", situation).operations
        assert not interpret("morgu zorpu la duata klepo", situation).operations


def test_words_with_choices_stand_for_each_of_them(tmp_path: Path) -> None:
    _folder(tmp_path / "vo", {"edits": {"MUTE": "sil{enu/encu}{/ do} | kvieta"}})
    with folders.added(tmp_path):
        assert folders.words("vo", "edits")["MUTE"] == ("silenu", "silenu do", "silencu", "silencu do", "kvieta")


def test_a_language_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(FileNotFoundError, match="vo"):
        folders.words("vo", "edits")
