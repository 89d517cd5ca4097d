"""The server over stdio as a process, for tests that shorten its clocks or lead it to a scripted cloud."""

import json
import sys
from pathlib import Path
from typing import Any

from highlight_mcp.backend_locator import open_client
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig, Timeouts
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.server.stdio import run_stdio
from highlight_mcp.settings import Settings

FOLDERS = ("state_dir", "output_dir", "client_id_file")


def main() -> None:
    told = json.loads(sys.argv[1])
    settings = Settings.load()
    options = ServerOptions(media_roots=settings.media_roots, **told["options"])
    if "config" not in told:
        run_stdio(build_server(lambda: open_client(settings), options))
        return
    times: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in told["clocks"].items()
    }
    clocks = Timeouts(**times)
    given: dict[str, Any] = {name: Path(each) if name in FOLDERS else each for name, each in told["config"].items()}
    run_stdio(build_server(lambda: BackendClient(ClientConfig(**given, clocks=clocks)), options))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


if __name__ == "__main__":
    main()
