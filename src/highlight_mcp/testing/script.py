"""What a scripted cloud is told to do: which call of which endpoint, by a short name, plays which fault."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..contract.render import RENDER_PATH, cancel_render_path, download_path, render_path
from ..contract.session import ANONYMOUS_TOKEN_PATH, BALANCE_PATH, CLAIM_TOKEN_PATH, NEW_SESSION_PATH, state_path
from ..contract.turn import RUN_PATH
from ..contract.upload import upload_path
from .faults import AnswerFault
from .wire import ReceivedRequest

EXTENSIONS = "/api/local/"
_ANY = "\x00"
_TABLE = {
    "token": ("POST", ANONYMOUS_TOKEN_PATH),
    "claim": ("POST", CLAIM_TOKEN_PATH),
    "session": ("POST", NEW_SESSION_PATH),
    "edit": ("POST", RUN_PATH),
    "upload": ("POST", upload_path(_ANY)),
    "credits": ("GET", BALANCE_PATH),
    "state": ("GET", state_path(_ANY)),
    "submit": ("POST", RENDER_PATH),
    "poll": ("GET", render_path(_ANY)),
    "cancel_render": ("POST", cancel_render_path(_ANY)),
    "download": ("GET", download_path(_ANY)),
}
_FILES = re.compile(r"/(?:media|renders)/")
_PATTERNS = {
    name: (method, re.compile(re.escape(path).replace("%00", "[^/]+"))) for name, (method, path) in _TABLE.items()
}

ENDPOINTS = (*_TABLE, "file", "extension")
"""`file` is the link of a reel or of footage, `extension` anything under `/api/local/`."""


def endpoint_of(method: str, path: str) -> str:
    """The short name of a call, empty for one that the contract does not know."""
    for name, (expected, pattern) in _PATTERNS.items():
        if method == expected and pattern.fullmatch(path):
            return name
    if _FILES.match(path):
        return "file"
    return "extension" if path.startswith(EXTENSIONS) else ""


@dataclass
class Rule:
    """One line of the script. `played` counts the calls that suffered."""

    endpoint: str
    fault: AnswerFault
    calls: frozenset[int] | None
    when: Callable[[ReceivedRequest], bool] | None = None
    counted: int = 0
    played: int = 0

    def takes(self, request: ReceivedRequest) -> bool:
        """Count the request; True when it is one of those that suffer."""
        if request.endpoint != self.endpoint or (self.when is not None and not self.when(request)):
            return False
        self.counted += 1
        hit = self.calls is None or self.counted in self.calls
        self.played += hit
        return hit


class Script:
    """The lines of the script, in their order."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(
        self,
        endpoint: str,
        fault: AnswerFault,
        calls: int | Collection[int] | None,
        when: Callable[[ReceivedRequest], bool] | None,
    ) -> Rule:
        """Add a line. Raises ValueError for an endpoint that does not exist."""
        if endpoint not in ENDPOINTS:
            raise ValueError(f"no such endpoint: {endpoint!r}; endpoints are {', '.join(ENDPOINTS)}")
        numbers = None if calls is None else frozenset([calls] if isinstance(calls, int) else calls)
        rule = Rule(endpoint, fault, numbers, when)
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all lines."""
        self._rules.clear()

    def fault_for(self, request: ReceivedRequest) -> AnswerFault | None:
        """The fault that this request suffers; every line counts it, the first one that takes it decides."""
        taken = [rule.fault for rule in tuple(self._rules) if rule.takes(request)]
        return taken[0] if taken else None
