"""What `it` stands for where the words before it order nothing: a clip, the music or a title that was asked about.

What was spoken of last counts, in this request, else in those that changed nothing since the last version. Everything
spoken of there is put in the place of the pronoun and the sentence is read anew: what makes sense of it is meant, and
two that do are asked about (the recency and the agreement of number and kind of Mitkov, Anaphora Resolution, 2002).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Protocol

from ..timeline.operations import AnyOperation, Aspect, Highlights, Redo, Reset, Restore, Undo
from .context import ParseContext
from .follow.slots import clips_of
from .frames.aim import SEVERAL
from .frames.targets import is_pronoun
from .lexicon import index, is_wide
from .outcome import ParseResult
from .questions import LASTING
from .resolve import Numbers, named, numbers
from .speech import said as words
from .tokens import Clause, Token, is_head, is_object
from .utterance import opens_order


class Reader(Protocol):
    """The way of a sentence through the interpreter, for readings beside the one at hand."""

    def read(self, tokens: list[Token], scene: ParseContext) -> ParseResult:
        """The outcome of tokens from which what orders nothing is emptied."""

    def hear(self, text: str, scene: ParseContext) -> ParseResult:
        """The outcome of other words, said in their place."""

    def scan(self, text: str, scene: ParseContext) -> list[Token]:
        """The tokens of other words."""


_MOST = 4
_CHOSEN = ("LONGEST", "SHORTEST", "MIDDLE_CLIP")
_PARTS = ("head", "tail", "range")
_OF_NO_CLIP = (Aspect, Undo, Redo, Restore, Reset)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was spoken of: its word, and the clips where it is some; without a word it is the whole reel.

    `told`: it was only told about, right before what is ordered, which frames read together.
    """

    token: Token | None
    clips: Numbers = ()
    told: bool = False

    @property
    def key(self) -> object:
        """What tells it from others; titles and captions are both words."""
        if self.clips or self.token is None:
            return self.clips
        names = self.token.concepts & _THINGS.keys()
        return self.token.value or sorted({"TITLE" if name == "CAPTION" else name for name in names})


_UNCLEAR = Spoken(None, told=True)
"""A time, or a part of something: what is said of it may be meant of either."""


@dataclass(frozen=True, slots=True)
class _Pronoun:
    """A pronoun of the sentence: the place of its token, and where the word itself stands."""

    place: int
    start: int
    text: str
    inside: bool

    @property
    def is_plural(self) -> bool:
        return self.text in SEVERAL


def resolved(tokens: list[Token], given: Sequence[Token], scene: ParseContext, reader: Reader) -> ParseResult | None:
    """The outcome with what the pronoun stands for in its place; None where the sentence itself says what is meant.

    `given` are the tokens before what orders nothing was emptied.
    """
    pronoun = next(_pronouns(tokens, scene), None)
    if pronoun is None and any(_is_somebody(t, i, tokens, scene) for i, t in enumerate(tokens)):
        plain = reader.read(tokens, _afresh(scene))
        return _asked(scene, plain) if any(map(_reaches_all, plain.operations)) else None
    if pronoun is None:
        return _told_before(tokens, given, scene, reader) or _left_unsaid(tokens, scene, reader)
    spoken = _spoken_before(pronoun, given, scene)
    if spoken is None:
        return None
    spoken = spoken or _spoken_earlier(scene, reader)
    candidates = _agreeing(spoken, pronoun)
    if _UNCLEAR in candidates or (not candidates and _is_strange(pronoun, given, scene)):
        plain = reader.read(tokens, _afresh(scene))
        wide = any(isinstance(op, LASTING) or _reaches_all(op) for op in plain.operations)
        return _asked(scene, plain) if wide else None
    if not any(one.token for one in candidates):
        return None
    return _settled(candidates, pronoun, tokens, scene, reader)


def _settled(
    candidates: Sequence[Spoken], pronoun: _Pronoun, tokens: list[Token], scene: ParseContext, reader: Reader
) -> ParseResult:
    if all(one.told for one in candidates):
        plain = reader.read(tokens, _afresh(scene))
        if plain.operations and all(any(_is_about(op, one) for one in candidates) for op in plain.operations):
            return plain  # `the music drowns him out, lower it while he speaks`
    plans: list[ParseResult] = []
    for one in candidates[:_MOST]:
        outcome = reader.read(_put(one, pronoun, tokens), _afresh(scene))
        whole = outcome.kind == "plan" and not (outcome.not_understood or outcome.unsupported)
        if whole and _keeps_others(outcome, tokens) and all(outcome.operations != other.operations for other in plans):
            plans.append(outcome)
    others = len(candidates) > 1 and any(t.is_a("ONLY", "EXCEPT", "KEEP") for t in tokens)  # `use it only there`
    if len(plans) == 1 and not others and not any(len(one.clips) > 1 and not pronoun.is_plural for one in candidates):
        return plans[0]
    if plans:
        return _asked(scene, *plans)
    plain = reader.read(tokens, _afresh(scene))
    if all(isinstance(op, _OF_NO_CLIP) for op in plain.operations):
        return plain  # `clip 3 is great, undo that`, and whatever is asked about
    return _asked(scene, plain)


def _told_before(
    tokens: list[Token], given: Sequence[Token], scene: ParseContext, reader: Reader
) -> ParseResult | None:
    """`音乐太大了吧？小点声`, `is the title too small? bigger please`: of the music or the title told about before."""
    start = next((i + 1 for i in reversed(range(len(tokens) - 1)) if _parts(tokens[i])), 0)
    last = tokens[start:]
    if not start or any(map(_names_anything, last)) or not any(map(is_head, last)):
        return None
    if all(t.is_a("NOT", "FILLER") for t in last):
        return None  # `把音乐去掉，不要`: a bare no takes back what was ordered
    here = _Pronoun(start, last[0].start, "", inside=False)
    spoken = _agreeing(_spoken_before(here, given, scene) or [], None)
    if len(spoken) != 1 or spoken[0].token is None or spoken[0].clips:
        return None
    one, mark = spoken[0], tokens[start - 1]
    plain = reader.read(tokens, _afresh(scene))
    if plain.operations and all(_is_about(op, one) for op in plain.operations):
        return plain
    named = [*tokens[:start], replace(spoken[0].token, start=mark.start, end=mark.end), *last]
    about = reader.read(named, _afresh(scene))
    if about.kind == "plan" and not about.not_understood and any(_is_about(op, one) for op in about.operations):
        return about
    return _asked(scene, plain) if any(_may_be_about(op, one) for op in plain.operations) else None


def _may_be_about(op: AnyOperation, one: Spoken) -> bool:
    """Whether what is done to the whole reel could be meant of the music, or of a title: louder, larger, longer."""
    kinds = ("volume",) if one.token is not None and one.token.is_a("MUSIC") else ("zoom", "highlights")
    return _reaches_all(op) and op.op in kinds


def _reaches_all(op: AnyOperation) -> bool:
    """Whether an operation is done to the whole reel, or makes another length of it."""
    return getattr(op, "target", None) == "all" or isinstance(op, Highlights)


def _left_unsaid(tokens: list[Token], scene: ParseContext, reader: Reader) -> ParseResult | None:
    """`加速`, `two seconds shorter`, said behind a question about one clip: that clip, or the reel, which is asked."""
    if any(map(_names_anything, tokens)) or not (spoken := _agreeing(_spoken_earlier(scene, reader), None)):
        return None
    one = spoken[0]
    if len(spoken) > 1 or one.token is None or len(one.clips) > 1 or one.token.kind in _PARTS:
        return None
    given, name = scene.source.given, one.token.text
    about = reader.hear(f"{name}{given}" if is_wide(given[0]) and is_wide(name[0]) else f"{given} {name}", scene)
    plain = reader.read(tokens, _afresh(scene))
    vague = any(map(_reaches_all, plain.operations))
    if about.kind != "plan" or not all(_is_about(op, one) for op in about.operations):
        timed = any(isinstance(op, Highlights) for op in plain.operations) and one.clips
        return _asked(scene, plain) if timed else None  # `剪短一点`, of a clip: by how much is not said
    if plain.kind == "clarify":
        return about
    return _asked(scene, about, plain) if vague and plain.kind == "plan" else None


def _names_anything(token: Token) -> bool:
    return _names(token) or token.is_a("VIDEO", "REEL", "MOMENT", "BEST", "REST", "UNDO", "REDO", "EXPORT")


def _keeps_others(outcome: ParseResult, tokens: Sequence[Token]) -> bool:
    """Whether nothing but what was spoken of goes: `clip 3 is nice, keep it` is no word about the others."""
    chosen = any(t.is_a("ONLY", "EXCEPT", "REST", "NOT") for t in tokens)
    return chosen or not (
        any(t.is_a("KEEP") for t in tokens) and any(isinstance(op, LASTING) for op in outcome.operations)
    )


def _is_about(op: AnyOperation, one: Spoken) -> bool:
    """Whether an operation is about the clips, the music or the texts that were spoken of, and no others."""
    if one.clips or one.token is None:
        return set(clips_of(op) or (0,)) <= set(one.clips)
    if one.token.kind == "asset":
        return bool(getattr(op, "source", None) == one.token.value)
    if one.token.is_a("MUSIC"):
        return op.op.startswith("bgm_") or getattr(op, "target", None) == "bgm"
    return one.token.is_a("TITLE", "CAPTION") and op.op.startswith("text_")


def _afresh(scene: ParseContext) -> ParseContext:
    """The scene for one of several readings."""
    return replace(scene, findings=list(scene.findings))


def _asked(scene: ParseContext, *plans: ParseResult) -> ParseResult:
    """The question which of some plans is meant."""
    question = ParseResult(kind="clarify", missing=("target",), language=scene.language)
    if len(plans) == 1:
        return question.model_copy(update={"offered": plans[0].operations})
    return question.model_copy(update={"choices": tuple(plan.operations for plan in plans)})


def _pronouns(tokens: Sequence[Token], scene: ParseContext) -> Iterator[_Pronoun]:
    """The pronouns that are not among what orders nothing, also those inside a verb (`slow it down`)."""
    for place, token in enumerate(tokens):
        if token.kind != "word" or scene.passes_over(token):
            continue
        behind = tokens[place + 1] if place + 1 < len(tokens) else None
        noun = behind is not None and (is_object(behind) or behind.is_a("VIDEO", "REEL", "MOMENT"))
        noun = noun or (is_wide(token.text[0]) and _opens_a_name(tokens[place + 1 :]))
        if is_pronoun(token) and not noun:
            yield _Pronoun(place, token.start, token.text, inside=False)
        elif (word := _inner(token.text)) is not None:
            yield _Pronoun(place, token.start + token.text.rindex(word), word, inside=True)


def _opens_a_name(behind: Sequence[Token]) -> bool:
    """`那个Urban Dreams的title`: with a name between, the word points at what comes next, and at nothing before."""
    said = list(takewhile(lambda t: t.kind in ("quote", "unknown", "asset"), behind))
    rest = [t for t in behind[len(said) : len(said) + 2] if not t.is_a("LINK")]
    return bool(said) and bool(rest) and is_object(rest[0])


def _is_somebody(token: Token, at: int, tokens: Sequence[Token], scene: ParseContext) -> bool:
    """`mute him`, `把他静音`: somebody whom nothing here knows is what something is done to."""
    if token.text not in words("SOMEBODY") or not at or scene.passes_over(token):
        return False
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if is_wide(token.text[0]):
        return tokens[at - 1].text in words("DONE_TO") and behind is not None and is_head(behind)
    return is_head(tokens[at - 1]) and (behind is None or _parts(behind) or behind.is_a("AND"))


def _inner(text: str) -> str | None:
    """The pronoun inside a verb: `slow it down`, `删掉它`."""
    if is_wide(text[-1]):
        return next((word for word in words("IT") if is_wide(word[0]) and text.endswith(word)), None)
    return next((word for word in text.split(" ")[1:] if word in words("IT")), None)


def _put(one: Spoken, pronoun: _Pronoun, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with what was spoken of in the place of the pronoun."""
    if one.token is None:
        return list(tokens)
    token = replace(one.token, start=pronoun.start, end=pronoun.start + len(pronoun.text))
    if one.clips:
        token = replace(token, kind="clips", concepts=frozenset(), value=tuple((n, n) for n in one.clips))
    behind = tokens[pronoun.place + 1 :]
    if pronoun.inside:
        return [*tokens[: pronoun.place + 1], token, *behind]
    if one.clips and behind and behind[0].is_a("CLIP"):
        behind = behind[1:]
    return [*tokens[: pronoun.place], token, *behind]


def _agreeing(spoken: Sequence[Spoken], pronoun: _Pronoun | None) -> list[Spoken]:
    """What the pronoun may stand for: of several clips all together where it is plural."""
    if pronoun is not None and pronoun.is_plural:
        clips = tuple(dict.fromkeys(n for one in spoken for n in one.clips))
        first = next((one for one in spoken if one.clips), None)
        stretches = [one for one in spoken if one == _UNCLEAR or (one.token and one.token.kind in _PARTS)]
        return [Spoken(first.token, tuple(sorted(clips)))] if first and len(clips) > 1 else stretches
    found: dict[str, Spoken] = {}
    for one in spoken:
        found.setdefault(repr(one.key), one)
    return list(found.values())


# --- what was spoken of -----------------------------------------------------------------------------------------------

_THINGS: dict[str, Callable[[ParseContext], bool]] = {
    "MUSIC": lambda scene: scene.situation.has_bgm,
    "TITLE": lambda scene: bool(scene.situation.texts),
    "CAPTION": lambda scene: bool(scene.situation.texts),
    "OVERLAY": lambda scene: bool(scene.situation.overlays),
}


def _spoken_before(pronoun: _Pronoun, given: Sequence[Token], scene: ParseContext) -> list[Spoken] | None:
    """What was last spoken of without an order; empty where nothing was named. None where an order names it."""
    before = [t for t in given if t.start < pronoun.start]
    start = next((i + 1 for i in reversed(range(len(before))) if _parts(before[i])), 0)
    if any(_names(t) and t.kind not in _PARTS for t in before[start:]):
        return None  # `swap clip 2 with it`
    found: list[Spoken] = []
    for stretch in reversed(_stretches(before[:start])):
        if not (spoken := _mentions(stretch, scene)) and not any(map(_names, stretch)):
            continue
        passed = all(scene.passes_over(t) for t in stretch if _names(t))
        if not passed and (opens_order(stretch) or any(t.kind in ("quote", "asset") for t in stretch)):
            return found or None
        if any(t.kind in _PARTS for t in stretch):
            return None
        found = [*(spoken if passed else (replace(one, told=True) for one in spoken)), *found]
    return found


def _is_strange(pronoun: _Pronoun, given: Sequence[Token], scene: ParseContext) -> bool:
    """Whether what was spoken of right before is nothing that is known here: `the dog is cute. slow it down`."""
    talk = [t for t in given if t.start < pronoun.start and scene.passes_over(t)]
    seen = any(c.startswith("VISION:") for t in talk for c in t.concepts)
    return seen or any(ahead.text in words("OWN") and t.kind == "unknown" for ahead, t in pairwise(talk))


def _spoken_earlier(scene: ParseContext, reader: Reader) -> list[Spoken]:
    """What the newest of the requests spoke of that changed nothing since the last version, and named something."""
    for text in scene.situation.said:
        tokens = reader.scan(text, scene)
        found, parts = _mentions(tokens, scene), [t for t in tokens if t.kind in (*_PARTS, "time")]
        if parts:
            alone = len(parts) == 1 and parts[0].kind != "time" and not any(one.token for one in found)
            return [Spoken(parts[0])] if alone else [_UNCLEAR]  # of a clip or a file only part was spoken of
        if found:
            return found
    return []


def _mentions(tokens: Sequence[Token], scene: ParseContext) -> list[Spoken]:
    found: list[Spoken] = []
    for token in tokens:
        if token.kind == "clips":
            clips: Numbers | None = numbers(token.value, scene.count)
        else:
            clips = named(Clause([token]), scene.situation) if token.is_a(*_CHOSEN) else None
        if clips:
            found.append(Spoken(token, clips))
        elif (thing := _thing(token, scene)) is not None:
            found.append(Spoken(thing))
        elif token.kind == "asset" and any(token.value == media.name for media in scene.situation.footage):
            found.append(Spoken(token))
        elif token.is_a("VIDEO", "REEL") and not token.is_a("FILLER"):
            found.append(Spoken(None))
    return found


def _thing(token: Token, scene: ParseContext) -> Token | None:
    """The music, a title: named by a word, or by one inside a phrase (`what does the title say`)."""
    concepts = [concept for concept, is_there in _THINGS.items() if is_there(scene)]
    if token.is_a(*concepts):
        return token
    inner = token.text.split(" ") if token.kind == "word" and " " in token.text else ()
    word = next((w for w in inner if not index().get(w, frozenset()).isdisjoint(concepts)), None)
    return None if word is None else replace(token, text=word, concepts=index()[word])


def _names(token: Token) -> bool:
    return token.kind in ("clips", "quote", "asset", *_PARTS) or token.is_a(*_CHOSEN, *_THINGS, "ALL", "EVERYTHING")


def _parts(token: Token) -> bool:
    return token.kind == "separator" or token.is_a("BUT")


def _stretches(tokens: Sequence[Token]) -> list[list[Token]]:
    """What stands between marks of punctuation, and before a `but`."""
    out: list[list[Token]] = [[]]
    for token in tokens:
        if _parts(token):
            out.append([])
        else:
            out[-1].append(token)
    return [stretch for stretch in out if stretch]
