"""`highlight-mcp extras`: what can be added, whether it is there, and how to fetch its model."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ..engine.extras.catalogue import EXTRAS, Extra, State
from ..settings import Settings
from .shell import exit_with_error

_STATES: dict[State, str] = {
    "ready": "ready",
    "no_packages": "not installed",
    "no_model": "installed, without its model",
}
_SPARE = 2.5


def run(arguments: argparse.Namespace) -> int:
    """List the extras, or fetch the model of one. Returns 1 where that failed, 2 where it was not allowed."""
    settings = Settings.load()
    if arguments.action == "fetch":
        return fetch(EXTRAS[arguments.name], settings.models[arguments.name], agreed=arguments.yes)
    rows = [_row(extra, settings.models) for extra in EXTRAS.values()]
    if arguments.json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return 0
    for row in rows:
        sys.stdout.write(f"[{row['name']}] {row['purpose']}\n")
        sys.stdout.write(f"    state: {_STATES[row['state']]}\n")
        sys.stdout.write(f"    packages: {', '.join(row['packages'])} ({row['install']})\n")
        sys.stdout.write(f"    model: {row['model']}, {row['model_mb']} MB, licence {row['licence']}\n")
        sys.stdout.write(f"    looked for in: {row['folder']} (setting {row['setting']})\n")
        if row["next_step"]:
            sys.stdout.write(f"    to use it: {row['next_step']}\n")
    sys.stdout.write(
        "Nothing is fetched unless you run one of these commands. Extras work offline once they are here.\n"
    )
    return 0


def fetch(extra: Extra, folder: Path, *, agreed: bool) -> int:
    """Fetch the model of an extra into its folder, once its size and licence were shown and agreed to."""
    sys.stdout.write(
        f"[{extra.name}] {extra.model}, about {extra.mb} MB, licence {extra.licence},\n"
        f"    from the model repository {extra.repository} ({extra.revision[:12]})\n    into {folder}\n"
    )
    if extra.found(folder):
        sys.stdout.write("It is there already.\n")
        return 0
    if not agreed and not _agreed():
        sys.stdout.write("Nothing was fetched. Add --yes to agree where nobody can be asked.\n")
        return 2
    hub = _hub()
    if hub is None:
        return exit_with_error(f"The downloader is not installed. Run: {extra.install}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free / 1e6
        if free < _SPARE * extra.mb:
            return exit_with_error(f"There are only {free:.0f} MB free in {folder}. Free some space first.")
        names = [name for group in extra.files for name in group[:1]]
        patterns = [*names, *(f"onnx/{name}" for name in names), *extra.also]
        hub.snapshot_download(extra.repository, revision=extra.revision, allow_patterns=patterns, local_dir=str(folder))
    except (OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split())[:300]
        return exit_with_error(
            f"The model could not be fetched: {reason} Try again, or put its files into {folder} yourself."
        )
    if not extra.found(folder):
        return exit_with_error(f"The download is not complete: {folder} lacks files. Run the command again.")
    sys.stdout.write("Done.\n")
    return 0


def _row(extra: Extra, models: dict[str, Path]) -> dict[str, Any]:
    return {
        "name": extra.name,
        "purpose": extra.purpose,
        "state": extra.state(models),
        "packages": list(extra.packages),
        "install": extra.install,
        "model": extra.model,
        "model_mb": extra.mb,
        "licence": extra.licence,
        "folder": str(models[extra.name]),
        "setting": extra.variable,
        "next_step": extra.next_step(models),
    }


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Fetch it? [y/N] ").strip().lower() in ("y", "yes")


def _hub() -> Any:
    """The downloader of models; None where it is not installed."""
    import importlib

    try:
        return importlib.import_module("huggingface_hub")
    except ImportError:
        return None
