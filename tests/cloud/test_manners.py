"""What a cloud user is told: where footage goes, what it costs, what to do when something is refused."""

import json
import shlex
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from client.cloud import Cloud
from client.conftest import config
from client.service import events, frame, ok, wrong
from highlight_mcp.cli import parser
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig
from highlight_mcp.client.json_store import JsonStore
from highlight_mcp.client.sources import too_large, unsupported
from highlight_mcp.client.uploads import UploadNotice
from highlight_mcp.commands.shell import split_words
from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.contract.errors import ERRORS, error_info
from highlight_mcp.contract.formats import FORMATS, MAX_UPLOAD_BYTES
from highlight_mcp.language import interpret
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from server.conftest import Host, text_of

__all__ = ["config"]
pytestmark = pytest.mark.anyio
Config = Callable[..., ClientConfig]
LEAVES = "leaves this machine"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    service = Cloud()
    with service.running():
        yield service


@pytest.fixture
def film(tmp_path: Path) -> str:
    path = tmp_path / "match.mp4"
    path.write_bytes(b"\0" * 2000)
    return str(path)


@asynccontextmanager
async def hosted(config: Config, options: ServerOptions | None = None, **changes: Any) -> AsyncIterator[Host]:
    chosen = replace(options or ServerOptions(), report_every_s=0.001)
    async with Client(build_server(lambda: BackendClient(config(**changes)), chosen)) as client:
        listed = await client.list_tools()
        yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


async def test_the_first_upload_says_that_footage_leaves_the_machine_and_no_later_one(
    cloud: Cloud, config: Config, film: str
) -> None:
    async with hosted(config) as host:
        first = await host.raw("upload", sources=[film])
        second = await host.raw("upload", sources=[film])
    notice = (first.structured_content or {})["warnings"][0]
    assert LEAVES in notice
    assert "127.0.0.1" in notice
    assert LEAVES not in text_of(second)
    async with hosted(config) as host:
        assert LEAVES not in text_of(await host.raw("upload", sources=[film], new_session=True))


async def test_a_refused_upload_does_not_use_the_notice_up(cloud: Cloud, config: Config, film: str) -> None:
    cloud.routes["POST /api/upload-video/nemo_agent/me/*"] = lambda _: wrong(4001, 415)
    async with hosted(config) as host:
        await host.error("upload", sources=[film])
        cloud.routes["POST /api/upload-video/nemo_agent/me/*"] = cloud.upload
        assert LEAVES in text_of(await host.raw("upload", sources=[film]))


async def test_an_address_says_nothing_about_this_machine(cloud: Cloud, config: Config) -> None:
    async with hosted(config) as host:
        assert LEAVES not in text_of(await host.raw("upload", sources=["https://example.com/match.mp4"]))


async def test_the_notice_is_said_in_the_language_that_was_set(cloud: Cloud, config: Config, film: str) -> None:
    async with hosted(config, ServerOptions(language="zh-CN")) as host:
        answer = await host.call("upload", sources=[film])
    assert "离开本机" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("kind", "url", "host"),
    [
        ("embedded", "http://127.0.0.1:1", None),
        ("remote", "http://127.0.0.1:8765", None),
        ("remote", "http://localhost", None),
        ("remote", "https://studio.example:8443/api", "studio.example"),
        ("cloud", "https://mega-api-prod.nemovideo.ai", "mega-api-prod.nemovideo.ai"),
    ],
)
async def test_only_a_service_elsewhere_is_named(kind: Any, url: str, host: str | None, tmp_path: Path) -> None:
    made = ClientConfig(base_url=url, kind=kind, state_dir=tmp_path, output_dir=tmp_path, version="0")
    disclosure = UploadNotice(made, JsonStore(tmp_path / "told"))
    assert disclosure.host == host
    assert (disclosure.notice() is not None) == (host is not None)
    await disclosure.said()
    assert UploadNotice(made, JsonStore(tmp_path / "told")).notice() is None


async def test_connecting_is_the_first_that_is_said(cloud: Cloud, config: Config, film: str) -> None:
    async with hosted(config) as host:
        await host.raw("upload", sources=["https://example.com/match.mp4"])
        assert host.reports[0][2] == "Connecting…"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (ServerOptions(), "en"),
        (ServerOptions(native="zh-CN"), "zh"),
        (ServerOptions(native="fil-PH"), "en"),
        (ServerOptions(language="ja", native="zh-CN"), "ja"),
    ],
)
async def test_a_session_is_made_in_the_users_language(
    cloud: Cloud, config: Config, film: str, options: ServerOptions, sent: str
) -> None:
    async with hosted(config, options) as host:
        await host.call("upload", sources=[film])
    (made,) = cloud.requests("POST", "/api/tasks/me/with-session/nemo_agent")
    assert made.json == {"task_name": "match", "language": sent}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (ServerOptions(), "Remove clip 2."),
        (ServerOptions(language="zh"), "删除第2段。"),
    ],
)
async def test_operations_are_spoken_to_a_cloud_in_the_language_of_the_session(
    cloud: Cloud, config: Config, film: str, options: ServerOptions, said: str
) -> None:
    async with hosted(config, options) as host:
        await host.call("upload", sources=[film])
        await host.finished("edit", operations=[{"op": "remove", "target": {"clips": [2]}}])
    (turn,) = cloud.requests("POST", "/run_sse")
    assert turn.json["new_message"]["parts"] == [{"text": said}]


async def test_the_balance_is_shown_before_an_edit_that_costs(cloud: Cloud, config: Config, film: str) -> None:
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        edited = await host.finished("edit", instruction="the best goals")
        told = [message or "" for _, _, message in host.reports]
    assert edited["warnings"][0].startswith("Before this edit: 60 of 100 credits are available, 40 are reserved")
    assert len(edited["warnings"]) == 1
    assert any("60 of 100" in message for message in told)
    asked, sent = (cloud.requests("GET", "/api/credits/balance/simple")[0], cloud.requests("POST", "/run_sse")[0])
    assert cloud.seen.index(asked) < cloud.seen.index(sent)


@pytest.mark.parametrize(("available", "warned"), [(9, True), (10, False), (0, True)])
async def test_few_credits_are_warned_of(cloud: Cloud, config: Config, film: str, available: int, warned: bool) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: ok({"available": available, "frozen": 0, "total": 100})
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        edited = await host.finished("edit", instruction="the best goals")
        shown = await host.call("credits")
    assert any("Few credits" in each for each in edited["warnings"]) == warned
    assert ("warnings" in shown) == warned


async def test_an_edit_goes_on_when_the_balance_cannot_be_had(cloud: Cloud, config: Config, film: str) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: wrong(1500, 500)
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        edited = await host.finished("edit", instruction="the best goals")
    assert edited["status"] == "done"
    assert "warnings" not in edited


@pytest.mark.parametrize("place", ["answer", "stream"])
async def test_without_credits_a_guest_is_asked_to_register_and_a_member_to_top_up(
    cloud: Cloud, config: Config, film: str, place: str
) -> None:
    stream = events(frame({"errorCode": "2001", "errorMessage": "insufficient"}))
    cloud.routes["POST /run_sse"] = lambda _: wrong(2001, 402) if place == "answer" else stream
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        guest = await host.error("edit", instruction="the best goals")
    async with hosted(config, token="user-token") as host:
        await host.call("upload", sources=[film], new_session=True)
        member = await host.error("edit", instruction="the best goals")
    assert (guest["kind"], guest["code"]) == (member["kind"], member["code"]) == ("no_credits", 2001)
    assert "https://web.test/register?bind=anon_1" in guest["next_step"]
    assert member["next_step"] == "Top up credits in your account."


async def test_a_plan_without_export_is_never_called_a_lack_of_credits(cloud: Cloud, config: Config, film: str) -> None:
    cloud.routes["POST /api/render/proxy/lambda"] = lambda _: wrong(402, 402, message="insufficient credits")
    async with hosted(config) as host:
        await host.call("upload", sources=[film])
        await host.finished("edit", instruction="the best goals")
        result = await host.raw("export")
    assert result.is_error
    assert "Register or upgrade your plan to unlock export." in text_of(result)
    assert "credit" not in (text_of(result) + json.dumps(result.structured_content)).casefold()


def offered(next_step: str) -> list[list[str]]:
    """The commands in backticks, as a shell splits them, without the settings in front."""
    commands = next_step.split("`")[1::2]
    assert all(command.startswith("HIGHLIGHT_BACKEND=local highlight-mcp ") for command in commands)
    return [shlex.split(command)[2:] for command in commands]


async def test_a_file_too_large_for_the_cloud_gets_offers_that_work_before_a_byte_is_sent(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    film = tmp_path / "whole match.mp4"
    with film.open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)
    async with hosted(config) as host:
        error = await host.error("upload", sources=[str(film)])
    assert error["kind"] == "file_too_large"
    assert "500 MB" in error["message"]
    assert not cloud.requests("POST", "/api/upload-video/*")
    assert "set HIGHLIGHT_BACKEND=local" in error["next_step"]
    trim, compress = (parser().parse_args(command) for command in offered(error["next_step"]))
    assert compress.preset == "720p"
    for command in (trim, compress):
        files, wish = split_words(command.words)
        assert files == [str(film)]
        assert interpret(wish, SESSIONS["raw"]).kind == "plan"


def test_the_limit_itself_may_be_sent() -> None:
    assert "501 MB" in too_large(Path("/a/b.mp4"), 501 * 2**20).message


@pytest.mark.parametrize(
    ("name", "way"),
    [("film.M4V", "rename it to film.mp4"), ("film.wmv", "ffmpeg -i '/a b/film.wmv' '/a b/film.mp4'")],
)
def test_a_file_in_another_format_gets_a_way_to_one_of_the_thirteen(name: str, way: str) -> None:
    problem = unsupported(Path("/a b") / name)
    assert way in problem.next_step
    assert len(FORMATS) == 13
    assert all(each.extension in problem.next_step for each in FORMATS)


TECHNICAL = ("client id", "x-client", "header", "json", "token", "bearer", "http status")


def test_no_fault_speaks_of_technical_things() -> None:
    for row in ERRORS:
        told = error_info(row.kind).text.casefold()
        assert not [word for word in TECHNICAL if word in told and row.kind != "auth_expired"], row
