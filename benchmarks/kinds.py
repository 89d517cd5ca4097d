"""What kind of footage each labelled recording is taken for: a confusion table, true kinds down, believed ones across.

    python benchmarks/kinds.py [FOLDER …] [--closely] [--verbose]

FOLDER holds NAME.mp4 with NAME.truth.json, whose "profile" is a recipe of `compose.py`, or one of the kinds themselves
(default: the shared composed recordings and games). A recording in which one silent camera shows one place is no kind:
what is right there is to name none. The looks are planned as for two hours of 1080p, or with `--closely` as for the
file itself. Then: how many were named rightly, how many wrongly, and how many were not named.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from moments import SHARED, analysed

from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments.footage_kind import kind_of
from highlight_mcp.messages import use_language

KINDS = ("match", "talk", "stream", "outing", "music", "unclear")
OF_PROFILE = {"one_camera": "match", "one_camera_silent": "unclear", "football": "unclear", "game": "stream"}
"""Kinds of the profiles that are not named after theirs (`match_hard` is a match)."""


def true_kind(profile: str) -> str:
    """The kind that recordings of a profile have."""
    return OF_PROFILE.get(profile) or profile.split("_")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[SHARED / "composed", SHARED / "games"])
    parser.add_argument("--closely", action="store_true", help="looks as many as the file itself gets")
    parser.add_argument("--verbose", action="store_true", help="each recording, with what is said of it")
    wish = parser.parse_args()
    table: Counter[tuple[str, str]] = Counter()
    for told in (told for folder in wish.folders for told in sorted(folder.glob("*.truth.json"))):
        true = true_kind(json.loads(told.read_text())["profile"])
        file = told.with_name(told.name.removesuffix(".truth.json") + ".mp4")
        found = kind_of(analysed(file, probe(file), not wish.closely))
        table[true, found.kind] += 1
        if wish.verbose or true != found.kind:
            with use_language("en"):
                print(f"{file.stem:24} {true:8} {found.kind:8} {found.likely:.2f} {found.told()}", flush=True)
    if not table:
        sys.exit("there are no labelled recordings there")
    print(f"{'true':10}" + "".join(f"{kind:>9}" for kind in KINDS))
    for kind in (kind for kind in KINDS if any(true == kind for true, _ in table)):
        print(f"{kind:10}" + "".join(f"{table[kind, believed]:9d}" for believed in KINDS))
    right = sum(n for (true, believed), n in table.items() if true == believed)
    none = sum(n for (true, believed), n in table.items() if believed == "unclear" != true)
    print(f"right {right}, wrong {table.total() - right - none}, not named {none} of {table.total()}")


if __name__ == "__main__":
    main()
