"""Second thoughts: "not the third, the fourth", "2 minutes, no wait, 3 minutes"."""

from dataclasses import replace

from . import folders
from .spans.grammar import grammar_of
from .speech import said
from .tokens import VERBS, Token, is_head, is_object

_POINTING = ("clips", "range", "head", "tail")
_SIZES = ("duration", "time", "percent", "factor", "number", "decibels", "ratio", "quote", "resolution", "asset")
_NOTHING = frozenset({"FILLER"})


def apply_corrections(tokens: list[Token]) -> list[Token]:
    """The tokens that stand after the speaker corrected themselves."""
    return _amend(_unreasoned(contrast(tokens)))


def _corrects(tokens: list[Token], i: int) -> bool:
    """`delete the first, no the last`: behind a mark, a no takes back what was said and denies nothing."""
    return i > 0 and tokens[i - 1].kind == "separator" and tokens[i].text in said("BARE_NO")


def _hollow(token: Token) -> Token:
    return replace(token, kind="word", concepts=_NOTHING, value=None)


def contrast(tokens: list[Token]) -> list[Token]:
    """`not A but B`, `B, not A`: A goes when no verb stands between the negation and it."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if not token.is_a("NOT") or _corrects(tokens, i):
            continue
        j = i + 1
        while (
            j < len(tokens)
            and j < i + 4
            and not _sort(tokens[j])
            and tokens[j].kind != "number"
            and tokens[j].kind != "separator"
            and not _verbal(tokens[j])
        ):
            j += 1
        sort = _sort(tokens[j]) if j < len(tokens) else ""
        if not sort and j < len(tokens) and tokens[j].kind == "number" and _lone(tokens, j):
            sort = "clips"
        if not sort:
            continue
        other = [t for k, t in enumerate(tokens) if _sort(t) == sort and k != j]
        if not other:
            continue
        if sort == "clips" and (held := [t for t in other if t.start < token.start and _holds(t, tokens[j])]):
            if any(_spared_of(t, tokens[j]) for t in held):
                out[i] = replace(token, kind="word", concepts=frozenset({"EXCEPT"}))
                out[j] = _as_clips(tokens[j])
            continue  # `delete clip 2, wait, not 2`: neither is passed over
        for k in range(i, j + 1):
            out[k] = _hollow(tokens[k])
        if j + 2 < len(tokens) and tokens[j + 1].is_a("BUT") and _sort(tokens[j + 2]) == sort:
            out[j + 1] = _hollow(tokens[j + 1])
        if j + 1 < len(tokens) and tokens[j + 1].kind == "separator" and j + 1 < len(tokens) - 1:
            out[j + 1] = _hollow(tokens[j + 1])
    return out


def _as_clips(token: Token) -> Token:
    """A bare number as a clip."""
    if token.kind == "clips":
        return token
    return replace(token, kind="clips", value=((round(token.value), round(token.value)),))


def _holds(listed: Token, one: Token) -> bool:
    """Whether a list of clips names all clips of another."""
    named = {int(n) for pair in _as_clips(one).value for n in pair}
    return all(any(a <= n <= b for a, b in listed.value) for n in named)


def _spared_of(listed: Token, one: Token) -> bool:
    """Whether a list names more clips than those of another that it holds."""
    sizes = [sum(int(b) - int(a) + 1 for a, b in t.value) for t in (listed, _as_clips(one))]
    return sizes[0] > sizes[1]


def _lone(tokens: list[Token], i: int) -> bool:
    """`clip 2, not 3!`: a bare number that nothing follows."""
    return i + 1 == len(tokens) or tokens[i + 1].kind == "separator"


def _sort(token: Token) -> str:
    """What kind of alternative a token is: clips, or the shape of the picture."""
    if token.kind == "clips":
        return "clips"
    return "shape" if token.kind == "ratio" or any(c.startswith("SHAPE:") for c in token.concepts) else ""


def _unreasoned(tokens: list[Token]) -> list[Token]:
    """`bin clip 2... sorry, no, two is great, bin the one after it`: why something is taken back is passed over."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if i == 0 or not (token.is_a("CORRECTION") or _bare_no(tokens, i)):
            continue
        start = i + 1
        while start < len(tokens) and (
            tokens[start].kind == "separator" or tokens[start].text in said("HESITATION") | said("NO")
        ):
            start += 1
        stop = next((k for k in range(start, len(tokens)) if tokens[k].kind == "separator"), len(tokens))
        if stop + 1 >= len(tokens) or not _reasons(tokens[start:stop], tokens[:i]):
            continue
        out[i] = replace(token, concepts=frozenset({"CORRECTION"}))
        for k in range(i + 1, stop + 1):
            out[k] = replace(_hollow(out[k]), value="courtesy")
        _beside_named(out, stop + 1, tokens[start:stop], tokens[:i])
    return out


def _reasons(words: list[Token], before: list[Token]) -> bool:
    """Whether words only say of what was named before them how it is."""
    says = any(t.text in said("BEING") | said("RUNS_ON") for t in words)
    sized = any(t.kind in _SIZES and t.kind != "number" for t in words)
    ordering = sized or any(_verbal(t) and t.text.rpartition(" ")[0] not in said("FAULTY") for t in words)
    named = [t for t in words if t.kind in ("clips", "number")]
    known = [t for t in before if t.kind == "clips"]
    return says and not ordering and all(any(_holds(k, one) for k in known) for one in named)


def _beside_named(tokens: list[Token], start: int, told: list[Token], before: list[Token]) -> None:
    """`…, no, two is great, bin the one after it`: counted from the clip that was taken back."""
    named = [t for t in (*before, *told) if t.kind == "clips"]
    if not named or named[-1].value[0][0] != named[-1].value[-1][1] or named[-1].value[0][0] < 1:
        return
    for k in range(start, len(tokens)):
        step = 1 if tokens[k].is_a("NEXT_CLIP") else -1 if tokens[k].is_a("PREVIOUS_CLIP") else 0
        if tokens[k].kind == "separator" or not step:
            continue
        place = named[-1].value[0][0] + step
        if place >= 1:
            tokens[k] = replace(tokens[k], kind="clips", concepts=frozenset(), value=((place, place),))
        return


def _verbal(token: Token) -> bool:
    return is_head(token) and not token.is_a("FILLER", "CORRECTION")


def _amend(tokens: list[Token]) -> list[Token]:
    """`X, no wait, Y`: Y takes the place of the last span of its kind; with a verb, of the request before."""
    out = list(tokens)
    for i, token in enumerate(out):
        if not (token.is_a("CORRECTION") or _bare_no(out, i) or _actually(out, i)) or i == 0:
            continue
        after = [t for t in out[i + 1 :] if t.kind != "separator"]
        stop = _end_of_piece(out, i)
        told = [t for t in out[i + 1 : stop] if t.kind in _POINTING + _SIZES]
        verbs = any(_verbal(t) for t in out[i + 1 : stop])
        if not after:
            continue  # a last `…, nope` takes back what stands before it; nobody passes over it
        if not told and not verbs and not (told := _widened(out, i, stop) or _share(out, i, stop)):
            continue
        if token.is_a("CORRECTION") and any(t.text in said("ALSO_SO") for t in out[i + 1 : stop]):
            out[i] = _hollow(token)  # `speed up clip 1, wait, clip 2 too` takes nothing back
            continue
        if verbs and not told and _steps_beside(out, tokens, i, stop):
            told = [t for t in out[i + 1 : stop] if t.kind == "clips"]
        if not (told and not verbs and _only_told(out, tokens, i, stop)):
            _take_back(out, tokens, i, stop, told, verbs=verbs)
    return out


def _take_back(
    out: list[Token], tokens: list[Token], i: int, stop: int, told: list[Token], *, verbs: bool
) -> None:  # fmt: skip
    """What the correction at `i` says, up to `stop`, in the place of what was said before it."""
    out[i] = _hollow(out[i])
    if verbs and told:
        start = _request_start(out, tokens, i)
        _stand_in(out, start, i, stop)
        _wipe(out, start, i)
    elif told:
        for new in told:
            _replace_last(out, i, new)
        for k in (i - 1, i + 1):
            out[k : k + 1] = [_hollow(t) if t.kind == "separator" else t for t in out[k : k + 1]]
    elif verbs:
        bare = not any(t.concepts & VERBS for t in out[i + 1 : stop])
        meant = _pointer(out, i, stop) is not None
        for k in range(_request_start(out, tokens, i), i):
            kept = (bare and out[k].concepts & VERBS) or (meant and not out[k].concepts & VERBS)
            if _verbal(out[k]) and out[k].kind == "word" and not kept:
                out[k] = _hollow(out[k])


def _only_told(tokens: list[Token], given: list[Token], i: int, stop: int) -> bool:
    """`delete clip 1, no wait, clip 1 is fine, …`: what is told of the very clip takes the order back."""
    start = _request_start(tokens, given, i)
    again = [t.value for t in tokens[i + 1 : stop] if t.kind == "clips"]
    said = [t.kind for t in tokens[i + 1 : stop] if t.kind in _POINTING + _SIZES]
    if stop == len(tokens) or said != ["clips"] or again != [t.value for t in tokens[start:i] if t.kind == "clips"]:
        return False
    _wipe(tokens, start, stop)
    return True


def _steps_beside(tokens: list[Token], given: list[Token], i: int, stop: int) -> bool:
    """`delete clip 2, no, the one after it`: the clip beside the one that is taken back, by its number."""
    start = _request_start(tokens, given, i)
    named = [t.value[0] for t in tokens[start:i] if t.kind == "clips" and len(t.value) == 1]
    places = [k for k in range(i + 1, stop) if tokens[k].is_a("NEXT_CLIP", "PREVIOUS_CLIP")]
    if len(named) != 1 or len(places) != 1 or named[0][0] != named[0][1] or named[0][0] < 1:
        return False
    step = 1 if tokens[places[0]].is_a("NEXT_CLIP") else -1
    place = named[0][0] + step
    if place < 1:
        return False
    tokens[places[0]] = replace(tokens[places[0]], kind="clips", concepts=frozenset(), value=((place, place),))
    return True


def _end_of_piece(tokens: list[Token], i: int) -> int:
    """Where what a correction says ends: `…, no wait, clip 5 is fine, delete 4` goes on past what orders nothing."""
    stop = i
    while stop < len(tokens):
        start = stop + 1
        stop = next((k for k in range(start, len(tokens)) if tokens[k].kind == "separator" and k > i + 1), len(tokens))
        if not all(t.kind == "separator" or t.concepts == _NOTHING for t in tokens[start:stop]):
            break
    return stop


def _widened(tokens: list[Token], i: int, stop: int) -> list[Token]:
    """`mute 2 and 3, no, everything`: what takes in all in place of the clips named before."""
    wide = [t for t in tokens[i + 1 : stop] if t.is_a("ALL", "EVERYTHING")]
    for k in range(i) if wide else ():
        tokens[k] = _hollow(tokens[k]) if tokens[k].kind == "clips" else tokens[k]
    return wide


def _share(tokens: list[Token], i: int, stop: int) -> list[Token]:
    """`to half volume, no wait, to a quarter`: a share in place of the level said before it."""
    shares = [t for t in tokens[i + 1 : stop] if t.text in said("SHARES")]
    at = next((k for k in range(i - 1, -1, -1) if tokens[k].kind == "percent" or tokens[k].is_a(*_LEVELS)), None)
    if not shares or at is None:
        return []
    tokens[at] = _hollow(tokens[at])
    return shares


_LEVELS = ("HALF_LOUD", "TWICE_LOUD")


def _bare_no(tokens: list[Token], i: int) -> bool:
    """`…, no, …`: a negation alone between commas."""
    if not 0 < i < len(tokens) - 1 or not _corrects(tokens, i):
        return False
    return tokens[i + 1].kind == "separator" or tokens[i + 1].kind == "clips"


def _actually(tokens: list[Token], i: int) -> bool:
    """`make it 2 minutes. actually 90 seconds`: nothing but another size of the same kind follows."""
    if tokens[i].text not in said("ACTUALLY"):
        return False
    stop = next((k for k in range(i + 1, len(tokens)) if tokens[k].kind == "separator"), len(tokens))
    told = [t for t in tokens[i + 1 : stop] if t.kind in _SIZES]
    plain = all(t.kind in _SIZES or t.is_a("FILLER", "MAKE", "CHANGE") for t in tokens[i + 1 : stop])
    return bool(told) and plain and any(t.kind == told[0].kind for t in tokens[:i])


def _request_start(tokens: list[Token], given: list[Token], i: int) -> int:
    """Where the request begins that is taken back, perhaps more than once: `…, no, no wait, …`."""
    k = i - 1
    while k >= 0 and (
        tokens[k].kind == "separator" or tokens[k].text in said("HESITATION") or given[k].is_a("CORRECTION")
    ):
        k -= 1
    while k > 0 and tokens[k - 1].kind != "separator":
        k -= 1
    return max(0, k)


def _wipe(tokens: list[Token], start: int, end: int) -> None:
    for k in range(start, end):
        tokens[k] = _hollow(tokens[k])


def _pointer(tokens: list[Token], i: int, stop: int) -> int | None:
    """Where a correction only points at a thing, which the request that it takes back must have named."""
    if any(map(_names, tokens[i:stop])):
        return None
    inside = any(
        said("IT") & {*t.text.split()[1:]} for t in tokens[i:stop] if _verbal(t)
    )  # `bring it down` is one word
    return next((k for k in range(i, stop) if tokens[k].text in said("POINTER")), i if inside else None)


def _names(token: Token) -> bool:
    """Whether a token names a thing; `a tenth` is a share."""
    return is_object(token) or (token.kind in _POINTING and token.text.partition(" ")[0] not in said("ARTICLE"))


def _stand_in(tokens: list[Token], start: int, i: int, stop: int) -> None:
    """`lose clip 2, no, cut it by 3 seconds`: what is taken back has named the thing that the pronoun means."""
    named = [t for t in tokens[start:i] if _names(t)]
    place = _pointer(tokens, i, stop)
    if place is not None and len(named) == 1:
        tokens[place] = replace(named[0], start=tokens[place].start, end=tokens[place].end)


def unit_of(length: Token) -> int:
    """Milliseconds of the unit in which a length is said; 0 where it has more than one."""
    units = grammar_of(folders.codes()).unit_ms
    found = {units[word] for word in length.text.split() if word in units}
    return found.pop() if len(found) == 1 else 0


def _replace_last(tokens: list[Token], i: int, new: Token) -> None:
    if new.kind == "number" and not any(t.kind == "number" for t in tokens[:i]):
        _resized(tokens, i, new)
        return
    group = (
        _POINTING
        if new.kind in _POINTING
        else (new.kind, "number")
        if new.kind in ("duration", "time")
        else (new.kind,)
    )
    for k in range(i - 1, -1, -1):
        if tokens[k].kind in group or (new.kind == "percent" and tokens[k].is_a("HALF_LOUD", "TWICE_LOUD")):
            tokens[k] = _hollow(tokens[k])
            return


def _resized(tokens: list[Token], i: int, new: Token) -> None:
    """`make it 3 minutes, sorry, 4`: a bare number takes the unit of the length that it corrects."""
    at = next((k for k in range(i - 1, -1, -1) if tokens[k].kind == "duration"), None)
    unit = unit_of(tokens[at]) if at is not None else 0
    if at is None or not unit:
        return
    tokens[tokens.index(new)] = replace(new, kind="duration", text=f"{new.text}", value=round(new.value * unit))
    tokens[at] = _hollow(tokens[at])
