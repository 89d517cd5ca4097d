"""Times as they are stored (epoch milliseconds) and shown (ISO 8601, UTC)."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Wall clock in epoch milliseconds; only ever stored and shown, never used to decide who is alive."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """`2026-11-22T10:50:13Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
