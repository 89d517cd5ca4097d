"""The servers under test as processes of their own, over Streamable HTTP on loopback."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from waiting import eventually

TESTS = Path(__file__).parents[1]
STDIO = (sys.executable, "-m", "highlight_mcp")
PRODUCT = (*STDIO, "http", "--port", "0")
WITH_FIXTURES = (sys.executable, "-m", "conformance.fixture_server")
ADDRESS = re.compile(r"^MCP at (\S+)", re.MULTILINE)
START_S = 30
STOP_S = 20


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """A server process, and the address that it says it has; it is gone at the end."""
    with log.open("w") as said:
        process = subprocess.Popen(command, env=dict(environment), cwd=TESTS, stdout=said, stderr=said)
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until it listens. Raises AssertionError with its words if it does not."""

    def said() -> re.Match[str] | None:
        assert process.poll() is None, f"the server has ended: {log.read_text()[-2000:]}"
        return ADDRESS.search(log.read_text())

    return str(eventually("the server listens", said, START_S)[1])
