"""The pins stand in two places, for pip and for uv; they must say the same and hold no addresses."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_uv_gets_the_same_pins_as_pip() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["constraint-dependencies"] == pins()


def test_the_pythons_are_named_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, beyond = (int(part[2:]) for part in re.findall(r"3\.\d+", project["requires-python"]))
    said = f"Python 3.{oldest} to 3.{beyond - 1}"
    for place in ("README.md", "constraints.txt", "src/highlight_mcp/messages/en/shell.toml"):
        assert said in (ROOT / place).read_text(encoding="utf-8"), place
    bundle = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))["compatibility"]["runtimes"]
    assert bundle["python"] == project["requires-python"]
    named = [line for line in project["classifiers"] if line.startswith("Programming Language :: Python :: 3.")]
    assert len(named) == beyond - oldest


def test_every_pin_is_one_exact_version_without_an_address() -> None:
    assert [pin for pin in pins() if "==" not in pin or "://" in pin or "@" in pin] == []
