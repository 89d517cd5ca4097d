"""Whatever happens to the first answer of a call, nothing is edited, charged, uploaded or rendered twice."""

from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from backend.rig import Rig
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.backend.fsck import check_data_directory
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.testing import AnswerFault, ScriptedCloud, faults, streams
from waiting import eventually

from .conftest import MakeClient
from .test_turns import quick

pytestmark = pytest.mark.anyio
CLOCKS = quick(
    silence_s=2,
    request_s=2,
    submit_s=2,
    turn_total_s=10,
    heartbeats_only_s=2,
    dropped_first_s=0.1,
    dropped_every_s=0.3,
    silent_polls=(0, 0.1, 0.2, 0.4),
    render_stall_s=10,
)
ENDPOINTS = ("token", "session", "upload", "state", "edit", "credits", "submit", "poll", "file")

LOSING = [
    faults.hang_up(passed_on=True),
    faults.reset(passed_on=True),
    faults.silence(passed_on=True),
    faults.status(502, b"<html>Bad Gateway</html>", passed_on=True),
    faults.status(504, passed_on=True),
    faults.html_page(passed_on=True),
    faults.truncated(10),
    faults.null_data(),
    faults.lists_for_objects(),
    faults.nulls(),
]
"""The work is done, and its answer is lost or cannot be read."""

REFUSING = [
    faults.hang_up(),
    faults.reset(),
    faults.reset(after_bytes=100),
    faults.silence(),
    faults.late(0.1),
    faults.status(500),
    faults.status(503, b'{"detail":"busy"}', "application/json"),
    faults.html_page(),
    faults.html_page(404),
    faults.status(404, b'{"detail":"Not Found"}', "application/json"),
    faults.garbage(),
    faults.garbage(b"[" * 100_000),
    faults.raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    faults.rate_limited(),
    faults.rate_limited(0),
    *(faults.error(code) for code in (1001, 1002, 2001, 402, 4001, 4002, 1409, 1422, 1500, 7777)),
    faults.error(1500, 200),
    faults.redirect("/elsewhere"),
    faults.redirect("http://localhost:9/", 307),
]
"""The backend never hears of the request."""

BENDING = [
    faults.empty_object(),
    faults.bare(),
    faults.string_numbers(),
    faults.top_level_list(),
    faults.compressed(),
    faults.compressed(broken=True),
    faults.without("file_id", "media_id", "session_id", "user_id", "status", "output", "state"),
]

BREAKING = [
    *(faults.asked(name) for name in ("silent", "drop", "heartbeat-only", "garbage-frame", "unterminated")),
    *(streams.cut(at, end) for at in (0, 30, 300) for end in ("reset", "close", "complete")),
    streams.recoded(),
    streams.recoded(broken=True),
    streams.rewritten(streams.duplicated(), name="duplicated"),
    streams.rewritten(streams.spoken(lambda text: f"{text} {streams.GUI_TALK}"), name="talk of buttons"),
    streams.instead(streams.frame({"errorCode": 2001, "errorMessage": "no"})),
]  # fmt: skip
"""The edit is made, and its stream suffers."""


@dataclass(frozen=True)
class Work:
    """What a backend has done for one account."""

    edits: int
    versions: int
    charged: int
    renders: int
    files_per_session: int


CLEAN = Work(edits=1, versions=1, charged=50, renders=1, files_per_session=1)


def work_of(rig: Rig, scripted: ScriptedCloud) -> Work:
    """The work of the account that these requests belong to, once it is over."""
    owners = {row[0]: row[1] for row in rig.rows("select id, account_id from sessions")}
    mine = {account for session, account in owners.items() if session in told_sessions(rig, scripted)}
    names = ",".join(f"'{account}'" for account in mine) or "''"
    where = f"account_id in ({names})"
    running = f"select 1 from turns where {where} and status = 'running' union all select 1 from renders where {where}"
    eventually("all work is over", lambda: not rig.rows(f"{running} and status in ('pending', 'processing')"))
    sessions = f"session_id in (select id from sessions where {where})"

    def number(query: str) -> int:
        return int(rig.rows(query)[0][0] or 0)

    return Work(
        edits=number(f"select count(*) from turns where {where}"),
        versions=number(f"select count(*) from versions where {sessions}"),
        charged=number(f"select sum(amount) from ledger where {where} and kind = 'settle'"),
        renders=number(f"select count(*) from renders where {where}"),
        files_per_session=number(
            f"select max(n) from (select count(*) as n from media where {sessions} group by session_id)"
        ),
    )


def told_sessions(rig: Rig, scripted: ScriptedCloud) -> set[str]:
    """Sessions that this cloud's requests name; also those whose answer was lost, by their account."""
    return {request.path.split("/")[5] for request in tuple(scripted.seen) if request.endpoint in ("upload", "state")}


async def workflow(client: BackendClient, film: str) -> None:
    """Everything that a user does, once. Raises ApiError."""
    session = (await client.session(name="Derby")).session_id
    await client.upload(session, [film])
    turn = await client.start_edit(session, instruction="best bits")
    assert await turn.wait(15), "an edit must come to an end"
    if turn.fault is not None:
        raise ApiError(turn.fault)
    assert turn.result is not None
    assert turn.result.message
    await client.credits()
    started = await client.start_render(client.successor(session))
    render = await client.render(started.render_id, 15)
    assert render.finished or render.resumable, "an export must come to an end"


async def suffers(
    rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str, endpoint: str, fault: AnswerFault
) -> None:
    """Run everything with a fault at the first call of an endpoint, and compare the work with a run without one."""
    rule = scripted.script(endpoint, fault)
    clear = True
    with anyio.fail_after(60):
        async with guest(clocks=CLOCKS) as client:
            try:
                await workflow(client, film)
            except ApiError as error:
                clear = False
                assert error.fault.message
                assert "nmv_usr_" not in error.fault.text
    done = work_of(rig, scripted)
    assert rule.played == 1
    assert done == CLEAN if clear else all(getattr(done, name) <= getattr(CLEAN, name) for name in vars(CLEAN)), (
        clear,
        done,
    )
    assert not scripted.problems


def cases(endpoints: tuple[str, ...], some: list[AnswerFault]) -> list[Any]:
    return [pytest.param(endpoint, fault, id=f"{endpoint}-{fault}") for endpoint in endpoints for fault in some]


def sampled(every: list[Any]) -> list[Any]:
    """One of eleven cases as they are, so that each endpoint has its turn; the rest exhaustive."""
    return [
        each if number % 11 == 0 else pytest.param(*each.values, id=each.id, marks=pytest.mark.exhaustive)
        for number, each in enumerate(every)
    ]


async def test_without_a_fault_each_thing_is_done_once(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    async with guest(clocks=CLOCKS) as client:
        await workflow(client, film)
    assert work_of(strict_rig, scripted) == CLEAN


@pytest.mark.parametrize(("endpoint", "fault"), cases(("edit", "submit"), LOSING[:6]) + cases(("edit",), BREAKING[4:7]))
async def test_a_lost_answer_is_never_paid_for_twice(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str, endpoint: str, fault: AnswerFault
) -> None:
    await suffers(strict_rig, scripted, guest, film, endpoint, fault)


@pytest.mark.parametrize("code", [1002, 1405])
async def test_a_render_that_the_service_denies_for_a_moment_is_not_made_twice(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str, code: int
) -> None:
    await suffers(strict_rig, scripted, guest, film, "poll", faults.error(code))


async def test_a_used_id_after_a_lost_submit_is_our_own_render(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("poll", faults.error(1405))
    scripted.script("submit", faults.error(1409), calls=2)
    await suffers(strict_rig, scripted, guest, film, "submit", faults.hang_up(passed_on=True))
    assert len(scripted.requests("submit")) == 2


async def test_a_service_that_will_not_tell_about_a_lost_submit_gets_no_second_one(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    scripted.script("poll", faults.error(1409))
    await suffers(strict_rig, scripted, guest, film, "submit", faults.hang_up(passed_on=True))
    assert len(scripted.requests("submit")) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("endpoint", "fault"),
    sampled(
        cases(tuple(name for name in ENDPOINTS if name not in ("edit", "submit")), LOSING)
        + cases(("edit", "submit"), LOSING[6:])
        + cases(ENDPOINTS, REFUSING + BENDING)
        + cases(("edit",), BREAKING[:4] + BREAKING[7:])
    ),
)
async def test_no_fault_at_the_first_call_makes_anything_happen_twice(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str, endpoint: str, fault: AnswerFault
) -> None:
    await suffers(strict_rig, scripted, guest, film, endpoint, fault)


@pytest.mark.slow
async def test_the_data_directory_is_sound_after_a_run_with_every_fault(
    strict_rig: Rig, scripted: ScriptedCloud, guest: MakeClient, film: str
) -> None:
    for endpoint in ENDPOINTS:
        scripted.script(endpoint, faults.status(503))
    async with guest(clocks=CLOCKS) as client:
        try:
            await workflow(client, film)
        except ApiError as error:
            assert error.fault.message
    config = BackendConfig(home=strict_rig.home, output_dir=strict_rig.output, media_roots=(strict_rig.media,))
    assert [finding for finding in check_data_directory(config, running=True) if not finding.ok] == []
