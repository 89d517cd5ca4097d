"""What the default install weighs, and what each dependency costs: its own files and those that nothing else needs.

    uv run python benchmarks/size.py            # a table for the README
    uv run python benchmarks/size.py --all      # every package, by its own size

Only what the default install needs is counted, whatever else the environment holds; sizes are those of the files that
the packages brought, without the bytecode that Python adds when it first loads them (a third of the Python code, more).
"""

import argparse
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import highlight_mcp

PRODUCT = "highlight-mcp"
USE = {
    "manimgx-fonts-cjk": "letters of Chinese, Japanese, Korean",
    "manimgx-fonts": "letters of 22 scripts, pictographs",
    "av": "FFmpeg: reading, drawing, encoding",
    "numpy": "arithmetic on pictures and sound",
    "pillow": "pictures, titles",
    "uharfbuzz": "shaping of letters",
    "dbos": "work that outlives a crash",
    "sqlalchemy": "sessions and versions",
    "greenlet": "for SQLAlchemy",
    "cryptography": "tokens of the HTTP server",
    "pydantic-core": "for Pydantic",
    "pyyaml": "the file of goose; settings of DBOS",
    "filelock": "one backend for each data directory",
    "httpx": "speaking to the backend",
    "rpds-py": "for schemas in MCP",
    "mcp": "the protocol",
    "pydantic": "checked values",
    "chardet": "text files of unknown encoding",
}
SMALL_MB = 0.8
"""In megabytes: what costs less stands in one row together."""


def needed_by(name: str, extras: frozenset[str] = frozenset()) -> dict[str, frozenset[str]]:
    """The packages that one needs directly, with the extras that it asks of them."""
    found: dict[str, frozenset[str]] = {}
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in (extras or {""})]
        if requirement.marker is None or any(requirement.marker.evaluate(each) for each in wanted):
            other = canonicalize_name(requirement.name)
            found[other] = found.get(other, frozenset()) | frozenset(requirement.extras)
    return found


def closure(without: str = "") -> dict[str, Distribution]:
    """All packages that the product needs, as if it did not need one of them."""
    found: dict[str, Distribution] = {}
    waiting = [(PRODUCT, frozenset[str]())]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += [
            (other, more)
            for other, more in needed_by(name, extras).items()
            if not (name == PRODUCT and other == without)
        ]
    return found


def megabytes(package: Distribution) -> float:
    """What a package brought, by the files that its record names."""
    places = (Path(str(package.locate_file(file))) for file in package.files or () if file.suffix != ".pyc")
    return sum(place.stat().st_size for place in places if place.is_file()) / 1e6


def own_megabytes() -> float:
    """The code of the product; in a checkout its record names none of it."""
    files = (file for file in Path(highlight_mcp.__file__).parent.rglob("*") if file.suffix != ".pyc")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def costs() -> dict[str, tuple[float, int]]:
    """Of each direct dependency: megabytes that would not be there without it, and of how many packages."""
    everything = closure()
    sizes = {name: megabytes(package) for name, package in everything.items()}
    found = {}
    for name in needed_by(PRODUCT):
        gone = set(everything) - set(closure(without=name))
        found[name] = sum(sizes[each] for each in gone), len(gone)
    return found


def rows(found: Mapping[str, tuple[float, int]], shared: Mapping[str, float]) -> Iterable[str]:
    """Lines of a table, the heaviest first; `shared` are the sizes of what several of them need."""
    told = {
        f"`{name}`{f' and {count - 1} that it needs' if count > 1 else ''}": (size, USE.get(name, ""))
        for name, (size, count) in found.items()
        if size >= SMALL_MB
    }
    told |= {f"`{name}`": (size, USE.get(name, "")) for name, size in shared.items() if size >= SMALL_MB}
    small = [size for size, _ in found.values() if size < SMALL_MB]
    small += [size for size in shared.values() if size < SMALL_MB]
    told[f"{len(small)} more"] = sum(small), ""
    told["highlight-mcp itself"] = own_megabytes(), "the sample recording is 5 of that"
    yield "| package | MB | for |"
    yield "|---|---|---|"
    for name, (size, use) in sorted(told.items(), key=lambda each: -each[1][0]):
        yield f"| {name} | {size:.1f} | {use} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--all", action="store_true", help="every package by its own size")
    everything = closure()
    sizes = {name: megabytes(package) for name, package in everything.items() if name != PRODUCT}
    if options.parse_args().all:
        for name, size in sorted(sizes.items(), key=lambda each: -each[1]):
            print(f"{size:8.2f} MB  {name} {everything[name].version}")
    found = costs()
    alone = {name for each in found for name in set(everything) - set(closure(without=each))}
    print("\n".join(rows(found, {name: size for name, size in sizes.items() if name not in alone})))
    print(f"in all {sum(sizes.values()) + own_megabytes():.0f} MB in {len(everything)} packages")


if __name__ == "__main__":
    main()
