"""The backend as a process: one per data directory, found through a private file, gone when idle."""

import asyncio
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from contextlib import suppress

import uvicorn
from filelock import Timeout

from .. import __version__
from ..contract.errors import ApiError
from ..contract.wire import CONTRACT_VERSION
from ..messages import say
from .app import create_app
from .config import BackendConfig
from .services import Services
from .state_file import RunningBackend, alone, remove_state, write_state

log = logging.getLogger(__name__)

DONE, FAILED, LOCKED = 0, 1, 75
LOOPBACK = "127.0.0.1"
LOG_BYTES, LOG_FILES = 2_000_000, 3
SHUTDOWN_S = 2
LAST_RESORT_S = 15.0


def serve(config: BackendConfig) -> int:
    """Serve until idle, SIGTERM or SIGINT. Returns an exit status; LOCKED when another backend serves this directory.

    Everything that must survive is on the disk at any moment, so that no way of ending loses work.
    """
    os.umask(0o077)
    config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with alone(config):
            config.state_file.unlink(missing_ok=True)
            return _serve_locked(config)
    except Timeout:
        sys.stderr.write(f"highlight-mcp: {say('backend.already_served', home=str(config.home))}\n")
        return LOCKED


def _serve_locked(config: BackendConfig) -> int:
    _log_to_file(config)
    try:
        asyncio.run(_Process(config).run())
    except ApiError as error:
        log.error("%s", error)
        sys.stderr.write(f"highlight-mcp: {error}\n")
        return FAILED
    finally:
        remove_state(config.state_file, os.getpid())
    return DONE


class _Process:
    """One run of the server."""

    def __init__(self, config: BackendConfig) -> None:
        self._config = config
        self._services: Services | None = None
        self._running: RunningBackend | None = None

    async def run(self) -> None:
        """Serve until the end. Raises ApiError or another exception when it could not start."""
        listener = socket.create_server((LOOPBACK, self._config.port), backlog=128)
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        app = create_app(self._config, lambda services: self._announce(services, url))
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_S,
            )
        )
        _tolerate_signals()
        watching = asyncio.create_task(self._watch(server))
        outcome = FAILED
        try:
            with suppress(SystemExit):
                await server.serve([listener])
            outcome = FAILED if self._services is None else DONE
        finally:
            _exit_soon(outcome)
            watching.cancel()
            listener.close()
        if self._services is None:
            raise app.state.failure or RuntimeError(say("backend.no_start"))
        log.info("backend ended")

    def _keep_announced(self) -> None:
        """Somebody may remove the file by which others find this process."""
        if self._running is not None and not self._config.state_file.exists():
            write_state(self._config.state_file, self._running)

    def _announce(self, services: Services, url: str) -> None:
        self._services = services
        config = self._config
        running = RunningBackend(
            url=url,
            secret=services.secret,
            pid=os.getpid(),
            version=__version__,
            contract=CONTRACT_VERSION,
            media_roots=tuple(str(root) for root in config.media_roots),
            output_dir=str(config.output_dir),
            profile=config.profile,
        )
        write_state(config.state_file, running)
        self._running = running
        log.info("backend %s serves %s at %s", __version__, config.home, url)

    async def _watch(self, server: uvicorn.Server) -> None:
        """End when nobody has asked for anything and no job has run for a while, and when the database is lost."""
        pause = min(1.0, max(0.05, self._config.idle_exit_s / 4))
        while not server.should_exit:
            await asyncio.sleep(pause)
            try:
                if self._services is not None and await self._is_over(self._services):
                    server.should_exit = True
            except Exception:
                log.exception("the backend could not look after itself")

    async def _is_over(self, services: Services) -> bool:
        """One look; keeps the process announced on the way."""
        if services.database.lost:
            log.error("%s was deleted, emptied or replaced while it was in use", services.database.file)
            return True
        self._keep_announced()
        if services.activity.idle_s < self._config.idle_exit_s:
            return False
        if await asyncio.to_thread(services.busy_jobs):
            services.activity.touch()
            return False
        log.info("idle for %s s", self._config.idle_exit_s)
        return True


def _tolerate_signals() -> None:
    """The server ends in good order on these and then raises them again; by then they have done their work."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _exit_soon(status: int) -> None:
    """A thread that hangs must not keep the lock of the data directory."""
    timer = threading.Timer(LAST_RESORT_S, os._exit, (status,))
    timer.daemon = True
    timer.start()


def _log_to_file(config: BackendConfig) -> None:
    handler = logging.handlers.RotatingFileHandler(
        config.log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "httpcore", "python_multipart", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
