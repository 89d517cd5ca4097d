"""The server of `highlight-mcp` over stdio, built from the settings."""

import locale
import re

from ..backend_locator import open_client
from ..server.app import build_server
from ..server.early_answers import Opening
from ..server.options import OpenClient, ServerOptions
from ..server.stdio import run_stdio
from ..settings import LOCAL, Settings


def server_options(settings: Settings) -> ServerOptions:
    """Hints and completion name only files inside the media roots, messages keep the language that was set."""
    return ServerOptions(
        language=settings.language,
        native=native_language(),
        media_roots=settings.media_roots,
        open_here=opening_here(settings),
    )


def native_language() -> str:
    """The language of this machine as an ISO code such as `zh-CN`, `en` when it does not say."""
    code = (locale.getlocale()[0] or "").replace("_", "-")
    return code if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", code) else "en"


def opening_here(settings: Settings) -> OpenClient | None:
    """What opens the local backend beside a distant one, None where the work is done locally anyway."""
    if settings.backend == LOCAL:
        return None
    beside = settings.model_copy(update={"backend": LOCAL})
    return lambda: open_client(beside)


def serve(settings: Settings, opening: Opening) -> None:
    """Serve until the host closes the pipe; `opening` is what it has said already."""
    run_stdio(build_server(lambda: open_client(settings), server_options(settings)), opening)
