"""Asking a language model over HTTP, for a job that has no network: an endpoint that speaks chat completions.

Nothing about it is believed: it is given a time, a size and no redirect, and what it says is text for the engine to
judge. A failure is an answer, too, since no edit fails because a model did.
"""

import asyncio
import json
import logging
from typing import Any

import httpx

from ..contract.local_api import ReaderSettings

log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
MOST_ANSWER_CHARS = 32_000
MOST_TOKENS = 2_000
CONNECT_S = 5.0
PLAIN = ("", "identity")
NO_SUCH_FORMAT = frozenset({400, 422, 500, 501})
"""What endpoints answer that cannot hold a model to a schema; some know only that it shall be JSON."""

Answer = dict[str, Any]
Format = dict[str, Any]


class _Failed(Exception):
    """`why` names the sentence that tells it (`engine.reader.why.*`)."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


async def ask_model(settings: ReaderSettings, messages: list[dict[str, str]], schema: dict[str, Any]) -> Answer:
    """The text that a model answers, `{"text": …}`, or `{"problem": why, "status": HTTP status or 0}`. Never raises."""
    try:
        async with asyncio.timeout(settings.timeout_s):
            return {"text": await _answered(settings, messages, schema)}
    except TimeoutError:
        return {"problem": "timeout", "status": 0}
    except _Failed as failed:
        return {"problem": failed.why, "status": failed.status}
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        log.info("the language model was not reached: %s", type(error).__name__)
        return {"problem": "unreachable", "status": 0}


async def _answered(settings: ReaderSettings, messages: list[dict[str, str]], schema: dict[str, Any]) -> str:
    named = {"name": "edit", "schema": schema}
    formats: tuple[Format, Format] = ({"type": "json_schema", "json_schema": named}, {"type": "json_object"})
    # Neither proxies nor credentials of the environment: the address that is set is the one that is asked.
    async with httpx.AsyncClient(
        trust_env=False, follow_redirects=False, timeout=httpx.Timeout(settings.timeout_s, connect=CONNECT_S)
    ) as client:
        try:
            return await _completion(client, settings, messages, formats[0])
        except _Failed as failed:
            if failed.status not in NO_SUCH_FORMAT:
                raise
        return await _completion(client, settings, messages, formats[1])


async def _completion(
    client: httpx.AsyncClient, settings: ReaderSettings, messages: list[dict[str, str]], form: Format
) -> str:
    body = {
        "model": settings.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "stream": False,
        "response_format": form,
    }
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if settings.key is not None:
        headers["Authorization"] = f"Bearer {settings.key}"
    async with client.stream("POST", f"{settings.url}/chat/completions", json=body, headers=headers) as answer:
        if answer.is_redirect:
            raise _Failed("redirect", answer.status_code)
        if answer.status_code != httpx.codes.OK:
            raise _Failed("refused", answer.status_code)
        return _text(await _body(answer))


async def _body(answer: httpx.Response) -> bytes:
    """All of an answer. Raises _Failed for one that is packed, or larger than any plan of edits."""
    if answer.headers.get("content-encoding", "").strip().lower() not in PLAIN:
        raise _Failed("nonsense")
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise _Failed("too_large")
    return bytes(body)


def _text(body: bytes) -> str:
    """What the model says. Raises _Failed for anything but a completion."""
    try:
        text = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise _Failed("nonsense") from None
    if not isinstance(text, str) or len(text) > MOST_ANSWER_CHARS:
        raise _Failed("nonsense")
    return text
