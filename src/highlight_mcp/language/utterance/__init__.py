"""What a stretch of a message is: an order, a question, a remark, something for later, somebody else's words.

Only orders may act. A stretch is what stands between two marks of punctuation, or before a `but` or `and`
that opens an order. What is no order is taken out of the sentence before anything is read from it, whole: its verbs,
its clips, its values. Sorts of sentence are told by their form (who speaks, the finite verb, the mood, the time),
never by what they are about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ..context import ParseContext
from ..intent import topic_of
from ..lexicon import Codes, index
from ..outcome import Query, Unresolved
from ..resolve import numbers, union
from ..speech import endings, form, said
from ..tokens import Clause, Token, is_head
from . import courtesy, faults, shape, withdrawn
from .faults import faulted
from .shape import UtteranceKind, sort_of

_TOLD = ("told", "statement", "remark", "reported", "later")  # `he muted it and cut the clip` tells two things
_HOLLOW = frozenset({"FILLER"})
_ANSWERED = ("ASR:", "VISION:")


def orders(tokens: list[Token], scene: ParseContext) -> list[Token]:
    """The tokens with everything that orders nothing made hollow; what was asked is noted as a finding."""
    if form("ASTRAY", scene.source.languages).search(scene.source.work):
        return [_hollow(token) for token in tokens]
    walk = _StretchWalk(list(tokens), scene)
    for a, b in _stretches(tokens):
        walk.pass_over(a, b)
    out = walk.tokens
    if walk.praised:  # `that black and white look, chef's kiss`
        for a, b in _stretches(out):
            if _pointing(out[a:b]):
                walk.empty(a, b)
    out = _unreasoned(_taken_back(out), scene)
    fault = form("FAULT", scene.source.languages)
    return faulted(
        out, tokens, list(_stretches(tokens)), deeds=_IMPERATIVES,
        faulty=lambda a, b: fault.search(_text(tokens[a:b], scene)) is not None,
    )  # fmt: skip


@dataclass(slots=True)
class _StretchWalk:
    """A way through the stretches of a message, and what those passed so far mean for the next.

    `silenced`: somebody else is speaking; `put_off`: what came before is for later; `deferred`: what comes next is, too
    (`以后要是参赛，…`); `supposed`: what came before supposes something; `ordered`: something was ordered; `elsewhere`:
    what came before was for somebody else, or about the room, and a complaint behind it is no fault of the film.
    """

    tokens: list[Token]
    scene: ParseContext
    silenced: bool = False
    praised: bool = False
    put_off: bool = False
    deferred: bool = False
    ordered: bool = False
    supposed: bool = False
    elsewhere: bool = False
    before: tuple[int, int] = (0, 0)
    kind: UtteranceKind | None = None

    def pass_over(self, a: int, b: int) -> None:
        """Judge the stretch from token `a` to `b`, and empty it when it orders nothing."""
        stretch = self.tokens[a:b]
        ahead, self.before = self.before, (a, b)
        if stretch[0].kind == "separator" and stretch[0].value == "strong":
            self.silenced = self.ordered = False
            self.scene.told = None
        # `等我看过再加速`: what comes after is put off with what comes before
        if self.put_off and (stretch[0].text in said("AFTERWARDS") or self._some_day(ahead, stretch)):
            self.empty(a, b)
            return
        self.put_off = False
        if ahead != (0, 0) and self._asks_for_a_yes(stretch, b) and any(map(is_head, self.tokens[slice(*ahead)])):
            self._set_aside(*ahead, (0, 0), "hypothesis")  # `so clip 3 goes first, right?`
            self.empty(a, b)
            return
        deferred, self.deferred = self.deferred, False
        if deferred and stretch[0].kind == "separator" and stretch[0].value == "weak":
            self._set_aside(a, b, ahead, "later")
            return
        if wrapped := _wrapped(stretch, self.scene):
            self.tokens[a:b] = stretch = courtesy.unwrapped(stretch, wrapped)
        elif opens_order(stretch) and (polite := _afterthought(stretch, self.scene)):
            self.tokens[a:b] = stretch = courtesy.unwrapped(stretch, polite)
        self.kind = self._judged(a, b, ahead, wrapped=bool(wrapped))
        ordering = self.kind is None and (any(is_head(t) for t in stretch) or (bool(wrapped) and _measured(stretch)))
        self.ordered = self.ordered or ordering
        if self.kind is not None and not _stands(stretch, self.kind):
            self._set_aside(a, b, ahead, self.kind)
        elif any(t.is_a("LEFT_OUT") for t in stretch):
            self.kind = None  # an order: `the first minute is talk, leave it out and …`

    def _goes_with(self, stretch: list[Token]) -> bool:
        """`老婆你先把窗户关一下，外面太吵了`: the reason of what is wished of somebody else."""
        if stretch[0].value != "weak" or any(t.kind in ("clips", "range", "head", "tail") for t in stretch):
            return False
        return not any(t.is_a(*_DEEDS) and not t.is_a("FILLER") for t in stretch)

    def _asks_for_a_yes(self, stretch: list[Token], end: int) -> bool:
        """Whether a stretch is nothing but `right?`, `对吧？`."""
        words = "".join(t.text for t in stretch if t.kind != "separator")
        asked = end < len(self.tokens) and self.tokens[end].is_a("QUESTION")
        return words in said("TAGS") and asked

    def _makes_up(self, stretch: list[Token], ahead: tuple[int, int]) -> bool:
        """`第三段有点吵，但我喜欢`: what makes up for a fault takes the complaint back, unless it is of other clips."""
        told, languages = self.tokens[slice(*ahead)], self.scene.source.languages
        text = _text(told, self.scene)
        faulty = form("FAULT", languages).search(text) is not None
        if not text or (opens_order(told) and not faulty) or form("ORDER", languages).search(text):
            return False
        if withdrawn.forgives(_text(stretch, self.scene), languages):
            return faulty
        opened = next((t for t in stretch if t.kind != "separator"), stretch[0])
        return opened.is_a("BUT") and not any(t.kind == "clips" or t.is_a(*_HEARD_OR_SHOWN) for t in stretch)

    def _some_day(self, ahead: tuple[int, int], stretch: list[Token]) -> bool:
        """`以后要是参赛，想弄个宽银幕的版本`: what is wished for another day."""
        wish = _text(stretch, self.scene)
        return self._has("WISHES", wish) and self._has("SOME_DAY", _text(self.tokens[slice(*ahead)], self.scene))

    def _has(self, key: str, text: str) -> bool:
        return form(key, self.scene.source.languages).search(text) is not None

    def _is_hailed(self, ahead: tuple[int, int], stretch: list[Token]) -> bool:
        """`wow, black and white!`, `nice, clip 3 muted`: a look or a state that is exclaimed at, no order of it."""
        before, words = ([t for t in part if t.kind != "separator"] for part in (self.tokens[slice(*ahead)], stretch))
        if before and all(t.text in said("EXCLAIMS") for t in before):
            hailed = words
        elif not before and words and words[0].text in said("EXCLAIMS"):
            hailed = words[1:]
        else:
            return False
        urged = any(t.text in said("URGES") or t.value == "courtesy" or opens_order([t]) for t in hailed)
        return bool(hailed) and not urged and not any(t.kind == "quote" or t.is_a(*_DEGREES) for t in hailed)

    def _judged(self, a: int, b: int, ahead: tuple[int, int], *, wrapped: bool) -> UtteranceKind | None:
        stretch = self.tokens[a:b]
        elsewhere, self.elsewhere = self.elsewhere, False
        if elsewhere and not wrapped and self._goes_with(stretch):
            self.elsewhere = True
            return "told"
        self.silenced = self.silenced and not self._has("TURNS", _text(stretch, self.scene))
        if self.silenced:
            return "reported"
        if stretch[0].is_a("AND") and self.kind in _TOLD and not wrapped:
            return self.kind
        if b + 1 < len(self.tokens) and _names_only(stretch):
            return None  # `第五段？往下压6个db`: what the next stretch is about
        wished = self.ordered or wrapped or (a > 0 and self.tokens[a - 1].value == "courtesy")
        following = self.tokens[b] if b < len(self.tokens) and not wished else None
        kind = _kind(stretch, following, self.scene)
        if wrapped and kind in ("question", "told", "statement", "remark"):
            kind = None
        if wrapped and kind == "hypothesis":  # `I shouldn't object to …`: what is wrapped may be weighed, not the shell
            bare = [t for t in stretch if t.value != "courtesy"]
            kind = _kind(bare, following, self.scene) if bare else kind
        if kind is None and not wrapped and self._is_hailed(ahead, stretch):
            return "remark"
        return kind or ("addressed" if shape.calls(self.tokens, a, b, opens=opens_order) else None)

    def _set_aside(self, a: int, b: int, ahead: tuple[int, int], kind: UtteranceKind) -> None:
        stretch, scene = self.tokens[a:b], self.scene
        self.silenced = kind == "reported" or (kind == "addressed" and not any(map(is_head, stretch)))
        self.praised = self.praised or kind == "remark"
        self.elsewhere = self.elsewhere or kind == "addressed" or self._has("SURROUNDINGS", _text(stretch, scene))
        self.put_off = kind in ("later", "hypothesis", "reported")
        if kind == "question":
            if self._has("ASKS_OF", _text(stretch, scene)):
                self.empty(*ahead)  # `mov跟mp4混着剪，会掉画质吗` asks what would happen
            if self.supposed and isinstance(scene.findings[-1], Unresolved):
                scene.findings.pop()  # `假如第四段删掉，总长还剩多少` asks, and leaves nothing open
            scene.findings += _asked(stretch, scene)
        elif (
            kind in ("hypothesis", "addressed")
            or (kind == "reported" and self._has("SO_DO", _text(stretch, scene)))
            or (kind == "told" and self._has("LAST_ORDER", _text(stretch, scene)))
        ):
            scene.findings.append(Unresolved(_words(stretch, scene), stretch[0].start, missing=("operation",)))
        if kind in ("remark", "told", "statement") and self._makes_up(stretch, ahead):
            self.empty(*ahead)
        if kind == "later" and ahead == (0, 0) and not any(t.is_a(*_IMPERATIVES) for t in stretch):
            self.deferred = self._has("SOME_DAY", _text(stretch, scene))
        if kind == "later" and not any(is_head(t) for t in stretch if not t.is_a("FILLER")):
            self.empty(*ahead)  # `remove clip 4? let me sleep on it` puts off what stands before it
        self.supposed = kind == "hypothesis"
        scene.mentioned += [t for t in stretch if t.kind in _REFERRED]
        scene.told = next((numbers(t.value, scene.count) for t in stretch if t.kind == "clips"), scene.told)
        self.empty(a, b)

    def empty(self, a: int, b: int) -> None:
        """Take the stretch from token `a` to `b` out of what is read, and note where it stands."""
        if a < b:
            self.scene.passed.append((self.tokens[a].start, self.tokens[b - 1].end))
        self.tokens[a:b] = [_hollow(token) for token in self.tokens[a:b]]


_DEGREES = ("LOUDER", "QUIETER", "FASTER", "SLOWER", "BRIGHTER", "DARKER", "SHORTER", "LONGER")
_HEARD_OR_SHOWN = ("MUSIC", "AUDIO", "VOLUME", "SOURCE_SOUND", "TITLE", "CAPTION")


def _names_only(stretch: list[Token]) -> bool:
    """Whether the stretch names clips and says nothing of them: `第五段呢`, `clip 5`."""
    words = [t for t in stretch if t.kind != "separator"]
    clips = [t for t in words if t.kind == "clips"]
    return bool(clips) and all(t in clips or t.text in said("TOPIC") for t in words)


def _measured(stretch: list[Token]) -> bool:
    """`could i get the top five goals`: a wish with a number in it."""
    return any(t.kind in ("number", "duration", "clips", "head", "tail", "range") for t in stretch)


_REFERRED = ("clips", "head", "tail", "range")


def _wrapped(stretch: list[Token], scene: ParseContext) -> list[tuple[int, int]]:
    words = [t for t in stretch if t.kind != "separator"]
    if not words:
        return []
    start = words[0].start
    text = scene.source.work[start : words[-1].end]
    if form("ABILITY", scene.source.languages).search(text):
        return []  # `can you mute single clips?` asks what can be done
    found = courtesy.shells(text, scene.source.languages)
    return [(start + a, start + b) for a, b in found] or courtesy.asked(words)


def _afterthought(stretch: list[Token], scene: ParseContext) -> list[tuple[int, int]]:
    words = [t for t in stretch if t.kind != "separator"]
    if not words:
        return []
    text = scene.source.work[words[0].start : words[-1].end]
    found = courtesy.afterthought(text, scene.source.languages)
    return [(words[0].start + found[0], words[0].start + found[1])] if found else []


def _taken_back(tokens: list[Token]) -> list[Token]:
    """`undo? no, wait`: a no that answers the speaker's own question mark takes back what it marks."""
    out, bounds = list(tokens), list(_stretches(tokens))
    for (a, b), (c, d) in pairwise(bounds):
        words = [t.text for t in tokens[c:d] if t.kind != "separator"]
        if tokens[c].is_a("QUESTION") and words and all(word in said("NO") for word in words):
            out[a:b] = [_hollow(token) for token in tokens[a:b]]
    return out


def _unreasoned(tokens: list[Token], scene: ParseContext) -> list[Token]:
    """`the beginning is too slow, cut clip 1`, `cut clip 1, it's wobbly`: the reason of a cut asks for nothing more."""
    out, languages = list(tokens), scene.source.languages
    for (a, b), (c, d) in pairwise(_stretches(tokens)):
        ahead, behind = tokens[a:b], tokens[c:d]
        if faults.cuts_clips(behind) and faults.tells(ahead, _text(ahead, scene), languages):
            out[a:b] = [_hollow(token) for token in ahead]
        led = next((t.text for t in behind if t.kind != "separator"), "") in said("RUNS_ON") | said("RUNS_ON_OWNED")
        cuts = led and faults.cuts_clips(ahead) and opens_order(ahead)
        if cuts and faults.tells(behind, _text(behind, scene), languages):
            out[c:d] = [_hollow(token) for token in behind]
    return out


def _pointing(stretch: list[Token]) -> bool:
    """A bare `that …`, without a verb: what is praised beside it."""
    words = [t for t in stretch if t.kind != "separator"]
    verbal = any(t.is_a(*_IMPERATIVES) and not t.is_a("FILLER", "SLOWER", "FASTER", "MUTE") for t in words)
    return bool(words) and words[0].text in said("THAT") and not verbal


def _kind(stretch: list[Token], following: Token | None, scene: ParseContext) -> UtteranceKind | None:
    languages = scene.source.languages
    text, *shown = form("SHOWN", languages).split(_text(stretch, scene), maxsplit=1)
    text += "“”" if shown else ""
    asks = following is not None and following.is_a("QUESTION")
    opens = opens_order(stretch)
    named = shape.opens(stretch, scene, orders=opens_order)
    found = sort_of(text, languages, asks=asks, opens=opens, named=named)
    found = found or withdrawn.kind(text, languages)
    if found is None and asks and opens and not _courteous(stretch, text, languages):
        return "hypothesis"  # `delete clip 3?`
    return found or ("told" if shape.told(stretch, text, languages, opens=opens) else None)


def _courteous(stretch: list[Token], text: str, languages: Codes) -> bool:
    """`delete clip 3 please?`, `could you mute it?`: an order all the same."""
    polite = any(t.text in said("PLEASE") or t.value == "courtesy" for t in stretch)
    return polite or any(form("COURTESY_END", (code,)).search(text) for code in languages)


def _stretches(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Bounds of the stretches; a separator opens the one after it."""
    start = 0
    for i, token in enumerate(tokens):
        if (
            i > start
            and (
                token.kind == "separator"
                or (
                    token.is_a("BUT", "AND", "THEN", "BECAUSE")
                    and opens_order(tokens[i : i + 8])
                    # `音乐能再轻一点吗`: with nothing ordered before it, `再` is no `then`
                    and (token.text not in said("THEN_OR_AGAIN") or any(t.is_a(*_IMPERATIVES) for t in tokens[start:i]))
                )
                or (token.is_a("AND", "THEN") and shape.opens_what_is_unknown(tokens[i + 1 : i + 5]))
                or (token.text in said("SO") and _forbids(tokens[i + 1 : i + 3]))
            )
        ):
            yield start, i
            start = i
    if start < len(tokens):
        yield start, len(tokens)


def _forbids(ahead: list[Token]) -> bool:
    """`…, so nothing past 1:50:00`: what is told before gives the reason for a stretch that is left out."""
    return len(ahead) > 1 and ahead[0].is_a("NOT") and ahead[1].kind in ("range", "head", "tail")


def _text(stretch: list[Token], scene: ParseContext) -> str:
    """The stretch as read, with what is quoted as a bare pair of marks, without the punctuation before it."""
    words = [t for t in stretch if t.kind != "separator"]
    if not words:
        return ""
    text, at = "", words[0].start
    for token in words:
        text += scene.source.work[at : token.start]
        if token.value != "aside":
            text += "“”" if token.kind == "quote" else scene.source.work[token.start : token.end]
        at = token.end
    return text.strip()


_IMPERATIVES = (
    "REMOVE", "ADD", "MAKE", "CHANGE", "CUT", "KEEP", "TRIM", "MUTE", "UNMUTE", "SWAP", "MOVE", "FIND", "SPLIT",
    "ROTATE", "FLIP", "STABILIZE", "EXPORT", "UNDO", "REDO", "RESET", "SHORTEN", "LENGTHEN", "FREEZE", "REPLAY",
    "LOUDNESS", "SORT", "SHUFFLE", "DUCK", "FADE", "SKIP", "LOUDER", "QUIETER", "FASTER", "SLOWER", "TIGHTEN",
)  # fmt: skip


_DEEDS = tuple(set(_IMPERATIVES) - {"LOUDER", "QUIETER", "FASTER", "SLOWER"})


def opens_order(stretch: list[Token]) -> bool:
    """Whether a verb in the form of an order opens the stretch: `mute clip 2, ok?`, `but slow it down`."""
    for token in stretch:
        if token.kind == "separator" or token.text in said("LEADING") or token.is_a("AND", "BUT", "THEN", "CORRECTION"):
            continue
        plain, *_ = token.text.split() or [""]
        bent = plain.endswith(endings("BENT")) and plain not in said("BENT_NOT")
        numbered = any(t.kind in ("clips", "number") for t in stretch)  # `put it third` is read by itself
        if token.is_a("RATHER") and not numbered and not index().get(plain, _HOLLOW).isdisjoint(_IMPERATIVES):
            return True  # `put it at the top`, behind what was put at the bottom
        return token.is_a(*_IMPERATIVES) and not bent and not token.is_a("NOT")
    return False


def _stands(stretch: list[Token], kind: UtteranceKind) -> bool:
    """Whether a stretch is read though it orders nothing: it gets a reason of its own, or tells a fault."""
    return (kind not in _OTHERS and _known(stretch)) or (kind == "statement" and faults.complains(stretch))


_OTHERS = ("reported", "told", "addressed", "remark", "later", "hypothesis")


def _known(stretch: list[Token]) -> bool:
    """Wishes that get a reason of their own, whatever their form: what is not done here."""
    return any(
        t.kind == "named" or t.is_a("LEFT_OUT") or any(c.startswith(_ANSWERED) for c in t.concepts) for t in stretch
    )


def _asked(stretch: list[Token], scene: ParseContext) -> list[Query]:
    named = [t for t in stretch if t.kind == "clips"]
    clips = union(named, scene.count) if named else None
    topic = topic_of(stretch)
    return [Query(topic, stretch[0].start, clips or ()) if topic else Query("explain", stretch[0].start)]


def _words(stretch: list[Token], scene: ParseContext) -> str:
    return scene.words(Clause(stretch))


def _hollow(token: Token) -> Token:
    if token.kind == "separator":
        return token
    return replace(token, kind="word", concepts=_HOLLOW, value=None)
