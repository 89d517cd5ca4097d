"""The calls of the wire contract by short names, for scripts and assertions."""

import re

from ..contract.auth import ANONYMOUS_TOKEN_PATH, CLAIM_TOKEN_PATH
from ..contract.credits import BALANCE_PATH
from ..contract.render import RENDER_PATH, cancel_render_path, download_path, render_path
from ..contract.run_sse import RUN_PATH
from ..contract.session import NEW_SESSION_PATH
from ..contract.state import state_path
from ..contract.upload import upload_path

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
