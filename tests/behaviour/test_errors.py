"""Every kind of error as a caller meets it: one shape, plain words, the next step, nothing internal."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from mcp.types import CallToolResult

import highlight_mcp.server
from highlight_mcp.contract.errors import KINDS, error_info
from highlight_mcp.testing import ScriptedCloud
from server.conftest import text_of

from .doors import Door, Way
from .scenes import CASES, Scene

pytestmark = pytest.mark.anyio
INTERNAL = re.compile(
    r"Traceback|nmv_usr_|clm_|Bearer|\.part\b|\.secret|0x[0-9a-f]{6}|<[a-z]+[ >]"
    r"|\b[A-Z][A-Za-z]+(?:Error|Exception|Warning)\b|\b(?:pydantic|sqlalchemy|httpx|anyio|dbos|asyncio|errno)\b"
)
SLOW = {
    "asset_missing", "busy", "download_failed", "export_blocked", "limit", "needs_extra", "no_space", "not_supported",
    "edit_refused", "render_failed", "version_conflict",
}  # fmt: skip
"""These have to upload and cut first."""


def parameters() -> list[object]:
    return [pytest.param(kind, marks=pytest.mark.slow if kind in SLOW else ()) for kind in sorted(CASES)]


@pytest.fixture
def scene(
    door: Door, cloud: ScriptedCloud, match: Path, tmp_path: Path, strict: tuple[ScriptedCloud, str]
) -> Scene:  # fmt: skip
    distant = replace(door, way=Way("memory", "auto", "cloud"), cloud=cloud, token=None)
    return Scene(door, distant, cloud, match, tmp_path)


def test_no_kind_of_error_is_without_a_situation() -> None:
    sources = Path(highlight_mcp.server.__file__).parent.rglob("*.py")
    texts = [file.read_text(encoding="utf-8") for file in sources]
    own = {kind for text in texts for kind in re.findall(r'(?:kind["\']?[=:] ?|_own\()"(\w+)"', text)}
    assert set(CASES) == KINDS | own - {"resource_link"}


@pytest.mark.parametrize("kind", parameters())
async def test_an_error_is_told_in_one_shape_with_words_and_the_next_step(
    kind: str, scene: Scene, strict: tuple[ScriptedCloud, str]
) -> None:
    result = await CASES[kind](scene)
    error = checked(result)
    assert error["kind"] == kind, error
    if kind in KINDS:
        usual = error_info(kind)
        assert error["code"] in (usual.code, 0)
        assert error["retryable"] == usual.retryable
    else:
        assert error["code"] == 0
    if kind == "rate_limited":
        assert error["retry_after_s"] == 7
        assert "7 s" in text_of(result)
    whole = text_of(result) + json.dumps(result.structured_content, ensure_ascii=False)
    assert not (found := INTERNAL.search(whole)), found
    assert strict[1] not in whole
    assert str(scene.local.settings.home) not in whole


def checked(result: CallToolResult) -> dict[str, object]:
    """The `error` of a result, after a look at its shape; `raw` has held it against the output schema."""
    assert result.is_error
    error: dict[str, object] = (result.structured_content or {})["error"]
    assert set(error) <= {"code", "kind", "message", "next_step", "retryable", "retry_after_s"}
    text = text_of(result)
    for part in (error["message"], error["next_step"]):
        assert isinstance(part, str)
        assert len(part) > 3, error
        assert part in text
    return error
