"""Adding footage: in place, as a form, from an address; and what is refused."""

import os
from pathlib import Path
from typing import Any

import pytest

from .rig import Caller, Rig


def codes(answer: Any) -> tuple[int, str]:
    return answer["code"], answer["message"]


def test_a_path_is_used_in_place_and_described(backend: Caller, shared_rig: Rig) -> None:
    path = shared_rig.clip("match.mp4", b"the match")
    answer = backend.upload(backend.session(), path)
    file = answer["data"]["files"][0]
    assert (file["filename"], file["duration_ms"], file["width"], file["has_audio"]) == (
        "match.mp4",
        60_000,
        1920,
        True,
    )
    assert file["media_id"] == file["file_id"]
    assert answer["data"]["uploaded_files"] == [{"filename": "match.mp4", "url": file["url"]}]
    assert shared_rig.rows(f"select path, owned from media where id = '{file['media_id']}'") == [(path, 0)]


def test_relative_paths_and_file_addresses_name_files_under_the_roots(backend: Caller, shared_rig: Rig) -> None:
    path = Path(shared_rig.clip("a b.mp4", b"a b"))
    session = backend.session()
    assert backend.upload(session, "a b.mp4")["code"] == 0
    assert backend.upload(session, path.as_uri())["code"] == 0


def test_the_same_content_is_one_entry_and_is_read_once(backend: Caller, shared_rig: Rig) -> None:
    rig = shared_rig
    first, copy = rig.clip("one.mp4", b"same"), rig.clip("two.mp4", b"same")
    session = backend.session("x", first)
    assert backend.upload(session, first, copy)["code"] == 0
    assert len(backend.state(session)["state"]["video_infos"]) == 1
    assert (rig.effects("probe", "one.mp4"), rig.effects("probe", "two.mp4")) == (1, 1)


def test_a_path_outside_the_roots_is_refused_and_the_setting_is_named(
    backend: Caller, shared_rig: Rig, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"secret")
    answer = backend.upload(backend.session(), str(secret))
    assert answer["code"] == 1408
    assert "HIGHLIGHT_MEDIA_ROOTS" in answer["error"]["next_step"]
    assert str(shared_rig.media) in answer["message"]
    assert backend.upload(backend.session(), str(shared_rig.media / ".." / "config-0.mp4"))["code"] == 1408


def test_a_symbolic_link_does_not_lead_out_of_the_roots(backend: Caller, shared_rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    (shared_rig.media / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    assert backend.upload(backend.session(), "link.mp4")["code"] == 1408


def test_a_link_within_the_roots_keeps_the_name_that_the_user_gave(backend: Caller, shared_rig: Rig) -> None:
    shared_rig.clip("target.mp4", b"target")
    (shared_rig.media / "nice.mp4").symlink_to(shared_rig.media / "target.mp4")
    assert backend.upload(backend.session(), "nice.mp4")["data"]["files"][0]["filename"] == "nice.mp4"


@pytest.mark.parametrize(
    ("name", "code"),
    [("none.mp4", 1406), ("notes.txt", 4001), ("folder.mp4", 1422), ("pipe.mp4", 1422), ("empty.mp4", 1407),
     ("broken.mp4", 1407), ("zero\x00.mp4", 1422), ("", 1422), ("~nobody-here/x.mp4", 1406)],
)  # fmt: skip
def test_files_that_cannot_be_used_are_refused_with_the_reason(
    backend: Caller, shared_rig: Rig, name: str, code: int
) -> None:
    (shared_rig.media / "folder.mp4").mkdir(exist_ok=True)
    (shared_rig.media / "empty.mp4").touch()
    shared_rig.clip("notes.txt")
    shared_rig.clip("broken.mp4", b"BROKEN")
    if not (shared_rig.media / "pipe.mp4").exists():
        os.mkfifo(shared_rig.media / "pipe.mp4")
    answer = backend.upload(backend.session(), name)
    assert answer["code"] == code, answer
    assert len(answer["message"]) > 10


def test_one_bad_file_among_several_refuses_all_and_names_each_bad_one(backend: Caller, shared_rig: Rig) -> None:
    good = shared_rig.clip("good.mp4", b"good")
    session = backend.session()
    answer = backend.upload(session, good, "gone1.mp4", "gone2.mp4")
    assert answer["code"] == 1406
    assert "gone1.mp4" in answer["message"]
    assert "gone2.mp4" in answer["message"]
    assert backend.state(session)["state"]["video_infos"] == []


@pytest.mark.parametrize(
    "body", [{}, {"paths": []}, {"paths": "a.mp4"}, {"paths": [1]}, {"paths": ["a"], "urls": ["b"]}]
)
def test_upload_bodies_without_a_list_of_files_are_refused(backend: Caller, body: Any) -> None:
    assert backend.post(f"/api/upload-video/nemo_agent/me/{backend.session()}", body)["code"] == 1422


def test_a_form_is_stored_by_content_and_its_names_are_not_paths(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    path = f"/api/upload-video/nemo_agent/me/{session}"
    files = [
        ("files", ("../../../evil.mp4", b"evil" * 50_000)),
        ("files", ("b.mp4", b"second")),
        ("other", ("c.mp4", b"c")),
    ]
    answer = backend.http.post(path, files=files).json()
    assert [file["filename"] for file in answer["data"]["files"]] == ["evil.mp4", "b.mp4"]
    backend.http.post(path, files=[("files", ("again.mp4", b"second"))])
    stored = [file for file in (rig.home / "blobs").rglob("*") if file.is_file()]
    assert sorted(file.stat().st_size for file in stored) == [6, 200_000]
    assert rig.partials() == []
    url = answer["data"]["files"][1]["url"]
    assert backend.http.get(url).content == b"second"


def test_a_form_with_an_unsupported_file_leaves_nothing_behind(backend: Caller, shared_rig: Rig) -> None:
    rig = shared_rig
    path = f"/api/upload-video/nemo_agent/me/{backend.session()}"
    answer = backend.http.post(path, files=[("files", ("virus.exe", b"x" * 1000))])
    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    answer = backend.http.post(path, files=[("wrong", ("a.mp4", b"x"))])
    assert answer.json()["code"] == 1422
    answer = backend.http.post(
        path, content=b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\nhalf',
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )  # fmt: skip
    assert answer.json()["code"] == 1422
    assert rig.partials() == []
    assert not list((rig.home / "blobs").rglob("*.mp4"))


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/a.mp4", "http://localhost/a.mp4", "http://[::1]/a.mp4", "http://169.254.169.254/a.mp4",
     "http://10.0.0.1/a.mp4", "http://0.0.0.0/a.mp4", "http://[::ffff:127.0.0.1]/a.mp4", "ftp://example.com/a.mp4",
     "file:///etc/passwd", "http://user:pass@example.com/a.mp4", "http://2130706433/a.mp4", "http://[64:ff9b::7f00:1]/a.mp4"],
)  # fmt: skip
def test_addresses_in_the_local_network_are_refused(backend: Caller, url: str) -> None:
    body = {"urls": [url], "source_type": "url"}
    answer = backend.post(f"/api/upload-video/nemo_agent/me/{backend.session()}", body)
    assert answer["code"] == 1418, answer
    assert "user:pass" not in answer["message"]


def test_footage_is_fetched_from_an_address_and_redirects_are_followed(rig: Rig) -> None:
    import http.server
    import threading

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/moved.mp4":
                self.send_response(302)
                self.send_header("Location", "/real.mp4")
                self.end_headers()
            elif self.path == "/big.mp4":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"x" * 5000)
            elif self.path == "/real.mp4":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"from the net")
            else:
                self.send_error(404)

        def log_message(self, *_: Any) -> None:
            return

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
    base = f"http://localhost:{site.server_port}"
    try:
        backend = rig.start(allow_private_urls=True, limits={"download": 4000})
        session = backend.session()
        path = f"/api/upload-video/nemo_agent/me/{session}"
        answer = backend.post(path, {"urls": [f"{base}/moved.mp4"]})
        assert answer["data"]["files"][0]["filename"] == "real.mp4"
        assert backend.http.get(answer["data"]["files"][0]["url"]).content == b"from the net"
        assert backend.post(path, {"urls": [f"{base}/gone.mp4"]})["code"] == 1419
        assert backend.post(path, {"urls": [f"{base}/big.mp4"]})["code"] == 4002
        assert backend.post(path, {"urls": [f"{base}/page.html"]})["code"] in (1419, 4001)
        assert rig.partials() == []
    finally:
        site.shutdown()
        site.server_close()


def test_media_links_serve_ranges_and_need_their_token(backend: Caller, shared_rig: Rig) -> None:
    path = shared_rig.clip("range.mp4", bytes(range(100)))
    link = backend.upload(backend.session(), path)["data"]["files"][0]["url"]
    plain = backend.http.get(link, headers={"Authorization": ""})
    assert (plain.status_code, len(plain.content), plain.headers["content-type"]) == (200, 100, "video/mp4")
    part = backend.http.get(link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["content-range"] == "bytes 10-19/100"
    assert backend.http.get(link, headers={"Range": "bytes=-5"}).content == bytes(range(95, 100))
    assert backend.http.get(link, headers={"Range": "bytes=500-"}).status_code == 416
    head, _, name = link.rpartition("/")
    assert backend.http.get(f"{head}x/{name}").status_code == 404
    (shared_rig.media / "range.mp4").unlink()
    assert backend.http.get(link).json()["code"] == 1406


@pytest.mark.parametrize("content", [b"BROKEN", b"another recording"])
def test_footage_that_broke_after_it_was_added_is_looked_at_once_until_it_changes(rig: Rig, content: bytes) -> None:
    backend = rig.start()
    session = backend.session("My game", rig.clip("a.mp4"), rig.clip("b.mp4", b"other"))
    backend.edit(session)
    rig.clip("b.mp4", content)
    for _ in range(3):
        assert backend.edit(session)[-1]
    assert (rig.effects("probe", "b.mp4"), backend.turn(session)["result"]["rev"]) == (2, 4)
    rig.clip("b.mp4", content + b" once more")
    backend.edit(session)
    assert rig.effects("probe", "b.mp4") == 3
    rig.clip("b.mp4", b"other")
    backend.edit(session)
    assert rig.effects("probe", "b.mp4") == 4


def test_a_damaged_file_that_is_added_again_is_looked_at_again(rig: Rig) -> None:
    backend = rig.start()
    broken = rig.clip("broken.mp4", b"BROKEN")
    assert [backend.upload(backend.session(), broken)["code"] for _ in range(2)] == [1407, 1407]
    assert rig.effects("probe", "broken.mp4") == 2
