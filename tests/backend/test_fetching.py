"""Addresses that are hostile or slow: bounded in memory, time, number and space, and nothing of them stays."""

import gzip
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from highlight_mcp.backend.api import incoming as download
from waiting import eventually

from .rig import Caller, Rig

LIMITS = {"fetches": 3, "fetch_window_bytes": 1000, "download": 2**50}
TIMING = {"fetch": 4, "fetch_window": 1.0, "poll": 0.1, "reconcile": 0.1, "progress": 0.2}


Fetch = Callable[..., Any]


def packed_zeros(size: int) -> bytes:
    """What unpacks to so many zeros: one stretch over and over, as nothing packed refers back to another."""
    packer, stretch = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS), bytes(2**20)
    pieces = [packer.compress(stretch) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    return pieces[0] + pieces[1] * (size // len(stretch) - 1)


class Site:
    """A web site of the test; what its pages do is written down here. Every page ends by itself."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.open = self.most = 0
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.crowd = threading.Barrier(LIMITS["fetches"])
        self.base = ""
        self.bomb = gzip.compress(packed_zeros(2**28))

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            yield
        finally:
            with self.lock:
                self.open -= 1

    def answer(self, page: BaseHTTPRequestHandler) -> None:
        name = page.path.strip("/").partition("-")[0].partition(".")[0]
        with self.counted():
            getattr(self, f"_{name}")(page)

    def _head(self, page: BaseHTTPRequestHandler, **headers: Any) -> None:
        page.send_response(200)
        for header, value in headers.items():
            page.send_header(header.replace("_", "-"), str(value))
        page.end_headers()

    def _nested(self, page: BaseHTTPRequestHandler) -> None:
        self._head(page, Content_Encoding="gzip, gzip", Content_Length=len(self.bomb))
        page.wfile.write(self.bomb)

    def _drip(self, page: BaseHTTPRequestHandler) -> None:
        self._head(page, Content_Length=10**8)
        for _ in range(600):
            page.wfile.write(b"x")
            page.wfile.flush()
            self.closed.wait(0.1)

    def _steady(self, page: BaseHTTPRequestHandler) -> None:
        self._head(page, Content_Length=10**8)
        for _ in range(600):
            page.wfile.write(b"x" * 2000)
            self.closed.wait(0.1)

    def _brief(self, page: BaseHTTPRequestHandler) -> None:
        self.crowd.wait(10)
        self._head(page)
        page.wfile.write(page.path.encode())

    def _announced(self, page: BaseHTTPRequestHandler) -> None:
        self._head(page, Content_Length=shutil.disk_usage(self.room).total)
        page.wfile.write(b"x" * 1000)

    def _endless(self, page: BaseHTTPRequestHandler) -> None:
        self._head(page)
        for _ in range(1024):
            page.wfile.write(bytes(2**20))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on a free port."""
    made = Site(tmp_path_factory.mktemp("site"))

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                made.answer(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made.base = f"http://127.0.0.1:{server.server_port}"
    yield made
    made.closed.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def fetching(shared_rig: Rig, site: Site) -> Fetch:
    """`fetching(name, …)`: the answer to an upload of pages of the site."""
    backend = shared_rig.start(allow_private_urls=True, limits=LIMITS, timing=TIMING)
    path = f"/api/upload-video/nemo_agent/me/{backend.session()}"

    def ask(*names: str, **options: Any) -> Any:
        return backend.post(path, {"urls": [f"{site.base}/{name}" for name in names]}, **options)

    return ask


def caller(rig: Rig) -> Caller:
    return rig.callers[-1]


def test_packed_answers_are_refused_before_they_are_unpacked(shared_rig: Rig, fetching: Fetch) -> None:
    process = psutil.Process(shared_rig.processes[-1].pid)
    before = process.memory_info().rss
    answer = fetching("nested.mp4")
    assert answer["code"] == 1419
    assert "compressed" in answer["message"]
    assert process.memory_info().rss - before < 150 * 2**20
    assert shared_rig.partials() == []


def test_a_download_that_drips_is_given_up(shared_rig: Rig, fetching: Fetch) -> None:
    answer = fetching("drip.mp4")
    assert answer["code"] == 1419
    assert "bytes came in 1 seconds" in answer["message"]
    assert shared_rig.partials() == []


@pytest.mark.slow
def test_a_download_ends_after_its_time_whatever_its_pace(shared_rig: Rig, fetching: Fetch) -> None:
    answer = fetching("steady.mp4")
    assert answer["code"] == 1419
    assert "not there within" in answer["message"]
    assert shared_rig.partials() == []


def test_a_download_ends_when_its_caller_leaves_and_the_backend_is_idle_again(
    shared_rig: Rig, site: Site, fetching: Fetch
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        fetching("steady.mp4", timeout=1.5)
    eventually("the site is left alone", lambda: site.open == 0)
    assert shared_rig.partials() == []
    eventually("nothing is open", lambda: caller(shared_rig).get("/api/local/health")["data"]["idle_s"] > 0)


def test_many_addresses_are_read_a_few_at_a_time(site: Site, fetching: Fetch) -> None:
    site.most = 0
    answer = fetching(*(f"brief-{number}.mp4" for number in range(12)))
    assert len(answer["data"]["files"]) == 12
    assert site.most == LIMITS["fetches"]


def test_a_file_for_which_there_is_no_room_is_refused_before_it_is_read(shared_rig: Rig, fetching: Fetch) -> None:
    assert fetching("announced.mp4")["code"] == 1410
    assert shared_rig.partials() == []


def test_a_file_of_unknown_size_stops_before_the_disk_is_full(rig: Rig, site: Site) -> None:
    floor = shutil.disk_usage(rig.folder).free - 100 * 2**20
    backend = rig.start(allow_private_urls=True, limits={**LIMITS, "free_space": floor}, timing={**TIMING, "fetch": 60})
    path = f"/api/upload-video/nemo_agent/me/{backend.session()}"
    assert backend.post(path, {"urls": [f"{site.base}/endless.mp4"]})["code"] == 1410
    assert rig.partials() == []


@pytest.mark.parametrize("error", [TimeoutError(), httpx.ReadTimeout(""), httpx.ConnectTimeout("timed out")])
def test_an_answer_that_does_not_come_is_said_in_words(error: Exception) -> None:
    assert str(download._reason(error)) == "no answer came in time"
    assert str(download._reason(httpx.ReadError(""))) == "the connection broke off"
