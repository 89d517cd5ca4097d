"""Envelopes, codes, formats, redaction: the small words of the wire."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.contract.errors import (
    CLIENT_ERRORS,
    ERRORS,
    ApiError,
    error_info,
    error_info_of,
    error_info_of_status,
)
from highlight_mcp.contract.formats import FORMATS, format_of, kind_of
from highlight_mcp.contract.redaction import redact, sanitize_message
from highlight_mcp.contract.session import Balance, exportable
from highlight_mcp.contract.turn import RunRequest, run_request
from highlight_mcp.contract.wire import failure, loads, path_segment, read, success
from highlight_mcp.messages import verbatim

PUBLISHED = {
    1001: "auth_expired", 1002: "session_not_found", 2001: "no_credits", 4001: "unsupported_file",
    4002: "file_too_large", 400: "client_id_missing", 402: "export_blocked", 429: "rate_limited", 1409: "busy",
    1404: "not_supported", 1422: "bad_request", 1500: "backend_error",
}  # fmt: skip


def refused(status: int, body: Any, **options: Any) -> str:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ApiError) as raised:
        read(status, raw, **options)
    return raised.value.fault.kind


def test_every_published_code_has_its_kind() -> None:
    assert {code: error_info_of(code).kind for code in PUBLISHED if error_info_of(code)} == PUBLISHED  # type: ignore[union-attr]


def test_codes_and_kinds_are_unique_and_every_message_is_a_sentence() -> None:
    rows = (*ERRORS, *CLIENT_ERRORS)
    assert len({row.code for row in ERRORS}) == len(ERRORS)
    assert len({row.kind for row in rows}) == len(rows)
    assert all(
        error_info(row.kind).message.endswith(".") and error_info(row.kind).next_step.endswith(".") for row in rows
    )


@pytest.mark.parametrize(
    "body",
    [{"code": 0, "message": "success", "data": {"a": 1}}, {"success": True, "data": {"a": 1}}, {"a": 1}],
)
def test_the_three_published_shapes_give_the_payload(body: Any) -> None:
    payload = read(200, json.dumps(body))
    assert payload["a"] == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": 1001}, "auth_expired"),
        (402, {"code": 2001}, "no_credits"),
        (402, {"code": 402}, "export_blocked"),
        (402, {"detail": "x"}, "export_blocked"),
        (402, b"Payment Required", "export_blocked"),
        (500, {"code": "1002"}, "session_not_found"),
        (200, {"success": False, "error": "boom"}, "backend_error"),
        (200, {"success": False, "error": {"code": 4001, "message": "x"}}, "unsupported_file"),
        (404, {"detail": "Session not found: s1"}, "session_not_found"),
        (404, {"detail": "Not Found"}, "not_supported"),
        (422, {"detail": [{"loc": ["body"]}]}, "bad_request"),
        (409, {"detail": "x"}, "busy"),
        (413, b"<html>", "file_too_large"),
        (404, b"<html>", "not_supported"),
        (405, b"Method Not Allowed", "not_supported"),
        (302, b"", "transport"),
        (308, {"code": 0, "data": {}}, "transport"),
        (502, b"<html>", "transport"),
        (200, b"<html>", "transport"),
        (200, b"", "transport"),
        (200, b"\xff\xfe", "transport"),
        (200, b"[" * 100_000, "transport"),
        (200, b'{"a": NaN}', "transport"),
        (503, {}, "backend_error"),
        (200, {"code": 7777, "message": "odd"}, "backend_error"),
    ],
)
def test_a_failure_is_found_by_body_code_then_by_status(status: int, body: Any, kind: str) -> None:
    assert refused(status, body) == kind


def test_a_bare_404_on_a_session_path_means_that_the_session_is_gone() -> None:
    assert refused(404, {"detail": "Not Found"}, session_path=True) == "session_not_found"


def test_an_unreadable_answer_keeps_its_status() -> None:
    with pytest.raises(ApiError) as raised:
        read(502, b"<html>")
    assert raised.value.fault.http == 502


@pytest.mark.parametrize("kind", [row.kind for row in ERRORS])
def test_a_fault_of_ours_crosses_the_wire_unchanged(kind: str) -> None:
    sent = error_info(kind, verbatim("match.mp4 is the problem."), next_step=verbatim("Do this."), retry_after_s=4)
    with pytest.raises(ApiError) as raised:
        read(sent.http, json.dumps(failure(sent)))
    assert raised.value.fault == sent.model_copy(update={"foreign": True})


def test_an_error_can_be_sent_to_another_process() -> None:
    error = ApiError(error_info("busy"))
    assert pickle.loads(pickle.dumps(error)).fault == error.fault


def test_success_reads_back() -> None:
    assert read(200, json.dumps(success([1]))) == [1]


@given(st.integers(100, 599), st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_any_answer_gives_a_payload_or_a_contract_error(status: int, body: bytes) -> None:
    try:
        read(status, body)
    except ApiError as error:
        assert error.fault.message


def test_any_status_has_a_fault() -> None:
    assert all(error_info_of_status(status).message for status in range(300, 600))


def test_there_are_thirteen_formats_and_jpeg() -> None:
    names = "mp4 mov avi webm mkv jpg png gif webp mp3 wav m4a aac".split()  # noqa: SIM905
    assert [item.extension for item in FORMATS] == names
    assert format_of("A.JPEG") == format_of("b.jpg")
    assert format_of("https://x.test/a%20b.MoV?sig=.txt#f") == FORMATS[1]
    assert kind_of("C:\\films\\a.MKV") == "video"
    with pytest.raises(ApiError):
        kind_of("notes.txt")


def test_secrets_are_masked_wherever_they_stand() -> None:
    text = "t=nmv_usr_7Qk2vZ0aLr, clm_01-x; Authorization: Bearer abc.def-123 X-Client-Id: 5e0f"
    clean = redact(text)
    for secret in ("7Qk2vZ0aLr", "01-x", "abc.def-123", "5e0f"):
        assert secret not in clean


@pytest.mark.parametrize("text", [None, 5, "", "  ", '{"code": 1}', '[{"a": 1}]', "\x00"])
def test_what_is_no_text_for_people_is_replaced(text: Any) -> None:
    assert sanitize_message(text, "nothing") == "nothing"


def test_json_inside_words_is_cut_out_and_brackets_stay() -> None:
    assert sanitize_message('Failed: {"code": 1, "x": {"y": "}"}} sorry [1] {sic}') == "Failed:  sorry [1] {sic}"
    assert sanitize_message('{"a": ' * 3000).startswith("{")


def test_halves_of_surrogate_pairs_are_made_printable() -> None:
    assert sanitize_message("ok \ud83c") == "ok ?"


def test_an_id_cannot_leave_its_place_in_a_path() -> None:
    assert path_segment("../a b?") == "..%2Fa%20b%3F"
    assert path_segment("..") == "%2E%2E"


@pytest.mark.parametrize("text", ["NaN", "1e999", "[" * 102 + "]" * 102, "{", "\ufeff{}"])
def test_json_that_could_hurt_later_is_refused_as_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        loads(text)


def test_a_turn_is_read_in_both_spellings_of_its_keys() -> None:
    camel = {"appName": "nemo_agent", "userId": "me", "sessionId": "s", "streaming": True}
    parts = [
        {"text": "go"},
        {"functionCall": {"name": "apply_operations", "args": {"operations": [], "base_version": 3}}},
    ]
    request = RunRequest.parse({**camel, "newMessage": {"parts": parts}})
    assert (request.session_id, request.text, request.operations, request.base_version) == ("s", "go", [], 3)
    ours = run_request("s", "go", [], 3)
    assert RunRequest.parse(ours.body()) == ours


def test_balances_never_read_negative() -> None:
    balance = Balance.parse({"available": -5, "frozen": "x", "total": 7})
    assert (balance.available, balance.frozen, balance.total) == (0, 0, 7)


@pytest.mark.parametrize(
    ("draft", "yes"),
    [(None, False), ({"t": [{"sg": []}]}, False), ({"t": [{"sg": [{}]}]}, True), ({"t": [5, {"sg": [1]}]}, True)],
)
def test_a_draft_is_exportable_when_a_track_has_segments(draft: Any, yes: bool) -> None:
    assert exportable(draft) is yes
