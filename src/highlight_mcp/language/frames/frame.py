"""Frames: one per kind of operation, with what triggers it and the roles that may be filled beside it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..context import ParseContext
from ..outcome import Finding
from ..speech import said
from ..tokens import Clause, Token, is_head
from .passing import passes
from .pattern import Pattern, compiled, matches, signs_of
from .targets import is_pronoun, sums_up

_LIGHT = frozenset({"MAKE", "HOW_TO", "AROUND"})
_MOST_STEPS, _MOST_GUESSES = 4_000, 300
MOST_SPARE = 3


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
    """A frame with its roles filled: the tokens of each, and the trigger's under `""`.

    `kinds`: names of the operations that were made of it.
    """

    frame: "IntentFrame"
    tokens: list[Token]
    roles: dict[str, list[tuple[Token, ...]]] = field(default_factory=dict)
    inherited: bool = False
    kinds: frozenset[str] = frozenset()

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
    def is_plain(self) -> bool:
        """Whether nothing is passed over but what joins the others or is polite."""
        behind = [*self.tokens[1:], None]
        return all(
            t.start in self.starts or t.kind == "separator" or is_plain(t, after)
            for t, after in zip(self.tokens, behind, strict=True)
        )

    @property
    def trigger(self) -> Token:
        return self.of("")[0] if self.of("") else self.tokens[0]

    @property
    def at(self) -> int:
        return min(t.start for t in self.tokens)

    @property
    def weight(self) -> int:
        return sum(len(part) for name, parts in self.roles.items() if name != "about" for part in parts)


Build = Callable[[Filled, ParseContext], Iterable[Finding] | None]


@dataclass(frozen=True)
class IntentFrame:
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
    operation: str | None = None

    def fills(
        self, tokens: list[Token], start: int, end: int, *, elliptic: bool = False, meant: Sequence[Token] = (),
        spare: int = 0,
    ) -> Iterator[Filled]:  # fmt: skip
        """Ways to fill the frame with all tokens from `start` to `end`; with `elliptic`, without its trigger.

        `meant` are clips or stretches named just before, which fill a role that is left open or has only a pronoun.
        With `spare`, words up to that cost may be left over: only to guess at what was meant.
        """
        walk = _RoleSearch(self, tokens, end, elliptic=elliptic)
        if spare:
            walk.left = _MOST_GUESSES
        for roles in walk.from_(start, {}, spare):
            if not elliptic and not self._refer(roles, meant):
                continue
            meant_so = "" in roles or not self.triggers
            if elliptic or (meant_so and all(any(n in roles for n in some) for some in self.required)):
                filled = Filled(self, tokens[start:end], roles)
                if not _remarks(filled):
                    yield filled

    @cached_property
    def options(self) -> tuple[tuple[str, Pattern, bool], ...]:
        """What may fill what, the longest patterns first, and whether it may do so again."""
        found = [("", pattern, False) for pattern in self.triggers]
        found += [(r.name, pattern, r.many) for r in self.roles for pattern in r.patterns]
        return tuple(sorted(found, key=lambda option: -option[1].weight))

    @cached_property
    def openings(self) -> tuple[dict[str, list[int]], list[int]]:
        """Places in `options` by the signs with which their patterns may begin, and those that may begin anyhow."""
        by_sign: dict[str, list[int]] = {}
        anyhow: list[int] = []
        for place, (_, pattern, _) in enumerate(self.options):
            signs = pattern.openings
            if signs is None:
                anyhow.append(place)
            for sign in signs or ():
                by_sign.setdefault(sign, []).append(place)
        return by_sign, anyhow

    def _refer(self, roles: dict[str, list[tuple[Token, ...]]], meant: Sequence[Token]) -> bool:
        """Fill what is left open with what was named before; False where that is a stretch, and only clips fit."""
        names = {r.name for r in self.roles}
        clips = [t for t in meant if t.kind == "clips" or t.is_a("ODD", "EVEN")]
        several = len(clips) > 1 or any(t.kind == "word" or len(t.value) > 1 for t in clips)
        said = [t for part in roles.get("target", ()) for t in part]
        pointed = all(is_pronoun(t) or (several and sums_up(t)) for t in said)
        if meant and not pointed and _turns_to_another(roles, clips):
            return False
        if not meant or "part" in roles or not pointed:
            return True
        parts = [t for t in meant if t.kind in ("head", "tail", "range")]
        if clips and not parts and "target" in names:
            roles["target"] = [tuple(clips)]
        elif parts and not clips and "part" in names:
            roles.pop("target", None)
            roles["part"] = [(t,) for t in parts]
        return "part" in roles or "target" not in names or not parts


def _turns_to_another(roles: dict[str, list[tuple[Token, ...]]], clips: list[Token]) -> bool:
    """`第四段不好，换到最后去，第五段也换过去`: behind what is ordered of one clip, another is spoken of."""
    target = next((t for part in roles.get("target", ()) for t in part if t.kind == "clips"), None)
    if target is None or not clips or any(t.value == target.value for t in clips):
        return False
    return any(t.start < target.start for part in roles.get("to_end", ()) for t in part)


class _RoleSearch:
    """A search for the ways in which roles fill a piece of a sentence; what led nowhere is not tried again."""

    def __init__(self, frame: IntentFrame, tokens: list[Token], end: int, *, elliptic: bool) -> None:
        self.frame, self.tokens, self.end, self.elliptic = frame, tokens, end, elliptic
        self.left = _MOST_STEPS
        self.dead: set[tuple[int, frozenset[str], int]] = set()

    def from_(
        self, at: int, roles: dict[str, list[tuple[Token, ...]]], spare: int
    ) -> Iterator[dict[str, list[tuple[Token, ...]]]]:
        """Ways to fill everything from token `at` on, beside the roles filled so far, but words that cost `spare`."""
        self.left -= 1
        if self.left < 0:
            return
        if at == self.end:
            if roles:
                yield dict(roles)
            return
        state = (at, frozenset(roles), spare)
        if state in self.dead:
            return
        alive = False
        for further in self._further(at, roles, spare):
            alive = True
            yield further
        if not alive:
            self.dead.add(state)

    def _further(
        self, at: int, roles: dict[str, list[tuple[Token, ...]]], spare: int
    ) -> Iterator[dict[str, list[tuple[Token, ...]]]]:
        frame, tokens, end = self.frame, self.tokens, self.end
        for name, pattern in self._options(at, roles):
            for stop, taken in matches(pattern, tokens, at, end, frame.light):
                part = tuple(tokens[i] for i in taken)
                yield from self.from_(stop, {**roles, name: [*roles.get(name, ()), part]}, spare)
        token = tokens[at]
        passed = token.is_a("LINK", "SAME") if self.elliptic else passes(token, frame.light)
        if passed or (roles and _joins(token) and at + 1 < end):
            yield from self.from_(at + 1, roles, spare)
        elif spare and (cost := _cost(token)) <= spare:
            yield from self.from_(at + 1, roles, spare - cost)

    def _options(self, at: int, roles: dict[str, list[tuple[Token, ...]]]) -> Iterator[tuple[str, Pattern]]:
        by_sign, anyhow = self.frame.openings
        places = set(anyhow)
        for sign in signs_of(self.tokens[at]):
            places.update(by_sign.get(sign, ()))
        for place in sorted(places):
            name, pattern, many = self.frame.options[place]
            if many or (name not in roles and (name or not self.elliptic)):
                yield name, pattern


def _cost(token: Token) -> int:
    """What it costs to leave a word over. A typed value, a no and an exception are never left over."""
    if token.kind not in ("word", "unknown") or token.is_a("NOT", "EXCEPT", "UNLESS", "ONLY", "REST", "CANCEL"):
        return MOST_SPARE + 1
    return 2 if is_head(token) else 1


def _joins(token: Token) -> bool:
    """A comma, a colon or an `and` between two roles of one request."""
    return token.is_a("AND", "COLON") or (token.kind == "separator" and token.value == "weak")


def _remarks(filled: Filled) -> bool:
    """`delete clip 2, clip 5 looks fine`: what is said of a clip behind a comma or an `and` does not put it in a list.

    Words that are passed over elsewhere may be all that is said of it.
    """
    starts, verb = filled.starts, filled.trigger.start
    listed = remarked = False
    for before, token, behind in zip(filled.tokens, filled.tokens[1:], [*filled.tokens[2:], None], strict=False):
        if remarked and _joins(token):
            return True
        if token.kind in _POINTED:
            several = token.kind == "clips" and len(token.value) > 1
            listed = verb < token.start and (listed or several or _joins(before))
        elif token.start in starts or token.kind == "separator":
            listed = remarked = False
        elif listed and not (is_plain(token, behind) or token.is_a("CLIP", "MOMENT")):
            remarked = True
    return remarked


def is_plain(token: Token, behind: Token | None) -> bool:
    """Whether a word says nothing by itself: it is polite, or joins something to what is `behind` it."""
    if token.value == "courtesy" or token.text in said("TRAILING") or token.is_a("ALSO", "SAME", "THEN", "PARTICLE"):
        return True
    return token.is_a("LINK", "AND", "COLON") and behind is not None and behind.kind != "separator"


_POINTED = ("clips", "range", "head", "tail")
_OPERATIONS = {
    "lengthen": "trim", "length": "trim", "move": "reorder", "placed": "reorder", "swap": "reorder", "sort": "reorder",
    "listed": "reorder", "times": "speed", "silence": "silence_remove", "mute": "volume", "music": "bgm_add",
    "music_off": "bgm_remove", "look": "filter", "plain": "filter",
}  # fmt: skip


def frame(
    name: str, triggers: Iterable[str], roles: Iterable[Role], build: Build, *, light: str = "",
    required: Iterable[str] = (), elliptic: str = "", own: bool = True, operation: str | None = None,
) -> IntentFrame:  # fmt: skip
    """A frame; `required` are alternatives parted by bars, `own=False` lets `make` mean something."""

    def asking(filled: Filled, scene: ParseContext) -> Iterable[Finding] | None:
        scene.gap = None
        found = build(filled, scene)
        return [scene.gap] if found is None and scene.gap is not None else found

    patterns = tuple(sorted(map(compiled, triggers), key=lambda p: -p.weight))
    base = _LIGHT if own else _LIGHT - {"MAKE"}
    return IntentFrame(
        name, patterns, tuple(roles), asking, base | frozenset(light.split()),
        tuple(tuple(some.split("|")) for some in required), frozenset(elliptic.split()),
        operation or _OPERATIONS.get(name, name),
    )  # fmt: skip
