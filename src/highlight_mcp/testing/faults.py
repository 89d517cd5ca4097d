"""Faults of single answers: late, lost, broken off, refused, redirected, malformed.

Each function gives a Fault for `ScriptedCloud.script`. A fault with `passed_on` lets the backend do the work
first, so that only the answer suffers; otherwise the backend never hears of the request.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from ..backend.api.strict_stream import HEADER
from ..contract.errors import error_info_of
from ..contract.wire import failure
from .exchange import Act, Exchange

TestFault = Literal["silent", "drop", "heartbeat-only", "garbage-frame", "unterminated", "none"]
HTML = b"<!doctype html><html><head><title>Sign in</title></head><body>Please wait.</body></html>"
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class AnswerFault:
    """One way of misbehaving; `act` plays it on an exchange."""

    name: str
    act: Act

    def __str__(self) -> str:
        return self.name


def none() -> AnswerFault:
    """The answer of the backend as it is."""

    async def act(exchange: Exchange) -> None:
        await exchange.relay(await exchange.answer())

    return AnswerFault("none", act)


def asked(name: TestFault) -> AnswerFault:
    """The misbehaviour that the strict profile itself offers on an edit stream."""

    async def act(exchange: Exchange) -> None:
        await exchange.relay(await exchange.answer({HEADER: name}))

    return AnswerFault(name, act)


def late(seconds: float, then: AnswerFault | None = None) -> AnswerFault:
    """Nothing for a while, then the usual answer or another fault."""

    async def act(exchange: Exchange) -> None:
        await exchange.idle(seconds)
        await (then or none()).act(exchange)

    return AnswerFault(f"late {seconds:g} s", act)


def silence(*, passed_on: bool = False) -> AnswerFault:
    """Not one byte, until the caller gives up."""

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        await exchange.until_gone()

    return AnswerFault("silence", act)


def hang_up(*, passed_on: bool = False) -> AnswerFault:
    """The connection ends without an answer; with `passed_on` the work was done and its answer is lost."""

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        await exchange.close()

    return AnswerFault("lost answer" if passed_on else "hang-up", act)


def reset(*, passed_on: bool = False, after_bytes: int | None = None) -> AnswerFault:
    """The connection breaks with a reset, after so many bytes of the request when `after_bytes` is given."""

    async def act(exchange: Exchange) -> None:
        taken = 0
        if after_bytes is not None:
            async for piece in exchange.received():
                taken += len(piece)
                if taken >= after_bytes:
                    break
        await _maybe_work(exchange, passed_on)
        exchange.reset()

    return AnswerFault("reset", act)


def status(
    code: int,
    body: bytes = b"",
    kind: str = "text/html",
    headers: Mapping[str, str] | None = None,
    *,
    passed_on: bool = False,
) -> AnswerFault:
    """A bare HTTP status, as proxies and gateways give it."""

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        await exchange.say(code, body, kind, headers)

    return AnswerFault(f"HTTP {code}", act)


def error(code: int, http: int | None = None, message: str | None = None, *, passed_on: bool = False) -> AnswerFault:
    """An envelope with an error code, such as 1001, 1002, 2001, 402, 4001 or 4002; `http` 200 is possible, too."""
    known = error_info_of(code)
    value = failure(known) if known is not None else {"code": code}
    # The cloud tells less than our own backend does.
    answer = {"code": code, "message": message or value.get("message") or "no"}

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        await exchange.say_json(http or (known.http if known else 400), answer)

    return AnswerFault(f"code {code}", act)


def rate_limited(retry_after: int | timedelta | None = None) -> AnswerFault:
    """429, with `Retry-After` in seconds, as an HTTP date for a timedelta, or not at all."""

    async def act(exchange: Exchange) -> None:
        given: dict[str, str] = {}
        if isinstance(retry_after, timedelta):
            given["Retry-After"] = format_datetime(datetime.now(UTC) + retry_after, usegmt=True)
        elif retry_after is not None:
            given["Retry-After"] = str(retry_after)
        await exchange.say_json(429, {"code": 429, "message": "slow down"}, given)

    return AnswerFault(f"429 {retry_after}", act)


def redirect(location: str | Callable[[Exchange], str], code: int = 302, *, passed_on: bool = False) -> AnswerFault:
    """A redirect to an address, which may be made from the exchange."""

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        target = location if isinstance(location, str) else location(exchange)
        await exchange.say(code, b"{}", "application/json", {"Location": target})

    return AnswerFault(f"redirect {code}", act)


def html_page(code: int = 200, *, passed_on: bool = False) -> AnswerFault:
    """A page for people in place of the answer."""
    return AnswerFault(f"html {code}", status(code, HTML, "text/html; charset=utf-8", passed_on=passed_on).act)


def truncated(at: int) -> AnswerFault:
    """The true answer with its true length, broken off after `at` bytes of its body."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        body = await answer.body()
        headers = [*answer.headers, *([] if answer.header("content-length") else [("Content-Length", str(len(body)))])]
        await exchange.start(answer.status, headers, measured=True)
        await exchange.write(body[:at])
        exchange.reset() if at < len(body) else await exchange.close()

    return AnswerFault(f"truncated at {at}", act)


def shaped(name: str, change: Change) -> AnswerFault:
    """The true JSON answer after a change."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        try:
            value = change(json.loads(await answer.body()))
        except ValueError:
            value = change({})
        await exchange.say_json(answer.status, value)

    return AnswerFault(name, act)


def without(*keys: str) -> AnswerFault:
    """The true answer with these keys left out, wherever they stand."""

    def dropped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: dropped(item) for key, item in value.items() if key not in keys}
        return [dropped(item) for item in value] if isinstance(value, list) else value

    return shaped(f"without {', '.join(keys)}", dropped)


def null_data() -> AnswerFault:
    """Success with `data: null`."""
    return shaped("null data", lambda value: {"code": 0, "message": "success", "data": None})


def empty_object() -> AnswerFault:
    """`{}`."""
    return shaped("empty object", lambda value: {})


def bare() -> AnswerFault:
    """The payload without its envelope."""
    return shaped("bare", lambda value: value.get("data", value) if isinstance(value, dict) else value)


def string_numbers() -> AnswerFault:
    """Every number as text."""
    return shaped("string numbers", _scalars(lambda item: str(item) if _is_number(item) else item))


def nulls() -> AnswerFault:
    """Every plain value but the code replaced by null."""

    def change(value: Any) -> Any:
        return {**_scalars(lambda _item: None)(value), "code": 0} if isinstance(value, dict) else None

    return shaped("nulls", change)


def lists_for_objects() -> AnswerFault:
    """Every object within the envelope as a list of its values."""

    def listed(value: Any) -> Any:
        if isinstance(value, dict):
            return [listed(item) for item in value.values()]
        return [listed(item) for item in value] if isinstance(value, list) else value

    def change(value: Any) -> Any:
        return {key: listed(item) for key, item in value.items()} if isinstance(value, dict) else [value]

    return shaped("lists for objects", change)


def top_level_list() -> AnswerFault:
    """The whole answer in a list."""
    return shaped("top-level list", lambda value: [value])


def garbage(
    body: bytes = b"\x00\xff{]garbage", kind: str = "application/json", *, passed_on: bool = False
) -> AnswerFault:
    """Bytes that are no JSON under a JSON content type."""
    return AnswerFault("garbage", status(200, body, kind, passed_on=passed_on).act)


def compressed(*, broken: bool = False) -> AnswerFault:
    """The true answer gzipped although nobody asked for that; `broken` damages the compressed bytes."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        packed = gzip.compress(await answer.body())
        sent = packed[:10] + b"\xff" * 10 + packed[20:] if broken else packed
        await exchange.relay(answer, [sent], {"Content-Encoding": "gzip"})

    return AnswerFault("broken gzip" if broken else "gzip", act)


def raw(data: bytes, *, passed_on: bool = False) -> AnswerFault:
    """Any bytes in place of an HTTP answer, then the end of the connection."""

    async def act(exchange: Exchange) -> None:
        await _maybe_work(exchange, passed_on)
        async for _piece in exchange.received():
            pass
        await exchange.write(data)
        await exchange.close()

    return AnswerFault("raw bytes", act)


async def _maybe_work(exchange: Exchange, passed_on: bool) -> None:
    if passed_on:
        await (await exchange.answer()).body()


def _scalars(change: Change) -> Change:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else change(value)

    return walk


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
