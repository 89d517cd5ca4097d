"""The sources of the product as syntax trees, each parsed once for all tests that read them."""

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "highlight_mcp"


@cache
def tree_of(file: Path) -> ast.Module:
    """The syntax tree of a file; nobody may change it."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    """All nodes of a file, outer ones first."""
    return tuple(ast.walk(tree_of(file)))
