"""Progress of one call, with a clock that is a hundred times faster."""

import anyio
import pytest

from highlight_mcp.client.edit_stream import EditUpdate
from highlight_mcp.messages import say
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.server.progress import ProgressReporter, format_stage
from waiting import until

STILL_WORKING = say("client.still_working")

pytestmark = pytest.mark.anyio
FAST = ServerOptions(report_every_s=0.01, still_working_s=0.05)


class Heard:
    """Collects reports and lets a test wait for them."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.words: list[str | None] = []

    async def __call__(self, value: float, total: float | None, message: str | None) -> None:
        assert total == 100
        self.values.append(value)
        self.words.append(message)

    async def until(self, count: int) -> None:
        await until(lambda: self._has(count), 5)

    async def _has(self, count: int) -> bool:
        return len(self.values) >= count


async def test_reports_rise_strictly_even_when_the_backend_repeats_itself_or_falls_back() -> None:
    heard = Heard()
    async with ProgressReporter(heard, FAST) as meter:
        for number, (done, words) in enumerate([(10, "a"), (10, "b"), (5, "c"), (40, "d"), (40, "e")], 1):
            meter.update(done, 100, words)
            await heard.until(number)
    assert heard.values == [10, 10.01, 10.02, 40, 40.01]
    assert heard.words == ["a", "b", "c", "d", "e"]


async def test_news_between_two_reports_is_told_once_with_the_newest_words() -> None:
    heard = Heard()
    async with ProgressReporter(heard, ServerOptions(report_every_s=0.05)) as meter:
        meter.update(1, 100, "first")
        await heard.until(1)
        for done in range(2, 50):
            meter.update(done, 100, f"step {done}")
        await heard.until(2)
    assert heard.values == [1, 49]
    assert heard.words == ["first", "step 49"]


async def test_the_last_news_is_told_before_the_call_returns_and_nothing_after() -> None:
    heard = Heard()
    async with ProgressReporter(heard, ServerOptions(report_every_s=3600)) as meter:
        meter.update(20, 100, "begun")
        await heard.until(1)
        meter.update(60, 100, "too early to be told")
        await anyio.wait_all_tasks_blocked()
        meter.update(100, 100, "finished")
    assert heard.values == [20, 100]
    meter.update(100, 100, "late")
    await anyio.wait_all_tasks_blocked()
    assert heard.words == ["begun", "finished"]


async def test_work_that_nobody_has_described_yet_is_called_by_its_name() -> None:
    heard = Heard()
    async with ProgressReporter(heard, FAST, "Export the reel") as meter:
        meter.update(100, 100, "")
    assert (heard.values, heard.words) == ([100], ["Export the reel"])


async def test_silence_is_broken_with_a_sign_of_life() -> None:
    heard = Heard()
    async with ProgressReporter(heard, FAST) as meter:
        meter.update(30, 100, "listening")
        await heard.until(3)
    assert heard.words[:3] == ["listening", STILL_WORKING, STILL_WORKING]
    assert heard.values[:3] == [30, 30.01, 30.02]


async def test_words_that_change_and_change_back_between_two_reports_are_no_news() -> None:
    heard = Heard()
    async with ProgressReporter(heard, ServerOptions(report_every_s=0.05, still_working_s=0.15)) as meter:
        meter.update(30, 100, "listening")
        await heard.until(1)
        meter.update(30, 100, "looking")
        meter.update(30, 100, "listening")
        await heard.until(2)
        meter.update(31, 100, "cutting")
        await until(lambda: "cutting" in heard.words)
    assert [word for word in heard.words if word != STILL_WORKING] == ["listening", "cutting"]


async def test_a_client_that_has_gone_does_not_disturb_the_work() -> None:
    told: list[str | None] = []

    async def gone(value: float, total: float | None, message: str | None) -> None:
        told.append(message)
        raise ConnectionResetError

    async with ProgressReporter(gone, FAST) as meter:
        meter.update(30, 100, "listening")
        await until(lambda: told)
        meter.update(60, 100, "looking")
    assert told == ["listening", "looking"]


async def test_heartbeats_become_percent_and_stage() -> None:
    heard = Heard()
    async with ProgressReporter(heard, FAST) as meter:
        meter.heard(EditUpdate("detect", 30, 60, "scanning 0:42:10"))
        await heard.until(1)
    assert (heard.values, heard.words) == ([50], ["detect: scanning 0:42:10"])


def test_a_stage_is_not_said_twice() -> None:
    assert format_stage("listen", "listening to it") == "listening to it"
    assert format_stage("", "words") == "words"
    assert format_stage("encode", "") == "encode"
    assert format_stage("encode", "") == "encode"
