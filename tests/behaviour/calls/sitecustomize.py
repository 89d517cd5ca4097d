"""Notes which functions of the product a process enters, once each, while a byte of a file that all share says so.

Python loads this module at the start of every process that finds it: server, backend, and the engine's.
"""

import mmap
import os
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGE = f"{os.sep}highlight_mcp{os.sep}"
SWITCH = os.environ.get("NOTED_CALLS", "")


def note_calls(switch: mmap.mmap, file: str) -> None:
    """Add one line for each function, `<module> <function>`, in the order of time across all processes."""
    seen: set[CodeType] = set()
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)  # now: an engine process can open none later

    def noted(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or switch[0] != ord("1") or code in seen or _is_loading(frame):
            return
        seen.add(code)
        module = code.co_filename.partition(PACKAGE)[2]
        if module:
            os.write(handle, f"{module} {code.co_qualname}\n".encode())

    threading.setprofile(noted)
    sys.setprofile(noted)


def _is_loading(frame: FrameType | None) -> bool:
    """Whether this is the body of a module or is called by one."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_back is not None:
            return "importlib" in frame.f_back.f_code.co_filename
        frame = frame.f_back
    return False


if SWITCH:
    with Path(SWITCH).open("rb") as shared:
        note_calls(mmap.mmap(shared.fileno(), 1, access=mmap.ACCESS_READ), f"{SWITCH}.calls")
