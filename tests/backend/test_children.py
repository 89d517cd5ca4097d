"""One engine child: its answer, its errors, its end, and what outlives it (nothing)."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.backend.config import BackendConfig, Timing
from highlight_mcp.backend.engine_runner import EngineCancelled, EngineCrashed, EngineRunner
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.messages import verbatim
from waiting import eventually

SCRIPT = """
import json, os, signal, subprocess, sys
job = json.loads(sys.stdin.readline())
exec(job["code"])
"""


def children(folder: Path, no_progress: float = 60.0, **more: Any) -> EngineRunner:
    config = BackendConfig(
        home=folder,
        output_dir=folder,
        media_roots=(),
        child_command=(sys.executable, "-c", SCRIPT),
        timing=Timing(grace=0.3, no_progress=no_progress),
        **more,
    )
    return EngineRunner(config)


def run(made: EngineRunner, code: str, **options: Any) -> dict[str, Any]:
    return asyncio.run(made.run("job", {"code": code}, **options))


def test_progress_and_result_arrive_and_noise_is_ignored(tmp_path: Path) -> None:
    seen: list[tuple[Any, ...]] = []
    code = (
        'print("noise"); print(json.dumps({"progress": {"stage": "s", "done": 1, "total": 4, "message": "m"}}));'
        'print(json.dumps({"result": {"big": "x" * 3_000_000}}), flush=True)'
    )
    result = run(children(tmp_path), code, progress=lambda *step: seen.append(step))
    assert len(result["big"]) == 3_000_000
    assert seen == [("s", 1.0, 4.0, verbatim("m"))]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"kind": "no_space", "message": "The disk is full."}, "no_space"),
        ({"kind": "strange", "message": "Odd."}, "backend_error"),
        ({}, "backend_error"),
    ],
)
def test_errors_of_the_engine_keep_their_kind(tmp_path: Path, error: dict[str, str], kind: str) -> None:
    with pytest.raises(ApiError) as caught:
        run(children(tmp_path), f"print({json.dumps(json.dumps({'error': error}))}, flush=True); sys.exit(3)")
    assert caught.value.fault.kind == kind


@pytest.mark.parametrize("code", ["os._exit(7)", "os.kill(os.getpid(), 9)", "os.abort()", "1/0"])
def test_a_child_that_ends_without_an_answer_died(tmp_path: Path, code: str) -> None:
    made = children(tmp_path)
    with pytest.raises(EngineCrashed):
        run(made, code)
    assert made.running() == frozenset()


def test_a_child_without_progress_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="no progress"):
        run(children(tmp_path, no_progress=0.5), "signal.pause()")


def test_a_child_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    code = "x = bytearray(300_000_000); signal.pause()"
    with pytest.raises(ApiError) as caught:
        run(children(tmp_path, child_memory_mb=150), code)
    assert caught.value.fault.kind == "limit"


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def soon_gone(pids: list[int]) -> bool:
    """A killed process may take a moment to leave the table on a busy machine."""
    return bool(eventually("the processes are gone", lambda: not any(alive(pid) for pid in pids), 5))


GRANDCHILD = (
    "import signal; signal.signal(15, signal.SIG_IGN)\n"
    "stubborn = 'import signal; signal.signal(15, signal.SIG_IGN); signal.pause()'\n"
    "p = subprocess.Popen([sys.executable, '-c', stubborn])\n"
    "print(json.dumps({'progress': {'stage': str(p.pid), 'done': 0, 'total': 1}}), flush=True); signal.pause()"
)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("way", ["stop", "cancel", "both"])
def test_stopping_a_stubborn_child_ends_its_whole_family(tmp_path: Path, way: str) -> None:
    made = children(tmp_path)
    pids: list[int] = []

    async def scenario() -> type[BaseException]:
        known = asyncio.Event()

        def noted(stage: str, *_: object) -> None:
            pids.append(int(stage))
            known.set()

        task = asyncio.create_task(
            made.run(
                "job",
                {"code": GRANDCHILD},
                progress=noted,
                on_start=lambda pid, _started: pids.append(pid),
            )
        )
        async with asyncio.timeout(20):
            await known.wait()
        if way in ("stop", "both"):
            assert made.stop("job")
        if way in ("cancel", "both"):
            task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        assert isinstance(outcome, BaseException)
        return type(outcome)

    assert asyncio.run(scenario()) is (EngineCancelled if way == "stop" else asyncio.CancelledError)
    assert made.running() == frozenset()
    assert soon_gone(pids)


def test_children_do_not_inherit_tokens_and_do_not_import_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "NEMO_TOKEN", "HIGHLIGHT_HTTP_TOKEN", "HIGHLIGHT_READER_KEY", "HIGHLIGHT_DB", "HIGHLIGHT_BLOBS", "PGPASSWORD",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    ):  # fmt: skip
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("OF_THE_MACHINE", "told")
    code = 'print(json.dumps({"result": {"env": dict(os.environ), "path": sys.path}}), flush=True)'
    result = run(children(tmp_path), code)
    assert "secret" not in json.dumps(result["env"])
    assert result["env"]["OF_THE_MACHINE"] == "told"
    assert "" not in result["path"]
    assert os.fspath(tmp_path) not in result["path"]
