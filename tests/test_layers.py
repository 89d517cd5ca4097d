"""Who may import whom: the table of ARCHITECTURE.md, read and enforced."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from syntax import PACKAGE, nodes_of

ROOT = Path(__file__).parents[1]
ROOMS = (
    "files",
    "presets",
    "messages",
    "timeline",
    "interchange",
    "language",
    "contract",
    "client",
    "engine",
    "backend",
    "server",
)


def allowed_imports() -> dict[str, set[str]]:
    """The rows of the table "Rooms": package → what it may import (siblings and libraries)."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)(?:/|\.py)` \|[^|]*\| ([^|]*)\|", text, flags=re.MULTILINE)
    return {room: set(re.findall(r"`([\w.]+)`", cell)) for room, cell in rows}


def files_of(room: str) -> list[Path]:
    """The modules of a package, or the one that a room is."""
    return [*(PACKAGE / room).rglob("*.py"), *PACKAGE.glob(f"{room}.py")]


def imports_of(file: Path) -> set[str]:
    """Top-level names of all imports in a file; our own rooms by their name."""
    package = file.relative_to(PACKAGE).parts[:-1]
    found: set[str] = set()
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= resolved(node, package)
    return found


def resolved(node: ast.ImportFrom, package: tuple[str, ...]) -> set[str]:
    """The rooms or libraries that one `from … import …` reaches."""
    if node.level == 0:
        names = (node.module or "").split(".")
        if names[0] != "highlight_mcp":
            return {names[0]}
        inside = names[1:]
    else:
        base = package[: len(package) - node.level + 1]
        inside = [*base, *((node.module or "").split(".") if node.module else [])]
    return {inside[0]} if inside else {alias.name for alias in node.names}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_row_in_the_architecture_allows(room: str) -> None:
    allowed = allowed_imports()[room] | {room, "__version__"} | set(sys.stdlib_module_names)
    wrong = {f"{file.relative_to(PACKAGE)}: {name}" for file in files_of(room) for name in imports_of(file) - allowed}
    assert not wrong


def test_every_room_has_a_row_in_the_architecture() -> None:
    assert set(allowed_imports()) == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_longer_than_four_hundred_lines(room: str) -> None:
    long = {
        str(file.relative_to(PACKAGE)): count
        for file in files_of(room)
        if (count := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_the_process_that_answers_initialize_loads_nothing_heavy() -> None:
    code = (
        "import sys, highlight_mcp.cli, highlight_mcp.commands.stdio;"
        "print([m for m in ('av', 'numpy', 'sqlalchemy', 'dbos', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_no_class_name_occurs_twice() -> None:
    places: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in nodes_of(file):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(file.relative_to(PACKAGE)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
