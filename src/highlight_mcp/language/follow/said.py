"""What the words of a sentence give that goes on from the request before: clips, values, names, and what to do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...timeline.operations import AnyOperation, Reorder
from ...timeline.operations.slots import slots_of
from .. import speech
from ..frames.catalogue import FRAMES
from ..frames.regroup import one_unit
from ..frames.targets import is_bare, is_pronoun, target_ends
from ..lexicon import is_wide
from ..tokens import Token

SIZES = (
    "duration", "time", "number", "percent", "factor", "decibels", "lufs", "degrees", "ratio", "range", "quote",
    "asset", "head", "tail",
)  # fmt: skip
_UNITS = ("duration", "percent", "factor", "decibels", "lufs", "degrees")
_MARKS = {
    "CORRECTION": "wrong", "ALSO": "also", "SAME": "also", "ONCE_MORE": "again", "RATHER": "rather", "CHANGE": "rather",
    "INSTEAD": "instead",
    "TAKES_BACK": "back", "UNDO": "back", "TAKES_ALL_BACK": "all back", "ONLY": "only", "A_BIT": "bit", "A_LOT": "lot",
    "EACH": "each", "POINT": "at", "MORE": "more", "LESS": "less", "NOT_ENOUGH": "more",
    "REMOVE": "off", "OFF": "off", "TRIM": "off",
    "BY": "by", "BOTH": "both", "AFTER": "after", "BEFORE": "before",
}  # fmt: skip
_SENSES = {
    "LOUDER": ("loud", 1), "QUIETER": ("loud", -1), "FASTER": ("fast", 1), "SLOWER": ("fast", -1),
    "LONGER": ("long", 1), "LENGTHEN": ("long", 1), "SHORTER": ("long", -1), "SHORTEN": ("long", -1),
    "BRIGHTER": ("light", 1), "DARKER": ("light", -1), "LARGE": ("large", 1), "SMALL": ("large", -1),
}  # fmt: skip
_NAMES = {
    "FAST_PACE": "fast", "SLOW_PACE": "slow", "BEST_FIRST": "rank", "COUNTDOWN": "countdown", "CHRONO": "time",
    "BLURRED_SIDES": "blur", "PAD": "pad", "CENTRE_CROP": "center", "FOCUS_LEFT": "left", "FOCUS_RIGHT": "right",
    "START": "start", "FRONT": "start", "END": "end", "BACK": "end", "HORIZONTALLY": "horizontal",
    "VERTICALLY": "vertical", "ZOOM_OUT": "out", "MUSIC": "bgm", "SOURCE_SOUND": "source", "AUDIO": "audio",
    "REVERSE_ORDER": "reverse", "SHUFFLE": "shuffle", "FADE_IN": "in", "FADE_OUT": "out", "TITLE": "title",
    "CAPTION": "caption", "MIDDLE": "middle",
}  # fmt: skip
_NAMING = ("SHAPE:", "LOOK:", "JOIN:", "CRITERION:", "POSITION:", "COLOUR:")
_RATES = {
    "HALF_SPEED": ("factor", 0.5), "QUARTER_SPEED": ("factor", 0.25), "DOUBLE_SPEED": ("factor", 2.0),
    "NORMAL_SPEED": ("factor", 1.0), "MUTE": ("percent", 0.0), "UNMUTE": ("percent", 1.0),
}  # fmt: skip
_SHARES = {"HALF": 0.5, "HALF_LOUD": 0.5, "HALF_LONG": 0.5, "TWICE_LOUD": 2.0, "TWICE_LONG": 2.0, "DOUBLED": 2.0}
_POINTING = (
    "NEXT_CLIP",
    "PREVIOUS_CLIP",
    "ALL",
    "EVERYTHING",
    "REST",
    "LONGEST",
    "SHORTEST",
    "MIDDLE_CLIP",
    "OTHER_ONE",
)


@dataclass(slots=True)
class Said:
    """What was said, each word in its place; `marks` say how it goes on.

    `share` is what a value is to be multiplied with, `ways` directions with their sense, `kept` what of the request
    before is to stay, `own` whether the operation before is called by its own name.
    """

    marks: set[str] = field(default_factory=set)
    clips: list[tuple[Token, ...]] = field(default_factory=list)
    values: list[Token] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ways: list[tuple[dict[str, int], Token]] = field(default_factory=list)
    kept: list[Token] = field(default_factory=list)
    share: float | None = None
    own: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether nothing is named but sizes and degrees, which mean something only of what was spoken of before."""
        return bool(self.values or self.ways or self.share) and not (self.names or self.own or self.clips)

    @property
    def is_value(self) -> bool:
        """Whether nothing but one value with a unit is said: `2x`, `90 seconds`."""
        return self.is_bare and len(self.values) == 1 and not self.ways and self.values[0].kind in _UNITS


def collect(tokens: Sequence[Token], operations: Sequence[AnyOperation]) -> Said | None:
    """What the tokens say; None where one of them has no place in a sentence that goes on."""
    walk = _Walk(_with_halves(tokens), frozenset().union(*map(signs, operations)))
    return walk.said if walk.through() else None


def _with_halves(tokens: Sequence[Token]) -> list[Token]:
    """`one and a half is enough`: a number and its half are one number; `another second` is one of them."""
    out: list[Token] = []
    for place, given in enumerate(tokens):
        token = one_unit(out, given, tokens[place + 1] if place + 1 < len(tokens) else None) or given
        ahead = [t for t in out[-3:] if is_bare(t, listed=True) or not t.is_a("AND", "LINK")]
        whole = ahead[-1] if ahead and len(ahead) < min(len(out), _PAIR) else None
        if token.is_a("HALF") and whole is not None and is_bare(whole, listed=True):
            del out[out.index(whole) :]
            size = float(whole.value) if whole.kind == "number" else 1.0
            token = Token("number", whole.start, token.end, f"{whole.text} and a half", value=size + 0.5)
        out.append(token)
    return out


def numbered(values: Sequence[Token], operation: AnyOperation) -> tuple[Token, ...] | None:
    """`3 too`: numbers as the clips that an operation is done to; None where they can be none."""
    slots = slots_of(type(operation)).values()
    swapped = isinstance(operation, Reorder) and operation.order is not None
    if not values or not ("clips" in slots or swapped) or not all(map(is_bare, values)):
        return None
    pairs = tuple((int(t.value), int(t.value)) for t in values)
    return (Token("clips", values[0].start, values[-1].end, "", value=pairs),)


def signs(operation: AnyOperation) -> frozenset[str]:
    """The concepts that may call an operation by its name."""
    return _SIGNS.get(_KINDS.get(operation.op, operation.op), frozenset())


@dataclass(slots=True)
class _Walk:
    tokens: list[Token]
    own: frozenset[str]
    said: Said = field(default_factory=Said)

    def through(self) -> bool:
        at = 0
        while at < len(self.tokens):
            step = self._step(at)
            if not step:
                return False
            at += step
        return True

    def _step(self, at: int) -> int:
        """How many tokens are accounted for from here on; 0 for one that has no place."""
        said, token = self.said, self.tokens[at]
        if token.kind == "separator":
            return 1
        if "back" in said.marks and token.is_a("KEEP"):
            said.kept += self.tokens[at + 1 :]
            return len(self.tokens) - at
        if spared := self._spared(at):
            return spared
        if token.is_a("NOT"):
            return self._turned(at)
        if token.is_a("AND", "BUT"):
            said.marks |= {"also"} if at == 0 and token.is_a("AND") else set()
            return 1
        if token.is_a("EXCEPT", "UNLESS", "CANCEL") and not token.is_a("BUT", "TAKES_BACK"):
            return 0
        if pair := self._meeting(at):
            said.clips.append((pair,))
            return _PAIR
        if count := self._pointed(at):
            said.clips.append(tuple(self.tokens[at : at + count]))
            return count
        return int(self._value(token) or self._mark(token) or _is_light(token))

    def _spared(self, at: int) -> int:
        """`其余照旧`, `the rest stays`, `leave the others`: what is not spoken of is not changed."""
        size = 0
        rest = stays = False
        for token in self.tokens[at : at + 6]:
            if token.is_a("REST"):
                rest = True
            elif token.is_a("LEAVE_ALONE", "KEEP"):
                stays = True
            elif not _is_light(token) or token.kind == "separator":
                break
            size += 1
        return size if rest and stays else 0

    def _turned(self, at: int) -> int:
        """`not so loud`, `别那么快`: a direction in the negative; any other no has no place here."""
        for size, token in enumerate(self.tokens[at + 1 : at + 4], 2):
            if senses := _senses(token):
                self.said.ways.append(({name: -sign for name, sign in senses.items()}, token))
                return size
            if not _is_light(token):
                break
        return 0

    def _meeting(self, at: int) -> Token | None:
        """`where 4 meets 5`, `between 4 and 5`: two clips that are called by their numbers alone."""
        part = self.tokens[at : at + _PAIR]
        if len(part) < _PAIR or not (part[1].is_a("MEETS", "AND", "TO") and is_bare(part[0]) and is_bare(part[2])):
            return None
        a, b = int(part[0].value), int(part[2].value)
        return Token("clips", part[0].start, part[2].end, "", value=((a, a), (b, b)))

    def _pointed(self, at: int) -> int:
        """The length of what points at clips here."""
        token = self.tokens[at]
        if not (token.kind == "clips" or token.is_a(*_POINTING)) or token.is_a(*self.own - frozenset(_POINTING)):
            return 0
        ends = [end for end in target_ends(self.tokens, at, len(self.tokens)) if end > at]
        return max(ends) - at if ends else int(token.is_a("OTHER_ONE"))

    def _value(self, token: Token) -> bool:
        said = self.said
        if _multiplies(token):
            said.share = token.value  # `double that`
            return True
        if token.kind in SIZES:
            said.values.append(token)
            if token.kind == "duration" and any(word in speech.said("ANOTHER") for word in token.text.split(" ")):
                said.marks.add("also")
            return True
        if token.kind != "word":
            return False
        for concept in sorted(token.concepts):
            if concept.startswith(_NAMING):
                said.names.append(concept.partition(":")[2])
                return True
            if concept in _RATES:
                kind, value = _RATES[concept]
                said.values.append(Token(kind, token.start, token.end, token.text, value=value))  # type: ignore[arg-type]
                return True
            if concept in _SHARES:
                said.share = _SHARES[concept]
                return True
        return False

    def _mark(self, token: Token) -> bool:
        """Whether the word says how the sentence goes on, or in which direction."""
        said = self.said
        marks = {_MARKS[concept] for concept in token.concepts if concept in _MARKS}
        senses = _senses(token)
        names = [_NAMES[concept] for concept in sorted(token.concepts) if concept in _NAMES]
        own = not token.concepts.isdisjoint(self.own) or any(
            f"{concept.partition(':')[0]}:" in self.own for concept in token.concepts if ":" in concept
        )
        if len(token.text) == 1 and is_wide(token.text):
            own, senses = own or bool(senses), {}  # `只亮第二段`: what is done, without a degree
        if senses:
            said.ways.append((senses, token))
        elif names and not (token.is_a("FILLER") and marks):
            said.names += names[:1]
        said.marks |= marks
        said.own = said.own or (own and not senses and not marks and not names)
        return bool(marks or senses or names or own)


def _multiplies(token: Token) -> bool:
    """`twice that`, `再加一倍`; `零点八倍` is a value."""
    if token.kind != "factor" or any(c.isdigit() for c in token.text):
        return False
    return not is_wide(token.text[0]) or float(token.value).is_integer()


_PAIR = 3


def _senses(token: Token) -> dict[str, int]:
    """In which senses a word says a direction, and which."""
    return dict(_SENSES[concept] for concept in sorted(token.concepts) if concept in _SENSES)


def _is_light(token: Token) -> bool:
    """Whether a word means nothing in a sentence that goes on."""
    if token.kind == "separator":
        return True
    return token.kind == "word" and (token.is_a("LINK", "ASIDE") or is_pronoun(token) or token.value == "courtesy")


_SHARED = 3  # a concept that more operations are called by says nothing of one
_CALLED = {
    "highlights": frozenset({"REEL", "BEST", "FIND", "MOMENT"}), "bgm_add": frozenset({"MUSIC"}),
    "remove": frozenset({"REMOVE", "UNWANTED", "CUT", "SKIP"}), "trim": frozenset({"TRIM", "CUT", "OFF", "REMOVE"}),
    "keep": frozenset({"KEEP"}), "reorder": frozenset({"MOVE", "SWAP"}),
}  # fmt: skip


def _signs() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for frame in FRAMES:
        for element in (element for pattern in frame.triggers for element in pattern.elements):
            found.setdefault(frame.operation or frame.name, set()).update(element.concepts, element.prefixes)
    shared = Counter(concept for concepts in found.values() for concept in concepts)
    own = {name: frozenset(c for c in concepts if shared[c] <= _SHARED) for name, concepts in found.items()}
    return own | {name: own.get(name, frozenset()) | concepts for name, concepts in _CALLED.items()}


_SIGNS = _signs()
_KINDS = {"text_add": "text", "card_add": "card", "subtitles_add": "subtitles", "beat_sync": "beat"}
