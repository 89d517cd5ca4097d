"""The pins stand in two places, for pip and for uv; they must say the same and hold no addresses."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_uv_gets_the_same_pins_as_pip() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["constraint-dependencies"] == pins()


def test_every_pin_is_one_exact_version_without_an_address() -> None:
    assert [pin for pin in pins() if "==" not in pin or "://" in pin or "@" in pin] == []
