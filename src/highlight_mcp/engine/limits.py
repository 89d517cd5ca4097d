"""Bounds of the process that decodes: memory, core files, priority. Decoders are untrusted code."""

import os
import sys

MEMORY_MB = 6 * 1024
_MEMORY_MB_PER_CPU = 128


def apply_limits(memory_mb: int | None = None) -> None:
    """Bound this process; where the system has no such limit, nothing happens.

    `memory_mb` bounds the address space. The default is 6 GiB and 128 MiB for each CPU, because every
    thread of a codec reserves address space for its stack and its heap.
    """
    if sys.platform == "win32":
        return
    import resource

    os.nice(5)
    bound = (memory_mb or MEMORY_MB + _MEMORY_MB_PER_CPU * (os.cpu_count() or 1)) << 20
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, bound)


def _lower(which: int, bound: int) -> None:
    """Set a soft limit, never above the hard one. macOS refuses RLIMIT_AS below what is in use."""
    import resource

    _, hard = resource.getrlimit(which)
    soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    try:
        resource.setrlimit(which, (soft, hard))
    except (ValueError, OSError):
        return
