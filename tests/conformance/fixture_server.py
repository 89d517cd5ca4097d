"""The product server with what the conformance suite asks for on top: `python -m conformance.fixture_server`.

Scenarios that call `test_*` tools thereby go through the same middleware, extension and seam as real calls.
"""

import sys

from highlight_mcp.backend_locator import open_client
from highlight_mcp.commands.workspaces import server_options
from highlight_mcp.server.app import build_server
from highlight_mcp.server.http.app import HttpOptions, bind_socket, http_app, run_http
from highlight_mcp.settings import Settings

from .fixtures_content import add_content
from .fixtures_dialogue import add_dialogue
from .fixtures_rounds import add_rounds
from .fixtures_tasks import add_tasks


def main() -> None:
    """Serve on a free port of loopback until interrupted; says its address on stderr."""
    settings = Settings.load()
    server = build_server(lambda: open_client(settings), server_options(settings))
    add_content(server)
    add_dialogue(server)
    add_rounds(server)
    add_tasks(server)
    with bind_socket(HttpOptions(port=0)) as listener:
        options = HttpOptions(port=listener.getsockname()[1])
        app = http_app(server, options)
        sys.stderr.write(f"MCP at {options.resource} with fixtures.\n")
        run_http(app, listener)


if __name__ == "__main__":
    main()
