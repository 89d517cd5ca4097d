"""The music beside clips in one order about sound: `mute everything, the music too`, `第二段和音乐都静音`.

All of the reel has its music in it; beside some clips, the music is a second order with the same verb.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..speech import said
from ..tokens import Token
from .passing import passes

_HEARD = ("MUTE", "UNMUTE", "LOUDER", "QUIETER", "HALF_LOUD", "TWICE_LOUD")
_VERBS = frozenset(_HEARD)
_OTHER = ("NOT", "EXCEPT", "KEEP", "LEAVE_ALONE", "ONLY", "REMOVE", "UNWANTED", "ADD", "BUT", "REST")
_WHOLE = ("ALL", "EVERYTHING", "EACH")


def with_music(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the music beside everything; with an order of its own for it, beside some clips."""
    at = next((i for i, t in enumerate(tokens) if t.kind == "word" and t.is_a("MUSIC") and not t.is_a(*_HEARD)), None)
    joint = None if at is None else _joint(tokens, at)
    if at is None or joint is None:
        return list(tokens)
    start = next((i + 1 for i in range(joint - 1, -1, -1) if tokens[i].kind == "separator"), 0)
    stop = next((i for i in range(at + 1, len(tokens)) if tokens[i].kind == "separator"), len(tokens))
    own = tokens[start:stop]
    heard = any(t.is_a(*_HEARD) or t.kind == "decibels" or t.text in said("UP_DOWN") for t in own)
    if not heard or any(t.is_a(*_OTHER) and not _once_more(t) for t in own):
        return list(tokens)
    end = at + 1
    while end < stop and _once_more(tokens[end]):
        end += 1
    if any(t.is_a("AND", "THEN") or t.kind == "clips" for t in tokens[end:stop]):
        return list(tokens)
    first_verb, again = (
        {c for t in part for c in t.concepts & _VERBS} for part in (tokens[start:joint], tokens[end:stop])
    )
    if first_verb and again:
        end = stop if first_verb == again and all(passes(t) or t.is_a(*_HEARD) for t in tokens[end:stop]) else end
        if end != stop:
            return list(tokens)  # `全部静音，音乐调小`
    first = next((i for i in range(start, joint) if tokens[i].kind == "clips" or tokens[i].is_a(*_WHOLE)), None)
    if first is None or not _is_target(tokens[first:joint]):
        return list(tokens)
    if tokens[first].kind != "clips":
        return [*tokens[:joint], *tokens[end:]]
    mark = replace(tokens[joint], kind="separator", concepts=frozenset(), value="strong", text=".")
    ahead, behind = tokens[start:first], tokens[end:stop]
    return [*tokens[:joint], *behind, mark, *ahead, tokens[at], *behind, *tokens[stop:]]


def with_kept_music(tokens: Sequence[Token]) -> list[Token]:
    """`歌留着但只留一成半的音量`: a level right behind music that stays is that of the music."""
    end = next((i for i, t in enumerate(tokens) if t.kind == "separator" or t.is_a("BUT")), len(tokens))
    music = [t for t in tokens[:end] if t.is_a("MUSIC")]
    stays = any(t.is_a("KEEP", "LEAVE_ALONE") for t in tokens[:end])
    told = all(t.is_a("MUSIC", "KEEP", "LEAVE_ALONE") or passes(t) for t in tokens[:end])
    own = _same_piece(tokens[end + 1 :])
    levelled = any(t.kind == "percent" for t in own) and all(_is_level(t) for t in own)
    if len(music) != 1 or not (stays and told and levelled):
        return list(tokens)
    rest = [t for t in own if not t.is_a("KEEP", "ONLY", "BUT")]
    return [music[0], *rest, *tokens[end + 1 + len(own) :]]


def _same_piece(tokens: Sequence[Token]) -> list[Token]:
    end = next((i for i, t in enumerate(tokens) if t.kind == "separator"), len(tokens))
    return list(tokens[:end])


def _is_level(token: Token) -> bool:
    if token.kind == "percent" or passes(token):
        return True
    told = token.is_a("VOLUME", "KEEP", "ONLY", "QUIETER", "CHANGE", "BUT", "POINT", "TO")
    return token.kind == "word" and told and not token.is_a("SOURCE_SOUND", "MUSIC")


def _joint(tokens: Sequence[Token], at: int) -> int | None:
    """The `and` or the comma that joins the music to what stands before it."""
    place = at - 1
    while place > 0 and (tokens[place].text in said("OWN") or _once_more(tokens[place])):
        place -= 1
    if place > 0 and tokens[place].text in said("INCLUDING") and tokens[place - 1].value == "weak":
        place -= 1
    joins = place > 0 and (tokens[place].is_a("AND") or tokens[place].value == "weak" or _includes(tokens[place]))
    return place if joins else None


def _includes(token: Token) -> bool:
    return token.text in said("INCLUDING")


def _once_more(token: Token) -> bool:
    return token.text in said("INCLUDED") or token.is_a("ALSO", "SAME") or token.text in said("TRAILING")


def _is_target(own: Sequence[Token]) -> bool:
    """Whether the tokens name clips, or everything, and may end with the verb (`make everything quieter`)."""
    kinds = ("clips", "decibels", "percent", "factor")
    return all(t.kind in kinds or t.is_a(*_WHOLE, "CLIP", "VIDEO", "FILLER", "AND", *_HEARD) for t in own)
