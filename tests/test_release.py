"""What is said in several places is said the same."""

import json
import re
from base64 import b64decode
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from highlight_mcp import __version__
from highlight_mcp.cli import HOSTS
from highlight_mcp.commands.hosts.launch import Launch, web_links
from highlight_mcp.server.app import tools_table
from highlight_mcp.server.tools import TOOLS
from highlight_mcp.settings import Settings, settings_table, variable

ROOT = Path(__file__).parents[1]


def test_the_bundle_manifest_names_the_version_of_the_package() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert manifest["version"] == __version__
    assert f'version = "{__version__}"' in project
    assert (manifest["manifest_version"], manifest["server"]["type"]) == ("0.4", "uv")


def test_the_readme_carries_the_settings_as_they_are() -> None:
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_carries_the_tools_as_the_server_lists_them() -> None:
    assert tools_table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_description_of_a_tool_is_two_sentences_at_most() -> None:
    for tool in TOOLS:
        assert 1 <= len(re.findall(r"[.!?](?:\s|$)", tool.description)) <= 2, tool.name


_PATH = re.compile(r"`((?:[\w.-]+/)+|(?:[\w.-]+/)*[\w.*-]+\.(?:py|js|md|toml|txt|yml))`")
_OF_A_USER = {"config.toml"}


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_every_path_that_a_document_names_exists(document: str) -> None:
    """Paths are told from the root of the repository or of the package: `server/tools/edit.py`."""
    named = set(_PATH.findall((ROOT / document).read_text(encoding="utf-8"))) - _OF_A_USER
    roots = (ROOT, ROOT / "src" / "highlight_mcp")
    assert sorted(path for path in named if not any(any(root.glob(path)) for root in roots)) == []


def test_the_architecture_follows_an_edit_and_an_export_by_their_files_and_explains_the_words() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    sections = {head: body for head, _, body in (part.partition("\n") for part in text.split("\n## "))}
    for name in ("Follow one edit", "Follow one export"):
        steps = re.findall(r"^\d\. (?:.+\n)+?(?=\d\. |\n|$)", sections[name], flags=re.MULTILINE)
        assert len(steps) == 7 and all(_PATH.search(step) for step in steps), name
    words = re.findall(r"^\| (.+?) \| (.+?) \|$", sections["Glossary"], flags=re.MULTILINE)[1:]
    assert len(words) >= 40
    assert [word for word, _ in words] == sorted((word for word, _ in words), key=str.casefold)


def test_the_entry_for_the_registry_agrees_with_the_package() -> None:
    entry = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    (package,) = entry["packages"]
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"])
    assert f"<!-- mcp-name: {entry['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert 1 <= len(entry["description"]) <= 100
    assert (entry["version"], package["version"]) == (__version__, __version__)
    assert (package["registryType"], package["identifier"]) == ("pypi", "highlight-mcp")
    assert package["transport"] == {"type": "stdio"}
    known = {variable(name) for name in Settings.model_fields}
    assert {each["name"] for each in package["environmentVariables"]} <= known
    assert all(each.get("isSecret") for each in package["environmentVariables"] if "TOKEN" in each["name"])


def test_the_bundle_manifest_lists_the_tools_of_the_server() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    assert [tool["name"] for tool in manifest["tools"]] == [tool.name for tool in TOOLS]


def test_the_links_of_the_readme_offer_the_server_as_it_is_started() -> None:
    found = dict(re.findall(r"^\[(.+?)\]\((https://[^)]+)\)[,;]$", (ROOT / "README.md").read_text("utf-8"), flags=re.M))
    given = {name: dict(parse_qsl(urlsplit(link).query)) for name, link in found.items()}
    assert {each["name"] for each in given.values()} == {"highlight"} and len(given) == 3
    configs = {name: each["config"] for name, each in given.items()}
    told = {name: text if name == "VS Code" else b64decode(text, validate=True) for name, text in configs.items()}
    commands = {json.dumps(json.loads(config)) for config in told.values()}
    assert commands == {json.dumps({"command": "highlight-mcp", "args": []})}
    assert list(found.values()) == list(web_links(Launch("highlight-mcp")).values())


def test_the_hosts_of_the_readme_are_those_of_the_command() -> None:
    (table,) = re.findall(r"\| host \| \| its file \|\n(.*?)\n\n", (ROOT / "README.md").read_text("utf-8"), flags=re.S)
    named = [name for row in table.splitlines()[1:] for name in re.findall(r"`([\w-]+)`", row.split("|")[2])]
    assert sorted(named) == sorted(HOSTS)


def test_the_script_of_ci_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^pip install uv && uv run .*$", readme, flags=re.MULTILINE)
    assert commands[0] == "pip install uv && uv run highlight-mcp demo"
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_release_is_made_of_scripts_and_files_that_are_there_by_actions_of_a_version() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert all({*([job["needs"]] if "needs" in job else [])} <= jobs.keys() for job in jobs.values())
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@(?:v\d+|release/v1)", step["uses"]) for step in steps if "uses" in step)
    named = re.findall(r"(?:bash |pytest -q -n 0 |file: )([\w./]+)", text)
    assert sorted(named) == [".ci/artifacts", "Containerfile", "tests/test_release.py"]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_sample_is_small_and_its_sources_are_named() -> None:
    sample = ROOT / "src" / "highlight_mcp" / "sample"
    assert (sample / "match.mp4").stat().st_size < 6 * 1024 * 1024
    assert "licence" in (sample / "ATTRIBUTION.md").read_text(encoding="utf-8")
