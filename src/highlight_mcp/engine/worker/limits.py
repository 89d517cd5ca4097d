"""Bounds of the process that decodes: memory, time, file size, core files, priority. Decoders are untrusted code."""

import os
import sys
from collections.abc import Mapping
from typing import Any

MEMORY_MB = 6 * 1024
PICTURE_MB = 2 * 1024
"""Of a job that looks at one still picture: half is what the libraries reserve (see `images.MOST_PIXELS`)."""
_MEMORY_MB_PER_CPU = 128
_CPU_GRACE_S = 10
"""Between the signal that the time is up and the end."""


def apply_limits(spec: Mapping[str, Any], *, picture: bool = False) -> None:
    """Bound this process for good, to `limits` and `memory_mb` of its job; where the system has no limits, not at all.

    The default of memory (address space) is 6 GiB, 2 GiB for one still `picture`, and 128 MiB for each CPU, because
    every thread of a codec reserves address space for its stack and its heap.
    """
    if sys.platform == "win32":
        return
    import resource

    os.nice(5)
    limits = spec.get("limits") or {}
    default_mb = (PICTURE_MB if picture else MEMORY_MB) + _MEMORY_MB_PER_CPU * (os.cpu_count() or 1)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, int(spec.get("memory_mb") or limits.get("memory_mb") or default_mb) << 20)
    if limits.get("file_mb"):
        _lower(resource.RLIMIT_FSIZE, int(limits["file_mb"]) << 20)
    if limits.get("cpu_s"):
        _lower(resource.RLIMIT_CPU, int(limits["cpu_s"]), _CPU_GRACE_S)


def _lower(which: int, bound: int, grace: int = 0) -> None:
    """Set a limit, never above the hard one. macOS refuses RLIMIT_AS below what is in use."""
    import resource

    _, hard = resource.getrlimit(which)
    most = bound + grace if hard == resource.RLIM_INFINITY else min(bound + grace, hard)
    try:
        resource.setrlimit(which, (min(bound, most), most))
    except (ValueError, OSError):
        return
