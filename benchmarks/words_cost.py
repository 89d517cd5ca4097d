"""What the interpreter costs: its first sentence in a new process, ordinary ones, and text that means harm.

`python benchmarks/words_cost.py [SET.jsonl …]`; CPU seconds of one core. Without arguments the ordinary sentences are
those of tests/engine/data. Compare the printed lines with those of another checkout.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean, quantiles

from highlight_mcp.commands.words import answer

_DATA = Path(__file__).resolve().parent.parent / "tests" / "engine" / "data"
_FIRST = {
    "en": "drop the first 10 seconds of the 4th clip and make clips 2-3 twice as fast",
    "zh": "把第二段前三秒剪掉，音乐小一点",
    "de": "lösche die ersten 10 Sekunden von Clip 4",
}
_HOSTILE = (
    "1" * 4000, "十" * 4000, "第" * 4000, "clip " * 800, "1 " * 2000, "第一" * 2000, "5 seconds " * 400, "one " * 1000,
    "a minute and " * 300, "clip 1 and " * 360, "第1段和" * 1000, "1:30 to " * 500, "twenty five " * 330, "三分" * 2000,
    "the first " * 400, "veinte y " * 440, "un minuto y " * 330, "最後の" * 1300, "일 초 " * 1000, "'" * 4000,
)  # fmt: skip
_START = """
import time
import highlight_mcp.timeline.operations
began = time.process_time()
from highlight_mcp.commands.words import answer
loaded = time.process_time()
answer({text!r}, "reel")
print(loaded - began, time.process_time() - loaded)
"""


def _started(code: str) -> tuple[float, float]:
    """CPU seconds to load the interpreter and to read one sentence, in a process of its own."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loading, first = map(float, run.stdout.split())
    return loading, first


def _cpu(text: str) -> float:
    began = time.process_time()
    answer(text, "reel")
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    sets = parser.parse_args().sets or sorted(_DATA.glob("words_*.jsonl"))
    for language, text in _FIRST.items():
        code = _START.format(text=text)
        loading, first = min((_started(code) for _ in range(3)), key=sum)
        print(f"first sentence ({language}): {loading + first:.3f} CPU s, {loading:.3f} of it loading")
    texts = [json.loads(line)["text"] for path in sets for line in path.read_text("utf-8").splitlines() if line.strip()]
    for text in texts:
        answer(text, "reel")
    costs = [_cpu(text) for text in texts]
    top = quantiles(costs, n=100)[98] * 1000
    print(f"ordinary ({len(texts)} sentences): mean {mean(costs) * 1000:.2f} ms, 99 of 100 below {top:.2f} ms")
    worst = {text[:12]: _cpu(text) * 1000 / len(text) * 1000 for text in _HOSTILE}
    for beginning, ms in sorted(worst.items(), key=lambda one: -one[1])[:5]:
        print(f"harmful {beginning!r}…: {ms:.1f} ms per 1,000 characters")


if __name__ == "__main__":
    main()
