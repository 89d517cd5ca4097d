"""What analysing a recording costs, next to reading its packets, its keyframes and all of its frames.

    python benchmarks/analyse.py FILE [--full-seconds 60] [--repeat 2]
    python benchmarks/analyse.py FILE --loop-to 7200 --out LONG.mp4    (first builds a longer file by stream copy)

Each step runs in a process of its own. Printed: CPU seconds, CPU seconds per second of footage, wall
seconds, peak resident memory. Full decoding is measured on the first `--full-seconds` only.
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

STEPS = ("packets", "keyframes", "full", "analyse")


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
    begin, cpu = time.perf_counter(), time.process_time()
    covered, facts = _analyse(path) if name == "analyse" else (_decode(name, path, limit_s), {})
    return {
        "step": name,
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - begin, 2),
        "footage_s": round(covered, 1),
        "peak_mb": round(_peak_mb()),
        **facts,
    }


def _analyse(path: Path) -> tuple[float, dict[str, Any]]:
    from highlight_mcp.engine.analysis import analyse
    from highlight_mcp.engine.moments import rank
    from highlight_mcp.engine.probe import probe

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--loop-to", type=float)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--full-seconds", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--step", choices=STEPS)
    wish = parser.parse_args()
    if wish.step:
        print(json.dumps(step(wish.step, wish.file, wish.full_seconds)))
        return
    file: Path = wish.file
    if wish.loop_to and wish.out:
        loop(file, wish.loop_to, wish.out)
        file = wish.out
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB")
    print(f"{'step':10} {'CPU s':>8} {'CPU s/s':>8} {'wall s':>8} {'peak MB':>8}")
    for name in [*STEPS, *["analyse"] * (wish.repeat - 1)]:
        command = [sys.executable, __file__, str(file), "--step", name, "--full-seconds", str(wish.full_seconds)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        facts = json.loads(told.splitlines()[-1])
        per = facts["cpu_s"] / max(facts["footage_s"], 1e-9)
        line = f"{name:10} {facts['cpu_s']:8.2f} {per:8.5f} {facts['wall_s']:8.2f} {facts['peak_mb']:8d}"
        rest = {k: v for k, v in facts.items() if k not in ("step", "cpu_s", "wall_s", "peak_mb")}
        print(line, " ".join(f"{k}={v}" for k, v in rest.items()))


if __name__ == "__main__":
    main()
