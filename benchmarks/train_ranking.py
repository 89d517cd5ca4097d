"""Learns how likely candidates are, and tells how well that does on recordings whose sources it has not seen.

    python benchmarks/compose.py FOLDS --set folds
    python benchmarks/train_ranking.py FOLDS [FOLDER …] [--unseen FOLDER …] [--write] [--try] [--cache FOLDER]

The recordings of FOLDS and FOLDERs name the clips and sounds that they are made of (`sources` in their truth). Each of
these is left out in turn: what is learned without any recording that has it is tried on those that have it, and the
figures are over all of these trials. `--unseen` are recordings that are never learned from, judged with what all the
others teach. Printed: F1 of the choice at the length that the scorer asks for, by the rules alone and as learned; how
well real candidates are told from others (area under the curve, loss), and for each likelihood how many were real, by
kind of footage. `--try` tells for each number that was measured and is not learned from how it would change the loss.
`--write` puts what was learned into `engine/moments/likelihood.toml`.

Signals are kept in a folder, so that learning again costs seconds.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import gettempdir

import numpy as np
from learning.examples import Example, examples, recordings
from learning.fitting import NUMBERS, fitted, learned
from learning.report import Trial, loss

from highlight_mcp.engine.moments.likelihood import FILE, Learned

_HEAD = """\
# How likely a candidate is: the logit is the intercept and each number times its weight (likelihood.py says which
# numbers there are). Written by benchmarks/train_ranking.py: change that, not this.
"""


def folds(sources: list[str], every: list[Example]) -> Iterator[tuple[str, list[Example], list[Example]]]:
    """Each source with the candidates of recordings without it, and of those with it."""
    for source in sources:
        yield (
            source,
            [one for one in every if source not in one.recording.sources],
            [one for one in every if source in one.recording.sources],
        )


def loss_with(sources: list[str], some: list[Example], signs: Mapping[str, int]) -> float:
    """Loss over all folds of one kind of candidate, learned from these numbers."""
    likely: list[float] = []
    is_real: list[bool] = []
    for _, without, having in folds(sources, some):
        weights = fitted(without, signs)
        likely += [1.0 / (1.0 + np.exp(-weights.logit(one.candidate))) for one in having]
        is_real += [one.is_real for one in having]
    return loss(np.array(likely), np.array(is_real, bool))


def try_others(sources: list[str], every: list[Example]) -> None:
    """Print what each number that is not learned from would change."""
    for kind, signs in NUMBERS.items():
        some = [one for one in every if one.kind == kind]
        if not some:
            continue
        usual = loss_with(sources, some, signs)
        print(f"{kind}: loss {usual:.4f} over all folds")
        for name in sorted({name for one in some for name in one.candidate.measured} - set(signs)):
            print(f"  with {name:12} {loss_with(sources, some, {**signs, name: 0}) - usual:+.4f}", flush=True)


def written(weights: Learned, some: list[Example]) -> str:
    """The weights as TOML."""
    text = _HEAD
    for kind, one in weights.items():
        those = [example for example in some if example.kind == kind]
        text += f"\n[{kind}]  # {len(those)} candidates, {sum(each.is_real for each in those)} of them real\n"
        text += f"intercept = {one.intercept}\n[{kind}.weights]\n"
        text += "".join(f"{name} = {weight}\n" for name, weight in one.of.items())
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--unseen", nargs="+", type=Path, default=[])
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "highlight-ranking")
    parser.add_argument("--try", dest="others", action="store_true")
    parser.add_argument("--write", action="store_true")
    wish = parser.parse_args()
    known = recordings(wish.folders, wish.cache)
    every = examples(known)
    sources = sorted({source for one in known for source in one.sources})
    print(f"{len(known)} recordings of {len(sources)} sources, {len(every)} candidates")
    trial = Trial()
    for source, without, having in folds(sources, every):
        weights = learned(without)
        trial.judge(weights, having)
        trial.choose(weights, (one for one in known if source in one.sources and one.truth["events"]))
    print("each source left out in turn")
    trial.tell()
    weights = learned(every)
    if wish.unseen:
        others = recordings(wish.unseen, wish.cache)
        unseen = Trial()
        unseen.judge(weights, examples(others))
        unseen.choose(weights, (one for one in others if one.truth["events"]))
        print("recordings that were never learned from")
        unseen.tell()
    if wish.others:
        try_others(sources, every)
    print(written(weights, every))
    if wish.write:
        FILE.write_text(written(weights, every))


if __name__ == "__main__":
    main()
