"""Edit turns against a cloud that behaves as the contract says clouds behave."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from highlight_mcp.client.config import Timeouts
from highlight_mcp.client.edit_stream import EditHandle, EditUpdate
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.turn import TurnResult

from .cloud import DRAFT, Cloud, text_event
from .conftest import QUICK, MakeClient
from .service import Reply, Seen, events, frame

pytestmark = pytest.mark.anyio
RUN = "POST /run_sse"


def quick(**changes: Any) -> Timeouts:
    return Timeouts(**{**vars(QUICK), **changes})


async def edited(connect: MakeClient, words: str = "make a reel", **changes: Any) -> EditHandle:
    """One whole edit in a fresh session."""
    async with connect(**changes) as client:
        session = await client.session()
        turn = await client.start_edit(session.session_id, instruction=words)
        assert await turn.wait(60)
        return turn


def result(turn: EditHandle) -> TurnResult:
    assert turn.fault is None, turn.fault
    assert turn.result is not None
    return turn.result


def after_edit(cloud: Cloud, *chunks: bytes | float, abort: bool = False) -> None:
    """Script a turn that changes the timeline and then sends these bytes."""

    def handler(request: Seen) -> Reply:
        cloud.edit(request)
        return events(*chunks, abort=abort)

    cloud.routes[RUN] = handler


async def test_words_and_the_difference_of_the_timeline_are_reported(cloud: Cloud, connect: MakeClient) -> None:
    told = result(await edited(connect))
    assert told.message == "Cut one moment."
    assert told.changes == (
        "added Video 1 (match.mp4) at 0:00-0:05",
        'title is now "Match"',
        "total length 0:00 → 0:05",
    )
    assert told.status == "done"


async def test_a_turn_without_words_is_reported_as_the_difference_of_the_timeline(
    cloud: Cloud, connect: MakeClient
) -> None:
    after_edit(cloud, frame({"turnComplete": True}))
    told = result(await edited(connect))
    assert "added Video 1 (match.mp4) at 0:00-0:05" in told.message
    assert told.status == "done"


async def test_the_difference_is_told_in_the_language_of_the_request(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, frame({"turnComplete": True}))
    told = result(await edited(connect, "剪出最精彩的片段"))
    assert told.message.startswith("已完成：新增视频1（match.mp4），0:00-0:05")


async def test_a_silent_turn_whose_edit_lands_late_is_found_by_polling(cloud: Cloud, connect: MakeClient) -> None:
    polls: list[Seen] = []

    def late(request: Seen) -> Reply:
        polls.append(request)
        if len(polls) == 4:
            cloud.drafts[request.path.split("/")[5]] = DRAFT
        return cloud.state(request)

    cloud.routes[RUN] = lambda _: events()
    cloud.routes["GET /api/state/nemo_agent/me/*"] = late
    assert "added Video 1" in result(await edited(connect)).message
    assert len(polls) == 4


async def test_a_silent_turn_that_changed_nothing_says_so_after_four_looks(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes[RUN] = lambda _: events(frame({"turnComplete": True}))
    told = result(await edited(connect))
    assert told.status == "needs_input"
    assert told.message.startswith("Nothing changed")
    assert len(cloud.requests("GET", "/api/state/*")) == 1 + 4


async def test_an_unterminated_last_frame_is_lost_and_the_turn_counts_as_silent(
    cloud: Cloud, connect: MakeClient
) -> None:
    after_edit(cloud, text_event("Half a frame").rstrip(b"\n"))
    told = result(await edited(connect))
    assert "Half a frame" not in told.message
    assert "added Video 1" in told.message


async def test_fragments_and_the_whole_text_are_shown_once(cloud: Cloud, connect: MakeClient) -> None:
    pieces = [text_event("Cut 14 ", partial=True), text_event("moments.", partial=True)]
    after_edit(cloud, *pieces, text_event("Cut 14 moments."))
    assert result(await edited(connect)).message == "Cut 14 moments."


async def test_fragments_without_a_whole_text_are_joined(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, text_event("Cut 14 ", partial=True), text_event("moments.", partial=True))
    assert result(await edited(connect)).message == "Cut 14 moments."


async def test_thoughts_and_echoes_of_the_user_are_hidden(cloud: Cloud, connect: MakeClient) -> None:
    thought = frame({"content": {"parts": [{"text": "hmm, which one", "thought": True}, {"text": "Done."}]}})
    echo = frame({"content": {"parts": [{"text": "make a reel"}]}, "author": "user"})
    after_edit(cloud, echo, thought)
    assert result(await edited(connect)).message == "Done."


async def test_the_plain_dialect_is_read_too(cloud: Cloud, connect: MakeClient) -> None:
    call = frame({"type": "tool_call", "name": "cut", "args": {}})
    after_edit(cloud, call, frame({"type": "text", "content": "One."}), frame({"text": "Two."}))
    assert result(await edited(connect)).message == "One.\n\nTwo."


async def test_a_late_apology_after_normal_output_is_dropped(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, text_event("Cut one."), text_event("Sorry, I ran into a temporary issue."))
    assert result(await edited(connect)).message == "Cut one."


@pytest.mark.parametrize(
    "beat",
    [
        b"data:\n\n",
        b"event: heartbeat\ndata: {}\n\n",
        b"data: heartbeat\n\n",
        frame({"type": "heartbeat", "progress": 3}),
    ],
    ids=["empty", "event", "word", "type"],
)
async def test_a_heartbeat_in_any_spelling_is_no_output(cloud: Cloud, connect: MakeClient, beat: bytes) -> None:
    after_edit(cloud, beat, text_event("Done."), beat)
    assert result(await edited(connect)).message == "Done."


async def test_comment_pings_keep_the_connection_but_are_no_events(cloud: Cloud, connect: MakeClient) -> None:
    pings: list[bytes | float] = [b": ping\n\n", 0.2] * 7
    after_edit(cloud, *pings, text_event("Done."))
    turn = await edited(connect, clocks=quick(silence_s=1.2))
    assert result(turn).message == "Done."
    assert turn.progress is None


async def test_a_line_separator_inside_text_survives(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, text_event("one\u2028two\u2029three\x85four"))
    assert result(await edited(connect)).message == "one\u2028two\u2029three\x85four"


async def test_a_frame_of_two_mebibytes_is_read(cloud: Cloud, connect: MakeClient) -> None:
    big = frame({"type": "tool_result", "name": "probe", "result": "x" * 2 * 1024 * 1024})
    after_edit(cloud, big, text_event("Done."))
    assert result(await edited(connect)).message == "Done."


async def test_a_frame_that_is_not_json_is_ignored(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, b'data: {"error": "un"escaped"}\n\n', b"data: <html>\n\n", text_event("Done."))
    assert result(await edited(connect)).message == "Done."


async def test_every_line_ending_and_a_byte_order_mark_are_understood(cloud: Cloud, connect: MakeClient) -> None:
    one = text_event("One.").replace(b"\n", b"\r\n")
    two = text_event("Two.").replace(b"\n", b"\r").replace(b"data: ", b"data:")
    split = b'data: {"type": "text",\ndata: "content": "Three."}\n\n'
    after_edit(cloud, b"\xef\xbb\xbf", one, two, split)
    assert result(await edited(connect)).message == "One.\n\nTwo.\n\nThree."


async def test_progress_reaches_listeners_and_never_falls(cloud: Cloud, connect: MakeClient) -> None:
    beats = [frame({"type": "heartbeat", "stage": "detect", "progress": p, "total": 100}) for p in (10, 40, 30, 60)]
    after_edit(cloud, frame({"type": "heartbeat"}), 0.1, *beats, text_event("Done."))
    heard: list[EditUpdate] = []
    async with connect() as client:
        session = await client.session()
        turn = await client.start_edit(session.session_id, instruction="go")
        turn.subscribe(heard.append)
        assert await turn.wait(60)
    assert [update.progress for update in heard] == [10, 40, 40, 60]
    assert heard[-1].stage == "detect"


async def test_a_second_request_while_one_runs_is_refused_without_being_sent(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, frame({"type": "heartbeat"}), 3.0, text_event("Done."))
    async with connect() as client:
        session = await client.session()
        turn = await client.start_edit(session.session_id, instruction="go")
        with pytest.raises(ApiError) as raised:
            await client.start_edit(session.session_id, instruction="again")
        assert raised.value.fault.kind == "busy"
        assert not turn.finished
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_cancelling_a_cloud_turn_stops_waiting_and_says_that_the_edit_may_still_come(
    cloud: Cloud, connect: MakeClient
) -> None:
    after_edit(cloud, frame({"type": "heartbeat"}), 3.0)
    async with connect() as client:
        session = await client.session()
        turn = await client.start_edit(session.session_id, instruction="go")
        ended = await client.cancel_turn(turn.turn_id)
        assert ended is turn
        assert ended.status == "cancelled"
        assert ended.fault is not None
        assert "may still finish" in ended.fault.message


async def test_an_empty_request_is_not_sent(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = await client.session()
        with pytest.raises(ApiError) as raised:
            await client.start_edit(session.session_id, instruction="  ")
    assert raised.value.fault.kind == "bad_request"
    assert not cloud.requests("POST", "/run_sse")


async def test_typed_operations_are_spoken_to_the_cloud_as_sentences(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = await client.session()
        operations: list[dict[str, Any]] = [{"op": "highlights", "total_ms": 60_000}, {"op": "bgm_remove"}]
        turn = await client.start_edit(session.session_id, operations=operations)
        assert await turn.wait(60)
    parts = cloud.requests("POST", "/run_sse")[0].json["new_message"]["parts"]
    words = "Make a 60-second highlight reel of the best moments. Remove the background music."
    assert parts == [{"text": words}]


async def test_instructions_for_buttons_become_suggestions(cloud: Cloud, connect: MakeClient) -> None:
    after_edit(cloud, text_event('Added the title "Open doors". Click the Export button to save your video.'))
    told = result(await edited(connect))
    assert told.message == 'Added the title "Open doors".'
    assert [action.tool for action in told.suggested] == ["export"]


async def test_no_call_leaves_out_a_header_of_attribution(cloud: Cloud, connect: MakeClient, tmp_path: Path) -> None:
    film = tmp_path / "match.mp4"
    film.write_bytes(b"x" * 1000)
    async with connect() as client:
        session = await client.session()
        await client.upload(session.session_id, [str(film)])
        turn = await client.start_edit(session.session_id, instruction="go")
        await turn.wait(60)
        await client.credits()
        render = await client.start_render(session.session_id)
        with anyio.fail_after(30):
            assert (await client.render(render.render_id, 5)).status == "completed"
    assert len(cloud.seen) >= 9
    for request in cloud.seen:
        assert request.headers["x-skill-source"] == "highlight-editor-hd"
        assert request.headers["x-skill-version"] == "0.1.0"
        assert request.headers["x-skill-platform"] == "unknown"
