"""The real engine, held back at its start for as long as the file that `HELD` names is there."""

import json
import os
import sys
from pathlib import Path

from highlight_mcp.engine.__main__ import main

sys.path.append(str(Path(__file__).parents[1]))  # it is started as a file, not as a part of the tests
from waiting import eventually


def wait(hold: Path, limit_s: float = 60.0) -> None:
    """Note that a child is here, then wait until it may go on."""
    (hold.parent / f"waiting-{os.getpid()}").touch()
    eventually("it may go on", lambda: not hold.exists(), limit_s)


if __name__ == "__main__":
    held = Path(json.loads(os.environ["HELD"]))
    if held.exists():
        wait(held)
    sys.exit(main())
