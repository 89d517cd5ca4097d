"""Whatever is sent to a call of the backend, it answers in the envelope, blames nothing on itself, and goes on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from highlight_mcp.backend.app import create_app
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.contract.render import RenderRequest
from highlight_mcp.contract.session import NewSession, UploadStart
from highlight_mcp.contract.turn import RunRequest

from .rig import Caller, Rig

pytestmark = pytest.mark.slow
ODD: tuple[Any, ...] = (
    None,
    True,
    "",
    "\0",
    "../../x",
    "\u202e",
    "a" * 3_000,
    -1,
    0,
    1e308,
    2**63,
    [],
    {},
    [[]],
    "NaN",
)
WORDS = ("", "x", "-1", "1e999", "NaN", "9" * 40, "\0", "½", "0", "storyboard", "frame", "%2e%2e", "é" * 300)
PARAMETERS = ("at_ms", "from_ms", "to_ms", "what", "media_id", "criterion", "after", "limit", "mode")


def values_of(schema: Mapping[str, Any], defined: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a JSON schema, one in some being none of it."""
    return st.one_of(_fitting(schema, defined, depth), _fitting(schema, defined, depth), st.sampled_from(ODD))


def _fitting(schema: Mapping[str, Any], defined: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _fitting(defined[schema["$ref"].rpartition("/")[2]], defined, depth)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of(*(_fitting(choice, defined, depth) for choice in choices))
    kind = schema.get("type")
    if kind == "object" and depth < 5:
        parts = schema.get("properties") or {}
        fields = {name: values_of(part, defined, depth + 1) for name, part in parts.items()}
        return st.fixed_dictionaries({}, optional=fields) if fields else st.dictionaries(st.text(max_size=4), _plain())
    if kind == "array" and depth < 5:
        return st.lists(values_of(schema.get("items") or {}, defined, depth + 1), max_size=3)
    simple = {
        "string": st.text(max_size=20),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
    }
    return simple.get(str(kind), _plain())


def _plain() -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    )


def bodies(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    schema = model.model_json_schema(by_alias=True)
    return values_of(schema, schema.get("$defs") or {})


def checked(backend: Caller, rig: Rig, method: str, path: str, **options: Any) -> None:
    """The answer, which must blame the caller or nobody."""
    answer = backend.http.request(method, path, **options)
    assert answer.status_code < 500, answer.text
    if answer.headers.get("content-type", "").startswith("application/json"):
        found = answer.json()
        assert found["code"] != 1500 and "Traceback" not in answer.text
    assert backend.get("/api/local/health")["code"] == 0
    assert "Traceback" not in rig.logs()


UPLOADS = "/api/local/uploads/{session}"
POSTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("/api/tasks/me/with-session/nemo_agent", NewSession),
    ("/run_sse", RunRequest),
    ("/api/render/proxy/lambda", RenderRequest),
    (UPLOADS, UploadStart),
)


@pytest.mark.parametrize(("path", "model"), POSTS, ids=[model.__name__ for _, model in POSTS])
def test_no_body_makes_the_backend_fail(backend: Caller, shared_rig: Rig, path: str, model: type[BaseModel]) -> None:
    session = backend.session("x", shared_rig.clip())
    draft = backend.state(session)["state"]["draft"]

    @given(bodies(model), st.booleans())
    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def sent(body: Any, known: bool) -> None:
        if isinstance(body, dict) and known:
            body |= {"session_id": session, "sessionId": session, "app_name": "nemo_agent", "user_id": "me"}
            body |= {"draft": draft} if model is RenderRequest else {}
        checked(backend, shared_rig, "POST", path.format(session=session), json=body)

    sent()


def gets() -> list[str]:
    """The calls that look, with a name in braces for each parameter; that which never ends is left out."""
    app = create_app(BackendConfig(home=Path(), output_dir=Path(), media_roots=()))
    found = [route for route in app.routes if "GET" in (getattr(route, "methods", None) or ())]
    return sorted({str(getattr(route, "path", "")) for route in found} - {"/api/local/events"})


@pytest.mark.parametrize("path", gets())
def test_no_name_and_no_parameter_makes_the_backend_fail(backend: Caller, shared_rig: Rig, path: str) -> None:
    session = backend.session("x", shared_rig.clip())

    @given(st.sampled_from([session, *WORDS]), st.dictionaries(st.sampled_from(PARAMETERS), st.sampled_from(WORDS)))
    @settings(max_examples=10)
    def sent(name: str, query: dict[str, str]) -> None:
        filled = "/".join(quote(name, safe="") if part.startswith("{") else part for part in path.split("/"))
        checked(backend, shared_rig, "GET", filled, params={**query, "wait_s": "0"})

    sent()
