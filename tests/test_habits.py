"""Habits of the house that no linter knows."""

import ast
import builtins
import re
from pathlib import Path

import pytest

from syntax import PACKAGE, nodes_of, tree_of

TESTS = Path(__file__).parent
PAUSE = re.compile(r"\bsleep\(|Event\(\)\.wait\([^)]")
TAKE_TIME = {
    "waiting.py": "pauses between two looks at a condition, for all others",
    "conformance/fixtures_tasks.py": "the conformance suite asks for a tool that takes as many seconds as it says",
    "cloud/adk/nemo_agent/agent.py": "an agent that is silent for seconds, in an environment of its own",
}
CLOCK = re.compile(
    r"\b(?:monotonic|perf_counter|process_time|thread_time)(?:_ns)?\(|\btime\.time(?:_ns)?\(|\bcurrent_time\("
    r"|\b(?:loop|get_running_loop\(\)|get_event_loop\(\))\.time\(|\b(?:datetime|date)\.(?:now|today|utcnow)\("
    r"|\btimeit\b|\bgetrusage\(|\bcpu_times\(|\bos\.times\(|\b(?:fail_after|move_on_after)\(\d(?:\.\d+)?\)"
)
READ_CLOCKS = {
    "waiting.py": "bounds its waits",
    "server/test_fetching_reels.py": "gives the server an hour that has not passed",
    "server/test_going_on.py": "holds an answer back until the time of its call is over",
    "server/test_oauth.py": "writes the end of a token",
    "client/test_accounts.py": "writes the end of a token",
    "backend/test_housekeeping.py": "gives a file an age",
}


def texts_of_tests() -> dict[str, str]:
    """The texts of all files of tests but this one, by their place."""
    files = {str(file.relative_to(TESTS)): file.read_text("utf-8") for file in TESTS.rglob("*.py")}
    files.pop(Path(__file__).name)
    return files


def test_no_test_sleeps() -> None:
    """Not in code that it hands to another process either: wait for a condition or an event, with a bound."""
    assert {name for name, text in texts_of_tests().items() if PAUSE.search(text)} == set(TAKE_TIME)


def test_no_test_measures_time() -> None:
    """Whatever a test says of time holds on an idle machine alone: it says what comes first, or counts the work."""
    assert {name for name, text in texts_of_tests().items() if CLOCK.search(text)} == set(READ_CLOCKS)
    assert not CLOCK.search("with anyio.fail_after(30):"), "a bound that only an endless wait reaches"
    for habit in (
        "fail_after(2)",
        "time.monotonic()",
        "perf_counter_ns()",
        "anyio.current_time()",
        "asyncio.get_running_loop().time()",
    ):
        assert CLOCK.search(f"assert {habit} - began < 2")


def thresholds(text: str) -> list[ast.Assign]:
    """The assignments of plain numbers at the top of a module; what a call makes of them is no threshold."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    parts = {node: list(ast.walk(node.value)) for node in found}
    called = {node for node in found if any(isinstance(part, ast.Call) for part in parts[node])}
    return [
        node
        for node in found
        if node not in called and any(type(getattr(part, "value", None)) in (int, float) for part in parts[node])
    ]


@pytest.mark.parametrize("package", ["signals", "moments", "scoreboard"])
def test_every_threshold_has_its_unit_beside_it(package: str) -> None:
    """In a comment on its line or above it, or in the docstring below it."""
    bare = []
    for file in (PACKAGE / "engine" / package).glob("*.py"):
        lines = file.read_text("utf-8").splitlines()
        for node in thresholds("\n".join(lines)):
            above, here = lines[node.lineno - 2 : node.lineno]
            below = "".join(lines[node.end_lineno : node.end_lineno + 1]) if node.end_lineno else ""
            if "#" not in here and not above.startswith("#") and not below.startswith('"""'):
                bare.append(f"{file.name}: {here}")
    assert bare == []


NAMED = re.compile(r"\b(?:[a-z_]+\.)*([a-z_]{3,})\.(_?[A-Za-z][A-Za-z_]+)\b")


def test_what_a_comment_beside_a_threshold_names_is_there() -> None:
    """Such as `motion._enter`: the module is there, and that name is in it."""
    files = {file.stem: file for file in (PACKAGE / "engine").rglob("*.py")}
    gone = []
    for package in ("signals", "moments", "scoreboard"):
        for file in (PACKAGE / "engine" / package).glob("*.py"):
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                for module, name in NAMED.findall(line.partition("#")[2]):
                    text = files[module].read_text("utf-8") if module in files else ""
                    if not re.search(rf"\b{name}\b", text) and name not in ("py", "md"):
                        gone.append(f"{file.name}:{number}: {module}.{name}")
    assert gone == []


RATIOS = {"time_base", "average_rate", "guessed_rate", "base_rate", "framerate", "sample_aspect_ratio"}


def ratios(node: ast.AST) -> list[ast.Attribute]:
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Attribute)]
    return [part for part in parts if part.attr in RATIOS and isinstance(part.ctx, ast.Load)]


def test_what_pyav_says_of_rates_and_time_bases_is_taken_as_a_fraction() -> None:
    """Its type is another one in each of the two releases that are supported; one goes to PyAV again as it is."""
    assert len(ratios(ast.parse("round((frame.pts or 0) * frame.time_base)"))) == 1
    bare = []
    for file in (PACKAGE / "engine").rglob("*.py"):
        taken: list[ast.Attribute] = []
        for node in nodes_of(file):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exact":
                taken += ratios(node)
            if isinstance(node, ast.Assign) and any("time_base" in ast.unparse(target) for target in node.targets):
                taken += ratios(node.value)
        bare += [(file.name, each.lineno) for each in ratios(tree_of(file)) if each not in taken]
    assert bare == []


def test_the_changelog_is_sorted_by_kinds() -> None:
    """Those of Keep a Changelog, each once per version and in their order."""
    kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    for version in (TESTS.parent / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1:]:
        found = re.findall(r"^### (.+)$", version, flags=re.MULTILINE)
        assert found == [kind for kind in kinds if kind in found]
        assert version.index("### ") < version.index("\n- "), "every entry is of a kind"


def test_every_error_that_a_docstring_names_exists() -> None:
    nodes = [(file.name, node) for file in PACKAGE.rglob("*.py") for node in nodes_of(file)]
    known = {node.name for _, node in nodes if isinstance(node, ast.ClassDef)} | set(dir(builtins))
    documented = [(name, node) for name, node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    named = [
        (name, each)
        for name, node in documented
        for each in re.findall(r"Raises (?:[a-z]\w+\.)*([A-Z]\w+)", ast.get_docstring(node) or "")
    ]
    imported = {
        alias.asname or alias.name for _, node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert len(named) > 100
    assert [(name, each) for name, each in named if each not in known | imported] == []
