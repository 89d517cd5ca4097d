"""`highlight-mcp extras`: size and licence are told first, and nothing is fetched unasked."""

import json
import tomllib
from pathlib import Path

import pytest

from highlight_mcp.cli import main
from highlight_mcp.engine.extras.catalogue import EXTRAS
from highlight_mcp.settings import Settings

NAMES = ["score", "sounds", "words", "faces", "vision"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_every_extra_is_listed_with_what_it_costs_and_where_it_is_looked_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extras", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == NAMES
    for name, row in rows.items():
        assert "MIT" in row["licence"] or "Apache-2.0" in row["licence"]
        assert row["model_mb"] > 0
        assert row["purpose"] and row["packages"] and row["model"]
        assert row["install"] == f"highlight-mcp extras fetch {name}"
        assert row["folder"] == str(home / "models" / name)
        assert row["state"] in ("no_packages", "no_model")
        assert f"highlight-mcp extras fetch {name} ({row['model_mb']} MB, licence {row['licence']})" in row["next_step"]


def test_a_package_that_states_no_licence_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    main(["extras", "--json"])
    unstated = [row["name"] for row in json.loads(capsys.readouterr().out) if "not stated" in row["licence"]]
    assert unstated == ["sounds"]


def test_the_packages_are_those_of_the_optional_dependencies() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = {name: each for name, each in project["optional-dependencies"].items() if name != "team"}
    assert {name: tuple(packages) for name, packages in optional.items()} == {
        name: extra.packages for name, extra in EXTRAS.items()
    }


def test_a_folder_of_ones_own_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_SOUNDS_MODEL", str(tmp_path / "mine"))
    assert main(["extras"]) == 0
    assert f"looked for in: {tmp_path / 'mine'} (setting HIGHLIGHT_SOUNDS_MODEL)" in capsys.readouterr().out
    assert Settings.load().models["sounds"] == tmp_path / "mine"


@pytest.mark.parametrize("name", NAMES)
def test_without_agreement_nothing_is_fetched_but_everything_is_told(
    name: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extras", "fetch", name]) == 2
    told = capsys.readouterr().out
    extra = EXTRAS[name]
    for part in (extra.model, f"{extra.mb} MB to fetch", extra.licence, str(home / "models" / name), "--yes"):
        assert part in told
    assert not (home / "models").exists()


def test_a_model_that_is_there_is_not_fetched_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "models" / "sounds"
    folder.mkdir(parents=True)
    for group in EXTRAS["sounds"].files:
        (folder / group[0]).write_bytes(b"x")
    assert main(["extras", "fetch", "sounds", "--no-packages"]) == 0
    assert "there already" in capsys.readouterr().out


def test_doctor_names_the_extras_and_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    (found,) = [check for check in json.loads(capsys.readouterr().out) if check["name"] == "extras"]
    assert found["ok"] is True
    assert all(name in found["detail"] for name in EXTRAS)
