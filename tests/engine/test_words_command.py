"""`highlight-mcp words`: one line in, one line out, in the benchmark's format."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from highlight_mcp.commands.words import run


def test_each_line_is_answered_with_its_id_and_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "set.jsonl"
    lines = [
        {"id": "a", "context": "raw", "text": "a 90 second highlight reel"},
        {"id": "b", "context": "reel", "text": "删掉第二段然后导出"},
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    assert run(Namespace(file=str(path))) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {"id": "a", "result": {"kind": "plan", "ops": [{"op": "highlights", "total_s": 90.0}]}}
    assert second["result"]["ops"] == [{"op": "remove", "target": {"clips": [2]}}, {"op": "export"}]


@pytest.mark.parametrize(
    "content", ["not json\n", '{"id": "x", "text": "hi"}\n', '{"id": "x", "text": "hi", "context": "nowhere"}\n']
)
def test_a_bad_line_is_named_and_the_exit_code_says_so(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    assert run(Namespace(file=str(path))) == 2
    assert "line 1" in capsys.readouterr().err


def test_a_missing_file_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(file=str(tmp_path / "none.jsonl"))) == 2
    assert "cannot read" in capsys.readouterr().err
