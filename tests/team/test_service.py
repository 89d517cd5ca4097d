"""A whole service: two fronts, workers of which one is killed, a database and a store, by an MCP client."""

import re
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest

pytest.importorskip("obstore")

from media_factory import make_clip
from server.conftest import Host
from servers import BucketServer, NewDatabase
from waiting import eventually, until

from .service import Service

pytestmark = [pytest.mark.peers, pytest.mark.timeout(300)]
NAME = "match.mp4"
KEEP = {"op": "keep", "ranges_ms": [[0, 10_000]]}


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase, bucket_server: BucketServer
) -> Iterator[Service]:
    folder, blobs = tmp_path_factory.mktemp("service"), bucket_server.bucket()
    made = Service(folder, new_database(), blobs, bucket_server.environment)
    try:
        for name in ("ann", "bob"):
            made.person(name)
        made.start(workers=2, fronts=2)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    made = make_clip(tmp_path_factory.mktemp("clip") / NAME, seconds=12, cuts=(3, 6), loud=[(4, 6)])
    return made.read_bytes()


async def handed_over(host: Host, clip: bytes, at: str) -> dict[str, Any]:
    """Footage that was put on the page which the host was told of, at another front; then added by its name."""
    asked = await host.error("upload", sources=["not-there.mp4"])
    path = re.search(r"/upload/[\w.-]+\w", asked["next_step"])
    assert path is not None
    async with httpx.AsyncClient(timeout=60) as http:
        kept = await http.put(f"{at}{path.group()}/{NAME}", content=clip)
    assert kept.status_code == 201
    return await host.finished("upload", sources=[kept.json()["name"]], new_session=True)


def sound(service: Service) -> None:
    """Nothing is broken in the database and the store, and nobody has left anything."""
    checked = service.run("fsck")
    assert checked.returncode == 0, checked.stdout


def test_a_reel_comes_once_though_its_worker_is_killed_and_every_front_knows_of_it(
    service: Service, clip: bytes
) -> None:
    async def begin() -> tuple[str, str]:
        async with service.host("ann", front=0) as host:
            session = (await handed_over(host, clip, at=service.fronts[1]))["session_id"]
        async with service.host("ann", front=1) as host:
            assert (await host.finished("edit", operations=[KEEP]))["timeline"]["duration_ms"] == 10_000
            assert "image" in [block.type for block in (await host.raw("preview")).content]
            return session, (await host.call("export", wait_s=0))["render_id"]

    async def end(render_id: str) -> dict[str, Any]:
        async with service.host("ann", front=0) as host:
            return await host.finished("export", render_id=render_id)

    _session, render_id = anyio.run(begin)
    service.kill(service.worker_of(f"render:{render_id}"))
    service.start(workers=1, fronts=0)
    made = anyio.run(end, render_id)
    assert made["status"] == "completed"
    reel = httpx.get(made["url"], follow_redirects=True, headers={"Range": "bytes=4-7"})
    assert (reel.status_code, reel.content) == (206, b"ftyp")
    before = httpx.head(made["url"])
    assert (before.status_code, before.headers["content-length"]) == (200, reel.headers["content-range"].split("/")[1])
    assert httpx.get(made["url"].replace(service.fronts[0], service.fronts[1]), follow_redirects=True).is_success
    finals = service.rows(f"select kind from ledger where job_id = 'render:{render_id}' and kind <> 'freeze'")
    assert finals == [("settle",)]
    outcomes = service.rows(f"select outcome from attempts where job_id = 'render:{render_id}' order by number")
    assert outcomes == [("lost",), ("done",)]
    sound(service)


def test_cancelling_at_one_front_ends_the_engine_on_its_worker(service: Service, clip: bytes) -> None:
    async def cancelled() -> str:
        async with service.host("ann", front=0) as host:
            await handed_over(host, clip, at=service.fronts[0])
            await host.finished("edit", operations=[KEEP])
            render_id = str((await host.call("export", preset="4:5", wait_s=0))["render_id"])
            await anyio.to_thread.run_sync(service.worker_of, f"render:{render_id}")
        async with service.host("ann", front=1) as host:
            assert (await host.call("cancel", job_id=render_id))["status"] == "cancelled"
        return render_id

    render_id = anyio.run(cancelled)
    attempt = f"select outcome from attempts where job_id = 'render:{render_id}'"
    assert eventually("the attempt is over", lambda: [row for row in service.rows(attempt) if row[0] != "running"])
    assert service.rows(f"select kind from ledger where job_id = 'render:{render_id}' and kind <> 'freeze'") == [
        ("refund",)
    ]
    sound(service)


def test_nobody_sees_or_reaches_anything_of_anybody_else(service: Service, clip: bytes) -> None:
    async def tried() -> str:
        async with service.host("ann") as ann, service.host("bob", front=1) as bob:
            session = (await handed_over(ann, clip, at=service.fronts[0]))["session_id"]
            await ann.finished("edit", operations=[KEEP])
            reel = await ann.finished("export", preset="draft")
            assert (await bob.call("get_state"))["media"] == []
            for tool, given in (
                ("get_state", {"session_id": session}),
                ("edit", {"session_id": session, "instruction": "undo"}),
                ("export", {"render_id": reel["render_id"]}),
                ("cancel", {"job_id": reel["render_id"]}),
                ("upload", {"sources": [NAME]}),
                ("upload", {"sources": ["/etc/passwd"]}),
                ("upload", {"sources": [f"/inbox/../ann/inbox/{NAME}"]}),
            ):
                assert (await bob.error(tool, **given))["kind"] in (
                    "session_not_found", "not_found", "file_missing", "outside_roots",
                )  # fmt: skip
            return str(reel["url"])

    token, name = anyio.run(tried).split("/reels/")[1].split("/")
    body, mark = token.split(".")
    for forged in (f"{body}.{mark[::-1]}", f"{body[:-4]}AAAA.{mark}", body):
        assert httpx.get(f"{service.fronts[0]}/reels/{forged}/{name}").status_code == 404
    assert httpx.put(f"{service.fronts[0]}/upload/{token}/x.mp4", content=b"x").status_code == 404


def test_the_doctor_sees_what_a_team_consists_of(service: Service) -> None:
    seen = service.run("doctor", "--team")
    assert seen.returncode == 0, seen.stdout
    assert [worker for worker in service.workers if f"{worker} (" not in seen.stdout] == []


def test_who_is_removed_leaves_nothing_and_comes_in_no_more(service: Service, clip: bytes) -> None:
    service.person("eve")

    async def leave() -> None:
        async with service.host("eve") as host:
            await handed_over(host, clip, at=service.fronts[0])

    anyio.run(leave)
    gone = service.run("user", "remove", "eve")
    assert gone.returncode == 0, gone.stderr
    bearer = {"Authorization": f"Bearer {service.tokens['eve']}"}
    url = f"{service.fronts[1]}/mcp"
    anyio.run(until, lambda: httpx.post(url, headers=bearer, json={}).status_code == 401)
    sound(service)


def test_a_store_that_refuses_is_told_and_a_removal_goes_on_when_it_does_not(service: Service, clip: bytes) -> None:
    service.person("fay")

    async def leave() -> None:
        async with service.host("fay") as host:
            await handed_over(host, clip, at=service.fronts[0])

    anyio.run(leave)
    wrong = {"AWS_SECRET_ACCESS_KEY": "wrong"}
    for command in (("fsck",), ("user", "remove", "fay")):
        refused = service.run(*command, **wrong)
        assert refused.returncode == 1
        assert "The store does not do what is asked" in refused.stderr
        assert "Traceback" not in refused.stderr
    account = re.search(r"user remove (acc_\w+)", refused.stderr)
    assert account is not None, refused.stderr
    done = service.run("user", "remove", account.group(1))
    assert done.returncode == 0, done.stderr
    assert re.search(r"and [1-9]\d* files? of the store", done.stderr)
    sound(service)
