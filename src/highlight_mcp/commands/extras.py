"""`highlight-mcp extras`: what can be added, whether it is there, and how to fetch its model."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ..engine.extras.catalogue import EXTRAS, Extra
from ..messages import Argument, message, say
from ..messages.reasons import reason_of
from ..settings import Settings
from .shell import ShellError, agreed, exit_with_error

_SPARE = 2.5


def run(arguments: argparse.Namespace) -> int:
    """List the extras, or fetch the model of one. Returns 1 where that failed, 2 where it was not allowed."""
    settings = Settings.load()
    if arguments.action == "fetch":
        return fetch(EXTRAS[arguments.name], settings.models[arguments.name], asked=arguments.yes)
    rows = [_row(extra, settings.models) for extra in EXTRAS.values()]
    if arguments.json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return 0
    for row in rows:
        state = message(f"shell.extras.state.{row['state']}")
        told = [say("shell.extras.row", **{**row, "packages": tuple(row["packages"]), "state": state})]
        told += [say("shell.extras.to_use", step=row["next_step"])] if row["next_step"] else []
        sys.stdout.write("\n    ".join("\n".join(told).splitlines()) + "\n")
    sys.stdout.write(f"{say('shell.extras.offline')}\n")
    return 0


def fetch(extra: Extra, folder: Path, *, asked: bool) -> int:
    """Fetch the model of an extra into its folder, once its size and licence were shown and agreed to.

    `asked` says that whoever runs the command has agreed already.
    """
    facts: dict[str, Argument] = {
        "name": extra.name,
        "model": extra.model,
        "mb": extra.mb,
        "licence": extra.licence,
        "folder": str(folder),
    }
    told = say("shell.extras.fetch_what", **facts, repository=extra.repository, revision=extra.revision[:12])
    sys.stdout.write("\n    ".join(told.splitlines()) + "\n")
    if extra.found(folder):
        sys.stdout.write(f"{say('shell.extras.there')}\n")
        return 0
    if not asked and not agreed("shell.extras.agree"):
        sys.stdout.write(f"{say('shell.extras.not_fetched')}\n")
        return 2
    hub = _hub()
    if hub is None:
        return exit_with_error(ShellError("shell.extras.no_downloader", install=extra.install))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free / 1e6
        if free < _SPARE * extra.mb:
            return exit_with_error(ShellError("shell.extras.no_space", free=free, folder=str(folder)))
        names = [name for group in extra.files for name in group[:1]]
        patterns = [*names, *(f"onnx/{name}" for name in names), *extra.also]
        hub.snapshot_download(extra.repository, revision=extra.revision, allow_patterns=patterns, local_dir=str(folder))
    except (OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        reason = " ".join(str(reason_of(error)).split())[:300]
        return exit_with_error(ShellError("shell.extras.failed", reason=reason, folder=str(folder)))
    if not extra.found(folder):
        return exit_with_error(ShellError("shell.extras.incomplete", folder=str(folder)))
    sys.stdout.write(f"{say('shell.extras.done')}\n")
    return 0


def _row(extra: Extra, models: dict[str, Path]) -> dict[str, Any]:
    return {
        "name": extra.name,
        "purpose": str(extra.purpose),
        "state": extra.state(models),
        "packages": list(extra.packages),
        "install": extra.install,
        "model": extra.model,
        "model_mb": extra.mb,
        "licence": extra.licence,
        "folder": str(models[extra.name]),
        "setting": extra.variable,
        "next_step": str(extra.next_step(models)),
    }


def _hub() -> Any:
    """The downloader of models; None where it is not installed."""
    import importlib

    try:
        return importlib.import_module("huggingface_hub")
    except ImportError:
        return None
