"""Clauses: the stretches of a sentence that each ask for something."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .token import Token

VERBS = frozenset(
    [
        "REMOVE",
        "UNWANTED",
        "CUT",
        "KEEP",
        "TRIM",
        "LENGTHEN",
        "SHORTEN",
        "SHORTER",
        "LONGER",
        "ADD",
        "MAKE",
        "CHANGE",
        "FIND",
        "MOVE",
        "SWAP",
        "SORT",
        "REVERSE_ORDER",
        "SHUFFLE",
        "CHRONO",
        "BEST_FIRST",
        "COUNTDOWN",
        "SPLIT",
        "FASTER",
        "SLOWER",
        "HALF_SPEED",
        "QUARTER_SPEED",
        "DOUBLE_SPEED",
        "NORMAL_SPEED",
        "REPLAY",
        "FREEZE",
        "LOUDER",
        "QUIETER",
        "MUTE",
        "UNMUTE",
        "HALF_LOUD",
        "TWICE_LOUD",
        "DUCK",
        "LOUDNESS",
        "BEAT",
        "FADE",
        "ROTATE",
        "FLIP",
        "STABILIZE",
        "DARKER",
        "BRIGHTER",
        "UNDO",
        "REDO",
        "RESTORE",
        "RESET",
        "EXPORT",
        "SKIP",
        "WHY",
        "TIGHTEN",
        "FAST_PACE",
        "SLOW_PACE",
        "LEAVE_ALONE",
        "VAGUE",
        "CREDITS",
        "STATUS",
        "STATE",
        "HOW_TO",
        "NUMBER_CLIPS",
        "WHEN_TALK",
        "PAD",
        "BLURRED_SIDES",
        "CENTRE_CROP",
        "FOLLOW_ACTION",
    ]
)
NOUNS = frozenset(
    [
        "MUSIC",
        "TITLE",
        "CAPTION",
        "SUBTITLES",
        "CARD",
        "TRANSITION",
        "REEL",
        "SILENCE",
        "AUDIO",
        "SOURCE_SOUND",
        "FILTER",
    ]
)
_ACTS = (
    "REMOVE",
    "ADD",
    "MAKE",
    "CHANGE",
    "EXPORT",
    "CUT",
    "MOVE",
    "MUTE",
    "SWAP",
    "TRIM",
    "SPLIT",
    "FADE",
    "ROTATE",
    "UNDO",
    "FIND",
    "FREEZE",
    "FLIP",
    "STABILIZE",
)
PREFIXES = ("SHAPE:", "JOIN:", "LOOK:", "UNSUPPORTED:", "ASR:")


@dataclass(slots=True)
class Clause:
    """Tokens with a tally of which have been accounted for.

    `inherited` are verbs of the clause before it ("mute the crowd and the music").
    """

    tokens: list[Token]
    inherited: frozenset[str] = frozenset()
    used: set[int] = field(default_factory=set)
    joined: str = ""

    @property
    def at(self) -> int:
        return self.tokens[0].start if self.tokens else 0

    def free(self) -> Iterable[Token]:
        """Tokens nobody has accounted for yet."""
        return (t for t in self.tokens if t.start not in self.used)

    def find(self, *concepts: str) -> Token | None:
        """The first free token with one of the concepts."""
        return next((t for t in self.free() if t.is_a(*concepts)), None)

    def has(self, *concepts: str) -> bool:
        return self.find(*concepts) is not None

    def verb(self, *concepts: str) -> bool:
        """Whether the clause, or the one it continues, has such a verb."""
        return self.has(*concepts) or not self.inherited.isdisjoint(concepts)

    def mentions(self, *concepts: str) -> bool:
        """Whether any token, accounted for or not, has one of the concepts."""
        return any(t.is_a(*concepts) for t in self.tokens)

    def take(self, *concepts: str) -> Token | None:
        """Account for all free tokens with one of the concepts; the first of them."""
        first = self.find(*concepts)
        for token in list(self.free()):
            if token.is_a(*concepts):
                self.used.add(token.start)
        return first

    def peek(self, *kinds: str) -> Token | None:
        """The first free token of a kind."""
        return next((t for t in self.free() if t.kind in kinds), None)

    def value(self, *kinds: str) -> Token | None:
        """Account for the first free token of a kind."""
        token = self.peek(*kinds)
        if token:
            self.used.add(token.start)
        return token

    def values(self, *kinds: str) -> list[Token]:
        """Account for all free tokens of a kind."""
        found = [t for t in self.free() if t.kind in kinds]
        self.used.update(t.start for t in found)
        return found

    def prefixed(self, prefix: str) -> str | None:
        """The rest of the first free concept that begins with `prefix`; the token is accounted for."""
        for token in self.free():
            for concept in sorted(token.concepts):
                if concept.startswith(prefix):
                    self.used.add(token.start)
                    return concept.removeprefix(prefix)
        return None

    def names(self, prefix: str) -> str | None:
        """As `prefixed`, without accounting for the token."""
        found = (c for t in self.free() for c in sorted(t.concepts) if c.startswith(prefix))
        return next((c.removeprefix(prefix) for c in found), None)

    def spend(self) -> None:
        """Account for everything."""
        self.used.update(t.start for t in self.tokens)

    def before(self, token: Token, *concepts: str, within: int = 2) -> bool:
        """Whether one of the last few tokens before `token` has a concept."""
        i = self.tokens.index(token)
        return any(t.is_a(*concepts) for t in self.tokens[max(0, i - within) : i])

    def after(self, token: Token, *concepts: str, within: int = 2) -> bool:
        """Whether one of the next few tokens after `token` has a concept."""
        i = self.tokens.index(token)
        return any(t.is_a(*concepts) for t in self.tokens[i + 1 : i + 1 + within])


def is_head(token: Token) -> bool:
    """Whether a token can carry a request of its own."""
    return bool(token.concepts & VERBS) or _is_object(token)


def _is_object(token: Token) -> bool:
    return bool(token.concepts & NOUNS) or any(c.startswith(PREFIXES) for c in token.concepts)


def split(tokens: list[Token]) -> list[Clause]:
    """Cut at separators; stretches that ask for nothing join the clause they describe."""
    clauses: list[Clause] = []
    pending: list[Token] = []
    for segment, joined in _segments(tokens):
        heads = [t for t in segment if is_head(t)]
        if heads and clauses and _only_details(segment, heads, clauses[-1]):
            clauses[-1].tokens += segment
            continue
        if not heads and clauses and joined in ("AND", "weak", "THEN", "BUT") and _says_another(segment, clauses[-1]):
            clauses.append(Clause(segment, _verbs(clauses[-1]), joined=joined))
            continue
        if not heads:
            if clauses and not pending and joined != "strong-start":
                clauses[-1].tokens += segment
            else:
                pending += segment
            continue
        strong_verbs = frozenset(c for t in heads for c in t.concepts if c in VERBS and "FILLER" not in t.concepts)
        inherited = frozenset[str]()
        if (
            clauses
            and not strong_verbs
            and joined in ("AND", "weak")
            and any(t.concepts & NOUNS for t in segment)
            and not any(t.is_a("FRONT", "BACK") and t.is_a("MOVE") for t in segment)
            and not any(t.is_a("UNWANTED", "NOT") for t in clauses[-1].tokens)
        ):
            inherited = _verbs(clauses[-1])
        clauses.append(Clause(pending + segment, inherited, joined=joined))
        pending = []
    if pending:
        if clauses:
            clauses[-1].tokens += pending
        else:
            clauses.append(Clause(pending))
    return clauses


def _verbs(clause: Clause) -> frozenset[str]:
    return frozenset(c for t in clause.tokens for c in t.concepts if c in VERBS) | clause.inherited


def _says_another(segment: list[Token], before: Clause) -> bool:
    """`… of clip 2 and the last 3 secs of clip 5`: the same request once more, for other clips."""
    valued = ("head", "tail", "duration", "factor", "percent", "decibels")
    if not any(t.kind == "clips" for t in segment) or not any(t.kind == "clips" for t in before.tokens):
        return False
    return any(t.kind in valued for t in segment) and any(t.is_a(*VERBS) for t in before.tokens)


def _only_details(segment: list[Token], heads: list[Token], before: Clause) -> bool:
    """`…, shown for 3 seconds, centred, in yellow`: how the text before is to look, not a new request."""
    if not any(t.kind == "quote" for t in before.tokens) or any(t.kind in ("quote", "clips", "asset") for t in segment):
        return False
    if any(_is_object(t) and not t.is_a("CAPTION") for t in segment):
        return False
    styled = any(
        t.is_a("LARGE", "SMALL") or any(c.startswith(("COLOUR:", "POSITION:")) for c in t.concepts) for t in segment
    )
    timed = any(t.kind in ("duration", "head", "tail", "range", "time") or t.is_a("THROUGHOUT") for t in segment)
    showing = all(t.is_a("ADD", "SAYING", "KEEP", "MAKE", "CHANGE", "LOUDER", "MOVE") for t in heads)
    return showing and (styled or (timed and all(t.is_a("ADD", "SAYING", "KEEP") for t in heads)))


def _segments(tokens: list[Token]) -> list[tuple[list[Token], str]]:
    out: list[tuple[list[Token], str]] = []
    current: list[Token] = []
    joined = ""
    for i, token in enumerate(tokens):
        cut = _boundary(tokens, i)
        if cut:
            if any(t.kind != "separator" for t in current):
                out.append((current, joined))
            elif out:
                out[-1][0].extend(current)
            current, joined = [token], cut
        else:
            current.append(token)
    if current:
        out.append((current, joined))
    return out


def _boundary(tokens: list[Token], i: int) -> str:
    token = tokens[i]
    if token.kind == "separator":
        return str(token.value)
    if token.is_a("AND", "THEN", "BUT") and i + 1 < len(tokens):
        rest = _until_boundary(tokens, i + 1)
        if token.is_a("AND") and not any(is_head(t) or t.kind == "clips" for t in rest):
            return ""
        if token.text in ("再", "并", "和", "跟") and not (rest and any(t.is_a(*_ACTS) for t in rest[:3])):
            return ""
        if token.text == "再" and not any(is_head(t) for t in tokens[:i]):
            return ""
        return "AND" if token.is_a("AND") else ("BUT" if token.is_a("BUT") else "THEN")
    return ""


def _until_boundary(tokens: list[Token], i: int) -> list[Token]:
    out = []
    for token in tokens[i:]:
        if token.kind == "separator" or token.is_a("AND", "THEN", "BUT"):
            break
        out.append(token)
    return out
