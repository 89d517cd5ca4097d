"""Habits of the house that no linter knows."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAUSE = re.compile(r"\bsleep\(|Event\(\)\.wait\([^)]")
TAKE_TIME = {
    "waiting.py": "pauses between two looks at a condition, for all others",
    "conformance/fixtures_tasks.py": "the conformance suite asks for a tool that takes as many seconds as it says",
    "cloud/adk/nemo_agent/agent.py": "an agent that is silent for seconds, in an environment of its own",
}


def test_no_test_sleeps() -> None:
    """Not in code that it hands to another process either: wait for a condition or an event, with a bound."""
    files = {str(file.relative_to(TESTS)): file.read_text("utf-8") for file in TESTS.rglob("*.py")}
    files.pop(Path(__file__).name)
    assert {name for name, text in files.items() if PAUSE.search(text)} == set(TAKE_TIME)
