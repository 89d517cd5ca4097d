"""Frames: one per kind of operation, with what triggers it and the roles that may be filled beside it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..context import ParseContext
from ..outcome import Finding
from ..tokens import Clause, Token
from .pattern import Pattern, compiled, matches, passes

_LIGHT = frozenset({"MAKE", "HOW_TO", "AROUND"})
_MOST_STEPS = 4_000
# What may stand beside the roles where a request is only continued: `and clip 5 as well`, `第三段也一样`.
_SMALL = frozenset({
    "the", "a", "of", "for", "on", "in", "with", "and", "also", "too", "as well", "as", "well", "same", "the same",
    "then", "please", "to", "likewise", "same for", "也", "同样", "一样", "也一样", "跟", "的", "把", "再", "还有",
    "那", "请", "给", "是", "要",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A place of a frame. `many`: it may be filled more than once."""

    name: str
    patterns: tuple[Pattern, ...]
    many: bool = False


def role(name: str, *lines: str, many: bool = False) -> Role:
    """A role and what may fill it."""
    return Role(name, tuple(sorted(map(compiled, lines), key=lambda p: -p.weight)), many)


@dataclass(slots=True)
class Filled:
    """A frame with its roles filled: the tokens of each, and the trigger's under `""`."""

    frame: "Frame"
    tokens: list[Token]
    roles: dict[str, list[tuple[Token, ...]]] = field(default_factory=dict)
    inherited: bool = False

    def has(self, *names: str) -> bool:
        return any(name in self.roles for name in names)

    def of(self, name: str) -> tuple[Token, ...]:
        """The tokens of a role; empty when it is not filled."""
        return tuple(t for part in self.roles.get(name, ()) for t in part)

    def value(self, name: str, *kinds: str) -> Token | None:
        """The first typed span of a role, of one of the kinds when some are given."""
        return next((t for t in self.of(name) if t.value is not None and (not kinds or t.kind in kinds)), None)

    def says(self, name: str, *concepts: str) -> bool:
        """Whether a token of the role has one of the concepts."""
        return any(t.is_a(*concepts) for t in self.of(name))

    def named(self, name: str, prefix: str) -> str | None:
        """What stands behind the colon of the first concept with that prefix."""
        found = (c for t in self.of(name) for c in sorted(t.concepts) if c.startswith(prefix))
        return next((c.removeprefix(prefix) for c in found), None)

    def clause(self, *names: str) -> Clause:
        """The tokens of some roles by themselves, for what reads targets and ranges."""
        chosen = [t for name in names for t in self.of(name)]
        return Clause(sorted(chosen, key=lambda t: t.start))

    @property
    def starts(self) -> set[int]:
        """Where the tokens of all roles start; the others are passed over."""
        return {t.start for parts in self.roles.values() for part in parts for t in part}

    @property
    def trigger(self) -> Token:
        return self.of("")[0] if self.of("") else self.tokens[0]

    @property
    def at(self) -> int:
        return min(t.start for t in self.tokens)

    @property
    def weight(self) -> int:
        return sum(len(part) for parts in self.roles.values() for part in parts)


Build = Callable[[Filled, ParseContext], Iterable[Finding] | None]


@dataclass(frozen=True)
class Frame:
    """One kind of operation.

    `build` turns a filled frame into findings; None where what fills it makes no sense together, so that another
    reading may be tried. `light` are concepts that mean nothing beside this frame. `elliptic`: roles that are enough by
    themselves when the frame before is continued (`… and the last one by 2 dB`).
    """

    name: str
    triggers: tuple[Pattern, ...]
    roles: tuple[Role, ...]
    build: Build
    light: frozenset[str] = _LIGHT
    required: tuple[tuple[str, ...], ...] = ()
    elliptic: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()

    def fills(self, tokens: list[Token], start: int, end: int, *, elliptic: bool = False) -> Iterator[Filled]:
        """Ways to fill the frame with all tokens from `start` to `end`; with `elliptic`, without its trigger."""
        budget = [_MOST_STEPS]
        for roles in self._fill(tokens, start, end, {}, budget, elliptic=elliptic):
            if (elliptic or "" in roles) and (elliptic or all(any(n in roles for n in some) for some in self.required)):
                yield Filled(self, tokens[start:end], roles)

    def _fill(
        self, tokens: list[Token], at: int, end: int, roles: dict[str, list[tuple[Token, ...]]], budget: list[int], *,
        elliptic: bool,
    ) -> Iterator[dict[str, list[tuple[Token, ...]]]]:  # fmt: skip
        budget[0] -= 1
        if budget[0] < 0:
            return
        if at == end:
            if roles:
                yield roles
            return
        token = tokens[at]
        options: list[tuple[str, Pattern]] = []
        if "" not in roles and not elliptic:
            options += [("", pattern) for pattern in self.triggers]
        options += [(r.name, p) for r in self.roles if r.many or r.name not in roles for p in r.patterns]
        for name, pattern in sorted(options, key=lambda o: -o[1].weight):
            for stop, taken in matches(pattern, tokens, at, end, self.light):
                part = tuple(tokens[i] for i in taken)
                filled = {**roles, name: [*roles.get(name, ()), part]}
                yield from self._fill(tokens, stop, end, filled, budget, elliptic=elliptic)
        passed = token.text in _SMALL if elliptic else passes(token, self.light)
        if passed or (roles and _joins(token) and at + 1 < end):
            yield from self._fill(tokens, at + 1, end, roles, budget, elliptic=elliptic)


def _joins(token: Token) -> bool:
    """A comma, a colon or an `and` between two roles of one request."""
    return token.is_a("AND", "COLON") or (token.kind == "separator" and token.value == "weak")


def frame(
    name: str, triggers: Iterable[str], roles: Iterable[Role], build: Build, *, light: str = "",
    required: Iterable[str] = (), elliptic: str = "", own: bool = True,
) -> Frame:  # fmt: skip
    """A frame; `required` are alternatives parted by bars, `own=False` lets `make` mean something."""

    def asking(filled: Filled, scene: ParseContext) -> Iterable[Finding] | None:
        scene.gap = None
        found = build(filled, scene)
        return [scene.gap] if found is None and scene.gap is not None else found

    patterns = tuple(sorted(map(compiled, triggers), key=lambda p: -p.weight))
    base = _LIGHT if own else _LIGHT - {"MAKE"}
    return Frame(
        name, patterns, tuple(roles), asking, base | frozenset(light.split()),
        tuple(tuple(some.split("|")) for some in required), frozenset(elliptic.split()),
    )  # fmt: skip
