"""Hours with few events or none. Pictures are encoded block by block and joined by stream copy, so that an hour
costs minutes; sound is made for the whole hour. Every block begins with a keyframe, the others come at cuts too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from .drawing import encode, write_sound
from .material import RATE
from .pools import Pool
from .recipes import Writer
from .script import Script

_BLOCK_S = 30
_PLAIN_BLOCKS = 4
_SIGHTS = ("pan", "zoom", "exposure", "sceneswap", "frozen", "calm", "slides")
_CAMERA = ("pan", "zoom", "exposure")
_SOUNDS = ("announce", "music", "hum", "engine", "horn", "rain", "bells", "thuds", "shout", "laughter", "ding", "gasp")


@dataclass
class Hour:
    """`script` has the sound and the truth; `order` says which of `blocks` is shown in each half minute."""

    script: Script
    blocks: list[Script]
    order: list[int]
    cuts: list[dict[str, Any]] = field(default_factory=list)


def hour(
    profile: str, seed: int, pool: Pool, *, audible: bool, events: int, fixed: bool = False, minutes: int = 60
) -> Hour:
    """An hour at one place with distractors every other minute and so many events.

    `fixed` means one camera that never cuts: an event is fast motion at the same place.
    """
    whole = Writer(profile, seed, audible, pool, duration=minutes * 60.0, fixed=fixed)
    count = minutes * 60 // _BLOCK_S
    random = whole.random
    framing = (float(random.uniform(1.1, 1.4)), (float(random.uniform()), float(random.uniform())))

    def block() -> Writer:
        w = Writer(profile, int(random.integers(1 << 30)), False, pool, duration=float(_BLOCK_S))
        w.base_clip, w.other_base, w.lively, w.calm = whole.base_clip, whole.other_base, whole.lively, whole.calm
        w.script.base.append((0.0, w.base_clip, *framing))
        return w

    blocks = [block().script for _ in range(_PLAIN_BLOCKS)]
    order = [int(random.integers(_PLAIN_BLOCKS)) for _ in range(count)]
    places = random.permutation(np.arange(2, count - 2))
    if audible:
        whole.murmur(-38.0)
    taken: set[int] = set()
    for place in places:
        if len(whole.script.events) >= events:
            break
        if taken & {place - 1, place, place + 1}:
            continue
        taken.add(int(place))
        _event(whole, block(), int(place), blocks, order, audible, fixed)
    for kind in _CAMERA if fixed else _SIGHTS:
        w = block()
        start = float(random.uniform(4, 12))
        w.distract(kind, start, start + float(random.uniform(4, 10)))
        blocks.append(w.script)
        for place in random.permutation([p for p in range(2, count) if p not in taken])[:3]:
            taken.add(int(place))
            order[int(place)] = len(blocks) - 1
            whole.script.distractors += _moved(w.script.distractors, int(place))
    if audible:
        free = [p for p in range(2, count - 1) if p not in taken]
        for turn, place in enumerate(random.permutation(free)[: minutes // 2]):
            start = int(place) * _BLOCK_S + float(random.uniform(2, 12))
            whole.distract(_SOUNDS[turn % len(_SOUNDS)], start, start + float(random.uniform(4, 12)))
    whole.script.events.sort(key=lambda row: row["start"])
    return Hour(whole.script, blocks, order)


def _event(
    whole: Writer, w: Writer, place: int, blocks: list[Script], order: list[int], audible: bool, fixed: bool
) -> None:
    start = float(w.random.uniform(6, 14))
    end = start + float(w.random.uniform(5, 11))
    w.event(start, end, "v", fast=fixed)
    offset = place * _BLOCK_S
    blocks.append(w.script)
    order[place] = len(blocks) - 1
    if audible:
        shown = len(whole.script.layers)
        whole.event(offset + start, offset + end, "av", late=float(w.random.uniform(0, 2)))
        del whole.script.layers[shown:]
    else:
        whole.script.event(offset + start, offset + end, "v", int(w.script.events[0]["strength"]), "action")


def _moved(rows: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    shift = place * _BLOCK_S
    return [{**row, "start": row["start"] + shift, "end": row["end"] + shift} for row in rows]


def write(hour: Hour, out: Path) -> list[dict[str, Any]]:
    """Encode the blocks and join them to `out`; returns the cuts of the whole."""
    with TemporaryDirectory(dir=out.parent) as folder:
        files = [Path(folder) / f"{number}.mp4" for number in range(len(hour.blocks))]
        cuts = [encode(block, file) for block, file in zip(hour.blocks, files, strict=True)]
        with av.open(str(out), "w") as container:
            with av.open(str(files[0])) as first:
                video = container.add_stream_from_template(first.streams.video[0])
            audio = None
            if hour.script.audible:
                audio = container.add_stream("aac", rate=RATE, layout="mono")
                audio.bit_rate = 64_000
            for place, number in enumerate(hour.order):
                _append(container, video, files[number], place)
            if audio is not None:
                write_sound(container, audio, hour.script)
    return [
        {**cut, "t": round(cut["t"] + place * _BLOCK_S, 2)} for place, n in enumerate(hour.order) for cut in cuts[n]
    ]


def _append(container: Any, video: Any, file: Path, place: int) -> None:
    with av.open(str(file)) as block:
        source = block.streams.video[0]
        shift = round(place * _BLOCK_S / source.time_base)
        for packet in block.demux(source):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = video
            container.mux(packet)


def _of(events: int, audible: bool, name: str, fixed: bool = False) -> Callable[[int, Pool], Hour]:
    return lambda seed, pool: hour(name, seed, pool, audible=audible, events=events, fixed=fixed)


HOURS: dict[str, Callable[[int, Pool], Hour]] = {
    "sparse": _of(5, True, "sparse"),
    "sparse_silent": _of(5, False, "sparse_silent"),
    "fixed": _of(5, True, "fixed", fixed=True),
    "fixed_silent": _of(5, False, "fixed_silent", fixed=True),
    "free": _of(0, True, "free"),
    "free_silent": _of(0, False, "free_silent"),
}
