"""What analysing a recording costs, next to reading its packets, its keyframes, all of its frames, and others.

    python benchmarks/analyse.py FILE [--full-seconds 60] [--repeat 2] [--peers FOLDER]
    python benchmarks/analyse.py FILE --lengths 600 3600 7200 36000 --folder SCRATCH [--peers FOLDER]

The second form first loops FILE by stream copy to each of these lengths (in seconds) and tells of each. Each step
runs in a process of its own. Printed: CPU seconds, CPU seconds per second of footage and how many times that of
the analysis, wall seconds, peak resident memory. Full decoding and the peer (PySceneDetect's adaptive detector,
installed in FOLDER) are measured on the first `--full-seconds` only: both cost the same per second throughout.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import psutil

STEPS = ("packets", "keyframes", "full", "scenedetect", "analyse")


def loop(source: Path, seconds: float, out: Path) -> None:
    """Write `source` again and again by stream copy until it is `seconds` long."""
    length = _period(source)
    with av.open(str(out), "w", options={"movflags": "+faststart"}) as target:
        with av.open(str(source)) as first:
            streams = {
                s.index: target.add_stream_from_template(s) for s in first.streams if s.type in ("video", "audio")
            }
        for turn in range(max(1, round(seconds / float(length)))):
            with av.open(str(source)) as again:
                for packet in again.demux([again.streams[index] for index in streams]):
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = int(turn * length / packet.time_base)
                    packet.dts += shift
                    packet.pts += shift
                    packet.stream = streams[packet.stream.index]
                    target.mux(packet)


def _period(source: Path) -> Fraction:
    """Seconds after which every stream of a file may begin again without going back in time."""
    first: dict[int, Fraction] = {}
    last: dict[int, Fraction] = {}
    with av.open(str(source)) as container:
        for packet in container.demux():
            if packet.dts is None or packet.time_base is None:
                continue
            first.setdefault(packet.stream_index, packet.dts * packet.time_base)
            last[packet.stream_index] = (packet.dts + max(1, packet.duration or 0)) * packet.time_base
    return max(last[index] - first[index] for index in first)


def step(name: str, path: Path, limit_s: float) -> dict[str, Any]:
    """Run one step here and tell what it cost."""
    if name == "scenedetect":
        import scenedetect  # noqa: F401 - loading it is not what is measured
    begin, cpu = time.perf_counter(), time.process_time()
    facts: dict[str, Any] = {}
    if name == "analyse":
        covered, facts = _analyse(path)
    else:
        covered = _detect(path, limit_s) if name == "scenedetect" else _decode(name, path, limit_s)
    return {
        "step": name,
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - begin, 2),
        "footage_s": round(covered, 1),
        "peak_mb": round(_peak_mb()),
        **facts,
    }


def _analyse(path: Path) -> tuple[float, dict[str, Any]]:
    from highlight_mcp.engine.media.probe import probe
    from highlight_mcp.engine.moments import rank
    from highlight_mcp.engine.signals.analysis import analyse

    info = probe(path)
    longest, last = 0.0, time.perf_counter()

    def progress(stage: str, done: int, total: int, message: str) -> None:
        nonlocal longest, last
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    analysis = analyse(path, info, cache=None, progress=progress)
    cpu = time.process_time()
    moments = rank(analysis)
    digest = hashlib.sha256()
    digest.update(analysis.pictures.images.tobytes())
    digest.update(analysis.sound.bands.tobytes() if analysis.sound is not None else b"")
    return info.duration_ms / 1000.0, {
        "looks": len(analysis.pictures),
        "moments": len(moments),
        "rank_cpu_s": round(time.process_time() - cpu, 2),
        "progress_gap_s": round(longest, 2),
        "digest": digest.hexdigest()[:12],
    }


def _detect(path: Path, limit_s: float) -> float:
    from scenedetect import AdaptiveDetector, detect

    detect(str(path), AdaptiveDetector(), end_time=limit_s)
    return limit_s


def _decode(name: str, path: Path, limit_s: float) -> float:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.codec_context.thread_count = 1
        if name == "keyframes":
            video.codec_context.skip_frame = "NONKEY"
        covered = 0.0
        for packet in container.demux() if name == "packets" else container.demux(video):
            if name == "keyframes" and not packet.is_keyframe:
                continue
            if packet.pts is not None:
                covered = max(covered, float(packet.pts * packet.time_base))
            if name != "packets":
                packet.decode()
            if name == "full" and covered >= limit_s:
                break
        return covered


def _peak_mb() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def table(file: Path, wish: argparse.Namespace) -> None:
    """All steps on one file, the analysis first, the others as multiples of it."""
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB")
    print(f"{'step':12} {'CPU s':>8} {'CPU s/s':>8} {'times':>6} {'wall s':>8} {'peak MB':>8}")
    names = ["analyse"] * wish.repeat + ["packets"] + (["keyframes", "full"] if wish.decode else [])
    ours = 0.0
    for name in names + (["scenedetect"] if wish.peers and wish.decode else []):
        command = [sys.executable, __file__, str(file), "--step", name, "--full-seconds", str(wish.full_seconds)]
        command += ["--peers", str(wish.peers)] if wish.peers else []
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        facts = json.loads(told.splitlines()[-1])
        per = facts["cpu_s"] / max(facts["footage_s"], 1e-9)
        ours = ours or per
        line = (
            f"{name:12} {facts['cpu_s']:8.2f} {per:8.5f} {per / ours:6.2f} {facts['wall_s']:8.2f} {facts['peak_mb']:8d}"
        )
        rest = {k: v for k, v in facts.items() if k not in ("step", "cpu_s", "wall_s", "peak_mb")}
        print(line, " ".join(f"{k}={v}" for k, v in rest.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lengths", nargs="+", type=float, default=[])
    parser.add_argument("--folder", type=Path, help="where the looped files go; they are removed again")
    parser.add_argument("--full-seconds", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--no-decode", dest="decode", action="store_false", help="leave the dear steps out")
    parser.add_argument("--step", choices=STEPS)
    wish = parser.parse_args()
    if wish.peers:
        sys.path.append(str(wish.peers))
    if wish.step:
        print(json.dumps(step(wish.step, wish.file, wish.full_seconds)))
        return
    if not wish.lengths:
        table(wish.file, wish)
    for seconds in wish.lengths:
        long = (wish.folder or Path.cwd()) / f"{wish.file.stem}_{seconds:.0f}s.mp4"
        loop(wish.file, seconds, long)
        try:
            table(long, wish)
        finally:
            long.unlink()


if __name__ == "__main__":
    main()
