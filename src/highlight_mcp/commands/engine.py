"""`highlight-mcp analyse`, `plan` and `render`: one job of the engine each, without backend or server."""

import argparse
import asyncio
import json
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..backend.engine_runner import EngineCrashed, EngineRunner
from ..backend_locator import backend_config
from ..contract.addresses import shell_path
from ..contract.errors import ApiError
from ..contract.exports import ExportChoice
from ..files import move_to_free_name
from ..messages import InWords, Message, chosen_language, in_words, language_of, message, say, use_language
from ..messages.reasons import reason_of
from ..settings import Settings
from ..timeline.model import Timeline
from ..timeline.summary import summary
from ..timeline.time import format_time
from .shell import ShellError, choice_of, exit_with_error, partial_of, split_words, stoppable, target_of


class JobFailed(InWords, Exception):
    """The engine refused or failed."""

    def __init__(self, fault: InWords) -> None:
        super().__init__(fault.text)
        self.what, self.step = fault.what, fault.step


def run_job(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the job and return its result. An end of ours, in whatever way, ends the engine too. Raises JobFailed."""
    children = EngineRunner(backend_config(Settings.load()).without_warm_starts())
    with tqdm(
        total=100, leave=False, file=sys.stderr, disable=None, bar_format="{desc:<42.42} {bar} {n:3.0f} %"
    ) as bar:
        try:
            answer: dict[str, Any] = asyncio.run(children.run("job", spec, progress=partial(_show_progress, bar)))
        except ApiError as error:
            raise JobFailed(error.fault) from None
        except EngineCrashed as death:
            how = death.detail or message("shell.killed")
            raise JobFailed(ShellError("shell.engine_stopped", how=how)) from None
    with use_language(language_of(answer["language"]) if "language" in answer else chosen_language()):
        result: dict[str, Any] = in_words(answer)
    return result


def media_entries(files: list[str]) -> list[dict[str, Any]]:
    """Probe files for a job; media ids are `med_1`, `med_2`, … in the order given."""
    entries = []
    for number, file in enumerate(files, 1):
        path = shell_path(file)
        probed = run_job({"job": "probe", "path": str(path)})
        media = {**probed["info"], "media_id": f"med_{number}"}
        entries.append({"info": media, "path": str(path), "file": probed["file"]})
    return entries


def cache_dir() -> str:
    """Where analyses are kept: the same place as the backend's."""
    folder = Settings.load().home / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _show_progress(bar: Any, stage: str, done: float, total: float, message: Message) -> None:
    bar.n = min(100.0, 100 * done / (total or 100))
    bar.set_description_str(str(message) or stage, refresh=True)


@stoppable
def analyse(arguments: argparse.Namespace) -> int:
    """Print the ranked moments with their evidence."""
    spec = {"job": "analyse", "path": str(shell_path(arguments.file))}
    try:
        analysis = run_job(spec if arguments.no_cache else {**spec, "cache": cache_dir()})
    except JobFailed as error:
        return exit_with_error(error)
    if arguments.json:
        sys.stdout.write(json.dumps(analysis, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write(f"{analysis['footage']['told']}\n")
    for number, moment in enumerate(analysis["moments"], 1):
        times = f"{format_time(moment['start_ms'])}-{format_time(moment['end_ms'])}"
        sure = say(f"engine.confidence.{moment['confidence']}")
        sys.stdout.write(f"{number:3}. {times:<19} {sure:<6} {moment['why']}\n")
    if not analysis["moments"]:
        sys.stdout.write(f"{say('shell.no_moment')}\n")
    return 0


@stoppable
def plan(arguments: argparse.Namespace) -> int:
    """Print the timeline that the words would make, and why."""
    files, wish = split_words(arguments.words)
    if not files:
        return exit_with_error(message("shell.name_footage", command="plan"))
    try:
        planned = _plan(files, wish)
    except JobFailed as error:
        return exit_with_error(error)
    if arguments.json:
        sys.stdout.write(json.dumps(planned, ensure_ascii=False) + "\n")
    else:
        _show_plan(planned)
    return 0


def _plan(files: list[str], wish: str) -> dict[str, Any]:
    media = media_entries(files)
    done = run_job(
        {
            "job": "edit",
            "instruction": wish,
            "operations": None,
            "language": Settings.load().language,
            "timeline": None,
            "media": media,
            "cache": cache_dir(),
        }
    )
    kept = ("timeline", "picks", "message", "not_understood")
    return {**{name: done[name] for name in kept}, "status": done["status"], "media": media}


def _show_plan(planned: dict[str, Any]) -> None:
    sys.stdout.write(planned["message"] + "\n")
    if planned["timeline"]:
        sys.stdout.write(summary(Timeline.model_validate(planned["timeline"])) + "\n")
    for number, pick in enumerate(planned["picks"], 1):
        times = f"{format_time(pick['start_ms'])}-{format_time(pick['end_ms'])}"
        sys.stdout.write(f"{number:3}. {pick['source']} {times:<19} {pick['why']}\n")


@stoppable
def render(arguments: argparse.Namespace) -> int:
    """Render to a partial file of our own beside the target, then give it a name that nothing has yet."""
    try:
        output = target_of(arguments.output, arguments.preset)
        choice = choice_of(arguments.preset, output.name)
    except ShellError as error:
        return exit_with_error(error)
    partial = partial_of(output)
    try:
        spec = _render_spec(shell_path(arguments.timeline), partial, choice)
        output.parent.mkdir(parents=True, exist_ok=True)
        facts = run_job(spec)
        output = move_to_free_name(partial, output.parent, *_halves(output.name, choice.ending))
    except (JobFailed, ShellError) as error:
        return exit_with_error(error)
    except OSError as error:
        return exit_with_error(message("shell.unwritable", target=str(output), reason=reason_of(error)))
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    if arguments.json:
        sys.stdout.write(json.dumps({"path": str(output), **facts}, ensure_ascii=False) + "\n")
    else:
        for check in facts["checks"]:
            state, name = say("shell.ok" if check["ok"] else "shell.bad"), say(f"engine.check.{check['name']}")
            sys.stdout.write(f"{say('shell.checked', state=state, name=name, detail=check['detail'])}\n")
        for warning in facts["warnings"]:
            sys.stdout.write(f"{warning}\n")
        sys.stdout.write(f"{output}\n")
    return 0


def _halves(name: str, ending: str) -> tuple[str, str]:
    """What a number goes between, when another run has taken the name meanwhile."""
    at = -len(ending) - 1
    return (name[:at], name[at:]) if name.lower().endswith(f".{ending}") else (name, "")


def _render_spec(file: Path, partial: Path, choice: ExportChoice) -> dict[str, Any]:
    """The render job of a file made by `plan --json`, which carries its media. Raises ShellError for any other."""
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ShellError("shell.unreadable", file=str(file), reason=reason_of(error)) from None
    if not isinstance(written, dict) or not written.get("timeline") or not written.get("media"):
        raise ShellError("shell.no_plan", file=str(file))
    return {
        "job": choice.job,
        "timeline": written["timeline"],
        "media": written["media"],
        "output": str(partial),
        "preset": choice.name,
        "ending": choice.ending,
    }
