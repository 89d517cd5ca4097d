"""The door of the engine: `python -m highlight_mcp.engine` runs one job and ends.

The job is JSON on the first line of standard input: `{"job": "probe", …}`; with `memory_mb` and `font` from the
settings, `limits` (`job_process.py`) and `temp`, a folder for temporary files, where given. Before it does anything the
process gives up what no job needs (`sandbox.py`). Each `path` of it, or of an entry of its `media`, may
have a `file` beside it: the mark of the very file that is meant (`media/opening.py`). Standard input stays open as the
life line: when it closes, the process ends at once and removes its partial output. Standard output carries JSON lines:
any number of `{"progress": {stage, done, total, message}}` and of `{"ask": {…}}`, each of which is answered by one
line of JSON on standard input (only `edit` asks, for versions and of a language model), then one `{"result": {…}}`
(exit status 0) or one `{"error": {kind, message, next_step}}` (exit status 3). Diagnostics go to standard error.
"""

import errno
import faulthandler
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from ..messages import language_of, say, use_language
from .errors import EngineError, translate
from .job_process import (
    FAILED,
    Ask,
    ParentWatchdog,
    Progress,
    Reporter,
    apply_limits,
    fix_limits,
    lower_priority,
)
from .media.images import is_image
from .media.opening import check_file, expect, require_unchanged
from .sandbox import confine_to_job

JOBS = {
    "probe": "media.probe",
    "analyse": "moments.job",
    "moments": "moments.job",
    "edit": "edit.job",
    "render": "render.job",
    "interchange": "interchange_job",
    "preview": "preview.job",
}
ASKING = frozenset({"edit"})
"""Jobs that may need more than they were given."""
_THREADS_OF_NUMPY = "OPENBLAS_NUM_THREADS"
"""More would be started as NumPy is loaded, before the process is confined, and be left out of that."""


def main() -> int:
    """Run the job that standard input names. Returns the exit status."""
    faulthandler.enable()
    lower_priority()
    os.environ.setdefault(_THREADS_OF_NUMPY, "1")
    reporter = Reporter(os.fdopen(private_stdout(), "wb"))
    lifeline = ParentWatchdog()

    def bound(spec: dict[str, Any]) -> None:
        _module_of(spec)  # while what is compiled of it can still be kept
        confine_to_job(spec)
        apply_limits(spec, picture=spec.get("job") == "probe" and is_image(check_file(Path(spec["path"]))))
        fix_limits()

    return serve(lifeline.first_line(), lifeline, reporter, bound)


def serve(
    line: bytes | None,
    lifeline: ParentWatchdog,
    reporter: Reporter,
    bound: Callable[[dict[str, Any]], None],
    stays: Callable[[], bool] = lambda: False,
) -> int:
    """Run the job of a line, within what `bound` sets for it, and report how it ended. Returns the exit status.

    `stays` is asked after it, whether this process takes another one.
    """
    try:
        result = _work(line, lifeline, reporter, bound)
        with lifeline.finishing():
            reporter.result(result, stays=stays())
    except EngineError as error:
        reporter.error(error.as_dict())
        return FAILED
    except BrokenPipeError:
        return FAILED
    except Exception as error:  # noqa: BLE001 - the border of the process: nothing may leave as a bare stack trace
        traceback.print_exc(file=sys.stderr)
        reporter.error(_unexpected(error).as_dict())
        return FAILED
    return 0


def run_job(spec: dict[str, Any], progress: Progress, ask: Ask | None = None) -> dict[str, Any]:
    """Run one job in this process; `ask` reaches who ordered it. Raises EngineError."""
    module = _module_of(spec)
    expect(spec)
    try:
        asking = {"ask": ask} if spec["job"] in ASKING and ask is not None else {}
        with use_language(language_of(spec.get("language"))), _font_of(spec):
            result: dict[str, Any] = module.run(spec, progress, **asking)
        require_unchanged()
        return result
    finally:
        expect({})


def _module_of(spec: dict[str, Any]) -> ModuleType:
    """What does a job. Raises EngineError where there is no such job."""
    name = spec.get("job")
    if name not in JOBS:
        raise EngineError("bad_request", "engine.no_job", name=str(name), jobs=", ".join(JOBS))
    return importlib.import_module(f".{JOBS[name]}", __package__)


@contextmanager
def _font_of(spec: dict[str, Any]) -> Iterator[None]:
    """The font of the setting is the first choice, for this job."""
    if not spec.get("font"):
        yield
        return
    from .render.fonts import prefer

    prefer(Path(spec["font"]))
    try:
        yield
    finally:
        prefer(None)


def _work(
    line: bytes | None, lifeline: ParentWatchdog, reporter: Reporter, bound: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    try:
        spec = json.loads(line or b"")
    except ValueError:
        spec = None
    if not isinstance(spec, dict):
        raise EngineError("bad_request", "engine.no_spec")
    if isinstance(spec.get("output"), str):
        lifeline.owns(Path(spec["output"]))
    bound(spec)  # before there are threads, which would not be bound
    lifeline.watch(lambda: reporter.error(_out_of_time(spec).as_dict()))

    def ask(question: dict[str, Any]) -> dict[str, Any]:
        reporter.ask(question)
        return dict(json.loads(lifeline.next_line()))

    return run_job(spec, reporter.progress, ask)


def _out_of_time(spec: dict[str, Any]) -> EngineError:
    minutes = int((spec.get("limits") or {}).get("cpu_s") or 0) // 60
    return EngineError("limit", "engine.out_of_time", minutes=minutes)


def private_stdout() -> int:
    """A descriptor of the real standard output; what libraries print there goes to standard error instead."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return private


def _unexpected(error: Exception) -> EngineError:
    """A full disk, a limit of file size and exhausted memory can strike anywhere; all else is a fault of ours."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return translate(error, Path(say("engine.the_result")))
    return EngineError("internal", "engine.internal", name=type(error).__name__)


if __name__ == "__main__":
    sys.exit(main())
