"""Single answers that are late, refused, redirected or compressed; connections that are refused or end."""

import gzip
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

import anyio
import pytest

from highlight_mcp.client.transport import ContentDecoder, DecodingError
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.testing import ENDPOINTS, Exchange, ScriptedCloud, faults, streams
from waiting import until

from .conftest import MakeClient
from .test_conformance import edit, rendered, with_footage
from .test_turns import quick, result

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stranger of these tests is at a port of this machine, which is refused otherwise."""

    async def anywhere(_url: str, _base: str) -> None:
        return None

    monkeypatch.setattr("highlight_mcp.client.download.permitted_address", anywhere)


@pytest.mark.parametrize("after", [None, 0, 1, timedelta(seconds=1), timedelta(seconds=-5)])
async def test_a_rate_limit_is_waited_for_whether_it_names_seconds_a_date_or_nothing(
    scripted: ScriptedCloud, guest: MakeClient, after: int | timedelta | None
) -> None:
    scripted.script("credits", faults.rate_limited(after))
    async with guest() as client:
        assert (await client.credits()).available == 100
    assert len(scripted.requests("credits")) == 2


async def test_a_rate_limit_until_tomorrow_is_told_at_once(scripted: ScriptedCloud, guest: MakeClient) -> None:
    scripted.script("credits", faults.rate_limited(timedelta(days=1)), calls=None)
    async with guest() as client:
        with pytest.raises(ApiError) as raised:
            await client.credits()
    assert raised.value.fault.kind == "rate_limited"
    assert 86_000 < (raised.value.fault.retry_after_s or 0) <= 86_401
    assert len(scripted.requests("credits")) == 1


async def test_a_token_that_was_lost_on_the_way_is_explained(scripted: ScriptedCloud, guest: MakeClient) -> None:
    scripted.script("token", faults.hang_up(passed_on=True))
    async with guest(clocks=quick(rate_limit_max_s=60, rate_limit_s=0.01)) as client:
        with pytest.raises(ApiError):
            await client.credits()
        scripted.script("token", faults.rate_limited(), calls=None)
        with pytest.raises(ApiError) as raised:
            await client.credits()
    assert raised.value.fault.kind == "rate_limited"
    assert "NEMO_TOKEN" in raised.value.fault.next_step


def to_stranger(cloud: ScriptedCloud) -> Callable[[Exchange], str]:
    return lambda exchange: cloud.foreign_url + exchange.request.target


USUAL = ("token", "edit", "submit")
OTHERS = [name for name in ENDPOINTS if name not in (*USUAL, "file", "download", "claim", "extension", "cancel_render")]


@pytest.mark.parametrize("endpoint", [*USUAL, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
async def test_no_call_of_the_api_follows_a_redirect_to_a_stranger(
    scripted: ScriptedCloud, guest: MakeClient, film: str, endpoint: str
) -> None:
    scripted.script(endpoint, faults.redirect(to_stranger(scripted), 307), calls=None)
    async with guest(clocks=quick(dropped_checks=1, render_stall_s=0.2)) as client:
        try:
            session = await with_footage(client, film)
            await edit(client, session)
            await client.credits()
            await rendered(client, session)
        except ApiError as error:
            assert error.fault.message
    assert scripted.foreign_seen == []


async def test_a_reel_is_fetched_from_a_stranger_without_our_credentials(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("file", faults.redirect(to_stranger(scripted)))
    async with guest() as client:
        session = await with_footage(client, film)
        await edit(client, session)
        render = await rendered(client, session)
    assert render.path is not None
    assert render.path.read_bytes() == b"reel" * 1000
    assert len(scripted.foreign_seen) == 1
    headers = scripted.foreign_seen[0].headers
    assert not [name for name in headers if name == "authorization" or name.startswith("x-")]


async def test_a_storm_of_server_errors_is_weathered_by_reading_calls(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("credits", faults.status(502, b"<html>"), calls=(1, 2, 3))
    scripted.script("state", faults.status(503), calls=(1, 2))
    scripted.script("poll", faults.status(500, b"oops", "text/plain"), calls=range(1, 8))
    async with guest() as client:
        session = await with_footage(client, film)
        assert result(await edit(client, session)).changes
        assert (await client.credits()).available == 50
        assert (await rendered(client, session)).status == "completed"


async def test_a_refused_connection_is_tried_again_before_anything_was_sent(
    scripted: ScriptedCloud, guest: MakeClient, film: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with guest(clocks=quick(retry_delays=(0.3, 0.3, 0.3))) as client:
        session = await with_footage(client, film)
        state = scripted.script("state", faults.none())
        async with anyio.create_task_group() as tasks:
            with scripted.refusing():
                tasks.start_soon(client.credits)
                await until(lambda: "asking again" in caplog.text)
        assert result(await edit(client, session)).changes
    assert state.played == 1
    assert len(scripted.requests("edit")) == 1


async def test_talk_of_buttons_becomes_suggestions_and_runs_nothing(
    scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    talk = streams.rewritten(streams.spoken(lambda text: f"{text} {streams.GUI_TALK}"))
    scripted.script("edit", talk)
    async with guest() as client:
        told = result(await edit(client, await with_footage(client, film)))
    assert told.message.startswith("Cut to 1000 ms.")
    assert "Click" not in told.message
    assert [action.tool for action in told.suggested] == ["export", "edit", "credits"]
    assert not scripted.requests("submit")
    assert len(scripted.requests("edit")) == 1


def test_a_small_packed_answer_never_grows_beyond_its_pieces() -> None:
    packed = gzip.compress(b"\x00" * 64 * 2**20, 9)
    tracemalloc.start()
    unpacker, total = ContentDecoder("gzip"), 0
    for piece in unpacker.unpacked(packed):
        total += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    unpacker.end()
    assert total == 64 * 2**20
    assert peak < 2**20


def test_a_packed_answer_that_is_cut_short_or_unknown_is_unreadable() -> None:
    unpacker = ContentDecoder("x-gzip")
    assert b"".join(unpacker.unpacked(gzip.compress(b"whole")[:-3])) == b"whole"
    with pytest.raises(DecodingError):
        unpacker.end()
    with pytest.raises(DecodingError):
        ContentDecoder("zstd")
