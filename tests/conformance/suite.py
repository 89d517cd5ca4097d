"""Runs the official conformance suite and holds its verdict against a list of expected failures.

The suite itself leaves extensions and pending scenarios out of its verdict; here they count.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .node import Peers

FOLDER = re.compile(r"^server-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z$")
FAILED = ("FAILURE", "WARNING")
Outcomes = Mapping[str, Mapping[str, str]]
"""Scenario → check → its worst outcome: FAILURE, WARNING, SUCCESS, SKIPPED or INFO."""
WORST = ("FAILURE", "WARNING", "SUCCESS", "SKIPPED", "INFO")


@dataclass(frozen=True)
class Line:
    """One run of the suite: a release of it, and what of it; `scenarios` is how many that are.

    The old release knows no entries for single checks, so its own verdict is not asked for.
    """

    script: str
    arguments: tuple[str, ...]
    scenarios: int


NEW, OLD = "@modelcontextprotocol/conformance/dist/index.js", "conformance-legacy/dist/index.js"
LINES = {
    "2026-07-28": Line(NEW, ("--requirements", "2026-07-28"), 50),
    "2025-11-25": Line(NEW, ("--requirements", "2025-11-25"), 33),
    "2025-11-25 by 0.1.16": Line(OLD, ("--suite", "all"), 32),
}


def run_suite(peers: Peers, line: Line, url: str, expected: Path, folder: Path) -> Outcomes:
    """Every outcome of one run.

    Raises AssertionError when scenarios are missing, or when the suite itself is not content although it
    knows the file of expected failures.
    """
    command = peers.script(line.script, "server", "--url", url, *line.arguments, "-o", str(folder))
    done = peers.run([*command, "--expected-failures", str(expected)] if line.script == NEW else command)
    said = done.stdout[-3000:] + done.stderr[-3000:]
    outcomes = _outcomes(folder)
    assert len(outcomes) == line.scenarios, f"{len(outcomes)} scenarios ran\n{said}"
    assert line.script != NEW or done.returncode == 0, said
    return outcomes


def read_expected(path: Path) -> list[str]:
    """The entries of a file of expected failures: `scenario` or `scenario:check`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]


def surprises(outcomes: Outcomes, expected: Iterable[str]) -> list[str]:
    """Failures that nobody expects, and expected failures that pass."""
    entries = set(expected)
    found = []
    for scenario, checks in outcomes.items():
        failed = [check for check, outcome in checks.items() if outcome in FAILED]
        if scenario in entries:
            found += [] if failed else [f"{scenario} passes now"]
            continue
        found += [f"{scenario}:{check} fails" for check in failed if f"{scenario}:{check}" not in entries]
        for check, outcome in checks.items():
            if outcome == "SUCCESS" and f"{scenario}:{check}" in entries:
                found.append(f"{scenario}:{check} passes now")
    return found


def unknown(entries: Iterable[str], seen: Iterable[Outcomes]) -> list[str]:
    """Entries that no run has met."""
    met = {name for outcomes in seen for scenario, checks in outcomes.items() for name in _names(scenario, checks)}
    return [entry for entry in entries if entry not in met]


def _names(scenario: str, checks: Iterable[str]) -> list[str]:
    return [scenario, *(f"{scenario}:{check}" for check in checks)]


def _outcomes(folder: Path) -> Outcomes:
    outcomes: dict[str, dict[str, str]] = {}
    for report in sorted(folder.glob("*/checks.json")):
        name = FOLDER.match(report.parent.name)
        assert name is not None, report.parent.name
        checks = outcomes.setdefault(name["scenario"], {})
        for check in json.loads(report.read_text(encoding="utf-8")):
            checks[check["id"]] = min(checks.get(check["id"], "INFO"), check["status"], key=WORST.index)
    return outcomes
