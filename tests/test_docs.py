"""What the guides say works: their wishes are understood, their commands exist, their pictures are there and small."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from highlight_mcp.cli import main
from highlight_mcp.language import SessionFacts, interpret
from highlight_mcp.language.session_facts import ClipFact
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import OPERATIONS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = sorted((DOCS / "guides").glob("*.md"))
PICTURES = sorted((DOCS / "pictures").iterdir())
SESSIONS = {"lecture": "talk", "wedding": "multi"}
"""Sessions of the benchmark (see `highlight-mcp words`) that have what a guide speaks of; else a reel of a match."""
NEEDS_SUBTITLES = "needs_extra:asr"


def wishes() -> list[dict[str, str]]:
    """Each line of the blocks of text, as `words` reads it."""
    return [
        {"id": f"{guide.stem}: {line.strip()}", "text": line.strip(), "context": SESSIONS.get(guide.stem, "reel")}
        for guide in GUIDES
        for block in re.findall(r"```text\n(.*?)```", guide.read_text("utf-8"), flags=re.DOTALL)
        for line in block.strip().splitlines()
    ]


def test_every_wish_of_the_guides_is_understood_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that search subtitles are, too: without any in these sessions, the answer asks for them."""
    asked = wishes()
    file = tmp_path / "wishes.jsonl"
    file.write_text("\n".join(json.dumps(wish) for wish in asked), encoding="utf-8")
    assert main(["words", str(file)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    unclear = [
        each for each in told if each["result"]["kind"] != "plan" and each["result"].get("code") != NEEDS_SUBTITLES
    ]
    assert len(told) == len(asked) > 10
    assert unclear == []
    assert [each for each in told if {"not_understood", "refused"} & each["result"].keys()] == []


def samples() -> list[str]:
    """What the README has people say: in the tour, and beside the first command."""
    text = (ROOT / "README.md").read_text("utf-8")
    (tour,) = re.findall(r"## A tour in ten lines\n(.*?)\n\|", text, flags=re.DOTALL)
    return re.findall(r'"([^"]+)"', tour) + re.findall(r'highlight-mcp reel \S+ "([^"]+)"', text)


def test_every_sample_of_the_readme_is_understood_whole_on_a_reel_of_two_minutes() -> None:
    footage = (
        MediaInfo(media_id="m", name="match.mp4", kind="video", duration_ms=5_400_000),
        MediaInfo(media_id="s", name="song.mp3", kind="audio", duration_ms=200_000),
    )
    clips = tuple(ClipFact(number=n, start_ms=20_000 * (n - 1), duration_ms=20_000, media_id="m") for n in range(1, 7))
    cut = SessionFacts(media=footage, clips=clips, duration_ms=120_000, has_timeline=True, rev=1)
    asked = samples()
    read = {each: interpret(each, cut) for each in asked}
    assert len(asked) >= 6
    assert {each for each, one in read.items() if one.kind == "query"} == {"Why the third one?"}
    lost = [each for each, one in read.items() if one.not_understood or one.unsupported or one.missing]
    assert lost == []
    assert all(one.operations for one in read.values() if one.kind == "plan")
    assert {one.kind for one in read.values()} == {"plan", "query"}


def test_every_command_of_the_guides_exists() -> None:
    text = "\n".join(guide.read_text("utf-8") for guide in GUIDES)
    named = set(re.findall(r"(?:`|`uv run |\n)highlight-mcp ([a-z]+)(?=[ `])", text))
    shown = subprocess.run(
        [sys.executable, "-m", "highlight_mcp", "--help"], capture_output=True, text=True, check=True
    )
    assert {name for name in named if not re.search(rf"\b{name}\b", shown.stdout)} == set()


def test_every_picture_is_shown_somewhere_and_all_are_small() -> None:
    text = "\n".join(page.read_text("utf-8") for page in (*GUIDES, ROOT / "README.md"))
    assert [picture.name for picture in PICTURES if f"pictures/{picture.name}" not in text] == []
    assert sum(picture.stat().st_size for picture in PICTURES) < 2**20


def test_the_site_is_made_without_asking_anybody_and_names_every_operation(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the group docs is not installed")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    pages = {page: page.read_text("utf-8") for page in (tmp_path / "site").rglob("*.html")}
    loaded = r'<(?:link|script|img|iframe)[^>]+(?:src|href)="?(?:https?:)?//'
    assert [page.name for page, text in pages.items() if re.search(loaded, text)] == []
    operations = pages[tmp_path / "site" / "reference" / "operations" / "index.html"]
    assert [name for name in OPERATIONS if f'id="{name}"' not in operations] == []


def test_every_test_that_holds_a_line_of_the_threat_model_exists_and_every_line_has_one() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(lines) > 30
    for line in lines:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line.rpartition(" | ")[2])
        assert named, line
        for file, function in named:
            assert re.search(rf"^(async )?def {function}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), function
