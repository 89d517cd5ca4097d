"""Adding footage: streamed from disk, in place, or by address."""

import os
import tracemalloc
from pathlib import Path

import pytest

from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.formats import FORMATS, MAX_UPLOAD_BYTES

from .cloud import Cloud
from .conftest import MakeClient
from .service import Reply, Seen, ok, wrong

pytestmark = pytest.mark.anyio
UPLOAD = "POST /api/upload-video/nemo_agent/me/*"


async def refusal(connect: MakeClient, source: str, **changes: object) -> ApiError:
    async with connect(**changes) as client:
        session = (await client.session()).session_id
        with pytest.raises(ApiError) as raised:
            await client.upload(session, [source])
    return raised.value


async def test_a_file_travels_as_multipart_with_its_name_and_type(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / 'final "cut".MOV'
    film.write_bytes(os.urandom(700_000))
    told: list[tuple[int, int, str]] = []
    async with connect() as client:
        session = (await client.session()).session_id
        media = await client.upload(session, [str(film)], lambda *step: told.append(step))
    request = cloud.requests("POST", "/api/upload-video/*")[0]
    head, _, rest = request.body.partition(b"\r\n\r\n")
    assert b'name="files"; filename="final %22cut%22.MOV"' in head
    assert b"Content-Type: video/quicktime" in head
    assert rest.startswith(film.read_bytes())
    assert media[0].media_id == "med_3"
    assert (media[0].duration_ms, media[0].kind, media[0].link) == (7500, "video", "https://cdn.test/med_3")
    assert told[-1] == (700_000, 700_000, film.name)


async def test_an_upload_is_streamed_and_never_held_in_memory(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / "match.mp4"
    with film.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    cloud.routes[UPLOAD] = lambda request: ok({"files": [{"file_id": "m", "size": len(request.body)}]})
    async with connect() as client:
        session = (await client.session()).session_id
        await client.upload(session, [str(film)])
        tracemalloc.start(8)
        await client.upload(session, [str(film)])
        statistics = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/highlight_mcp/*")])
        tracemalloc.stop()
    assert sum(item.size for item in statistics.statistics("filename")) < 4 * 1024 * 1024


async def test_a_broken_upload_is_sent_once_more(cloud: Cloud, connect: MakeClient, tmp_path: Path) -> None:
    film = tmp_path / "match.mp4"
    film.write_bytes(b"x" * 1000)
    tries: list[Seen] = []

    def once(request: Seen) -> Reply:
        tries.append(request)
        return Reply(raw=b"") if len(tries) == 1 else cloud.upload(request)

    cloud.routes[UPLOAD] = once
    async with connect() as client:
        session = (await client.session()).session_id
        assert len(await client.upload(session, [str(film)])) == 1
    assert tries[0].body[-40:-36] == tries[1].body[-40:-36]
    assert len(tries) == 2


async def test_an_address_travels_as_json(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = (await client.session()).session_id
        await client.upload(session, ["https://example.com/match.mp4"])
    body = cloud.requests("POST", "/api/upload-video/*")[0].json
    assert body == {"urls": ["https://example.com/match.mp4"], "source_type": "url"}


async def test_the_embedded_backend_gets_paths_of_any_size_and_format(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / "match.mxf"
    with film.open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)
    async with connect(kind="embedded", token="user-token") as client:
        session = (await client.session()).session_id
        await client.upload(session, [str(film), film.as_uri()])
    bodies = [request.json for request in cloud.requests("POST", "/api/upload-video/*")]
    assert bodies == [{"paths": [str(film)], "source_type": "path"}] * 2


async def test_a_file_over_500_mb_is_refused_before_anything_is_sent(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / "long.mp4"
    with film.open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)
    error = await refusal(connect, str(film))
    assert error.fault.kind == "file_too_large"
    assert "500 MB" in error.fault.text
    assert not cloud.requests("POST", "/api/upload-video/*")


async def test_an_unsupported_format_is_refused_with_the_list_of_formats(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / "match.wmv"
    film.write_bytes(b"x")
    error = await refusal(connect, str(film))
    assert error.fault.kind == "unsupported_file"
    assert all(item.extension in error.fault.next_step for item in FORMATS)
    assert not cloud.requests("POST", "/api/upload-video/*")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("match.mp4", "bad_request"),
        ("/nowhere/match.mp4", "file_missing"),
        ("ftp://example.com/a.mp4", "bad_request"),
        ("file://otherhost/a.mp4", "bad_request"),
        ("/tmp/\x00.mp4", "file_missing"),
        ("", "bad_request"),
    ],
)
async def test_a_source_that_cannot_be_read_is_named(cloud: Cloud, connect: MakeClient, source: str, kind: str) -> None:
    error = await refusal(connect, source)
    assert error.fault.kind == kind
    assert not cloud.requests("POST", "/api/upload-video/*")


@pytest.mark.parametrize(("code", "kind"), [(4001, "unsupported_file"), (4002, "file_too_large")])
async def test_what_the_service_refuses_is_explained(
    cloud: Cloud, connect: MakeClient, tmp_path: Path, code: int, kind: str
) -> None:
    film = tmp_path / "match.mp4"
    film.write_bytes(b"x")
    cloud.routes[UPLOAD] = lambda _: wrong(code, 400)
    assert (await refusal(connect, str(film))).fault.kind == kind
    assert len(cloud.requests("POST", "/api/upload-video/*")) == 1


async def test_the_shorter_published_answer_is_read_too(cloud: Cloud, connect: MakeClient) -> None:
    short = {"uploaded_files": [{"filename": "song.mp3", "url": "https://cdn.test/song"}]}
    cloud.routes[UPLOAD] = lambda _: ok(short)
    async with connect() as client:
        session = (await client.session()).session_id
        media = await client.upload(session, ["https://example.com/song.mp3"])
    assert (media[0].media_id, media[0].kind) == ("https://cdn.test/song", "audio")
