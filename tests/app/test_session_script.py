"""The scripts of the page without a browser, in Node: what the page makes of answers."""

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import highlight_mcp.server
from contract.every_field import CARDS, LOOKS, PARTS, draft
from highlight_mcp.contract.draft_view import view_draft
from highlight_mcp.messages import LANGUAGES, load

NODE = shutil.which("node")
UI = Path(str(files(highlight_mcp.server))) / "ui"
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node here")

READ_TWICE = """
const waits = [];
globalThis.setTimeout = ((wait) => (then, ms) => (waits.push(ms), wait(then, 0)))(setTimeout);
const { Host, ToolProblem } = await import(process.argv[2] + "/host.js");
const { Session } = await import(process.argv[2] + "/session.js");
const problem = JSON.parse(process.argv[3]);
globalThis.window = {
  addEventListener: (_name, hear) => (window.hear = hear),
  parent: { postMessage: (asked) => answer(asked) },
};
let reads = 0;
function answer({ id }) {
  const told = reads++ < 2 ? { error: problem } : { result: { contents: [{ blob: "AA==", mimeType: "video/mp4" }] } };
  window.hear({ source: window.parent, data: { jsonrpc: "2.0", id, ...told } });
}
const session = new Session(new Host());
session.id = "ses_1";
const got = await session.clip(0, 1000).catch((error) => ({ message: error.message, kind: error.kind }));
console.log(JSON.stringify({ got, reads, waits }));
"""


TRAITS = """
globalThis.window = { addEventListener: () => {}, parent: {} };
const { traitsOf } = await import(process.argv[2] + "/clip.js");
const { clipOf } = await import(process.argv[2] + "/segment.js");
const { speak } = await import(process.argv[2] + "/words.js");
speak(JSON.parse(process.argv[4]));
console.log(JSON.stringify(JSON.parse(process.argv[3]).map((segment) => traitsOf(clipOf(segment)))));
"""


def run(script: str, folder: Path, *arguments: Any) -> Any:
    """What a script prints, as JSON; the scripts of the page lie in a folder of modules."""
    shutil.copytree(UI, folder / "ui")
    words = folder / "ui" / "words.js"
    spoken = json.dumps({language: load(language, "page") for language in LANGUAGES})
    words.write_text(words.read_text(encoding="utf-8").replace("/*words*/ {}", spoken), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.js").write_text(script)
    given = [json.dumps(each) for each in arguments]
    done = subprocess.run(
        [str(NODE), "main.js", str(folder / "ui"), *given], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("words", ["This part is still being drawn.", "这部分仍在绘制。请稍后再读取，工作会继续。"])
def test_what_is_still_being_drawn_is_asked_for_again_whatever_its_words(words: str, tmp_path: Path) -> None:
    told = {"code": -32603, "message": words, "data": {"kind": "busy", "retryable": True, "retry_after_s": 1}}
    found = run(READ_TWICE, tmp_path, told)
    assert found == {"got": "data:video/mp4;base64,AA==", "reads": 3, "waits": [1000, 1000]}


def test_what_cannot_be_had_is_not_asked_for_again_though_its_words_say_so(tmp_path: Path) -> None:
    told = {"code": -32602, "message": "Read it again in a while.", "data": {"kind": "not_found"}}
    found = run(READ_TWICE, tmp_path, told)
    assert found == {"got": {"message": told["message"], "kind": "not_found"}, "reads": 1, "waits": []}


def segment(**changed: Any) -> dict[str, Any]:
    """A clip as the page is told of it."""
    (found,) = view_draft(draft(**changed)).tracks[0].segments
    return found.model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_everything_that_was_done_to_a_clip(language: str, tmp_path: Path) -> None:
    looks = {field: {field: value} for field, value in LOOKS.items()}
    sides = {f"{look}.{side}": {look: value} for look, values in PARTS.items() for side, value in values.items()}
    cards = {f"{name} of a card": {name: value} for name, value in CARDS.items()}
    cases = {"nothing": {}, **looks, **sides, **cards}
    told = run(TRAITS, tmp_path, [segment(**each) for each in cases.values()], language)
    by_name = {name: ", ".join(each) for name, each in zip(cases, told, strict=True)}
    assert by_name.pop("nothing") == ""
    assert all(by_name.values()), by_name
    assert len(set(by_name.values())) == len(by_name), by_name


def test_a_ramp_a_blurred_corner_and_a_logo_are_called_so_on_the_page(tmp_path: Path) -> None:
    shown = [{"speed": 1.25, "ramp": -0.6}, {"filters": LOOKS["filters"]}, {"placement": LOOKS["placement"]}]
    assert run(TRAITS, tmp_path, [segment(**each) for each in shown], "en") == [
        ["2×–0.5× speed"],
        ["blur in a part at the top right (25 % × 25 %)"],
        ["at the bottom left", "20 % wide"],
    ]
