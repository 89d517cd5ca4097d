"""Edit turns that break: dropped connections, silence, clocks, refusals."""

import pytest

from highlight_mcp.client.edit_stream import EditUpdate
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.messages import say

from .cloud import Cloud, text_event
from .conftest import MakeClient
from .service import Reply, Seen, events, frame, plain, wrong
from .test_turns import after_edit, edited, quick, result

STILL_WORKING = say("client.still_working")

pytestmark = pytest.mark.anyio
RUN = "POST /run_sse"


async def test_an_error_in_the_stream_becomes_a_fault_without_secrets(cloud: Cloud, connect: MakeClient) -> None:
    bad = {"errorCode": "MODEL_ERROR", "errorMessage": "token nmv_usr_abc123 was refused"}
    cloud.routes[RUN] = lambda _: events(frame(bad))
    turn = await edited(connect)
    assert turn.fault is not None
    assert turn.fault.kind == "agent_error"
    assert "nmv_usr_abc123" not in turn.fault.text
    assert "was refused" in turn.fault.text


async def test_a_numeric_error_in_the_stream_is_the_fault_of_that_code(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes[RUN] = lambda _: events(frame({"errorCode": "2001", "errorMessage": "no credits"}))
    turn = await edited(connect)
    assert turn.fault is not None
    assert turn.fault.kind == "no_credits"
    assert "https://web.test/register?bind=anon_1" in turn.fault.next_step


async def test_a_dropped_connection_is_followed_by_polling_until_the_timeline_changes(
    cloud: Cloud, connect: MakeClient
) -> None:
    after_edit(cloud, text_event("I am cut"), abort=True)
    turn = await edited(connect)
    assert result(turn).changes
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_a_dropped_edit_that_never_shows_fails_after_five_looks_and_is_never_sent_again(
    cloud: Cloud, connect: MakeClient
) -> None:
    cloud.routes[RUN] = lambda _: events(abort=True)
    turn = await edited(connect)
    assert turn.fault is not None
    assert turn.fault.kind == "edit_unknown"
    assert turn.fault.retryable
    assert len(cloud.requests("GET", "/api/state/*")) == 1 + 5
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_a_service_that_hangs_up_without_an_answer_gets_the_edit_only_once(
    cloud: Cloud, connect: MakeClient
) -> None:
    cloud.routes[RUN] = lambda _: Reply(raw=b"")
    turn = await edited(connect)
    assert turn.fault is not None
    assert turn.fault.kind == "edit_unknown"
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_a_gateway_error_in_html_leaves_the_question_to_the_state(cloud: Cloud, connect: MakeClient) -> None:
    def gateway(request: Seen) -> Reply:
        cloud.edit(request)
        return Reply(502, b"<html>Bad Gateway</html>")

    cloud.routes[RUN] = gateway
    assert "added Video 1" in result(await edited(connect)).message
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_total_silence_is_treated_as_a_drop(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, b": open\n\n", 1.0)
    assert result(await edited(connect, clocks=quick(silence_s=0.1))).changes


async def test_heartbeats_without_end_are_given_up(cloud: Cloud, connect: MakeClient) -> None:
    beats: list[bytes | float] = [frame({"type": "heartbeat"}), 0.02] * 100
    after_edit(cloud, *beats)
    assert result(await edited(connect, clocks=quick(heartbeats_only_s=0.1))).changes


async def test_a_turn_ends_after_its_total_time(cloud: Cloud, connect: MakeClient) -> None:
    chatter: list[bytes | float] = [frame({"type": "tool_call", "name": "x", "args": {}}), 0.02] * 100
    after_edit(cloud, *chatter)
    assert result(await edited(connect, clocks=quick(turn_total_s=0.1))).changes


async def test_the_user_hears_that_work_goes_on_when_only_comments_arrive(cloud: Cloud, connect: MakeClient) -> None:
    pings: list[bytes | float] = [b": ping\n\n", 0.05] * 8
    after_edit(cloud, b"data: heartbeat\n\n", *pings, text_event("Done."))
    heard: list[EditUpdate] = []
    async with connect(clocks=quick(notice_s=0.1)) as client:
        session = await client.session()
        turn = await client.start_edit(session.session_id, instruction="go")
        turn.subscribe(heard.append)
        assert await turn.wait(60)
    assert STILL_WORKING in [update.message for update in heard]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (wrong(1409, 409), "busy"),
        (wrong(2001, 402), "no_credits"),
        (wrong(402, 402), "export_blocked"),
        (plain({"detail": [{"loc": ["body"], "msg": "field required"}]}, 422), "bad_request"),
        (wrong(1500, 500), "backend_error"),
    ],
    ids=["busy", "2001", "402", "422", "1500"],
)
async def test_an_edit_that_is_refused_before_it_starts_fails_at_once(
    cloud: Cloud, connect: MakeClient, reply: Reply, kind: str
) -> None:
    cloud.routes[RUN] = lambda _: reply
    async with connect() as client:
        session = await client.session()
        with pytest.raises(ApiError) as raised:
            await client.start_edit(session.session_id, instruction="go")
    assert raised.value.fault.kind == kind
    assert len(cloud.requests("POST", "/run_sse")) == 1
