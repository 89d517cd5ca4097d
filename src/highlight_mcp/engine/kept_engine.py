"""A process that does edit after edit as long as they are light: a warm start where the engine cannot fork.

`python -m highlight_mcp.engine.kept_engine` is what `python -m highlight_mcp.engine` is, and takes more lines
with jobs. Its answer carries `"stays": true` when it takes another one: footage is decoded by code that is not
trusted, and models take memory, so that a job which opened the one or loaded the other is the last one, as is each
that failed. An empty line is answered by `{"ready": true}`. What reads words is loaded once nothing was asked for
`QUIET_S`. The process ends when its life line closes, or when it had nothing to do for `IDLE_S`.
"""

import faulthandler
import os
import sys
import time
from typing import Any

from . import __main__ as engine
from .job_process import ParentWatchdog, Reporter, apply_limits, fix_limits, lower_priority
from .media.opening import before_first_opening
from .preloading import load_words

QUIET_S = 1.0
IDLE_S = 600.0
READY = b'{"ready":true}\n'
_EXTRAS = tuple(f"highlight_mcp.engine.extras.{name}" for name in ("score", "sounds", "words", "faces", "vision"))


class LightEdits:
    """The jobs of this process, one after another."""

    def __init__(self) -> None:
        self._output = os.fdopen(engine.private_stdout(), "wb")
        self._lifeline = ParentWatchdog()
        self._has_words = False
        self._opened = False
        before_first_opening(self._before_footage)

    def serve(self) -> int:
        """Do what is asked for until this process is not to be kept. Returns the exit status."""
        self._lifeline.watch()
        status = 0
        while status == 0 and self._stays():
            line = self._lifeline.line_within(IDLE_S if self._has_words else QUIET_S)
            if line:
                status = engine.serve(line, self._lifeline, Reporter(self._output), _bound, self._stays)
            elif line is None and self._has_words:
                break
            elif line is None:
                self._has_words = True
                load_words()
            else:
                self._output.write(READY)
                self._output.flush()
        return status

    def _stays(self) -> bool:
        return not self._opened and not any(name in sys.modules for name in _EXTRAS)

    def _before_footage(self) -> None:
        self._opened = True
        fix_limits()


def _bound(spec: dict[str, Any]) -> None:
    apply_limits(spec, spent_s=time.process_time())


if __name__ == "__main__":
    faulthandler.enable()
    lower_priority()
    sys.exit(LightEdits().serve())
