"""Callers who say nothing, say it slowly, or come in crowds keep nobody else out."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from highlight_mcp.server.http.web_server import ConnectionLimits
from waiting import eventually, paced

from . import test_handing_over as handing_over
from .household import Household, household_in, serving
from .test_http import BODY, HEADERS

QUICK = ConnectionLimits(connections=12, header_s=0.3, body_s=0.4, body_bytes=1000, linger_s=2, look_s=0.05)
WAIT_S = 30


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """Ann, on a server with short limits."""
    household = household_in(tmp_path_factory.mktemp("house"))
    household.limits = QUICK
    household.add("ann")
    with serving(household) as served:
        yield served


def connected(house: Household) -> socket.socket:
    address = urlsplit(house.url)
    return socket.create_connection((str(address.hostname), address.port or 0), timeout=WAIT_S)


def ended(connection: socket.socket) -> bool:
    """Wait for the end of a connection."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ",
        b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /half",
    ],
    ids=["silence", "half a header", "half a second header"],
)
def test_a_connection_without_a_whole_request_is_ended(house: Household, said: bytes) -> None:
    with connected(house) as connection:
        connection.sendall(said)
        assert ended(connection)


def test_a_header_that_drips_is_ended_although_something_always_comes(house: Household) -> None:
    with connected(house) as connection:
        over = threading.Event()

        def listen() -> None:
            ended(connection)
            over.set()

        threading.Thread(target=listen, daemon=True).start()
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        for _ in range(WAIT_S * 20):
            if over.wait(0.05):
                break
            try:
                connection.sendall(b"x")
            except ConnectionError:
                break
        assert over.wait(WAIT_S)


def test_a_body_that_drips_is_given_up_and_leaves_nothing(house: Household) -> None:
    page = urlsplit(page_of(house))
    head = f"PUT {page.path}/slow.mp4 HTTP/1.1\r\nHost: {page.netloc}\r\nContent-Length: 1000000\r\n\r\nxxxx"
    with connected(house) as connection:
        connection.sendall(head.encode())
        assert ended(connection)
    folder = house.settings.home / "users" / "ann" / "inbox"
    eventually("nothing is left", lambda: not [*folder.glob("*"), *folder.glob(".*.part")])


def test_a_body_that_comes_at_an_ordinary_pace_is_taken(house: Household) -> None:
    page = page_of(house)
    answer = httpx.put(f"{page}/fine.mp4", content=paced([b"x" * 1000] * 20, 0.1), trust_env=False, timeout=WAIT_S)
    assert (answer.status_code, answer.json()["size"]) == (201, 20_000)


def test_a_crowd_of_silent_connections_keeps_nobody_out(house: Household) -> None:
    with ExitStack() as crowd:
        for _ in range(4 * QUICK.connections):
            crowd.enter_context(connected(house))
        answer = httpx.post(house.url, json=BODY, headers=HEADERS, trust_env=False, verify=False, timeout=WAIT_S)
    assert answer.status_code == 401


@pytest.mark.parametrize(("name", "status"), [("notes.txt", 415), ("huge.mp4", 413)])
def test_a_refused_file_is_told_why_before_the_connection_ends(house: Household, name: str, status: int) -> None:
    """The whole body is on its way while the answer is given: closing at once would wipe the answer out."""
    page = urlsplit(page_of(house))
    size = 30 * 2**30 if status == 413 else 8 * 2**20
    head = f"PUT {page.path}/{name} HTTP/1.1\r\nHost: {page.netloc}\r\nContent-Length: {size}\r\n\r\n"
    with connected(house) as connection:
        connection.sendall(head.encode())
        for _ in range(128):
            connection.sendall(b"x" * 65_536)
        told = b""
        while chunk := connection.recv(65_536):
            told += chunk
    assert told.startswith(f"HTTP/1.1 {status} ".encode())
    assert b'"error"' in told


def test_a_caller_who_never_stops_sending_after_a_refusal_is_cut_off(house: Household) -> None:
    page = urlsplit(page_of(house))
    head = f"PUT {page.path}/notes.txt HTTP/1.1\r\nHost: {page.netloc}\r\nContent-Length: {2**40}\r\n\r\n"
    sent = 0
    with connected(house) as connection, pytest.raises(ConnectionError):
        connection.sendall(head.encode())
        while sent < 2**31:
            connection.sendall(b"x" * 2**20)
            sent += 2**20


def page_of(house: Household) -> str:
    """The page where Ann hands over files."""
    return anyio.run(handing_over.page_of, house, "ann")


SMALL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from highlight_mcp.cli import main
sys.exit(main(["http", "--port", "0"]))
"""


@contextmanager
def small_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """`highlight-mcp http` in a process that may open 128 files; its port and what it wrote to stderr."""
    given = {"HOME": folder / "data", "OUTPUT_DIR": folder / "reels", "HTTP_TOKEN": "a-token"}
    environment = {**os.environ, **{f"HIGHLIGHT_{name}": str(value) for name, value in given.items()}}
    errors = folder / "stderr.txt"
    with errors.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", SMALL], env=environment, stderr=output, cwd=folder)
    try:
        eventually("it listens", lambda: re.search(r":(\d+)/mcp", errors.read_text()))
        found = re.search(r":(\d+)/mcp", errors.read_text())
        assert found is not None
        yield int(found[1]), errors
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files per process")
def test_more_connections_than_files_may_be_open_neither_stop_the_server_nor_flood_its_log(tmp_path: Path) -> None:
    with small_server(tmp_path) as (port, errors), ExitStack() as crowd:
        for _ in range(300):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), timeout=WAIT_S))
        url = f"http://127.0.0.1:{port}/mcp"
        for _ in range(3):
            answer = httpx.post(url, json=BODY, headers=HEADERS, trust_env=False, verify=False, timeout=WAIT_S)
            assert answer.status_code == 401
        said = errors.read_text()
    assert "Traceback" not in said
    assert len(said) < 2_000


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "MCP-Protocol-Version: 2026-07-28\r\n"], ids=["legacy", "modern"])
def test_callers_who_leave_in_the_middle_of_a_body_are_told_of_in_one_line(tmp_path: Path, more: str) -> None:
    with small_server(tmp_path) as (port, errors):
        lines = [f"{name}: {text}\r\n" for name, text in {**HEADERS, "Authorization": "Bearer a-token"}.items()]
        head = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{''.join(lines)}{more}"
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as connection:
                connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{{".encode())
        eventually("it says so", lambda: "went away" in errors.read_text() or "Traceback" in errors.read_text())
        headers = {**HEADERS, "Authorization": "Bearer a-token"}  # still answers: a request outside of a session
        url = f"http://127.0.0.1:{port}/mcp"
        assert (
            httpx.post(url, json=BODY, headers=headers, trust_env=False, verify=False, timeout=WAIT_S).status_code
            == 400
        )
    said = errors.read_text()
    assert "Traceback" not in said, said
    assert said.count("went away") == 1, said
