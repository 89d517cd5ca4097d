"""One request: operation after operation, each wholly or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ...messages import message
from ..history import EMPTY, History
from ..media import MediaInfo
from ..model import Timeline
from ..operations import AnyOperation
from ..senses import Senses
from .desk import Desk, texts_of
from .joins import lost
from .outcome import Edited, Refusal, Refused
from .settle import settle
from .table import HANDLERS, MAKES_REEL, WITHOUT_REEL

_NO_HISTORY = History()
T = TypeVar("T")
_PAST = frozenset({"undo", "redo", "restore", "reset"})
_TRANSITIONS_MAY_GO = frozenset({"transition"}) | _PAST
_TEXTS_MAY_GO = frozenset({"text_remove", "subtitles_add"}) | _PAST


def apply(
    timeline: Timeline | None,
    operations: Sequence[AnyOperation],
    media: Mapping[str, MediaInfo],
    senses: Senses,
    *,
    history: History = _NO_HISTORY,
) -> Edited:
    """Carry out operations in order; those that cannot be are refused and leave no trace.

    Clip numbers and times mean the timeline before the request. Without a reel, operations that
    make one go first. `rev` of the timeline is left alone.
    """
    known = history if history.versions or timeline is None else replace(history, base=timeline)
    desk = Desk.open(timeline, media, senses, known)
    refused: list[Refusal] = []
    for op in _in_order(desk, operations):
        trial = desk.copy()
        try:
            _carry_out(trial, op)
        except Refused as no:
            refused.append(Refusal(op=op.op, code=no.code, what=no.what, next_step=no.next_step))
            continue
        if trial.timeline != desk.timeline:
            trial.history = trial.history.extended(trial.timeline, trial.content)
        desk = trial
    same = timeline is not None and desk.timeline == timeline
    nothing = same or (timeline is None and desk.timeline == Timeline())
    return Edited(
        timeline=timeline if nothing else desk.timeline,
        changed=not nothing,
        changes=() if nothing else tuple(desk.changes),
        picks=desk.picks,
        notes=_distinct(desk.notes),
        remarks=_distinct(desk.remarks),
        assumed=_distinct(desk.assumed),
        refused=tuple(refused),
        content=None if nothing else _stored(desk.content, history),
    )


def _stored(content: int | None, history: History) -> int | None:
    """A version that the session has; a step of this very request is none."""
    known = {EMPTY, *history.revisions} if history.versions else set()
    return content if content in known else None


def _in_order(desk: Desk, operations: Sequence[AnyOperation]) -> list[AnyOperation]:
    """What makes a reel goes first where there is none, unless versions or a fresh start come into it."""
    if desk.clips or any(op.op in _PAST for op in operations):
        return list(operations)
    first = next((op for op in operations if op.op in MAKES_REEL), None)
    return list(operations) if first is None else [first, *(op for op in operations if op is not first)]


def _carry_out(desk: Desk, op: AnyOperation) -> None:
    if not desk.media and not desk.timeline.tracks and op.op not in MAKES_REEL:
        raise Refused("target_missing", message("timeline.no_media"), message("timeline.no_media.next"))
    if not desk.clips and op.op not in WITHOUT_REEL:
        raise Refused("target_missing", message("timeline.no_reel"), message("timeline.no_reel.next"))
    before, told = desk.timeline, len(desk.changes)
    desk.content = None
    HANDLERS[op.op](desk, op)
    if desk.content is None:
        settle(desk)
    if op.op in _PAST:
        desk.kept = ""
    _tell_lost_texts(desk, op, before)
    if op.op not in _TRANSITIONS_MAY_GO and (gone := lost(before.clips, desk.clips)):
        desk.done("transitions_gone", n=gone)
    if desk.timeline == before:
        del desk.changes[told:]
        desk.remarks.append(message("timeline.already"))


def _tell_lost_texts(desk: Desk, op: AnyOperation, before: Timeline) -> None:
    """Words of the user that went with their footage; labels of clips and subtitles are expected to."""
    if op.op in _TEXTS_MAY_GO:
        return
    now = {text.id for text in texts_of(desk.timeline)}
    lost = [text for text in texts_of(before) if text.clip_id is None and text.id not in now]
    if lost:
        desk.remarks.append(message("timeline.texts_gone", n=len(lost), text=lost[0].text))


def _distinct(told: Sequence[T]) -> tuple[T, ...]:
    return tuple(one for place, one in enumerate(told) if one not in told[:place])
