"""Twelve tasks in a user's words, each with the calls that a model makes who has read only the tool list.

Every argument stands in the task, in the tool list, or in the result of an earlier call; the scripts are
data, so that the calls of another model can be put beside them.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from media_factory import make_clip

from .conftest import Bench, Host

SCRIPTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("task_scripts.json").read_text(encoding="utf-8"))
HOLE = re.compile(r"\{(?:(\d+)\.)?(\w+)\}")


@pytest.fixture(scope="session")
def files(room: Path, match: Path, song: Path) -> dict[str, str]:
    """What the tasks speak of."""
    clips = room / "clips"
    clips.mkdir()
    for number in (1, 2):
        make_clip(clips / f"clip{number}.mp4", seconds=20, size=(320, 180), cuts=(8,), sound="noise", loud=[(9, 12)])
    broken = room / "broken.mp4"
    broken.write_bytes((clips / "clip1.mp4").read_bytes()[:2000])
    named = {"match": match, "song": song, "folder": match.parent, "clips": clips, "broken": broken}
    return {**{name: str(path) for name, path in named.items()}, **{p.stem: str(p) for p in clips.iterdir()}}


def test_there_are_twelve_tasks_over_the_three_workflows() -> None:
    assert len(SCRIPTS) == 12
    assert {script["workflow"] for script in SCRIPTS} == {"quick_edit", "batch", "iterate"}


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: re.sub(r"\W+", "-", script["task"])[:50])
async def test_a_model_that_reads_only_the_tool_list_can_do(
    bench: Bench, files: dict[str, str], script: dict[str, Any]
) -> None:
    async with bench.host() as host:
        inputs = {tool.name: tool.input_schema for tool in (await host.client.list_tools()).tools}
        results: list[dict[str, Any]] = []
        for call in script["calls"]:
            arguments = filled(call["arguments"], files, results)
            Draft202012Validator(inputs[call["tool"]]).validate(arguments)
            results.append(await answer(host, call, arguments))
            for path, wanted in (call.get("error") or call["expect"]).items():
                check(at(results[-1], path), wanted, f"{call['tool']}: {path} in {results[-1]}")


async def answer(host: Host, call: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The result of a call, followed to its end as `next_step` says unless the script wants the handle only."""
    if "error" in call:
        return await host.error(call["tool"], **arguments)
    held = call.get("follow", True) and "wait_s" not in arguments and call["tool"] in ("edit", "export")
    return await (host.finished if held else host.call)(call["tool"], **arguments)


def filled(value: Any, files: dict[str, str], results: list[dict[str, Any]]) -> Any:
    """Arguments with `{name}` of a file and `{call.field}` of an earlier result put in."""
    if isinstance(value, dict):
        return {name: filled(each, files, results) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, files, results) for each in value]
    if not isinstance(value, str):
        return value
    return HOLE.sub(lambda hole: str(results[int(hole[1])][hole[2]]) if hole[1] else files[hole[2]], value)


def at(value: Any, path: str) -> Any:
    """The part of a result that a dotted path names; None where there is none."""
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def check(found: Any, wanted: Any, what: str) -> None:
    """Compare with a value, or with one of the forms `has`, `lacks`, `between`, `file`."""
    if not isinstance(wanted, dict):
        assert found == wanted, what
        return
    for form, value in wanted.items():
        if form == "has":
            assert value in found, what
        elif form == "lacks":
            assert value not in found, what
        elif form == "between":
            assert value[0] <= found <= value[1], what
        else:
            assert form == "file", form
            assert found.endswith(value), what
            assert Path(found).stat().st_size > 1000, what
