"""What a caller may name as footage."""

import unicodedata
from pathlib import Path

import pytest

from highlight_mcp.server.options import UserPathPolicy
from highlight_mcp.server.sources import UploadSources, read_sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b match.mp4", "a match.mov", "notes.txt", ".hidden.mp4", "song.MP3"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    return tmp_path


def read(*named: str, roots: tuple[Path, ...] | None = None) -> UploadSources:
    return read_sources(named, roots)


def test_paths_and_addresses_pass_in_their_order_and_once(folder: Path) -> None:
    one, web = str(folder / "b match.mp4"), "https://example.com/x.mp4"
    assert read(web, one, web).sources == [web, one]


def test_a_file_url_means_the_file(folder: Path) -> None:
    assert read((folder / "b match.mp4").as_uri()).sources == [str(folder / "b match.mp4")]


def test_a_folder_stands_for_its_media_files_sorted_and_says_how_many(folder: Path) -> None:
    footage = read(str(folder))
    assert [Path(source).name for source in footage.sources] == ["a match.mov", "b match.mp4", "song.MP3"]
    assert footage.notes == [f"The folder {folder} gave 3 media files."]


def test_a_folder_without_footage_is_named(folder: Path) -> None:
    (_, problem), *_ = read(str(folder / "sub")).failed
    assert "holds no footage" in problem.message


def test_a_tilde_means_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert read("~/b match.mp4").sources == [str(folder / "b match.mp4")]


def test_a_relative_path_is_refused_with_the_working_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (named, problem), *_ = read("b match.mp4").failed
    assert named == "b match.mp4"
    assert "not an absolute path" in problem.message
    assert str(folder / "b match.mp4") in problem.next_step


def test_a_missing_file_comes_with_the_nearest_names(folder: Path) -> None:
    (_, problem), *_ = read(str(folder / "b mtach.mp4")).failed
    assert problem.kind == "file_missing"
    assert "b match.mp4" in problem.next_step
    assert "notes.txt" not in problem.next_step


def test_a_missing_folder_is_named_with_the_part_that_exists(folder: Path) -> None:
    (_, problem), *_ = read(str(folder / "nowhere" / "x.mp4")).failed
    assert f"{folder / 'nowhere'}" in problem.message
    assert f"{folder} exists" in problem.message


def test_outside_the_media_roots_no_names_are_given_away(folder: Path) -> None:
    roots = (folder / "sub",)
    footage = read(str(folder), str(folder / "b mtach.mp4"), roots=roots)
    assert [problem.kind for _, problem in footage.failed] == ["outside_roots"]
    assert footage.sources == [str(folder / "b mtach.mp4")]


def test_a_link_that_leads_out_of_the_roots_gives_no_names(folder: Path) -> None:
    (folder / "sub" / "way").symlink_to(folder)
    footage = read(str(folder / "sub" / "way"), roots=(folder / "sub",))
    assert footage.failed[0][1].kind == "outside_roots"


@pytest.mark.parametrize("odd", ["", "   ", "~nobody-of-this-name/x.mp4", "file://elsewhere/x.mp4"])
def test_odd_names_are_refused_not_crashed_on(odd: str) -> None:
    assert read(odd).failed[0][1].kind == "bad_request"


def test_a_name_with_a_zero_byte_is_left_to_the_backend_to_refuse() -> None:
    footage = read("/tmp/a\0b.mp4")
    assert footage.sources or footage.failed


@pytest.mark.parametrize("text", ["http://[", "file://[x", "https://[::1"])
def test_a_malformed_address_is_refused_and_the_others_go_on(folder: Path, text: str) -> None:
    good = str(folder / "b match.mp4")
    footage = read(text, good)
    assert footage.sources == [good]
    assert "is not an address" in footage.failed[0][1].message


@pytest.mark.parametrize("there", [True, False])
def test_homes_of_other_accounts_are_nobodys_business(tmp_path: Path, there: bool) -> None:
    """An account that exists and one that does not are answered alike, here and on a server for several people."""
    name = "daemon" if there else "nosuchuser"
    path_policy = UserPathPolicy(tmp_path / "inbox", (tmp_path,), tmp_path / "house", tmp_path / "reels")
    for own in (None, path_policy):
        (named, problem), *_ = read_sources([f"~{name}/x.mp4"], None, own).failed
        assert named == f"~{name}/x.mp4"
        told = problem.text.replace(name, "NAME").replace(str(Path.cwd()), "")
        assert "sbin" not in told
        assert problem == problem.model_copy(update={"kind": "bad_request" if own is None else "file_missing"})
        assert "NAME/x.mp4" in told


def test_a_server_for_several_people_says_nothing_of_its_own_home(tmp_path: Path) -> None:
    path_policy = UserPathPolicy(tmp_path / "inbox", (tmp_path,), tmp_path / "house", tmp_path / "reels")
    (_, problem), *_ = read_sources(["~/x.mp4"], None, path_policy).failed
    assert str(Path.home()) not in problem.text
    assert problem.kind == "file_missing"


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Screen Recording at 9.15.22\u202fAM.mov", "Screen Recording at 9.15.22 AM.mov"),
        ("Fußball Köln.mp4", "Fußball Köln.mp4"),
        ("경기 하이라이트.mp4", "경기 하이라이트.mp4"),
        ("Ann’s iPhone video.mp4", "Ann's iPhone video.mp4"),
        ("first – half.mp4", "first - half.mp4"),
        ("two\u00a0parts.mp4", "two parts.mp4"),
    ],
)
def test_a_file_is_found_however_its_signs_are_written(tmp_path: Path, stored: str, asked: str) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "Vidéos été")
    folder.mkdir()
    file = folder / unicodedata.normalize("NFD", stored)
    file.write_bytes(b"x")
    found = read(str(tmp_path / "Vidéos été" / unicodedata.normalize("NFC", asked)))
    assert found.sources == [str(file)] and not found.failed


def test_of_two_files_whose_names_look_alike_none_is_taken_for_a_third(tmp_path: Path) -> None:
    for name in ("a\u00a0b.mp4", "a\u202fb.mp4"):
        (tmp_path / name).write_bytes(b"x")
    assert not read(str(tmp_path / "a b.mp4")).sources


def test_the_quotes_around_a_copied_path_are_not_part_of_it(folder: Path) -> None:
    for quoted in (f'"{folder / "b match.mp4"}"', f"'{folder / 'b match.mp4'}'", f"“{folder / 'b match.mp4'}”"):
        assert read(quoted).sources == [str(folder / "b match.mp4")]


@pytest.mark.parametrize(
    "named", ["/mnt/user-data/uploads/match.mp4", "sandbox:/mnt/data/match.mp4", "/mnt/data/a.mp4"]
)
def test_a_path_that_exists_only_in_a_chat_is_called_that(named: str) -> None:
    (_, problem), *_ = read(named, roots=(Path("/home"),)).failed
    assert "inside the chat" in problem.message and "saved there first" in problem.next_step
