# mypy: ignore-errors
"""A stock ADK API server on a free port of loopback; it prints its address as the first line."""

import socket
from pathlib import Path

import uvicorn
from google.adk.cli.fast_api import get_fast_api_app

if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = get_fast_api_app(
        agents_dir=str(Path(__file__).parent), session_service_uri="memory://", artifact_service_uri="memory://",
        web=False, port=port,
    )  # fmt: skip
    print(f"http://127.0.0.1:{port}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
