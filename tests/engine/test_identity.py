"""The files of a job: opened at one place, compared there, compared again at the end."""

import ast
import os
from pathlib import Path
from typing import Any

import pytest

import highlight_mcp.engine
from highlight_mcp.engine.__main__ import run_job
from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.opening import expect, opened, require_unchanged
from highlight_mcp.engine.transcripts.subtitles import keep
from highlight_mcp.timeline.media import FileMark
from media_factory import make_clip

ENGINE = Path(highlight_mcp.engine.__file__).parent
OPENERS = {
    "media/identity.py", "media/opening.py", "media/images.py", "transcripts/subtitles.py",  # footage, by a descriptor
    "render/encoding.py", "render/animation.py", "render/verify.py", "smartcut/writer.py",  # the reel that is made
    "signals/analysis.py", "extras/sound_table.py", "extras/sounds.py", "transcripts/sources.py",  # caches and models
    "render/shaping.py",  # pictures in a font
    "sandbox.py",  # folders, as places that may be written to
}  # fmt: skip


def test_nothing_but_the_one_door_opens_files() -> None:
    found = set()
    for file in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in (
                "open",
                "av.open",
                "Image.open",
                "os.open",
                "fdopen",
            ):
                found.add(file.relative_to(ENGINE).as_posix())
    assert found <= OPENERS


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        owner = function.value.id if isinstance(function.value, ast.Name) else ""
        whole = f"{owner}.{function.attr}"
        return whole if owner in ("av", "Image", "os") else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_a_probe_tells_which_file_it_has_read(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "match.mp4", seconds=1)
    answer = run_job({"job": "probe", "path": str(clip)}, no_progress)
    assert FileMark.model_validate(answer["file"]) == FileMark.of(clip.stat())
    again = run_job({"job": "probe", "path": str(clip), "file": answer["file"]}, no_progress)
    assert again == answer


@pytest.mark.parametrize("change", ["touched", "longer"])
def test_a_file_that_changes_while_it_is_read_fails_the_job(tmp_path: Path, change: str) -> None:
    clip = make_clip(tmp_path / "match.mp4", seconds=1)
    expect({"path": str(clip), "file": FileMark.of(clip.stat()).model_dump()})
    with opened(clip):
        if change == "touched":
            os.utime(clip, ns=(1, 1))
        else:
            with clip.open("ab") as file:
                file.write(b"more")
    with pytest.raises(EngineError, match=r"match\.mp4 has changed on the disk") as error:
        require_unchanged()
    assert error.value.kind == "file_missing"
    with pytest.raises(EngineError), opened(clip):
        pass
    expect({})


def test_what_lies_behind_a_new_link_is_not_told(tmp_path: Path) -> None:
    told = set()
    for name in ("there", "absent"):
        clip = make_clip(tmp_path / "match.mp4", seconds=1)
        spec: dict[str, Any] = {"job": "probe", "path": str(clip), "file": FileMark.of(clip.stat()).model_dump()}
        clip.unlink()
        clip.symlink_to(make_clip(tmp_path / "there.mp4", seconds=1).with_stem(name))
        with pytest.raises(EngineError) as error:
            run_job(spec, no_progress)
        told.add(error.value.message)
        clip.unlink()
    assert told == {"match.mp4 has changed on the disk since it was added."}


def test_a_cache_file_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "cues.json").mkdir()  # no file can take its place
    keep(folder / "cues.json", {"a": 1})
    assert [file.name for file in folder.iterdir()] == ["cues.json"]
