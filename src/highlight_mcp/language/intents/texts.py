"""Titles, captions, subtitles from a file, cards."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import CardAdd, SubtitlesAdd, TextAdd, TextEdit, TextRemove
from ..context import ParseContext, resolve_target
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token

_WORDS = ("TITLE", "CAPTION", "SUBTITLES")
_DEFAULT_MS = 3000
_PLACES = ("片头", "片尾", "intro", "outro", "黑场", "黑屏", "card")


def read_texts(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Words over the picture."""
    quote = clause.peek("quote")
    about_text = clause.has(*_WORDS)
    if clause.has("NUMBER_CLIPS"):
        yield _numbering(clause, scene)
        return
    bare = clause.verb("TRIM") and not clause.peek("clips", "duration", "head", "tail")
    if (bare or clause.verb("REMOVE", "UNWANTED")) and about_text and quote is None and not clause.has("REEL"):
        yield _remove(clause, scene)
        return
    if clause.has("CARD") and _is_card(clause):
        yield _card(clause, scene)
        return
    if (
        clause.has("SUBTITLES")
        and not quote
        and (scene.situation.hears or scene.situation.subtitle_files or clause.peek("asset"))
    ):
        yield _subtitles(clause, scene)
        return
    quote = quote or _shouted(clause, scene)
    if quote is None and not (
        about_text and (clause.verb("ADD", "CHANGE", "MAKE", "SAYING") or clause.has("COLON") or _titles(clause))
    ):
        return
    if quote is not None and not (
        about_text or clause.verb("ADD", "CHANGE", "SAYING", "MAKE") or clause.names("POSITION:")
    ):
        return
    if clause.has("MUSIC") and not about_text:
        return
    yield _text(clause, scene)


def _titles(clause: Clause) -> bool:
    """`title it Game Day`: the noun as a verb, first in its clause."""
    first = next((t for t in clause.tokens if t.kind != "separator" and t.text != "please"), None)
    return first is not None and first.is_a("TITLE", "CAPTION")


def _is_card(clause: Clause) -> bool:
    cards = [t for t in clause.free() if t.is_a("CARD")]
    if not cards:
        return False
    token = next((t for t in cards if t.text not in _PLACES), cards[0])
    if token.text not in _PLACES:
        return clause.verb("ADD", "MAKE", "CHANGE", "SAYING") or clause.peek("quote") is not None
    i = clause.tokens.index(token)
    before = clause.tokens[max(0, i - 3) : i]
    named = clause.has(*_WORDS) and token.text != "card"
    return any(t.is_a("ADD", "MAKE", "MOVE") for t in before) and not (
        named and any(t.is_a(*_WORDS) for t in clause.tokens[i + 1 :])
    )


def _words(clause: Clause, scene: ParseContext) -> str | None:
    quote = clause.value("quote") or _shouted(clause, scene)
    if quote and quote.kind == "unknown":
        clause.used.add(quote.start)
        return scene.source.verbatim(quote.start, quote.end)
    if quote:
        return str(quote.value).strip()
    return _unquoted(clause, scene)


def _unquoted(clause: Clause, scene: ParseContext) -> str | None:
    """Words after `saying`, a colon or the noun itself, up to the next thing that is clearly ours."""
    if (named := _named_as(clause)) is not None:
        clause.used.update(t.start for t in named)
        return scene.source.verbatim(named[0].start, named[-1].end)
    lead = clause.find("COLON") or clause.find("SAYING") or clause.find("TITLE")
    if lead is None:
        return None
    rest = [t for t in clause.tokens if t.start >= lead.end]
    said: list[Token] = []
    for token in rest:
        ours = token.kind in ("range", "head", "tail", "time", "duration", "separator") or any(
            c.startswith(("POSITION:", "COLOUR:")) for c in token.concepts
        )
        if ours or (token.is_a("START", "END", "FRONT") and said and lead.is_a("TITLE")):
            break
        said.append(token)
    while said and said[-1].text in ("in", "at", "for", "on", "from", "with", "the", "，", ",", "在", "to", "near"):
        said.pop()
    while said and (
        said[0].is_a("COLON", "SAYING")
        or said[0].text in ("to", "of", "for", "on", "in", "at", "with", "the", "a", "it", "this")
    ):
        clause.used.add(said.pop(0).start)
    meant = lead.is_a("COLON", "SAYING") or any(t.kind == "unknown" or _capital(scene, t) for t in said)
    if not said or not meant:
        return None
    clause.used.update(t.start for t in said)
    return scene.source.verbatim(said[0].start, said[-1].end) or None


def _shouted(clause: Clause, scene: ParseContext) -> Token | None:
    """`slap a big GOOOAL on it`: an unknown word in capitals, put up in some style, is the text."""
    if not (
        clause.verb("ADD")
        and (clause.has("LARGE", "SMALL", "TITLE", "CAPTION") or clause.names("COLOUR:") or clause.names("POSITION:"))
    ):
        return None
    return next(
        (
            t
            for t in clause.free()
            if t.kind == "unknown" and len(t.text) > 1 and scene.source.verbatim(t.start, t.end).isupper()
        ),
        None,
    )


def _named_as(clause: Clause) -> list[Token] | None:
    """`put Game Day as a title`: the words between the verb and `as`."""
    verb = clause.find("ADD", "CHANGE")
    link = next(
        (
            i
            for i, t in enumerate(clause.tokens)
            if t.text == "as" and any(n.is_a(*_WORDS) for n in clause.tokens[i + 1 : i + 4])
        ),
        None,
    )
    if verb is None or link is None:
        return None
    words = [t for t in clause.tokens[:link] if t.start >= verb.end]
    return words or None


def _capital(scene: ParseContext, token: Token) -> bool:
    return scene.source.verbatim(token.start, token.end)[:1].isupper()


def shown_when(clause: Clause, scene: ParseContext, role: str) -> dict[str, int]:
    """`start_ms` and `end_ms` as far as the clause names them."""
    total = scene.situation.duration_ms
    if token := clause.value("range"):
        lasting = clause.value("duration") if token.value[1] is None else None
        end = token.value[0] + lasting.value if lasting else total if token.value[1] is None else token.value[1]
        return {"start_ms": token.value[0], "end_ms": end}
    if token := clause.value("head"):
        return {"start_ms": 0, "end_ms": token.value}
    if token := clause.value("tail"):
        return {"start_ms": max(0, total - token.value), "end_ms": total}
    if clause.take("THROUGHOUT"):
        return {"start_ms": 0, "end_ms": total} if total else {}
    point, lasting = clause.value("time"), clause.value("duration")
    if point:
        return {"start_ms": point.value} | ({"end_ms": point.value + lasting.value} if lasting else {})
    if clause.peek("clips") and scene.situation.clips:
        pointed = resolve_target(clause, scene, follow=False)
        if pointed.clips:
            first, last = (scene.situation.clips[pointed.clips[i] - 1] for i in (0, -1))
            end = first.start_ms + lasting.value if lasting else last.start_ms + last.duration_ms
            return {"start_ms": first.start_ms, "end_ms": end}
    if clause.has("END", "BACK") and not clause.has("START", "FRONT"):
        clause.take("END", "BACK")
        return (
            {"start_ms": max(0, total - (lasting.value if lasting else _DEFAULT_MS)), "end_ms": total} if total else {}
        )
    if clause.take("START", "FRONT") or (role == "title" and lasting):
        return {"start_ms": 0} | ({"end_ms": lasting.value} if lasting else {})
    return {"start_ms": 0, "end_ms": lasting.value} if lasting and role == "title" else {}


def _text(clause: Clause, scene: ParseContext) -> Finding:
    token = clause.find(*_WORDS) or clause.peek("quote") or clause.tokens[0]
    editing = clause.verb("CHANGE", "SWAP") and not clause.has("ADD") and clause.has(*_WORDS)
    words = _words(clause, scene)
    if editing and scene.situation.texts and words:
        return _edit(clause, scene, words, token.start)
    if words is None or _several(clause):
        clause.spend()
        return Unresolved("text", token.start, missing=("text", "target") if editing else ("text",))
    role = _role(clause, scene)
    counted = clause.peek("number")
    if counted and clause.after(counted, "CAPTION"):
        clause.used.add(counted.start)  # `“决赛”两个字` counts its own signs
    clause.take("SUBTITLES", "TITLE", "CAPTION", "SAYING", "COLON")
    timed = clause.peek("range", "head", "tail", "time", "duration", "clips") is not None or clause.has("THROUGHOUT")
    facts: dict[str, Any] = {"text": words, "role": role, **shown_when(clause, scene, role)}
    facts |= _style(clause)
    clause.take("ADD", "CHANGE", "MAKE", "START", "END", "FRONT", "BACK", "POINT", "CARD", "VIDEO", "MOVE")
    assumed = {"start_s", "end_s"} - ({f"{k[:-3]}_s" for k in facts if k.endswith("_ms")} if timed else set())
    return ParsedOperation(TextAdd.model_validate(facts), token.start, frozenset(assumed), targeted=True)


def _several(clause: Clause) -> bool:
    """`title for clip 1: Semi-final, for clip 2: Final`: one wish for two texts."""
    return len([t for t in clause.tokens if t.is_a("COLON")]) > 1 and sum(t.kind == "clips" for t in clause.tokens) > 1


def _role(clause: Clause, scene: ParseContext) -> str:
    if clause.has("TITLE"):
        return "title"
    if clause.has("SUBTITLES") and not clause.has("CAPTION") and scene.language != "zh":
        return "subtitle"
    return "caption"


def _style(clause: Clause) -> dict[str, Any]:
    place, colour = clause.prefixed("POSITION:"), clause.prefixed("COLOUR:")
    size = "large" if clause.take("LARGE") or clause.mentions("LARGE") else "small" if clause.take("SMALL") else None
    facts = {"position": place, "color": colour, "size": size}
    while clause.prefixed("POSITION:"):
        pass
    return {k: v for k, v in facts.items() if v}


def _edit(clause: Clause, scene: ParseContext, words: str, at: int) -> Finding:
    ordinal = clause.value("clips")
    old = next((t for t in scene.situation.texts if t.casefold() == words.casefold()), None)
    second = clause.value("quote")
    if second and old:
        words = str(second.value)
    clause.take(*_WORDS, "CHANGE", "SAYING", "COLON", "TO")
    index = scene.situation.texts.index(old) + 1 if old and second else (ordinal.value[0][0] if ordinal else 1)
    return ParsedOperation(
        TextEdit(index=max(1, index), text=words) if index != 1 else TextEdit(text=words), at, targeted=True
    )


def _remove(clause: Clause, scene: ParseContext) -> Finding:
    at = clause.at
    ordinal = clause.value("clips")
    clause.take(*_WORDS, "CHANGE", "CUT", "TRIM", "SKIP")
    if not clause.has("MUSIC"):
        clause.take("REMOVE", "UNWANTED")
    everything = clause.take("ALL") is not None
    if not scene.situation.texts:
        return Unresolved("text_remove", at, missing=("target",))
    if ordinal and not everything:
        n = ordinal.value[0][0]
        return ParsedOperation(TextRemove(index=n if n > 0 else len(scene.situation.texts) + 1 + n), at, targeted=True)
    only = len(scene.situation.texts) == 1
    return ParsedOperation(TextRemove(index=1 if only and not everything else "all"), at, targeted=True)


def _paper(cards: list[Token]) -> str | None:
    """The colour inside words such as `白底黑字` and `black card`."""
    if any("白底" in t.text for t in cards):
        return "white"
    return "black" if any("黑" in t.text or "black" in t.text for t in cards) else None


def _card(clause: Clause, scene: ParseContext) -> Finding:
    cards = [t for t in clause.free() if t.is_a("CARD")]
    token = cards[0]
    words = _words(clause, scene) or ""
    ending = any(s in t.text for t in cards for s in ("end", "outro", "clos", "final", "尾", "结", "credit")) or (
        clause.has("END", "BACK") and not clause.has("START", "FRONT")
    )
    lasting = clause.value("duration", "head", "tail")
    colours = [c.removeprefix("COLOUR:") for t in clause.free() for c in t.concepts if c.startswith("COLOUR:")]
    colour = _paper(cards) or next(iter(colours), None)
    while clause.prefixed("COLOUR:"):
        pass
    clause.take("CARD", "ADD", "MAKE", "START", "END", "FRONT", "BACK", "SAYING", "COLON", "TITLE", "CAPTION", "CHANGE")
    facts: dict[str, Any] = {"text": words, "at": "end" if ending else "start"}
    if lasting:
        facts["duration_ms"] = lasting.value
    if colour:
        facts["color"] = colour
    return ParsedOperation(
        CardAdd.model_validate(facts), token.start, frozenset() if lasting else frozenset({"duration_s"}), targeted=True
    )


def _subtitles(clause: Clause, scene: ParseContext) -> Finding:
    asset = clause.value("asset")
    at = clause.at
    clause.take("SUBTITLES", "ADD", "CHANGE", "MAKE")
    name = asset.value if asset else None
    if name and name not in scene.situation.subtitle_files:
        return Unresolved(name, at, code="asset_missing")
    return ParsedOperation(SubtitlesAdd(asset=name) if name else SubtitlesAdd(), at, targeted=True)


def _numbering(clause: Clause, scene: ParseContext) -> Finding:
    at = clause.at
    clause.take("NUMBER_CLIPS", "ADD", "EACH", "ALL", "CLIP", "CAPTION", "MAKE")
    return ParsedOperation(
        TextAdd.model_validate({"template": "{n}", "per_clip": True, **_style(clause)}),
        at,
        frozenset({"template"}),
        targeted=True,
    )
