"""Tokens, client ids and credits."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from highlight_mcp.client.config import ClientConfig
from highlight_mcp.client.credentials import Identity
from highlight_mcp.client.json_store import JsonStore
from highlight_mcp.client.uploads import UploadNotice
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.session import AnonymousToken
from highlight_mcp.server.http.users import FILE, User, hash_of, write_users

from .cloud import Cloud
from .conftest import MakeClient
from .service import Reply, Seen, ok, plain, wrong

pytestmark = pytest.mark.anyio
TOKEN = "/api/auth/anonymous-token"


async def kind_of_failure(connect: MakeClient, **changes: object) -> str:
    async with connect(**changes) as client:
        with pytest.raises(ApiError) as raised:
            await client.credits()
    return raised.value.fault.kind


async def test_one_token_serves_across_restarts(cloud: Cloud, connect: MakeClient) -> None:
    for _ in range(3):
        async with connect() as client:
            assert (await client.credits()).available == 60
    assert len(cloud.requests("POST", TOKEN)) == 1


async def test_token_and_client_id_are_readable_by_their_owner_only(connect: MakeClient, tmp_path: Path) -> None:
    async with connect() as client:
        await client.credits()
    tokens = list((tmp_path / "state" / "tokens").iterdir())
    for path in [tmp_path / "client_id", *tokens]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(tokens) == 1


async def test_the_client_id_file_holds_only_the_id_and_is_used_again(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "client_id").write_text("5e0f7a52-0000-4000-8000-000000000000\n")
    async with connect() as client:
        await client.credits()
    request = cloud.requests("POST", TOKEN)[0]
    assert request.headers["x-client-id"] == "5e0f7a52-0000-4000-8000-000000000000"
    assert "authorization" not in request.headers
    assert request.body == b""


async def test_an_expired_token_is_replaced_before_it_is_used(cloud: Cloud, connect: MakeClient) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    good = cloud.token
    cloud.routes["POST " + TOKEN] = lambda request: ok({"token": "nmv_usr_old", "expires_at": past})
    async with connect() as client:
        await client.credits()
    cloud.routes["POST " + TOKEN] = good
    async with connect() as client:
        await client.session()
    assert len(cloud.requests("POST", TOKEN)) == 2


async def test_a_refused_token_is_renewed_with_the_same_client_id_and_the_call_replayed_once(
    cloud: Cloud, connect: MakeClient
) -> None:
    async with connect() as client:
        await client.session()
        cloud.tokens.clear()
        await client.session()
    first, second = cloud.requests("POST", TOKEN)
    assert first.headers["x-client-id"] == second.headers["x-client-id"]
    assert len(cloud.requests("POST", "/api/tasks/*")) == 3


async def test_a_refused_token_of_the_user_is_not_replaced(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: wrong(1001, 401)
    assert await kind_of_failure(connect, token="user-token") == "auth_expired"
    assert not cloud.requests("POST", TOKEN)
    assert len(cloud.requests("GET", "/api/credits/*")) == 1


async def test_a_service_that_refuses_every_token_is_asked_twice_only(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: plain({"detail": "no"}, 401)
    assert await kind_of_failure(connect) == "auth_expired"
    assert len(cloud.requests("GET", "/api/credits/*")) == 2


async def test_an_edit_refused_with_1001_is_replayed_once(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = await client.session()
        cloud.tokens.clear()
        turn = await client.start_edit(session.session_id, instruction="go")
        assert await turn.wait(60)
        assert turn.result is not None
        assert turn.result.message == "Cut one moment."
    assert len(cloud.requests("POST", "/run_sse")) == 2


async def test_a_refusal_with_status_200_is_read_by_its_body_code(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = await client.session()
        cloud.tokens.clear()
        usual = cloud.refused

        def quietly(request: Seen) -> Reply | None:
            return wrong(1001, 200) if usual(request) else None

        cloud.refused = quietly  # type: ignore[method-assign]
        turn = await client.start_edit(session.session_id, instruction="go")
        assert await turn.wait(60)
        assert turn.fault is None


async def test_a_missing_client_id_is_made_anew_once(cloud: Cloud, connect: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "client_id").write_text("refused-by-the-service")

    def picky(request: Seen) -> Reply:
        return wrong(400, 400) if request.headers["x-client-id"].startswith("refused") else cloud.token(request)

    cloud.routes["POST " + TOKEN] = picky
    async with connect() as client:
        await client.credits()
    assert len(cloud.requests("POST", TOKEN)) == 2
    assert (tmp_path / "client_id").read_text() == cloud.requests("POST", TOKEN)[1].headers["x-client-id"]


async def test_a_rate_limit_on_tokens_is_waited_for_once_and_then_fails(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["POST " + TOKEN] = lambda _: wrong(429, 429)
    assert await kind_of_failure(connect) == "rate_limited"
    assert len(cloud.requests("POST", TOKEN)) == 2


async def test_a_rate_limit_is_waited_for_once(cloud: Cloud, connect: MakeClient) -> None:
    answers = iter([wrong(429, 429), ok({"available": 5})])
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: next(answers)
    async with connect() as client:
        balance = await client.credits()
    assert (balance.available, balance.low) == (5, True)


async def test_a_rate_limit_of_an_hour_fails_at_once(cloud: Cloud, connect: MakeClient) -> None:
    def later(_request: Seen) -> Reply:
        return Reply(429, b"slow down", {"Retry-After": "3600"})

    cloud.routes["GET /api/credits/balance/simple"] = later
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.credits()
    assert raised.value.fault.retry_after_s == 3600
    assert len(cloud.requests("GET", "/api/credits/*")) == 1


async def test_odd_balances_read_as_zero(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: ok({"available": -3, "frozen": None})
    async with connect() as client:
        balance = await client.credits()
    assert (balance.available, balance.frozen, balance.total) == (0, 0, 0)


async def test_an_anonymous_user_without_credits_is_shown_where_to_register(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: wrong(2001, 402)
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.credits()
    assert raised.value.fault.kind == "no_credits"
    assert "https://web.test/register?bind=anon_1" in raised.value.fault.next_step


async def test_a_registered_user_without_credits_is_told_to_top_up(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: wrong(2001, 403)
    async with connect(token="user-token") as client:
        with pytest.raises(ApiError) as raised:
            await client.credits()
    assert raised.value.fault.next_step == "Top up credits in your account."


async def test_a_claim_link_carries_the_claim_token_and_never_the_user_token(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["POST /api/auth/claim-token"] = lambda _: ok({"claim_token": "clm_1", "expires_in": 604800})
    async with connect() as client:
        session = await client.session()
        link = await client.claim_link(session.session_id)
    assert link == "https://web.test/workspace/claim?ct=clm_1"
    assert cloud.requests("POST", "/api/auth/claim-token")[0].json["task_id"] == session.task_id


async def test_reading_is_repeated_on_server_errors_and_broken_connections(cloud: Cloud, connect: MakeClient) -> None:
    answers = iter([wrong(1500, 500), Reply(raw=b""), Reply(503, b"busy"), ok({"available": 7})])
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: next(answers)
    async with connect() as client:
        assert (await client.credits()).available == 7


async def test_a_redirect_is_not_followed_with_credentials(cloud: Cloud, connect: MakeClient) -> None:
    target = f"{cloud.base_url}/elsewhere"
    cloud.routes["GET /api/credits/balance/simple"] = lambda _: Reply(302, b"{}", {"Location": target})
    cloud.routes["GET /elsewhere"] = lambda _: ok({"available": 1})
    async with connect() as client:
        with pytest.raises(ApiError, match="another address"):
            await client.credits()
    assert not cloud.requests("GET", "/elsewhere")


async def test_cookies_are_not_kept(cloud: Cloud, connect: MakeClient) -> None:
    def with_cookie(_request: Seen) -> Reply:
        reply = ok({"available": 1})
        reply.headers["Set-Cookie"] = "session=1; Path=/"
        return reply

    cloud.routes["GET /api/credits/balance/simple"] = with_cookie
    async with connect() as client:
        await client.credits()
        await client.credits()
    assert all("cookie" not in request.headers for request in cloud.seen)


def inodes(folder: Path) -> tuple[set[int], set[int]]:
    """Those of all files below a folder, and of the folders that they lie in."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {file.stat().st_ino for file in files}, {file.parent.stat().st_ino for file in files}


async def test_ids_tokens_notices_and_users_are_on_the_disk_when_they_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def noted(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    config = ClientConfig(
        base_url="https://cloud.example", kind="cloud", state_dir=tmp_path / "state", output_dir=tmp_path, version="0",
        client_id_file=tmp_path / "client_id",
    )  # fmt: skip
    identity = Identity(config)
    await identity.new_client_id()
    await identity.store(AnonymousToken(token="t", user_id="u", expires_at=""))
    await UploadNotice(config, JsonStore(tmp_path / "told")).said()
    write_users(tmp_path / FILE, {"ann": User("ann", hash_of("token"))})
    files, folders = inodes(tmp_path)
    assert len(files) == 4
    assert files | folders <= set(synced)
