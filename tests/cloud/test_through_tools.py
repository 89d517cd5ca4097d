"""The seven tools over a cloud with faults: results or clear errors, nothing twice, no secret anywhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from backend.rig import Rig
from client.test_no_duplicates import (
    BENDING,
    BREAKING,
    CLEAN,
    CLOCKS,
    ENDPOINTS,
    LOSING,
    REFUSING,
    cases,
    sampled,
    work_of,
)
from highlight_mcp.testing import AnswerFault, ScriptedCloud, faults, streams

from .conftest import Tools

pytestmark = pytest.mark.anyio
LIMIT_S = 90


def at_most_once(rig: Rig, scripted: ScriptedCloud) -> None:
    done = work_of(rig, scripted)
    assert all(getattr(done, name) <= getattr(CLEAN, name) for name in vars(CLEAN)), done


async def test_without_faults_all_tools_work_and_what_the_cloud_lacks_is_said(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str
) -> None:
    await tools.use(film)
    assert {tool: error["kind"] for tool, error in tools.errors.items()} == {"preview": "not_supported"}
    assert work_of(strict_rig, scripted) == CLEAN
    tools.leak_nothing()
    for request in scripted.seen:
        assert request.headers["x-skill-source"] == "highlight-editor-hd"
        assert {"x-skill-version", "x-skill-platform"} <= set(request.headers)


def leaking(cloud: ScriptedCloud) -> AnswerFault:
    """An error that tells everything it should not."""

    def leak(_value: Any) -> Any:
        token = cloud.tokens[0] if cloud.tokens else "nmv_usr_x"
        said = f"bad {token}, clm_abc and Authorization: Bearer {token}"
        return {"code": 7777, "message": said, "error": {"message": said, "token": token}}

    return faults.shaped("leaking", leak)


async def test_a_service_that_tells_our_token_does_not_make_us_repeat_it(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str
) -> None:
    for endpoint in ("upload", "state", "edit", "credits", "submit", "poll"):
        scripted.script(endpoint, leaking(scripted))
    for _ in range(3):
        with anyio.fail_after(LIMIT_S):
            await tools.use(film)
    assert "7777" in "\n".join(tools.told)
    tools.are_clear()
    tools.leak_nothing()


USUAL = [
    ("token", faults.rate_limited(0)),
    ("session", faults.html_page()),
    ("upload", faults.hang_up(passed_on=True)),
    ("state", faults.lists_for_objects()),
    ("edit", faults.hang_up(passed_on=True)),
    ("edit", streams.recoded(broken=True)),
    ("submit", faults.status(502, b"<html>", passed_on=True)),
    ("poll", faults.lists_for_objects()),
    ("file", faults.truncated(100)),
]


@pytest.mark.parametrize(("endpoint", "fault"), USUAL, ids=lambda each: str(each))
async def test_a_fault_gives_a_result_or_a_clear_error(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str, endpoint: str, fault: AnswerFault
) -> None:
    rule = scripted.script(endpoint, fault)
    with anyio.fail_after(LIMIT_S):
        await tools.use(film)
    assert rule.played == 1
    tools.are_clear()
    tools.leak_nothing()
    at_most_once(strict_rig, scripted)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("endpoint", "fault"), sampled(cases(ENDPOINTS, LOSING + REFUSING + BENDING) + cases(("edit",), BREAKING))
)
async def test_every_fault_at_every_first_call_gives_a_result_or_a_clear_error(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str, endpoint: str, fault: AnswerFault
) -> None:
    await test_a_fault_gives_a_result_or_a_clear_error(strict_rig, scripted, tools, film, endpoint, fault)


@pytest.mark.slow
@pytest.mark.parametrize(("endpoint", "fault"), sampled(cases(ENDPOINTS, LOSING + REFUSING + BENDING)))
async def test_a_fault_that_does_not_pass_gives_a_clear_error_in_time(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str, endpoint: str, fault: AnswerFault
) -> None:
    scripted.script(endpoint, fault, calls=None)
    with anyio.fail_after(LIMIT_S):
        await tools.use(film, clocks=replace(CLOCKS, silence_s=0.6, request_s=0.6, submit_s=0.6, turn_total_s=3))
    tools.are_clear()
    tools.leak_nothing()
    at_most_once(strict_rig, scripted)


async def test_a_cloud_that_refuses_connections_is_told_and_found_again(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str
) -> None:
    with scripted.refusing():
        await tools.use(film)
    assert {error["kind"] for error in tools.errors.values()} <= {"unreachable", "not_found", "no_session"}
    assert tools.errors["upload"]["kind"] == "unreachable"
    tools.errors.clear()
    await tools.use(film)
    assert set(tools.errors) == {"preview"}
    assert work_of(strict_rig, scripted) == CLEAN


async def test_expired_tokens_and_lost_sessions_in_the_middle_are_mended(
    strict_rig: Rig, scripted: ScriptedCloud, tools: Tools, film: str, tmp_path: Path
) -> None:
    await tools.use(film)
    tools.errors.clear()
    scripted.expire_tokens()
    scripted.lose_sessions()
    await tools.use(film)
    assert set(tools.errors) == {"preview"}
    assert "timeline is gone" in "\n".join(tools.told)
    assert work_of(strict_rig, scripted).charged == 100
    tools.leak_nothing()
