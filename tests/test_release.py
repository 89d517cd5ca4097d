"""What is said in several places is said the same."""

import json
import re
from pathlib import Path

from highlight_mcp import __version__
from highlight_mcp.settings import settings_table

ROOT = Path(__file__).parents[1]


def test_the_bundle_manifest_names_the_version_of_the_package() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert manifest["version"] == __version__
    assert f'version = "{__version__}"' in project
    assert (manifest["manifest_version"], manifest["server"]["type"]) == ("0.4", "uv")


def test_the_readme_carries_the_settings_as_they_are() -> None:
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_script_of_ci_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^pip install uv && uv run .*$", readme, flags=re.MULTILINE)
    assert commands[0] == "pip install uv && uv run highlight-mcp demo"
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_sample_is_small_and_its_sources_are_named() -> None:
    sample = ROOT / "src" / "highlight_mcp" / "sample"
    assert (sample / "match.mp4").stat().st_size < 6 * 1024 * 1024
    assert "licence" in (sample / "ATTRIBUTION.md").read_text(encoding="utf-8")
