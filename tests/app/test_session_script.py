"""The scripts of the page without a browser, in Node: what the page makes of answers."""

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import highlight_mcp.server

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


def run(script: str, folder: Path, *arguments: Any) -> Any:
    """What a script prints, as JSON; the scripts of the page lie in a folder of modules."""
    shutil.copytree(UI, folder / "ui")
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
