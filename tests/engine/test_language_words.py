"""Words of a language live in its folder: no code beside the folders has any, or compares a token with one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import highlight_mcp.language
from highlight_mcp.language import folders
from highlight_mcp.language.lexicon import is_wide_text, vocabulary

_ROOT = Path(highlight_mcp.language.__file__).parent
_WORD = re.compile(r"[a-z][a-z' ]*")
_OTHERWISE = (
    r"\\\.\(\?:[^)]*\)", r"\\.", r"\(\?P<\w+>", r"\[[^]]*\]",  # endings of files, escapes, names of groups, sets
    r"[a-z]+\.[A-Z_]+", "ultra hd|full [?]hd",  # keys; trade names of sizes
)  # fmt: skip
# Where words still stand in code, and why.
_REMAINING = {
    "frames/": "the patterns of the roles of frames name words between quotes",
}
_MODULES = [
    path for path in sorted(_ROOT.rglob("*.py")) if not path.relative_to(_ROOT).as_posix().startswith(tuple(_REMAINING))
]


def _strings(tree: ast.AST) -> Iterator[str]:
    """The string literals of a module, without its docstrings."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, described) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _named(tree: ast.Module) -> dict[str, ast.expr]:
    """What the constants of a module are."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_text(node: ast.expr) -> bool:
    """Whether an expression is the text of a token, or made of it: `t.text`, `token.text.split()[0]`."""
    return any(isinstance(part, ast.Attribute) and part.attr == "text" for part in ast.walk(node))


def _compared(tree: ast.Module) -> Iterator[str]:
    """The words that a text is compared with: by `==`, `in`, `startswith` or `endswith`, a constant's too."""
    constants = _named(tree)
    for node in ast.walk(tree):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare) and any(map(_is_text, (node.left, *node.comparators))):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_text(node.func.value):
            sides = node.args if node.func.attr in ("startswith", "endswith") else []
        for side in sides:
            meant = constants.get(side.id, side) if isinstance(side, ast.Name) else side
            if not isinstance(meant, ast.Dict | ast.Tuple | ast.List | ast.Set | ast.Constant | ast.Call):
                continue
            if isinstance(meant, ast.Call) and getattr(meant.func, "id", "") != "frozenset":
                continue
            yield from (word for word in _strings(meant) if _WORD.fullmatch(word))


def _is_pattern(node: ast.AST) -> bool:
    """Whether a node is a call of the module `re`, or a function that makes a pattern of a grammar."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"
    if not isinstance(node, ast.FunctionDef) or getattr(node.returns, "id", "") != "str":
        return False
    return any(getattr(argument.annotation, "id", "") == "Grammar" for argument in node.args.args)


def _written(node: ast.AST, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The literal parts of an expression, those of constants too; what a call is given, such as a key, is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from _written(constants[node.id], {name: one for name, one in constants.items() if name != node.id})
    elif not isinstance(node, ast.Call):
        for part in ast.iter_child_nodes(node):
            yield from _written(part, constants)


def _expressed(tree: ast.Module) -> Iterator[str]:
    """The words of any language that stand in a regular expression."""
    constants, known = _named(tree), frozenset[str]().union(*map(vocabulary, folders.codes()))
    for node in filter(_is_pattern, ast.walk(tree)):
        parts = node.args[:1] if isinstance(node, ast.Call) else getattr(node, "body", [])
        for text in (text for part in parts if not _is_docstring(part) for text in _written(part, constants)):
            plain = re.sub("|".join(_OTHERWISE), " ", text)
            yield from (word for word in re.findall("[a-z]{2,}", plain) if word in known)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("path", _MODULES, ids=lambda path: path.relative_to(_ROOT).as_posix())
def test_no_word_of_a_language_stands_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [text for text in _strings(tree) if is_wide_text(text)] == []
    assert list(_compared(tree)) == []
    assert list(_expressed(tree)) == []


def test_a_word_that_is_compared_is_found() -> None:
    for code in ('t.text == "the"', 't.text in ("the", "a")', '_A = frozenset({"the"})\nt.text.strip() in _A',
                 't.text.startswith(("is", "no "))'):  # fmt: skip
        assert list(_compared(ast.parse(code)))
    for code in ('t.kind == "word"', 't.text in said("THAT")', "t.text.endswith(endings('BENT'))"):
        assert not list(_compared(ast.parse(code)))


def test_a_word_in_a_regular_expression_is_found() -> None:
    for code in (r're.compile(r"(?:out of|from)\s")', '_OF = "of"\nre.search(rf"{_OF} {END}", text)',
                 'def _end(g: Grammar) -> str:\n    e = g.words("clips.LAST")\n    return rf"the {e}"'):  # fmt: skip
        assert list(_expressed(ast.parse(code)))
    for code in (r're.compile(rf"(?P<last>{g.words(1)})\.(?:wav|gif)[of]")', 're.escape(word) == "of"'):
        assert not list(_expressed(ast.parse(code)))
