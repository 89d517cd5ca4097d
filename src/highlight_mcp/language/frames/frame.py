"""Frames: one per kind of operation, with what triggers it and the roles that may be filled beside it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..context import ParseContext
from ..outcome import Finding
from ..tokens import Clause, Token, TokenKind
from .pattern import Pattern, begins, compiled, matches, passes

_LIGHT = frozenset({"MAKE", "HOW_TO", "AROUND"})
_MOST_STEPS, _MOST_KNOWN = 4_000, 2_000
# What may stand beside the roles where a request is only continued: `and clip 5 as well`, `第三段也一样`.
_SMALL = frozenset({
    "the", "a", "of", "for", "on", "in", "with", "and", "also", "too", "as well", "as", "well", "same", "the same", "then",
    "please", "to", "likewise", "same for", "也", "同样", "一样", "也一样", "跟", "的", "把", "再", "还有", "那", "请", "给", "是", "要",
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
    themselves when the frame before is continued (`… and the last one by 2 dB`). Without triggers, what fills its roles
    must tell by itself that it is meant.
    """

    name: str
    triggers: tuple[Pattern, ...]
    roles: tuple[Role, ...]
    build: Build
    light: frozenset[str] = _LIGHT
    required: tuple[tuple[str, ...], ...] = ()
    elliptic: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()

    @cached_property
    def lines(self) -> tuple[tuple[str, Pattern, bool], ...]:
        """Roles and triggers with what may fill them and whether it may more than once, the longest patterns first."""
        named = [("", pattern, False) for pattern in self.triggers]
        named += [(r.name, p, r.many) for r in self.roles for p in r.patterns]
        return tuple(sorted(named, key=lambda line: -line[1].weight))

    @cached_property
    def opened(self) -> Callable[[TokenKind, str, frozenset[str]], tuple[tuple[str, Pattern, bool], ...]]:
        """The lines that a token may begin, by its kind, text and concepts."""

        @lru_cache(maxsize=_MOST_KNOWN)
        def lines(kind: TokenKind, text: str, concepts: frozenset[str]) -> tuple[tuple[str, Pattern, bool], ...]:
            token = Token(kind, 0, len(text), text, concepts)
            return tuple(line for line in self.lines if begins(line[1], token))

        return lines

    def fills(self, tokens: list[Token], start: int, end: int, *, elliptic: bool = False) -> Iterator[Filled]:
        """Ways to fill the frame with all tokens from `start` to `end`; with `elliptic`, without its trigger."""
        search = _Filling(self, tokens, end, elliptic)
        for roles in search.from_(start, {}):
            if (elliptic or "" in roles or not self.triggers) and (
                elliptic or all(any(n in roles for n in some) for some in self.required)
            ):
                yield Filled(self, tokens[start:end], roles)


_Roles = dict[str, list[tuple[Token, ...]]]


@dataclass
class _Filling:
    """One search for the ways to fill a frame; `dead` are places from which the end was never reached."""

    frame: Frame
    tokens: list[Token]
    end: int
    elliptic: bool
    steps: int = _MOST_STEPS
    dead: set[tuple[int, frozenset[str]]] = field(default_factory=set)

    def from_(self, at: int, roles: _Roles) -> Iterator[_Roles]:
        key = (at, frozenset(roles))
        self.steps -= 1
        if self.steps < 0 or key in self.dead:
            return
        if at == self.end:
            if roles:
                yield roles
            return
        reached = False
        for found in self._steps(at, roles):
            reached = True
            yield found
        if not reached and self.steps >= 0:
            self.dead.add(key)

    def _steps(self, at: int, roles: _Roles) -> Iterator[_Roles]:
        tokens, light = self.tokens, self.frame.light
        token = tokens[at]
        for name, pattern, many in self.frame.opened(token.kind, token.text, token.concepts):
            if (name in roles and not many) or (self.elliptic and not name):
                continue
            for stop, taken in matches(pattern, tokens, at, self.end, light):
                part = tuple(tokens[i] for i in taken)
                yield from self.from_(stop, {**roles, name: [*roles.get(name, ()), part]})
        passed = token.text in _SMALL if self.elliptic else passes(token, light)
        if passed or (roles and _joins(token) and at + 1 < self.end):
            yield from self.from_(at + 1, roles)


def _joins(token: Token) -> bool:
    """A comma or an `and` between two roles of one request."""
    return token.is_a("AND") or (token.kind == "separator" and token.value == "weak")


def frame(
    name: str, triggers: Iterable[str], roles: Iterable[Role], build: Build, *, light: str = "",
    required: Iterable[str] = (), elliptic: str = "", own: bool = True,
) -> Frame:  # fmt: skip
    """A frame; `required` are alternatives parted by bars, `own=False` lets `make` mean something."""
    patterns = tuple(sorted(map(compiled, triggers), key=lambda p: -p.weight))
    base = _LIGHT if own else _LIGHT - {"MAKE"}
    return Frame(
        name, patterns, tuple(roles), build, base | frozenset(light.split()),
        tuple(tuple(some.split("|")) for some in required), frozenset(elliptic.split()),
    )  # fmt: skip
