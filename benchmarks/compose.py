"""Composes labelled recordings from the clips and sounds of the shared footage folder.

    python benchmarks/compose.py OUT --set tuning              all recipes, the seeds for tuning
    python benchmarks/compose.py OUT --set held                the seeds kept back: look at these last
    python benchmarks/compose.py OUT --set tuning --recipes match talk --seeds 7 8
    python benchmarks/compose.py OUT --set folds               pairs of short ones, to leave out each source in turn

OUT gets RECIPE_SEED.mp4 with RECIPE_SEED.truth.json: events (start, end, cue a/v/av, strength 1-3), distractors
(loud or lively but not wanted), all cuts, the seconds during which words are spoken, and every clip and sound it is
made of. It must lie outside the repository. `tuning` and `held` share no place a recording stays at and no seed. In
`folds` a recording has half of all sources and the next one the other half: for each source there are as many
recordings with it as without. The same recipe and seed give the same script; the encoded bytes may differ between
versions of the encoder.

What such recordings cannot show: how real games sound and look. Use them to compare, not to promise.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from composing import hours
from composing.drawing import encode
from composing.pools import pool_of
from composing.recipes import RECIPES

REPOSITORY = Path(__file__).resolve().parents[1]
SEEDS = {"tuning": (101, 102), "held": (901, 902, 903), "folds": tuple(range(2000, 2008))}
HOUR_SEEDS = {"tuning": (101,), "held": (901,), "folds": ()}


@dataclass(frozen=True)
class Wish:
    recipe: str
    seed: int
    pool: str
    out: Path


def compose(wish: Wish) -> Path:
    """Write one recording and its truth; returns the file of the recording."""
    file = wish.out / f"{wish.recipe}_{wish.seed}.mp4"
    if wish.recipe in hours.HOURS:
        hour = hours.HOURS[wish.recipe](wish.seed, pool_of(wish.pool, wish.seed))
        script, cuts = hour.script, hours.write(hour, file)
        made_of = set().union(script.made_of(), *(block.made_of() for block in hour.blocks))
    else:
        script = RECIPES[wish.recipe](wish.seed, pool_of(wish.pool, wish.seed))
        cuts = encode(script, file)
        made_of = script.made_of()
    truth: dict[str, Any] = {
        "file": file.name, "profile": script.profile, "seed": script.seed, "duration": script.duration,
        "fps": script.shape.fps, "width": script.shape.width, "height": script.shape.height, "audio": script.audible,
        "events": sorted(script.events, key=lambda row: row["start"]),
        "distractors": sorted(script.distractors, key=lambda row: row["start"]),
        "cuts": cuts, "event_seconds": round(sum(e["end"] - e["start"] for e in script.events), 2),
        "words": sorted(script.words), "pool": wish.pool, "sources": sorted(made_of),
    }  # fmt: skip
    file.with_suffix("").with_suffix(".truth.json").write_text(json.dumps(truth, indent=1))
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--set", dest="pool", choices=tuple(SEEDS), default="tuning")
    parser.add_argument("--recipes", nargs="+", choices=[*RECIPES, *hours.HOURS], default=[*RECIPES, *hours.HOURS])
    parser.add_argument("--seeds", nargs="+", type=int)
    wish = parser.parse_args()
    out: Path = wish.out.resolve()
    if out.is_relative_to(REPOSITORY):
        sys.exit(f"{out} lies inside the repository; recordings do not belong there")
    out.mkdir(parents=True, exist_ok=True)
    for recipe in wish.recipes:
        default = HOUR_SEEDS if recipe in hours.HOURS else SEEDS
        for seed in wish.seeds or default[wish.pool]:
            print(compose(Wish(recipe, seed, wish.pool, out)), flush=True)


if __name__ == "__main__":
    main()
