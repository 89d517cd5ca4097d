"""What neighbours settle before anything is read: bounds in the negative, fillings of the frame, spans left out."""

from dataclasses import replace

from .lexicon import is_wide
from .normalize import NormalizedText
from .speech import endings, form, said
from .tokens import Token, is_head

_FILLER = frozenset({"FILLER"})
_REACH = 9
_SPANS = ("range", "head", "tail")


def settle_asides(tokens: list[Token], source: NormalizedText, *, uncut: bool) -> list[Token]:
    """The tokens with these readings settled. `uncut`: a span may still be one of the footage to choose from."""
    tokens = _renumbered(
        _compared(
            _unwilled(
                _numbered(
                    _listed(
                        _merely(
                            _parted(
                                _filled(
                                    _bounded(_searched(_single(_handed(_apposed(_side_by_side(_faltered(tokens)))))))
                                )
                            )
                        )
                    )
                )
            )
        )
    )
    tokens = _tinted(_some(_there(_whole(_raised(_sized(tokens))))))
    return _left_out(tokens, source) if uncut else tokens


def _parted(tokens: list[Token]) -> list[Token]:
    """`删了第二段以后把第五段…`: one request is over before the next one begins."""
    return [
        replace(t, kind="separator", concepts=frozenset(), value="weak")
        if t.text in said("OVER") and 0 < i < len(tokens) - 1 and tokens[i + 1].text in said("BEGINS")
        else t
        for i, t in enumerate(tokens)
    ]


def _side_by_side(tokens: list[Token]) -> list[Token]:
    """`二号四号`, `第三第四段`: clips named one right behind the other are several."""
    out: list[Token] = []
    for token in tokens:
        ahead = out[-1] if out else token
        if token.kind == ahead.kind == "clips" and ahead.end == token.start and is_wide(token.text[0]):
            out[-1] = replace(ahead, end=token.end, text=ahead.text + token.text, value=(*ahead.value, *token.value))
        elif token.kind == "number" and ahead.kind == "clips" and ahead.end == token.start and _counts(token, ahead):
            out[-1] = replace(ahead, end=token.end, text=ahead.text + token.text)  # `第二第五两段`
        else:
            out.append(token)
    return out


def _counts(number: Token, clips: Token) -> bool:
    """Whether a number says once more how many clips were named."""
    single = all(first == last for first, last in clips.value)
    return single and len(clips.value) > 1 and number.value == len(clips.value)


def _sized(tokens: list[Token]) -> list[Token]:
    """`no single clip over six`, `none longer than twelve`: of clips, a bare number is in seconds."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        ends = i + 1 == len(tokens) or tokens[i + 1].kind == "separator"
        bound = tokens[i - 1].is_a("EACH") and tokens[i - 1].is_a("AT_MOST", "AT_LEAST")
        if token.kind == "number" and bound and ends:
            out[i] = replace(token, kind="duration", value=round(token.value * 1000))
    return out


_EDGES = ("START", "END", "FRONT", "BACK")


def _there(tokens: list[Token]) -> list[Token]:
    """`结尾那里淡出`: behind an end of the reel the word points at nothing more."""
    return [
        replace(t, kind="word", concepts=_FILLER, value="aside")
        if i and t.text in said("THERE") and tokens[i - 1].is_a(*_EDGES) and tokens[i - 1].kind == "word"
        else t
        for i, t in enumerate(tokens)
    ]


def _some(tokens: list[Token]) -> list[Token]:
    """`最精彩的几段`: a few of them, where `几段` alone asks how many there are."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        ahead = tokens[i - 1]
        owned = ahead.text in said("POSSESSIVE") or ahead.text.endswith(endings("POSSESSIVE"))
        if token.is_a("STATE") and token.text in said("SOME_OF_THEM") and (owned or ahead.is_a("FIND", "BEST")):
            out[i] = replace(token, concepts=frozenset({"MOMENT", "CLIP"}))
    return out


def _tinted(tokens: list[Token]) -> list[Token]:
    """`整体偏黄，往冷调一点`: a tint that is found fault with is no look that is wished for."""
    out = list(tokens)
    for a, b in _stretches(tokens):
        part = tokens[a:b]
        ordered = any(t.is_a("CHANGE", "MAKE", "ADD", "FILTER") and not t.is_a("ALL") for t in part)
        for i in range(a, b):
            wished = ordered or any(t.is_a("A_BIT") for t in tokens[i + 1 : b])
            if tokens[i].text in said("TINTED") and not wished:
                out[i] = replace(tokens[i], concepts=_FILLER)
    return out


_AMOUNTS = ("factor", "percent", "decibels", "number")


def _raised(tokens: list[Token]) -> list[Token]:
    """`提到1.5倍速`, `音量提到原来的两倍`: before an amount nothing is mentioned, but raised to it."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        behind = next((t for t in tokens[i + 1 : i + 4] if t.text not in said("AS_IT_WAS")), None)
        if token.is_a("ASR:words") and token.is_a("MOVE") and behind is not None and behind.kind in _AMOUNTS:
            out[i] = replace(token, concepts=frozenset({"CHANGE", "MOVE"}))
    return out


def _whole(tokens: list[Token]) -> list[Token]:
    """`整条两倍速`: all of the reel, where `整条一分钟的` makes one."""
    out = list(tokens)
    for a, b in _stretches(tokens):
        for i in range(a, b):
            made = any(t.kind in ("duration", "number") or t.is_a("REEL", "BEST", "MOMENT") for t in tokens[i + 1 : b])
            led = i > a and tokens[i - 1].text in said("DONE_TO")
            if tokens[i].is_a("ALL") and tokens[i].is_a("MAKE") and (led or not made):
                out[i] = replace(tokens[i], concepts=tokens[i].concepts - {"MAKE", "ADD"})
            sounds = tokens[i].is_a("ZOOM") and any(t.is_a("AUDIO", "VOLUME", "SOURCE_SOUND") for t in tokens[a:i])
            if sounds and is_wide(tokens[i].text[0]):
                out[i] = replace(tokens[i], concepts=frozenset({"LOUDER"}))  # `声音放大到两倍`
    return out


def _faltered(tokens: list[Token]) -> list[Token]:
    """`那个那个第一段嘛，…`: what is said while one looks for the number of a clip points at nothing more."""
    return [
        replace(t, kind="word", concepts=_FILLER, value="aside")
        if t.text in said("FALTERS") and i + 1 < len(tokens) and tokens[i + 1].kind == "clips"
        else t
        for i, t in enumerate(tokens)
    ]


def _apposed(tokens: list[Token]) -> list[Token]:
    """`现在排第二的那个`: where a clip stands, and once more that it is meant, names that clip."""
    out = list(tokens)
    for i, token in enumerate(tokens[:-2]):
        link, pointer = tokens[i + 1 : i + 3]
        if token.kind == "clips" and link.text in said("OF_CLIP") and pointer.text in said("THAT_ONE"):
            led = [k for k in range(max(0, i - 2), i) if tokens[k].text in said("STANDING")]
            for k in (*led, i + 1, i + 2):
                out[k] = replace(tokens[k], kind="word", concepts=_FILLER, value="aside")
    return out


def _stretches(tokens: list[Token]) -> list[tuple[int, int]]:
    """Bounds of what stands between the marks of punctuation."""
    marks = [k for k, t in enumerate(tokens) if t.kind == "separator"]
    return list(zip([0, *[m + 1 for m in marks]], [*marks, len(tokens)], strict=True))


def _merely(tokens: list[Token]) -> list[Token]:
    """`just drop clip 3`, `delete only clip 3`, `只要把第三段删掉`: beside what takes away, `only` keeps nothing."""
    out = list(tokens)
    for a, b in _stretches(tokens):
        part = tokens[a:b]
        taken = next((k for k, t in enumerate(part) if t.is_a("REMOVE") or _bare_cut(part, k)), None)
        ends = any(t.kind in ("head", "tail") for t in part)
        taken = next((k for k, t in enumerate(part) if ends and t.is_a("CUT", "TRIM")), taken)
        others = any(t.is_a("EXCEPT", "REST", "NOT", "ALL") and not t.is_a("AND") for t in part)
        kept = any(t.is_a("KEEP") and not t.is_a("ONLY") for t in part)
        if taken is None or others or kept:
            continue
        for k, token in enumerate(part):
            handled = any(t.text in said("HANDLING") for t in part[k + 1 : taken])
            if token.is_a("ONLY") and not token.is_a("REMOVE") and (not token.is_a("KEEP") or handled):
                out[a + k] = replace(token, concepts=_FILLER)
    return out


def _bare_cut(part: list[Token], k: int) -> bool:
    """`just cut clip 3`, not `cut it so that only clip 3 is left`."""
    behind = [t for t in part[k + 1 : k + 3] if t.text not in said("MERELY")]
    return part[k].text in said("BARE_CUT") and bool(behind) and behind[0].kind == "clips"


def _listed(tokens: list[Token]) -> list[Token]:
    """`按3、2、1的顺序排`: the marks between the numbers of an order part nothing."""
    out = list(tokens)
    if not any(t.is_a("SORT") for t in tokens):
        return out
    start = 0
    while start < len(tokens):
        end = start
        while end + 2 < len(tokens) and all(t.kind == "number" for t in (tokens[end], tokens[end + 2])):
            if tokens[end + 1].kind != "separator" or tokens[end + 1].value != "weak":
                break
            end += 2
        if end - start >= _LIST:
            out[start + 1 : end : 2] = [replace(t, kind="word", concepts=_FILLER) for t in tokens[start + 1 : end : 2]]
        start = max(end, start + 1)
    return out


def _unwilled(tokens: list[Token]) -> list[Token]:
    """`i don't want clip 2 removed`: what is not wished is the removal, not the clip."""
    out = list(tokens)
    for a, b in _stretches(tokens):
        for i in range(a, b):
            unwished = tokens[i].text.rpartition(" ")[2] in said("WANT") and tokens[i].is_a("REMOVE")
            behind = tokens[i + 1 : b]
            if unwished and any(t.is_a("REMOVE", "CUT", "MUTE", "TRIM", "UNWANTED") for t in behind):
                out[i] = replace(tokens[i], concepts=frozenset({"NOT"}))
    return out


_LIST = 4  # three numbers and the marks between them


def _numbered(tokens: list[Token]) -> list[Token]:
    """`remove clips 2-4 but keep 3`, `open on 4`: a bare number kept beside clips, or opening the reel, is one."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        ahead = tokens[i - 1] if i else token
        ends = i + 1 == len(tokens) or tokens[i + 1].kind == "separator" or tokens[i + 1].is_a("FILLER")
        whole = token.kind == "number" and float(token.value).is_integer()
        opened = ahead.is_a("MOVE") and ahead.text.rpartition(" ")[2] in said("OPENS_ON") and " " in ahead.text
        kept = ahead.is_a("KEEP") and any(t.kind == "clips" for t in tokens[:i])
        if whole and ends and token.value >= 1 and (kept or opened):
            out[i] = replace(token, kind="clips", value=((int(token.value),) * 2,))
    return out


def _bounded(tokens: list[Token]) -> list[Token]:
    """`don't make any shot longer than 20 sec`, `none of the clips over 7 s`: no wish less, but a longest clip."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if not token.is_a("NOT") and token.text not in said("NONE"):
            continue
        near = tokens[i + 1 : i + 1 + _REACH]
        over = next((k for k, t in enumerate(near) if t.is_a("OVER") and t.text not in said("AT_LEAST")), None)
        if over is None or any(t.kind == "separator" for t in near[:over]):
            continue
        ahead = [t for t in near[over + 1 : over + 5] if t.kind != "separator"]
        length = next((t for t in ahead[:2] if t.kind == "duration"), None)
        if length is None or not any(t.is_a("CLIP", "MOMENT", "EACH") for t in [*near[:over], *ahead]):
            continue
        for k in range(i, i + 1 + over):
            out[k] = replace(tokens[k], kind="word", concepts=_FILLER)
        out[i + 1 + over] = replace(near[over], kind="word", concepts=frozenset({"AT_MOST", "EACH"}))
    return out


_TIMES_AS = ("HALF_LOUD", "TWICE_LOUD", "HALF_SPEED", "DOUBLE_SPEED", "HALF_LONG", "TWICE_LONG", "LOUDER", "QUIETER")


def _compared(tokens: list[Token]) -> list[Token]:
    """`half as loud as it is`: what it is compared with, no wish to leave it."""
    return [
        replace(t, concepts=_FILLER) if i and t.is_a("LEAVE_ALONE") and tokens[i - 1].is_a(*_TIMES_AS) else t
        for i, t in enumerate(tokens)
    ]


def _renumbered(tokens: list[Token]) -> list[Token]:
    """`mute what is clip one now`, `whatever was clip five goes first`: a clip by the number that it has."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        being = tokens[i - 1]
        if token.kind != "clips" or being.text not in said("BEING") | said("NAMED_BEING"):
            continue
        opening = i - 2 if being.text in said("BEING") else i - 1
        naming = tokens[opening].text if opening >= 0 else ""
        led = opening > 0 and tokens[opening - 1].kind != "separator"
        if not naming.startswith(endings("NAMING")) or not (led or naming.startswith(endings("NAMING_ALONE"))):
            continue
        for k in range(opening, i):
            out[k] = replace(tokens[k], kind="word", concepts=_FILLER, value="aside")
        if i + 1 < len(tokens) and tokens[i + 1].text in said("NOWADAYS"):
            out[i + 1] = replace(tokens[i + 1], kind="word", concepts=_FILLER, value="aside")
    return out


_HANDED = ("REEL", "BEST", "MOMENT")


def _handed(tokens: list[Token]) -> list[Token]:
    """`the best bits for grandma`: behind what is made, she is who gets it; nobody has to be seen in the picture."""
    out = list(tokens)
    for i, token in enumerate(tokens[2:], 2):
        made, joined = tokens[i - 2], tokens[i - 1]
        if token.is_a("VISION:person") and joined.text in said("FOR") and made.is_a(*_HANDED):
            out[i] = replace(token, concepts=_FILLER)
    return out


def _single(tokens: list[Token]) -> list[Token]:
    """`one 20 second highlight reel`: here `one` counts no clip, and is the article of what is made."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        ahead = [t for t in tokens[i + 1 : i + 3] if t.kind != "duration"]
        if token.text in said("SINGLE") and ahead and ahead[0].is_a("REEL") and ahead[0].text not in said("SINGLE_NOT"):
            out[i] = replace(token, text=min(said("ARTICLE")))
    return out


def _searched(tokens: list[Token]) -> list[Token]:
    """`the part where they talk about …`: the moment that a search finds, and no clip of the reel."""
    return [
        replace(t, concepts=frozenset({"MOMENT"}))
        if t.is_a("THAT_CLIP") and i + 1 < len(tokens) and tokens[i + 1].kind == "named"
        else t
        for i, t in enumerate(tokens)
    ]


def _filled(tokens: list[Token]) -> list[Token]:
    """`fill the gaps with blur`, `多出来的边用模糊补`: beside a shape, blur at the edges is what fills the frame."""
    shaped = any(t.kind == "ratio" or any(c.startswith("SHAPE:") for c in t.concepts) for t in tokens)
    out = list(tokens)
    for i, token in enumerate(tokens):
        if not shaped or not token.is_a("LOOK:blur", "BLURRED_SIDES"):
            continue
        a = next((k + 1 for k in range(i, -1, -1) if tokens[k].kind == "separator"), 0)
        b = next((k for k in range(i, len(tokens)) if tokens[k].kind == "separator"), len(tokens))
        around = tokens[a:b]
        edges = [k for k, t in enumerate(around, a) if t.text in said("EDGE") | said("FILL")]
        if (not edges and token.is_a("LOOK:blur")) or any(t.kind == "clips" for t in around):
            continue
        out[i] = replace(token, concepts=frozenset({"BLURRED_SIDES"}))
        for k, t in enumerate(around, a):
            if k != i and (k in edges or t.kind == "unknown"):
                out[k] = replace(t, kind="word", concepts=_FILLER)
    return out


_OWN_ORDERS = ("SHORTEN", "REMOVE", "EXCEPT", "KEEP", "TRIM", "FIND", "ADD")


def _left_out(tokens: list[Token], source: NormalizedText) -> list[Token]:
    """`the first ten minutes are warm-up, don't use that, …`: the span named is the one to leave out."""
    bounds = _stretches(tokens)
    for n, (a, b) in enumerate(bounds):
        if a == b:
            continue
        text = source.work[tokens[a].start : tokens[b - 1].end]
        found = form("LEAVES_OUT", source.languages).search(text.strip())
        if not found:
            continue
        over = tokens[a].start + found.end()
        b = next((k for k in range(a, b) if tokens[k].start >= over and tokens[k].is_a("AND", "THEN", "BUT")), b)
        start = bounds[n - 1][0] if n and not any(t.kind in _SPANS for t in tokens[a:b]) else a
        if n + 1 < len(bounds) and not any(t.kind in _SPANS for t in tokens[start:b]):
            after = tokens[bounds[n + 1][0] : bounds[n + 1][1]]  # `中场休息那段别用，45分到60分`
            start, b = (a, bounds[n + 1][1]) if [t.kind for t in after] == ["range"] else (start, b)
        spans = [t for t in tokens[start:b] if t.kind in _SPANS]
        if len(spans) != 1 or any(t.kind == "clips" for t in tokens[start:b]):
            continue
        began = tokens[a].start + found.start()
        if any(t.end <= began and t.is_a(*_OWN_ORDERS) for t in tokens[start:b]):
            continue  # `keep 5:00-9:00, don't use it`: an order and its denial, which is asked about
        stay = [*spans, *(t for t in tokens[start:b] if t.kind == "asset")]
        told = [t if t in stay else _passed(t) for t in tokens[start:b]]
        free = next((k for k, t in enumerate(told) if t not in stay), None)
        if free is None:
            continue
        told[free] = replace(told[free], concepts=frozenset({"SKIP", "LEFT_OUT"}), value=None)
        return [*tokens[:start], *told, *_of_the_rest(tokens[b:])]
    return tokens


def _passed(token: Token) -> Token:
    return replace(token, kind="word", concepts=_FILLER, value="courtesy")


def _of_the_rest(tokens: list[Token]) -> list[Token]:
    """`…, 90 seconds from the rest`: a length of what is not left out is a reel of it."""
    if any(is_head(t) for t in tokens) or not any(t.kind == "duration" for t in tokens):
        return tokens
    return [replace(t, concepts=frozenset({"REEL"})) if t.is_a("REST") else t for t in tokens]
