"""The real engine, held back at its start for as long as the file that `HELD` names is there."""

import json
import os
import sys
import time
from pathlib import Path

from highlight_mcp.engine.__main__ import main


def wait(hold: Path, limit_s: float = 60.0) -> None:
    """Note that a child is here, then wait until it may go on."""
    (hold.parent / f"waiting-{os.getpid()}").touch()
    until = time.monotonic() + limit_s
    while hold.exists() and time.monotonic() < until:
        time.sleep(0.02)


if __name__ == "__main__":
    held = Path(json.loads(os.environ["HELD"]))
    if held.exists():
        wait(held)
    sys.exit(main())
