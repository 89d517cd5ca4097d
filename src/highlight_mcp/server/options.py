"""What a server is told when it is built."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServerOptions:
    """`language` of messages, None: as the user writes. `media_roots` are the folders whose names may be
    listed for hints and completion, None: any. Times are in seconds: `wait_s` when a call names none,
    `preview_s` for a picture, `report_every_s` between two progress reports, `still_working_s` of silence
    before a sign of life, `withdraw_s` between the cancellation of a call and that of its work, `longest_s`
    until a call that hangs in the backend is given up.
    """

    language: str | None = None
    media_roots: tuple[Path, ...] | None = None
    wait_s: float = 20
    preview_s: float = 20
    report_every_s: float = 1
    still_working_s: float = 120
    withdraw_s: float = 0.25
    longest_s: float = 50
