"""The whole tour over servers of others, which know the published calls and nothing of ours."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.conftest import Host

from .conftest import Visit
from .faces import REFUSALS, framework, plain
from .studio import TEXT, Manner, Studio

pytestmark = pytest.mark.anyio
Face = Callable[[Studio], AbstractContextManager[str]]

FACES: dict[str, tuple[Face, Manner]] = {
    "the standard library": (plain, Manner()),
    "HTTP 1.0 without lengths": (partial(plain, protocol_version="HTTP/1.0"), Manner(sparse=True)),
    "compressed answers": (partial(plain, zipped=True), Manner(talkative=True)),
    "as little as possible": (plain, Manner(sparse=True, framing="carriage")),
    "no envelope": (plain, Manner(enveloped=False, floats=True)),
    "a framework": (framework, Manner(talkative=True, floats=True, framing="noisy")),
    "turns without words": (framework, Manner(silent=True)),
    "no sign-in": (plain, Manner(open=True, numbered=True)),
}


async def tour(host: Host, studio: Studio, film: Path) -> None:
    """What a person does on a first evening."""
    uploaded = await host.call("upload", sources=[str(film)])
    assert [each["name"] for each in uploaded["media"]] == ["match.mp4"]
    edited = await host.finished("edit", instruction="keep the first second")
    assert edited["status"] == "done", edited
    assert edited["timeline"]["duration_ms"] == 1500
    if not studio.manner.silent:
        assert TEXT in edited["message"]
    again = await host.finished("edit", operations=[{"op": "remove", "target": {"clips": [1]}}])
    assert again["status"] == "done", again
    assert studio.said[-1] == "Remove clip 1."
    state = await host.call("get_state", detail="full")
    assert state["timeline"]["summary"] == "Timeline (1 track): 1. Video: match.mp4 (0-2s)"
    assert state["versions"] == []
    balance = await host.call("credits")
    assert (balance["available"], balance["frozen"], balance["total"]) == (60, 40, 100)
    refused = await host.error("preview")
    assert refused["kind"] == "not_supported"
    made = await host.finished("export")
    assert made["status"] == "completed", made
    assert await anyio.Path(made["path"]).read_bytes() == await anyio.Path(film).read_bytes()
    studio.slow_renders = True
    begun = await host.call("export", filename="another", wait_s=0)
    ended = await host.call("cancel", job_id=begun["render_id"])
    assert ended["status"] == "cancelled", ended
    unknown = await host.error("cancel", job_id="turn_never")
    assert unknown["kind"] == "not_found"


def strange(studio: Studio) -> list[tuple[str, str]]:
    """What was asked for that is not published."""
    return [asked for asked in studio.asked if asked[1].startswith("/api/local/")]


@pytest.mark.parametrize("face", FACES, ids=lambda name: name.replace(" ", "-"))
async def test_the_whole_tour_works_over_a_server_that_shares_no_code_with_ours(
    face: str, film: Path, visit: Visit
) -> None:
    opened, manner = FACES[face]
    studio = Studio(film, manner)
    with opened(studio) as url, anyio.fail_after(60):
        async with visit(url) as host:
            await tour(host, studio, film)
    assert len(strange(studio)) <= 1
    assert len([path for _, path in studio.asked if path == "/api/auth/anonymous-token"]) == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda name: name.replace(" ", "-").replace("'", ""))
async def test_whatever_refuses_what_is_not_published_the_footage_arrives(
    refusal: str, film: Path, visit: Visit
) -> None:
    studio = Studio(film)
    answer: Any = REFUSALS[refusal]
    with framework(studio, answer) as url, anyio.fail_after(60):
        async with visit(url) as host:
            await host.call("upload", sources=[str(film)])
            edited = await host.finished("edit", instruction="keep the first second")
            assert edited["status"] == "done"
            assert (await host.call("get_state", detail="full"))["versions"] == []
            assert (await host.error("preview"))["kind"] == "not_supported"
    assert len([path for _, path in studio.asked if path == "/api/auth/anonymous-token"]) == 1
