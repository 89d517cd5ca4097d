"""A service that means harm, or is broken: nothing is asked of others for it, and nothing false is called finished."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from highlight_mcp.client import download
from highlight_mcp.client.download import permitted_address
from highlight_mcp.contract.errors import ApiError
from media_factory import make_sound

from .conftest import Visit
from .faces import framework
from .studio import Manner, Studio

pytestmark = pytest.mark.anyio
UNSAID = Manner(sparse=True)
"""A service that does not say how long its reels are."""


def reel(body: Any) -> Any:
    """What the framework serves where nothing is published: a reel of our own choice."""

    def serve(request: Request) -> Response:
        if request.url.path.startswith("/api/"):
            return Response(status_code=404)
        return body(request) if callable(body) else Response(body, media_type="video/mp4")

    return serve


async def endless() -> AsyncIterator[bytes]:
    for _ in range(512):
        yield bytes(2**20)


async def failed_export(visit: Visit, studio: Studio, film: Path, body: Any) -> dict[str, Any]:
    """The error of an export, after which nothing lies in the output folder."""
    with framework(studio, reel(body)) as url, anyio.fail_after(60):
        async with visit(url) as host:
            await host.call("upload", sources=[str(film)])
            await host.finished("edit", instruction="keep the first second")
            begun = await host.raw("export", wait_s=20)
            content = begun.structured_content or {}
            while not begun.is_error and content["status"] == "processing":
                begun = await host.raw("export", render_id=content["render_id"], wait_s=20)
                content = begun.structured_content or {}
            assert begun.is_error, content
            return dict(content["error"])


def left_in(folder: Path) -> list[Path]:
    return [each for each in (folder / "out").glob("*") if each.is_file()]


@pytest.mark.parametrize("address", ["http://10.1.2.3/admin", "http://169.254.169.254/latest", "http://[fd00::1]:80/x"])
async def test_a_reel_at_an_address_of_the_local_network_is_not_fetched(
    address: str, film: Path, visit: Visit, tmp_path: Path
) -> None:
    error = await failed_export(visit, Studio(film, reel=address), film, b"")
    assert error["kind"] == "url_refused"
    assert "private network" in error["message"]
    assert not left_in(tmp_path)


async def test_a_redirect_is_checked_as_the_first_address_was(film: Path, visit: Visit, tmp_path: Path) -> None:
    studio = Studio(film, reel="{base}/elsewhere.mp4")
    error = await failed_export(visit, studio, film, lambda _: RedirectResponse("http://192.168.7.7:6379/"))
    assert error["kind"] == "url_refused"
    assert not left_in(tmp_path)


async def test_text_that_is_called_a_reel_is_not_kept(film: Path, visit: Visit, tmp_path: Path) -> None:
    error = await failed_export(visit, Studio(film, UNSAID, reel="{base}/r.mp4"), film, b"hello, world")
    assert error["kind"] == "download_failed"
    assert "the finished reel is not a video" in error["message"]
    assert not left_in(tmp_path)


async def test_half_a_reel_is_not_kept(film: Path, visit: Visit, tmp_path: Path) -> None:
    whole = await anyio.Path(film).read_bytes()
    error = await failed_export(visit, Studio(film, UNSAID, reel="{base}/r.mp4"), film, whole[: len(whole) // 2])
    assert error["kind"] == "download_failed"
    assert not left_in(tmp_path)


async def test_sound_without_pictures_is_no_reel(film: Path, visit: Visit, tmp_path: Path) -> None:
    song = make_sound(tmp_path / "song.m4a").read_bytes()
    error = await failed_export(visit, Studio(film, UNSAID, reel="{base}/r.mp4"), film, song)
    assert error["kind"] == "download_failed"
    assert "not an MP4 with moving pictures" in error["message"]
    assert not left_in(tmp_path)


async def test_a_reel_without_an_end_is_stopped(
    film: Path, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 4 * 2**20)
    studio = Studio(film, Manner(sparse=True), reel="{base}/r.mp4")
    error = await failed_export(visit, studio, film, lambda _: StreamingResponse(endless(), media_type="video/mp4"))
    assert error["kind"] == "download_failed"
    assert "goes on after" in error["message"]
    assert not left_in(tmp_path)


async def test_a_reel_that_is_longer_than_announced_is_stopped(film: Path, visit: Visit, tmp_path: Path) -> None:
    studio = Studio(film, reel="{base}/r.mp4")
    error = await failed_export(visit, studio, film, lambda _: StreamingResponse(endless(), media_type="video/mp4"))
    assert error["kind"] == "download_failed"
    assert "longer than the" in error["message"]
    assert not left_in(tmp_path)


INSIDE = ["http://127.0.0.1:8711/admin", "http://localhost/x", "http://[::1]/x", "http://2130706433/x", "http://10.0.0.1/",
          "http://0x7f000001/", "http://[::ffff:127.0.0.1]/", "http://192.0.0.8/", "ftp://8.8.8.8/x",
          "file:///etc/passwd", "http:///x"]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
@pytest.mark.parametrize("base", ["https://cloud.example", "https://8.8.8.8", "http://192.168.1.5:8000"])
async def test_a_service_elsewhere_cannot_name_an_address_of_this_machine(url: str, base: str) -> None:
    with pytest.raises(ApiError) as raised:
        await permitted_address(url, base)
    assert raised.value.fault.kind == "url_refused"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/admin", "http://localhost:9000/x", "http://[::1]/x"])
async def test_a_service_on_this_machine_cannot_name_another_port_of_it(url: str) -> None:
    with pytest.raises(ApiError) as raised:
        await permitted_address(url, "http://127.0.0.1:8000")
    assert raised.value.fault.kind == "url_refused"


@pytest.mark.parametrize(
    ("url", "base", "address"),
    [
        ("https://8.8.8.8/reel.mp4", "https://cloud.example", "8.8.8.8"),
        ("https://cloud.example/reel.mp4", "https://cloud.example/api", None),
        ("http://127.0.0.1:8000/reel.mp4", "http://localhost:8000", None),
        ("http://192.168.1.5:9000/reel.mp4", "http://192.168.1.5:8000", None),
        ("http://nas.local:9000/reel.mp4", "http://nas.local", None),
    ],
)
async def test_the_service_itself_and_the_internet_may_be_asked(url: str, base: str, address: str | None) -> None:
    assert await permitted_address(url, base) == address
