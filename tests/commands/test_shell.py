"""The command line as a person meets it: wrong usage is answered in one line that says what to do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult
from tqdm import tqdm

from highlight_mcp.cli import main
from highlight_mcp.commands import mcp_client
from highlight_mcp.commands.http import callers
from highlight_mcp.commands.mcp_client import call_tool
from highlight_mcp.engine.sandbox import offered
from highlight_mcp.settings import Settings
from media_factory import make_clip


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HIGHLIGHT_OUTPUT_DIR", str(tmp_path / "out"))


def test_a_reel_without_footage_says_the_order_of_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reel", "the best moments"]) == 1
    assert "Name the footage first" in capsys.readouterr().err


def test_a_reel_never_overwrites_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out.mp4").write_bytes(b"precious")
    assert main(["reel", "match.mp4", "20 seconds", "-o", str(tmp_path / "out.mp4")]) == 1
    assert (tmp_path / "out.mp4").read_bytes() == b"precious"
    assert "exists already" in capsys.readouterr().err


def test_the_bar_goes_on_over_the_calls_that_one_piece_of_work_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[float, str]] = []

    class Bar(tqdm):  # type: ignore[type-arg]
        def __init__(self, **given: Any) -> None:
            begun.append((given["initial"], given["desc"]))
            super().__init__(**given)

    class Scripted:
        answers = iter(("processing", "processing", "completed"))

        async def call_tool(self, _tool: str, _given: dict[str, Any], progress_callback: Any) -> CallToolResult:
            status = next(self.answers)
            await progress_callback(40.0, 100.0, "Encoding 0:12 of 0:30")
            return CallToolResult(
                content=[], structured_content={"status": status, "render_id": "r", "session_id": "s"}
            )

    monkeypatch.setattr(mcp_client, "tqdm", Bar)
    anyio.run(mcp_client.McpClient(cast(Client, Scripted())).export)
    assert begun == [(0.0, "Export the reel"), (0.0, "Export the reel"), (40.0, "Encoding 0:12 of 0:30")]


def test_of_several_presets_the_one_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reel", "match.mp4", "20 seconds", "--preset", "1080p,8k"])
    assert ended.value.code == 2
    assert "There is no preset “8k”" in capsys.readouterr().err


def test_each_of_several_presets_has_a_file_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out 4x5.mp4").write_bytes(b"precious")
    assert main(["reel", "match.mp4", "20 seconds", "--preset", "480p,4:5", "-o", str(tmp_path / "out.mp4")]) == 1
    assert "out 4x5.mp4" in capsys.readouterr().err


def test_analysing_a_missing_file_names_it_without_a_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", "nowhere.mp4"]) == 1
    error = capsys.readouterr().err
    assert "nowhere.mp4 does not exist" in error
    assert "Traceback" not in error


def test_rendering_something_that_is_no_plan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text('{"a": 1}')
    assert main(["render", str(tmp_path / "x.json"), "-o", str(tmp_path / "x.mp4")]) == 1
    assert "holds no timeline" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.mp4*"))


def test_calling_a_tool_with_a_malformed_argument_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", "credits", "session"]) == 2
    assert "not of the form key=value" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["inside", "outside"])
def test_footage_that_cannot_be_read_is_refused_as_the_server_does_without_it_or_a_backend(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HIGHLIGHT_MEDIA_ROOTS", str(tmp_path / "inside"))
    (tmp_path / "outside" / "match.mp4").write_bytes(b"footage")
    file = tmp_path / place / ("match.mp4" if place == "outside" else "nowhere.mp4")
    words = ["call", "upload", f"sources={json.dumps([str(file)])}"]
    assert main(words) == 1
    answer = json.loads(capsys.readouterr().out)
    kind = "outside_roots" if place == "outside" else "file_missing"
    assert answer["structured_content"]["error"]["kind"] == kind and file.name in answer["text"]
    assert not (tmp_path / "home").exists(), "no backend was started"
    assert call_tool(Settings.load(), "upload", {"sources": [str(file)]}) == answer
    code = f"import sys; from highlight_mcp.cli import main; main({words!r}); print([*sys.modules], file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert "'pydantic'" in loaded and not [name for name in ("mcp", "httpx", "starlette") if f"'{name}'" in loaded]


@pytest.mark.parametrize(
    "given",
    [
        {"sources": ["/nowhere/match.mp4"], "new_session": True, "wait_s": 5},
        {"sources": "/nowhere/match.mp4", "session_id": "another"},
        {"sources": ["/nowhere/match.mp4"], "session_id": "another", "new_session": True},
        {"sources": []},
        {"files": ["match.mp4"]},
    ],
)
def test_an_upload_that_cannot_be_is_refused_as_the_server_does_whatever_else_is_asked(
    given: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["call", "upload", *(f"{name}={json.dumps(value)}" for name, value in given.items())]) == 1
    assert json.loads(capsys.readouterr().out) == call_tool(Settings.load(), "upload", given)
    assert not (tmp_path / "home").exists(), "no backend was started"


def test_a_wrong_setting_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HIGHLIGHT_CACHE_MB", "lots")
    assert main(["fsck"]) == 2
    assert "HIGHLIGHT_CACHE_MB = 'lots'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["call", "get_state"], ["reel", "a.mp4", "20 seconds"], ["demo"], ["extras"]])
def test_a_wrong_setting_is_one_sentence_for_every_command(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_IDLE_EXIT_S", "3")
    assert main(words) == 2
    error = capfd.readouterr().err
    assert "HIGHLIGHT_IDLE_EXIT_S = '3'" in error and len(error.splitlines()) == 1


@pytest.mark.parametrize("name", ["HIGHLIGHT_HTTP_TOKEN", "NEMO_TOKEN"])
def test_a_blank_token_is_no_token(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, " ")
    assert main(["http"]) == 2
    assert f"{name}: " in (error := capsys.readouterr().err) and "blank" in error


@pytest.mark.parametrize(
    ("given", "people", "told"),
    [
        ({}, [], "everybody who reaches it"),
        ({"http_token": "secret"}, [], "whoever has the shared token"),
        ({"http_token": "secret"}, ["ann"], "ann, whoever has the shared token"),
        ({"http_issuer": "https://id.example"}, [], "whom https://id.example knows"),
    ],
)
def test_the_server_says_who_may_call(given: dict[str, str], people: list[str], told: str) -> None:
    assert str(callers(Settings.load(given, environ={}), people)) == told


def test_fsck_of_a_fresh_directory_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_doctor_tries_the_codecs_for_real_and_names_every_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor", "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["H.264 encoder"]["ok"]
    assert checks["AAC encoder"]["ok"]
    assert str(tmp_path / "home") in checks["data directory"]["detail"]
    assert checks["sandbox"]["ok"] and ("start no programs" in checks["sandbox"]["detail"]) == offered().seccomp


def test_doctor_says_what_to_do_about_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HIGHLIGHT_OUTPUT_DIR", str(tmp_path / "file" / "inside"))
    assert main(["doctor"]) == 1
    assert "choose another folder" in capsys.readouterr().out


def test_cleaning_without_a_terminal_and_without_yes_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean"]) == 0
    assert "Nothing was removed" in capsys.readouterr().out


def test_a_plan_is_written_for_another_editor_and_what_that_lacks_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = make_clip(tmp_path / "my match.mp4", seconds=4)
    capsys.readouterr()
    assert main(["plan", str(recording), "keep 0:01 to 0:03 and make it vertical", "--json"]) == 0
    (tmp_path / "plan.json").write_text(capsys.readouterr().out)
    assert main(["render", str(tmp_path / "plan.json"), "-o", str(tmp_path / "cut.edl")]) == 0
    told = capsys.readouterr().out
    assert "read back" in told and "Not carried over: focus of clip 1, filling the picture in clip 1." in told
    assert recording.as_uri() in (tmp_path / "cut.edl").read_text("utf-8")


def test_a_list_of_cuts_becomes_a_session_at_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_clip(tmp_path / "my match.mp4", seconds=4)
    event = "001  MATCH  AA/V  C  00:00:01:00 00:00:03:00 01:00:00:00 01:00:02:00"
    text = f"TITLE: x\n{event}\n* FROM CLIP NAME: my match.mp4\n"
    (tmp_path / "cut.edl").write_text(text)
    assert main(["timeline", "import", str(tmp_path / "cut.edl"), str(tmp_path / "my match.mp4")]) == 0
    told = capsys.readouterr().out
    assert "Took over cut.edl: 1 clip, 2 s." in told and "ses_" in told
    (tmp_path / "broken.edl").write_text("001 nonsense\n")
    assert main(["timeline", "import", str(tmp_path / "broken.edl")]) == 1
    assert "Line 1 cannot be read" in capsys.readouterr().err
