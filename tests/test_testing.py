"""The backend that others test against is the real one, and gone afterwards."""

from pathlib import Path

import httpx
import psutil

from highlight_mcp.testing import backend


def test_a_backend_for_tests_answers_with_its_secret_and_ends_with_the_context(tmp_path: Path) -> None:
    with backend(tmp_path) as running:
        headers = {"Authorization": f"Bearer {running.secret}"}
        assert httpx.get(f"{running.url}/api/local/health", headers=headers).json()["code"] == 0
        assert httpx.get(f"{running.url}/api/local/health").json()["code"] == 1001
    assert not psutil.pid_exists(running.pid)


def test_the_strict_profile_wants_a_client_id_for_a_token(tmp_path: Path) -> None:
    with backend(tmp_path, profile="strict") as running:
        refused = httpx.post(f"{running.url}/api/auth/anonymous-token")
        granted = httpx.post(f"{running.url}/api/auth/anonymous-token", headers={"X-Client-Id": "6f1c"})
    assert (refused.status_code, refused.json()["code"]) == (400, 400)
    assert granted.json()["data"]["credits"] == 100
