"""Pages of the site that are made from elsewhere: from the files of the repository and from the code itself."""

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from highlight_mcp.server.app import tools_table
from highlight_mcp.server.tool import help_text
from highlight_mcp.settings import settings_table

ROOT = Path(__file__).parents[1]
MOVED = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "development/architecture.md",
    "CONTRIBUTING.md": "development/contributing.md",
    "CHANGELOG.md": "development/changelog.md",
}
"""Where files of the repository stand in the site."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand in no file of this folder."""
    made = {
        **{page: moved(name, page) for name, page in MOVED.items()},
        "reference/tools.md": f"# Tools\n\nRequired arguments are bold.\n\n{tools_table()}\n",
        "reference/operations.md": operations(json.loads(help_text())["operations"]),
        "reference/settings.md": f"# Settings\n\n{settings_table()}\n",
    }
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    return files


def moved(name: str, page: str) -> str:
    """A file of the repository as a page: links between such files follow, links to other files lose their target."""
    up = "../" * page.count("/")

    def follow(link: re.Match[str]) -> str:
        label, target = link[1], link[2]
        if target in MOVED:
            return f"[{label}]({up}{MOVED[target]})"
        return f"[{label}]({up}{target.removeprefix('docs/')})" if target.startswith("docs/") else label

    text = (ROOT / name).read_text(encoding="utf-8")
    return re.sub(r"\[([^\]]*)\]\((?!https?:|#)([^)]+)\)", follow, text)


def operations(known: dict[str, dict[str, Any]]) -> str:
    """One section per operation of `edit`: its arguments, and an example that works."""
    head = "# Operations\n\nWhat `edit` takes in `operations`. Times are integer milliseconds; clips count from 1.\n"
    return "\n".join([head, *(section(name, about) for name, about in known.items())])


def section(name: str, about: dict[str, Any]) -> str:
    needed = set(about.get("required", ()))
    rows = [
        f"| {f'**{field}**' if field in needed else field} | {kind(schema)} |"
        for field, schema in about["properties"].items()
        if field != "op"
    ]
    table = "\n".join(["| argument | values |", "|---|---|", *rows]) if rows else "No arguments."
    example = json.dumps(about["example"], ensure_ascii=False)
    return f"## {name}\n\n{about.get('description', '')}\n\n{table}\n\n```json\n{example}\n```\n"


def kind(schema: dict[str, Any]) -> str:
    """A schema in a cell of a table."""
    rest = {key: value for key, value in schema.items() if key != "description"}
    text = f"`{json.dumps(rest, ensure_ascii=False)}`" if rest else ""
    return " ".join(filter(None, [schema.get("description", ""), text])).replace("|", "\\|")
