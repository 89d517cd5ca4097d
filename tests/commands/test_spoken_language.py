"""Every command and every error of the shell in Chinese and in English: no sentence of one language in the other."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from forked import Command
from highlight_mcp.backend.database import Database
from highlight_mcp.backend_locator import stop_backend
from highlight_mcp.cli import HOSTS, main
from highlight_mcp.commands.hosts.catalogue import hosts
from highlight_mcp.commands.language import given_language, native_language, shell_language
from highlight_mcp.commands.words import answer
from highlight_mcp.messages import LANGUAGES, Language, keys, sentence
from highlight_mcp.settings import Settings
from media_factory import make_clip
from waiting import eventually

ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
"""Three words in a row: names of options, files and settings stand alone."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHER: dict[Language, re.Pattern[str]] = {"en": CHINESE, "zh": ENGLISH}
OWN: dict[Language, re.Pattern[str]] = {"en": re.compile("[A-Za-z]{3}"), "zh": CHINESE}
CODE = re.compile(r"highlight-mcp(?: [a-z]+)*|(?:\S*/uv|uv|\S+ -m) pip install .*|Timeline \(.*|\"[^\"]*\"")
"""Commands, the summary line, which the contract fixes, and what somebody has written."""

Said = Callable[..., tuple[int, str]]

COMMANDS: tuple[list[str], ...] = (
    [], ["demo"], ["reel"], ["render"], ["analyse"], ["plan"], ["words"], ["call"], ["http"], ["user"], ["user", "add"],
    ["user", "list"], ["user", "remove"], ["backend"], ["doctor"], ["install"], ["clean"], ["fsck"], ["extras"],
    ["extras", "fetch"],
)  # fmt: skip
USAGE = (
    ["cut"], ["reel"], ["render", "x.json"], ["http", "--port", "many"], ["http", "--port"], ["doctor", "--json=3"],
    ["doctor", "now"], ["user"], ["user", "rename"], ["reel", "--preset", "8k", "a.mp4", "x"], ["call"],
    ["http", "--allow=x"], ["--language", "fr", "doctor"], ["extras", "fetch", "speach"], ["install", "notepad"],
)  # fmt: skip
WRONG = (
    ["reel", "the best moments"], ["plan", "the best moments"], ["reel", "a.mp4", "x", "-o", "{there}"],
    ["reel", "a.mp4", "x", "-o", "x.gif"], ["render", "{there}", "-o", "y.mp4"], ["render", "{folder}", "-o", "y.mp4"],
    ["render", "{no_plan}", "-o", "y.mp4"], ["render", "{plan}", "-o", "{no_plan}/y.mp4"],
    ["analyse", "{folder}/none.mp4"],
    ["analyse", "{there}"], ["plan", "{folder}/none.mp4", "x"], ["words", "{folder}/none.jsonl"], ["words", "{there}"],
    ["words", "{no_plan}"], ["call", "edit", "fast"], ["call", "fly"], ["call", "edit"], ["call", "upload"],
    ["call", "upload", 'sources=["{folder}/none.mp4"]'], ["http", "--port", "999999"], ["http", "--host", "0.0.0.0"],
    ["http", "--host", "no.such.host.invalid"], ["http", "--public-url", "here"],
    ["http", "--token-file", "{folder}/no"],
    ["user", "add", "../ann"], ["user", "add", "ann", "--inbox-gb", "0"], ["user", "remove", "zoe"],
    ["user", "add", "ann", "--media-root", "{folder}/no"], ["user", "add", "ann", "--nemo-token-file", "{folder}/no"],
    ["analyse", "~nosuchuser-here/a.mp4"], ["extras", "fetch", "sounds"], ["extras", "fetch", "sounds", "--yes"],
)  # fmt: skip


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], language: Language
) -> Said:
    """Runs a command in the language, with a home of its own; gives its exit status and all that it has said."""
    own = {"HIGHLIGHT_HOME": "home", "HIGHLIGHT_OUTPUT_DIR": "out", "HOME": "", "XDG_CONFIG_HOME": ".config"}
    for name, place in own.items():
        monkeypatch.setenv(name, str(tmp_path / place))
    monkeypatch.setenv("HIGHLIGHT_IDLE_EXIT_S", "5")
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        try:
            status = main([*words, "--language", language] if "--language" not in words else list(words))
        except SystemExit as end:
            status = int(end.code or 0)
        told = capfd.readouterr()
        return status, told.out + told.err

    return run


def strange(text: str, language: Language, *names: Path) -> list[str]:
    """The lines that hold a sentence of the other language."""
    for name in names:
        text = text.replace(str(name), "")
    return [line for line in text.splitlines() if OTHER[language].search(CODE.sub("", line))]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_in_the_language(command: list[str], language: Language, said: Said) -> None:
    status, text = said(*command, "--help")
    assert status == 0 and OWN[language].search(text)
    assert strange(text, language) == []


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_usage_is_told_in_the_language(words: list[str], language: Language, said: Said, tmp_path: Path) -> None:
    asked = ["--language", language, *words] if words[0] != "--language" else words
    status, text = said(*asked)
    if words[0] == "--language":
        assert status == 2 and "'fr'" in text
        return
    *_, error = [line for line in text.splitlines() if line]
    assert status == 2 and OWN[language].search(error.partition("highlight-mcp")[2])
    assert strange(error, language) == []


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_every_error_is_told_in_the_language_in_one_line(
    words: list[str], language: Language, said: Said, tmp_path: Path
) -> None:
    files = {"there": tmp_path / "there.mp4", "no_plan": tmp_path / "no_plan.json", "plan": tmp_path / "plan.json"}
    files["there"].write_bytes(b"\xff\xfe not a film")
    files["no_plan"].write_text('{"a": 1}')
    files["plan"].write_text('{"timeline": {}, "media": [1]}')
    status, text = said(*(word.format(folder=tmp_path, **files) if "{" in word else word for word in words))
    assert status in (1, 2) and text.strip() and OWN[language].search(text)
    assert strange(text, language, tmp_path) == []
    assert "Traceback" not in text
    if Settings.load().home.exists():
        stop_backend(Settings.load())


def test_people_are_added_listed_and_removed_in_the_language(language: Language, said: Said, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    (tmp_path / "home" / "users" / "ann").mkdir(parents=True)
    told = [
        said("user", "list"),
        said("user", "add", "ann"),
        said("user", "add", "ann", "--keep-data", "--nemo-token-file", str(tmp_path / "token"), "--inbox-gb", "3"),
        said("user", "add", "bob", "--nemo-token-file", str(tmp_path / "token")),
        said("user", "add", "ANN"),
        said("user", "list"),
        said("user", "remove", "ann"),
        said("http", "--port", "0"),
    ]
    (tmp_path / "home" / "people.toml").write_text("[people.zoe]\n")
    told.append(said("user", "list"))
    (tmp_path / "home" / "people.toml").write_text("people = [")
    told.append(said("user", "list"))
    (tmp_path / "home" / "people.toml").unlink()
    told.append(said("http", "--port", "0"))
    assert [status for status, _ in told] == [0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1]
    assert [text for _, text in told if strange(text, language, tmp_path) or not OWN[language].search(text)] == []


def test_one_account_for_several_people_is_refused_in_the_language(
    language: Language, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIGHLIGHT_BACKEND", "nemo")
    monkeypatch.setenv("NEMO_TOKEN", "one")
    status, text = said("user", "add", "ann")
    assert status == 1 and strange(text, language) == [] and OWN[language].search(text)


def test_the_machine_is_checked_in_the_language(
    language: Language, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = said("doctor")
    monkeypatch.setenv("HIGHLIGHT_OUTPUT_DIR", str(tmp_path / "file" / "inside"))
    monkeypatch.setenv("HIGHLIGHT_MEDIA_ROOTS", str(tmp_path / "gone"))
    monkeypatch.setenv("HIGHLIGHT_FONT", str(tmp_path / "none.ttf"))
    (tmp_path / "file").write_text("")
    wrong, as_json = said("doctor"), said("doctor", "--json")
    monkeypatch.setenv("HIGHLIGHT_BACKEND", "https://reels.example.com")
    elsewhere = said("doctor")
    assert (well[0], wrong[0], elsewhere[0]) == (0, 1, 1)
    for _, text in (well, wrong, elsewhere):
        assert strange(text, language, tmp_path) == [] and OWN[language].search(text)
    found = {each["name"]: each for each in json.loads(as_json[1])}
    assert not found["output folder"]["ok"]
    assert strange("\n".join(each["detail"] + each["next_step"] for each in found.values()), language, tmp_path) == []


def test_the_data_directory_is_checked_and_tidied_in_the_language(
    language: Language, said: Said, tmp_path: Path
) -> None:
    told = [said("fsck"), said("clean"), said("clean", "--yes"), said("clean", "--all", "--yes"), said("extras")]
    file = tmp_path / "home" / "backend.db"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"no database" * 100)
    broken = [said("fsck"), said("doctor"), said("clean", "--yes"), said("fsck", "--json")]
    assert [status for status, _ in told] == [0] * 5
    assert [status for status, _ in broken] == [1] * 4
    texts = [text for _, text in (*told, *broken[:3])]
    assert [text for text in texts if strange(text, language, tmp_path) or not OWN[language].search(text)] == []
    assert strange(json.loads(broken[3][1])["findings"][0]["broken"][0], language, tmp_path) == []


def test_the_server_is_added_to_hosts_in_the_language(
    language: Language, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    added = [said("install", host) for host in HOSTS]
    twice = [said("install", *more) for more in (["zed"], ["zed", "--remove"], ["zed", "--remove"])]
    texts: dict[str, str | bytes] = {
        "cursor": "{", "kiro": "[1]", "jetbrains": '{"mcpServers": 3}', "zed": b"\xff", "codex": "[a",
        "goose": "a: b: c",
    }  # fmt: skip
    for host, content in texts.items():
        hosts()[host].config().file.write_bytes(content.encode() if isinstance(content, str) else content)
    left = [said("install", host) for host in texts]
    entries = {"lmstudio": '"command": "no-such"', "cline": '"disabled": true', "windsurf": '"command": "/bin/false"'}
    for host, entry in entries.items():
        hosts()[host].config().file.write_text(f'{{"mcpServers": {{"highlight": {{{entry}}}}}}}')
    checked = [said("doctor", host) for host in (*texts, *entries)]
    assert [status for status, _ in (*added, *twice, *left)] == [0] * (len(HOSTS) + 3) + [1] * len(texts)
    assert [status for status, _ in checked] == [1] * (len(texts) + len(entries))
    told = [text for _, text in (*added, *twice, *left, *checked, said("install", "--all"), said("install"))]
    assert [text for text in told if strange(text, language, tmp_path)] == []
    assert all(OWN[language].search(text) for text in told)


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_footage_is_looked_at_planned_and_rendered_in_the_language(
    language: Language, said: Said, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=6, sound="noise", loud=[(2, 3)])
    wish = {"en": "the best moments, 2 seconds", "zh": "最精彩的片段，2秒"}[language]
    told = [said("analyse", str(clip)), said("plan", str(clip), wish)]
    status, planned = said("plan", str(clip), {"en": "keep 0:00 to 0:01", "zh": "保留0:00到0:01"}[language], "--json")
    (tmp_path / "plan.json").write_text(planned)
    told.append(said("render", str(tmp_path / "plan.json"), "-o", str(tmp_path / "reel.mp4"), "--preset", "draft"))
    assert status == 0 and [each for each, _ in told] == [0, 0, 0]
    assert [text for _, text in told if strange(text, language, tmp_path) or not OWN[language].search(text)] == []
    again = said("render", str(tmp_path / "plan.json"), "-o", str(tmp_path / "reel.mp4"))
    assert again[0] == 1 and strange(again[1], language, tmp_path) == []


def process(language: Language, home: Path, *words: str, **environ: str) -> Command:
    """A command as a process of its own, whose language the machine names."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": str(home), "HIGHLIGHT_HOME": str(home / "data"), "PYTHONUTF8": "1"}
    locale = {"LANG": "zh_CN.UTF-8" if language == "zh" else "en_GB.UTF-8"}
    return Command(words, {**kept, **own, **locale, **environ}, folder=home)


@pytest.mark.parametrize("key", ["wish", "sample_wish", "name_footage", "no_argument.next"])
def test_the_wishes_that_the_shell_makes_or_shows_are_understood(key: str, language: Language) -> None:
    written = sentence(language, f"shell.{key}")
    (wish,) = re.findall(r'"([^"]+)"', written) or [written]
    assert answer(wish, "raw")["kind"] == "plan", wish


def ended(running: Command) -> tuple[int | None, str]:
    """The exit status of a process and all that it has said."""
    out, errors = running.communicate(timeout=200)
    return running.returncode, out + errors


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_sample_becomes_a_reel_and_a_wish_none_in_the_language(language: Language, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=2)
    wish = {"en": "remove the station logo", "zh": "去掉台标"}[language]
    demo = ["demo", "--preset", "draft", "-o", "reel.mp4"]
    refused = (["reel", str(clip), wish], ["reel", "none.mp4", "x"], ["backend"])
    told = [ended(process(language, tmp_path, *words)) for words in (demo, *refused)]
    stop_backend(Settings.load({"home": tmp_path / "data"}, environ={}))
    assert [status for status, _ in told] == [0, 1, 1, 75]
    assert [text for _, text in told if strange(text, language, tmp_path) or not OWN[language].search(text)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_stopped_command_says_so_in_the_language_of_the_machine(language: Language, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=20)
    running = process(language, tmp_path, "analyse", str(clip))
    eventually("the cache is made", lambda: (tmp_path / "data" / "cache").exists() or running.poll() is not None, 60)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert strange(errors, language, tmp_path) == [] and OWN[language].search(errors)


def test_a_server_says_where_it_is_in_the_language_and_ends(language: Language, tmp_path: Path) -> None:
    running = process(language, tmp_path, "http", "--port", "0", "--token", "secret")
    told = [running.stderr.readline(), running.stderr.readline()]
    running.terminate()
    running.communicate(timeout=60)
    assert "127.0.0.1" in told[1] and [line for line in told if strange(line, language)] == []
    assert all(OWN[language].search(line) for line in told)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
@pytest.mark.parametrize("words", [pytest.param(("clean",), marks=pytest.mark.slow), ("extras", "fetch", "sounds")])
def test_what_is_asked_at_a_terminal_is_asked_in_the_language(
    words: tuple[str, ...], language: Language, tmp_path: Path
) -> None:
    import pty

    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HIGHLIGHT_HOME": str(tmp_path / "data")}
    command = [sys.executable, "-m", "highlight_mcp", *words, "--language", language]
    done = subprocess.run(
        command, env={**kept, "PYTHONUTF8": "1"}, cwd=tmp_path, stdin=theirs, capture_output=True, encoding="utf-8",
        timeout=60, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert "[y/N]" in done.stdout and OWN[language].search(done.stdout)
    assert strange(done.stdout.replace("[y/N]", ""), language, tmp_path) == []


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "HIGHLIGHT_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "HIGHLIGHT_LANGUAGE": "zh-CN"}, "zh"),
        ({"LANG": "en_US.UTF-8", "HIGHLIGHT_CONFIG": "{config}"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "HIGHLIGHT_CONFIG": "{folder}"}, "zh"),
    ],
)
def test_the_shell_speaks_as_it_was_set_and_else_as_the_machine(
    environ: dict[str, str], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('language = "zh"\n')
    monkeypatch.setenv("HIGHLIGHT_CONFIG", str(tmp_path / "none.toml"))
    for name, value in environ.items():
        monkeypatch.setenv(name, value.format(config=tmp_path / "config.toml", folder=tmp_path))
    assert shell_language(None) == language
    assert shell_language("en") == "en" and shell_language("zh") == "zh"


def test_the_language_of_the_machine_is_a_code() -> None:
    assert native_language({"LANG": "zh_CN.UTF-8@pinyin"}) == "zh-CN"
    assert native_language({"LC_ALL": "C.UTF-8", "LANG": "zh_CN"}) == "en"


def test_the_option_stands_before_or_behind_the_command() -> None:
    assert given_language(["--language", "zh", "reel"]) == given_language(["reel", "x", "--language=zh"]) == "zh"
    assert given_language(["reel", "x"]) is given_language(["reel", "--language"]) is None


def test_the_option_holds_for_what_a_command_starts_and_no_longer(said: Said, language: Language) -> None:
    before = os.environ.get("HIGHLIGHT_LANGUAGE")
    assert said("extras")[0] == 0
    assert os.environ.get("HIGHLIGHT_LANGUAGE") == before


BROKEN = """
create table workflow_status (workflow_uuid text);
insert into accounts values ('acc', null, null, 1, 0, null);
insert into sessions values ('s1', 'task', 'acc', 'x', 'en', 5, 0, 0, 1, 0);
insert into versions (session_id, rev, parent, content, turn_id, change, timeline, duration_ms, created_ms)
    values ('s1', 1, null, 1, 'made_1', '{}', 'no timeline', 1, 0), ('s1', 3, 9, 3, 'made_3', '{}', '{}', 7, 0);
insert into turns values ('done', 's1', 'acc', 'done', null, '{}', null, null, 0, 0, 1);
insert into turns values ('runs', 's1', 'acc', 'running', null, '{}', null, null, 0, null, 2);
insert into renders values ('r1', 's1', 'acc', 'completed', 'h', '{}', 'x', null, null, null, 0, 0, 1, 1);
insert into renders values ('r2', 's1', 'acc', 'completed', 'h', '{}', 'x', '{"a": 1}', 'empty.mp4', null, 0, 0, 2, 2);
insert into media values ('s1', 'm1', 1, 'gone.mp4', 1, 0, 9, '{}', 0, null);
insert into attempts values ('a1', 'edit:runs', 1, 'running', null, null, null, 0, null);
insert into attempts values ('a2', 'edit:runs', 2, 'running', null, null, null, 0, null);
insert into attempts values ('a3', 'edit:done', 1, 'running', null, null, null, 0, null);
insert into ledger values (1, 'acc', 'edit:nobody', 'settle', 0, 0);
"""
"""Something of every kind that can be wrong, but for the two that are looked for first."""
WORSE = (
    "update highlight_schema set version = 99",
    "insert into turns values ('lost', 'nowhere', 'acc', 'done', null, '{}', null, null, 0, 0, 3)",
)


def test_each_broken_invariant_is_told_in_the_language(language: Language, said: Said, tmp_path: Path) -> None:
    file = tmp_path / "home" / "backend.db"
    (file.parent / "tmp").mkdir(parents=True)
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    (file.parent / "tmp" / "left").write_bytes(b"x")
    (tmp_path / "empty.mp4").touch()
    told = []
    with closing(sqlite3.connect(file)) as connection:
        for script in (BROKEN, *WORSE):
            connection.executescript(script)
            told.append(said("fsck"))
            assert strange(told[-1][1], language, tmp_path) == []
    assert [status for status, _ in told] == [1, 1, 1]
    kinds = {key for key in keys("en") if key.startswith("backend.broken.") and key != "backend.broken.no_rows"}
    shapes = {key: re.sub(r"\\{[^}]*\\}", ".+", re.escape(sentence(language, key))) for key in kinds}
    everything = "\n".join(text for _, text in told)
    assert [key for key, shape in shapes.items() if not re.search(f"^    {shape}$", everything, re.M)] == []
