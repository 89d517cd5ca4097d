"""Situations in which calls fail, one for each kind of error, with real files, processes and answers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import anyio
from mcp import Client
from mcp.types import CallToolResult

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.contract.errors import KINDS
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.testing import AnswerFault, ScriptedCloud, faults, streams
from server.conftest import Host
from waiting import until

from .doors import Door

KEEP = {"op": "keep", "ranges_ms": [[1000, 3000]]}


@dataclass
class Scene:
    """Where errors are provoked: a local door, and one to a cloud with a new account."""

    local: Door
    distant: Door
    cloud: ScriptedCloud
    match: Path
    folder: Path

    def file(self, name: str, content: bytes) -> Path:
        """A file in the media root."""
        path = self.match.with_name(name)
        path.write_bytes(content)
        return path

    @asynccontextmanager
    async def cut(self, door: Door) -> AsyncIterator[Host]:
        """A host whose session has a cut."""
        async with door.host() as host:
            await host.call("upload", sources=[str(self.match)], new_session=True)
            await host.finished("edit", operations=[KEEP])
            yield host


Run = Callable[[Scene], Awaitable[CallToolResult]]
CASES: dict[str, Run] = {}


def case(run: Run) -> Run:
    """Note a situation under the name of its function, which is the kind that it gives."""
    CASES[run.__name__] = run
    return run


async def asked(door: Door, tool: str, options: ServerOptions | None = None, **arguments: Any) -> CallToolResult:
    """One call of a new host."""
    async with door.host(options) as host:
        return await host.raw(tool, **arguments)


async def told(
    scene: Scene, endpoint: str, fault: AnswerFault, tool: str = "credits", **arguments: Any
) -> CallToolResult:
    """One call to a cloud that always answers so."""
    scene.cloud.script(endpoint, fault, calls=None)
    return await asked(scene.distant, tool, **arguments)


async def edited(scene: Scene, fault: AnswerFault) -> CallToolResult:
    """An edit to which the cloud answers so."""
    async with scene.distant.host() as host:
        await host.call("upload", sources=[str(scene.match)], new_session=True)
        scene.cloud.script("edit", fault, calls=None)
        return await host.raw("edit", instruction="keep 0:01-0:03", wait_s=25)


async def exported(scene: Scene, endpoint: str, fault: AnswerFault) -> CallToolResult:
    """An export to which the cloud answers so."""
    async with scene.cut(scene.distant) as host:
        scene.cloud.script(endpoint, fault, calls=None)
        return await host.raw("export", preset="480p", wait_s=25)


@case
async def auth_expired(scene: Scene) -> CallToolResult:
    return await asked(replace(scene.distant, token="nmv_usr_an-old-one"), "credits")


@case
async def session_not_found(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "get_state", session_id="ses_of_nobody")


@case
async def no_credits(scene: Scene) -> CallToolResult:
    return await edited(scene, faults.error(2001))


@case
async def unsupported_file(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "upload", sources=[str(scene.file("notes.txt", b"hello"))], new_session=True)


@case
async def file_too_large(scene: Scene) -> CallToolResult:
    path = scene.folder / "long.mp4"
    with path.open("wb") as sparse:
        sparse.truncate(501 * 2**20)
    return await asked(scene.distant, "upload", sources=[str(path)])


@case
async def client_id_missing(scene: Scene) -> CallToolResult:
    return await told(scene, "token", faults.error(400))


@case
async def export_blocked(scene: Scene) -> CallToolResult:
    return await exported(scene, "submit", faults.error(402))


@case
async def rate_limited(scene: Scene) -> CallToolResult:
    return await told(scene, "credits", faults.rate_limited(7))


@case
async def busy(scene: Scene) -> CallToolResult:
    async with scene.local.host() as host:
        await host.call("upload", sources=[str(scene.match)], new_session=True)
        await host.call("edit", instruction="the loudest moments, 3 seconds", wait_s=0)
        return await host.raw("edit", instruction="undo")


@case
async def not_supported(scene: Scene) -> CallToolResult:
    async with scene.cut(scene.distant) as host:
        return await host.raw("preview")


@case
async def bad_request(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "edit", operations=[{"op": "trimm"}])


@case
async def backend_error(scene: Scene) -> CallToolResult:
    return await told(scene, "credits", faults.error(1500))


@case
async def forbidden(scene: Scene) -> CallToolResult:
    return await told(scene, "credits", faults.error(1403))


@case
async def not_found(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "cancel", job_id="render_of_nobody")


@case
async def file_missing(scene: Scene) -> CallToolResult:
    gone = scene.match.with_name("mtach.mp4")
    return await asked(scene.local, "upload", sources=[str(gone)], new_session=True)


@case
async def file_damaged(scene: Scene) -> CallToolResult:
    half = scene.file("half.mp4", scene.match.read_bytes()[:3000])
    return await asked(scene.local, "upload", sources=[str(half)], new_session=True)


@case
async def outside_roots(scene: Scene) -> CallToolResult:
    path = scene.folder / "elsewhere.mp4"
    path.write_bytes(scene.match.read_bytes())
    return await asked(scene.local, "upload", sources=[str(path)], new_session=True)


@case
async def no_space(scene: Scene) -> CallToolResult:
    return await exported(scene, "submit", faults.error(1410))


@case
async def no_database(scene: Scene) -> CallToolResult:
    home = scene.folder / "damaged"
    home.mkdir()
    (home / "backend.db").write_bytes(b"no database" * 500)
    damaged = replace(scene.local, settings=scene.local.settings.model_copy(update={"home": home}))
    return await asked(damaged, "upload", sources=[str(scene.match)], new_session=True)


@case
async def version_conflict(scene: Scene) -> CallToolResult:
    async with scene.cut(scene.local) as host:
        return await host.raw("edit", operations=[KEEP], base_version=7)


@case
async def nothing_to_export(scene: Scene) -> CallToolResult:
    async with scene.local.host() as host:
        await host.call("upload", sources=[str(scene.match)], new_session=True)
        return await host.raw("export")


@case
async def limit(scene: Scene) -> CallToolResult:
    return await edited(scene, faults.error(1414))


@case
async def needs_extra(scene: Scene) -> CallToolResult:
    return await edited(scene, faults.error(1415))


@case
async def asset_missing(scene: Scene) -> CallToolResult:
    return await exported(scene, "submit", faults.error(1416))


@case
async def cancelled(scene: Scene) -> CallToolResult:
    """The upload that a call waits for is stopped meanwhile."""
    ends: list[CallToolResult] = []
    scene.cloud.script("upload", faults.silence(), calls=None)
    async with scene.distant.host() as host:

        async def wait() -> None:
            ends.append(await host.raw("upload", sources=[str(scene.match)], wait_s=25))

        async def running() -> Any:
            result = await host.client.call_tool("get_state", {})
            return (result.structured_content or {}).get("upload")

        async with anyio.create_task_group() as calls:
            calls.start_soon(wait)
            upload = await until(running)
            await host.client.call_tool("cancel", {"job_id": upload["job_id"]})
    return ends[0]


@case
async def url_refused(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "upload", sources=["http://127.0.0.1:9/a.mp4"], new_session=True)


@case
async def url_failed(scene: Scene) -> CallToolResult:
    return await asked(scene.local, "upload", sources=["https://nobody.invalid/a.mp4"], new_session=True)


@case
async def render_failed(scene: Scene) -> CallToolResult:
    def failed(value: Any) -> Any:
        return {**value, "data": {**value["data"], "status": "failed", "error": "the encoder stopped"}}

    return await exported(scene, "poll", faults.shaped("failed", failed))


@case
async def transport(scene: Scene) -> CallToolResult:
    return await told(scene, "credits", faults.garbage())


@case
async def unreachable(scene: Scene) -> CallToolResult:
    with scene.cloud.refusing():
        return await asked(scene.distant, "credits")


@case
async def edit_unknown(scene: Scene) -> CallToolResult:
    return await edited(scene, faults.hang_up())


@case
async def timed_out(scene: Scene) -> CallToolResult:
    scene.cloud.script("credits", faults.silence(), calls=None)
    return await asked(scene.distant, "credits", ServerOptions(longest_s=0.5))


@case
async def agent_error(scene: Scene) -> CallToolResult:
    frame = streams.frame({"errorCode": "MODEL_OVERLOADED", "errorMessage": "no model, token nmv_usr_abc"})
    return await edited(scene, streams.instead(frame))


@case
async def download_failed(scene: Scene) -> CallToolResult:
    scene.cloud.script("download", faults.status(500), calls=None)
    return await exported(scene, "file", faults.status(500))


@case
async def bad_address(scene: Scene) -> CallToolResult:
    config = replace(scene.distant.config, base_url="http://exa mple.com:port")
    return await _of_server(lambda: BackendClient(config))


@case
async def no_session(scene: Scene) -> CallToolResult:
    return await asked(scene.distant, "edit", instruction="shorter")


@case
async def internal(scene: Scene) -> CallToolResult:
    @asynccontextmanager
    async def broken() -> AsyncIterator[BackendClient]:
        if scene:
            raise RuntimeError("/home/ann/.secret")
        yield cast(Any, None)

    return await _of_server(broken)


@case
async def edit_refused(scene: Scene) -> CallToolResult:
    async with scene.cut(scene.local) as host:
        return await host.raw("edit", operations=[{"op": "remove", "target": {"clips": [99]}}])


async def _of_server(open_client: Any) -> CallToolResult:
    async with Client(build_server(open_client)) as client:
        listed = await client.list_tools()
        return await Host(client, {tool.name: tool.output_schema for tool in listed.tools}).raw("credits")


FROM_THE_TABLE = frozenset(CASES) & KINDS
