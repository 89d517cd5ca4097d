"""Damaged inputs of every kind through every job of the engine: no crash, no hang, no `internal`, no false success.

    python benchmarks/fuzz.py --minutes 10 --seed 1 [--count 5000] [--footage FOLDER] [--keep FOLDER]

Input number N of a seed is always the same: a sound file of some kind (films, sounds and pictures of all formats, small
files of FOLDER, subtitles, lists of cuts, drafts), damaged in some ways. It goes through the jobs as a backend orders
them, each in a process of its own with its limits: probe, analysis, an edit, a preview, an export, each as long as the
one before took the input. Found is

* `crash`: a process that ended without an answer, as by a signal;
* `hang`: more than LIMIT_S seconds of time;
* `internal`: an answer that blames no input;
* `lie`: a success whose file cannot be read back, or is of another length than it says; a file that is called missing.

Findings are kept in FOLDER as they went in, with the job that failed. Printed: how each job ended how often, the
longest jobs, and each finding. Exit status 1 where there is one.
"""

import argparse
import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from fuzzing.inputs import SUBTITLES, Seed, list_seeds, media_seeds
from fuzzing.mutations import damaged, damaged_text, damaged_value
from pydantic import ValidationError

from highlight_mcp.backend import engine_runner
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.backend.engine_runner import EngineCrashed, EngineRunner
from highlight_mcp.backend.media_store import MediaRecord
from highlight_mcp.backend.render_request import read_request
from highlight_mcp.contract.draft_codec import dump_draft
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.local_api import JobSettings
from highlight_mcp.contract.render import RenderRequest
from highlight_mcp.engine.__main__ import JOBS
from highlight_mcp.timeline.media import FileMark, MediaInfo
from highlight_mcp.timeline.model import Timeline

LIMIT_S = 150.0
"""Of one job; the inputs last two seconds, and those of `--footage` some more."""
LARGEST = 400_000
"""Bytes of files that are taken from a folder."""
FORK_SERVER = (
    "import socket; from highlight_mcp.engine import fork_server as server, preloading; "
    f"preloading.load_jobs({list(JOBS)}); "
    "server.JobForker(socket.socket(fileno=0), preloading.load_words).serve()"
)
"""Here all jobs are forked, since they are small."""
OPERATIONS: tuple[dict[str, Any], ...] = (
    {"op": "speed", "target": {"clips": [1]}, "factor": 2},
    {"op": "speed", "target": {"clips": [1]}, "factor": 0.5, "to": 2},
    {"op": "aspect", "ratio": "9:16"},
    {"op": "aspect", "ratio": "1:1", "mode": "blur"},
    {"op": "transition", "type": "crossfade", "duration_ms": 200},
    {"op": "text_add", "text": "Ж中 final"},
    {"op": "subtitles_add"},
    {"op": "volume", "level": 0.3},
    {"op": "highlights", "total_ms": 1000},
)
PRESETS = ("draft", "draft", "draft", "gif", "webp", "mp3", "archive", "otio", "edl", "fcpxml", "csv")
WORDS = ("the best moments, 1 second", "every loud moment", "剪成一秒", "add the subtitles", "undo")


class Finding(NamedTuple):
    number: int
    kind: str
    job: str
    what: str


class Campaign:
    """One run: the seeds, the folder of the jobs, and what was found."""

    def __init__(self, folder: Path, seed: int, keep: Path | None) -> None:
        self.folder, self.seed, self.keep = folder, seed, keep
        engine_runner.FORKED_JOBS = frozenset(JOBS)
        self.config = BackendConfig(
            home=folder / "home", output_dir=folder, media_roots=(), edit_slots=4,
            fork_server=(sys.executable, "-c", FORK_SERVER),
        )  # fmt: skip
        self.runner = EngineRunner(self.config)
        self.ended: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self.longest: list[tuple[float, str]] = []

    async def prepare(self, footage: Path | None) -> None:
        """Make the seeds, and one sound film with a reel of it, for texts and drafts."""
        place = self.folder / "seeds"
        place.mkdir()
        self.media = media_seeds(place)
        if footage is not None:
            files = sorted(file for file in footage.rglob("*") if file.is_file() and file.stat().st_size <= LARGEST)
            self.media += [Seed(file.name, file.read_bytes()) for file in files if file.suffix not in (".csv", ".md")]
        self.contents = [seed.content for seed in self.media]
        film = place / "film0.mp4"
        self.sound = self._entry(film, (await self._run(0, {"job": "probe", "path": str(film)}))["info"])
        keep = [{"op": "keep", "ranges_ms": [[0, 700], [900, 1500]]}]
        made = await self._run(0, {"job": "edit", "operations": keep, "media": [self.sound]})
        self.reel: dict[str, Any] = made["timeline"]
        reel, media = Timeline.model_validate(self.reel), MediaInfo.model_validate(self.sound["info"])
        self.lists = list_seeds(reel, media, film)

    async def one(self, number: int) -> None:
        """The input of a number, through whatever jobs take it."""
        draw = random.Random(f"{self.seed}:{number}")
        place = self.folder / f"input{number}"
        place.mkdir()
        way = draw.random()
        if way < 0.72:
            await self._film(number, draw, place)
        elif way < 0.80:
            await self._subtitles(number, draw, place)
        elif way < 0.92:
            await self._list(number, draw, place)
        else:
            await self._draft(number, draw, place)
        shutil.rmtree(place)

    async def _film(self, number: int, draw: random.Random, place: Path) -> None:
        seed = draw.choice(self.media)
        suffix = Path(seed.name).suffix if draw.random() < 0.95 else draw.choice((".mp4", ".wav", ".jpg", ".ts"))
        path = place / f"input{suffix}"
        path.write_bytes(damaged(seed.content, draw, self.contents))
        probed = await self._run(number, {"job": "probe", "path": str(path), "info": {"name": path.name}})
        if "info" not in probed:
            return
        entry = self._entry(path, probed["info"])
        if draw.random() < 0.4:
            await self._run(
                number, {"job": "moments", "media": [entry], "cache": self._cache(place), "criterion": "auto"}
            )
        media = [entry]
        kind, length = probed["info"]["kind"], int(probed["info"].get("duration_ms") or 0)
        if kind == "video" and length > 400:
            first = draw.randrange(min(length, 60_000) - 300)
            operations = [{"op": "keep", "ranges_ms": [[first, min(length, first + draw.randrange(250, 1500))]]}]
        else:
            media = [{**self.sound, "info": {**self.sound["info"], "media_id": "b"}}, entry]
            operations = [
                {"op": "keep", "ranges_ms": [[0, 1200]], "source": "film0.mp4"},
                *self._beside(kind, path.name, draw),
            ]
        operations += draw.sample(OPERATIONS, draw.choice((0, 0, 1, 2)))
        asked: dict[str, Any] = {"operations": operations}
        if draw.random() < 0.15:
            asked = {"instruction": draw.choice(WORDS)}
        edited = await self._run(number, {"job": "edit", **asked, "media": media, "cache": self._cache(place)})
        if edited.get("timeline"):
            await self._show(number, draw, place, edited["timeline"], media)

    def _beside(self, kind: str, name: str, draw: random.Random) -> list[dict[str, Any]]:
        """What a sound or a picture is used for in a reel of other footage."""
        if kind == "image":
            return [{"op": "overlay", "asset": name, "position": "top-right", "size": 0.3}]
        return [draw.choice(({"op": "bgm_add", "asset": name}, {"op": "sfx_add", "asset": name, "where": "all"}))]

    async def _show(self, number: int, draw: random.Random, place: Path, timeline: Any, media: list[Any]) -> None:
        """Preview and export."""
        made = {"timeline": timeline, "media": media, "cache": self._cache(place)}
        if draw.random() < 0.5:
            what = draw.choice(("storyboard", "moments", "frame", "clip"))
            times = {"at_ms": draw.randrange(2000), "from_ms": 0, "to_ms": 500}
            await self._run(number, {"job": "preview", "what": what, **times, **made}, place / "picture.jpg")
        if draw.random() < 0.4:
            preset = draw.choice(PRESETS)
            job = "interchange" if preset in ("otio", "edl", "fcpxml", "csv") else "render"
            await self._run(number, {"job": job, "preset": preset, **made}, place / f"reel.{preset}")

    async def _subtitles(self, number: int, draw: random.Random, place: Path) -> None:
        seed = draw.choice(SUBTITLES)
        film = place / "film.mp4"
        film.write_bytes(Path(self.sound["path"]).read_bytes())
        (place / f"film{Path(seed.name).suffix}").write_bytes(damaged_text(seed.content, draw))
        entry = self._entry(film, self.sound["info"])
        add = {"op": "subtitles_add", **draw.choice(({}, {"karaoke": True}))}
        asked = draw.choice(({"operations": [add]}, {"instruction": "add the subtitles"}))
        edited = await self._run(number, {"job": "edit", **asked, "timeline": self._reel_of(entry), "media": [entry]})
        if edited.get("timeline"):
            await self._show(number, draw, place, edited["timeline"], [entry])

    async def _list(self, number: int, draw: random.Random, place: Path) -> None:
        seed = draw.choice(self.lists)
        text = damaged_text(seed.content, draw)
        if seed.name.endswith("otio") and draw.random() < 0.6:
            text = json.dumps(damaged_value(json.loads(seed.content), draw)).encode()
        cuts = {"name": seed.name, "text": text.decode("utf-8", "replace")}
        edited = await self._run(number, {"job": "edit", "cuts": cuts, "media": [self.sound]})
        if edited.get("timeline"):
            await self._show(number, draw, place, edited["timeline"], [self.sound])

    async def _draft(self, number: int, draw: random.Random, place: Path) -> None:
        """As a backend reads one, and what is left of it as another edit and export would take it."""
        info = MediaInfo.model_validate(self.sound["info"])
        path = Path(self.sound["path"])
        source = MediaRecord(path, owned=False, mark=FileMark.of(path.stat()), info=info)
        draft = damaged_value(dump_draft(Timeline.model_validate(self.reel)), draw)
        try:
            asked = RenderRequest.model_validate({"id": "a", "sessionId": "a", "draft": draft})
            spec = json.loads(read_request(asked, {"a": source}, self.config.limits, JobSettings()).as_json())
        except (ApiError, ValidationError):
            self.ended["draft: refused"] += 1
            return
        except Exception as error:  # noqa: BLE001 - whatever else it is, is a finding
            self._found(number, "internal", {"job": "draft", "draft": draft}, repr(error))
            return
        self.ended["draft: taken"] += 1
        timeline = spec["timeline"]
        await self._show(number, draw, place, timeline, [self.sound])
        if draw.random() < 0.5:
            changed = {"operations": draw.sample(OPERATIONS, 2), "timeline": timeline, "media": [self.sound]}
            edited = await self._run(number, {"job": "edit", **changed})
            if edited.get("timeline"):
                await self._show(number, draw, place, edited["timeline"], [self.sound])

    def _entry(self, path: Path, info: Any) -> dict[str, Any]:
        mark = FileMark.of(path.stat()).model_dump()
        return {"path": str(path), "file": mark, "info": {**info, "media_id": "a", "name": path.name}}

    def _reel_of(self, entry: dict[str, Any]) -> Any:
        return json.loads(json.dumps(self.reel).replace(self.sound["info"]["name"], entry["info"]["name"]))

    def _cache(self, place: Path) -> str:
        return str(place / "cache")

    async def _run(self, number: int, spec: dict[str, Any], output: Path | None = None) -> dict[str, Any]:
        """One job, judged; {} where it failed."""
        if output is not None:
            output.parent.mkdir(exist_ok=True)
            spec = {**spec, "output": str(output)}
        begun, job = time.monotonic(), f"{spec['job']} {spec.get('what') or spec.get('preset') or ''}".strip()
        result: dict[str, Any] = {}
        try:
            result = await self.runner.run(f"{number}", spec, limit_s=LIMIT_S)
            outcome = str(result.get("status") or "done")
            if problem := await self._lie(number, spec, result, output):
                self._found(number, "lie", spec, problem)
        except TimeoutError:
            outcome = "hang"
            self._found(number, "hang", spec, f"more than {LIMIT_S:.0f} s")
        except EngineCrashed as crash:
            # What a process that was forked calls internal is tried again by a backend in a process of its own.
            again, what = await asyncio.to_thread(_once_more, spec)
            outcome = "crash" if crash.signal or again == "nothing" else again
            if outcome in ("crash", "internal"):
                self._found(number, outcome, spec, f"{crash}; {what}")
        except ApiError as error:
            outcome = str(error.fault.kind)
            if error.fault.what.key == "engine.internal":
                self._found(number, "internal", spec, str(error.fault.what))
            if outcome == "file_missing":
                self._found(number, "lie", spec, f"nothing is missing: {error.fault.what}")
        self.ended[f"{job}: {outcome}"] += 1
        self.longest = sorted([*self.longest, (time.monotonic() - begun, f"{number} {job}: {outcome}")])[-5:]
        return result

    async def _lie(self, number: int, spec: Any, result: Any, output: Path | None) -> str:
        """What is wrong with a success."""
        if output is None:
            return ""
        if not output.is_file() or not output.stat().st_size:
            return "there is no file"
        if spec["job"] != "render":
            return ""
        try:
            probed = await self.runner.run(f"{number} lie", {"job": "probe", "path": str(output)}, limit_s=LIMIT_S)
        except (ApiError, EngineCrashed, TimeoutError) as error:
            return f"it cannot be read: {error}"
        if probed["info"]["kind"] == "image":  # an animation has no length for those who look for a still picture
            return ""
        said, found = result.get("duration_ms") or 0, probed["info"].get("duration_ms") or 0
        return "" if abs(said - found) <= 150 else f"{found} ms long, said {said}"

    def _found(self, number: int, kind: str, spec: dict[str, Any], what: str) -> None:
        self.findings.append(Finding(number, kind, str(spec["job"]), what))
        print(f"FOUND {kind} by input {number} in {spec['job']}: {what}", flush=True)
        if self.keep is not None:
            folder = self.keep / f"{self.seed}-{number}-{kind}"
            shutil.copytree(self.folder / f"input{number}", folder, dirs_exist_ok=True)
            (folder / "job.json").write_text(json.dumps(spec, indent=1))


def _once_more(spec: dict[str, Any]) -> tuple[str, str]:
    """(`internal`, `nothing` or another kind, the last words) of the same job in a process of its own."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [sys.executable, "-m", "highlight_mcp.engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(spec).encode() + b"\n")
        process.stdin.flush()  # and stays open: it is the life line
        lines = [json.loads(line) for line in process.stdout]
        process.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")[-1500:]
    answer = next((line for line in lines if "progress" not in line), {})
    kind = (answer.get("error") or {}).get("kind") or ("done" if "result" in answer else "nothing")
    return kind, f"{process.returncode}: {json.dumps(answer.get('error'))} {said}"


async def campaign(arguments: argparse.Namespace, folder: Path) -> int:
    work = Campaign(folder, arguments.seed, arguments.keep)
    await work.prepare(arguments.footage)
    begun, done = time.monotonic(), 0
    numbers = iter(range(arguments.first, arguments.first + arguments.count))

    async def worker() -> None:
        nonlocal done
        for number in numbers:
            if time.monotonic() - begun > 60 * arguments.minutes:
                return
            await work.one(number)
            done += 1

    await asyncio.gather(*(worker() for _ in range(arguments.jobs)))
    work.runner.close()
    for name, count in sorted(work.ended.items()):
        print(f"  {count:6}  {name}")
    left = [str(file) for file in work.config.scratch.rglob("*")]
    print("longest: " + ", ".join(f"{name} {took_s:.1f} s" for took_s, name in reversed(work.longest)))
    print(f"{done} inputs, {sum(work.ended.values())} jobs in {time.monotonic() - begun:.0f} s; "
          f"{len(work.findings)} findings; {len(left)} files left in the folder for temporary files")  # fmt: skip
    return 1 if work.findings or left else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the number of the first input")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--keep", type=Path)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(campaign(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
