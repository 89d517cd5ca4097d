"""One request: operation after operation, each wholly or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ...messages import message
from ..footage import FootageAnalyzer, Pick
from ..frozen_model import FrozenModel, MessageField
from ..history import History
from ..media import MediaInfo
from ..model import Timeline
from .base import Operation
from .context import EditContext, OperationRejected, Rejection, rejected, texts_of
from .invariants import enforce_invariants
from .transition_joins import count_lost_transitions


class EditResult(FrozenModel):
    """`timeline` is the one that was given, unchanged, when nothing was done.

    `content` is the version that the timeline equals after an undo, redo or restore. `notes` are
    remarks of the choice of moments, `remarks` those of the edit itself.
    """

    timeline: Timeline | None
    changed: bool = False
    changes: tuple[MessageField, ...] = ()
    picks: tuple[Pick, ...] = ()
    notes: tuple[MessageField, ...] = ()
    remarks: tuple[MessageField, ...] = ()
    assumed: tuple[MessageField, ...] = ()
    refused: tuple[Rejection, ...] = ()
    content: int | None = None


_NO_HISTORY = History()
T = TypeVar("T")


def apply(
    timeline: Timeline | None,
    operations: Sequence[Operation],
    media: Mapping[str, MediaInfo],
    senses: FootageAnalyzer,
    *,
    history: History = _NO_HISTORY,
) -> EditResult:
    """Carry out operations in order; those that cannot be are refused and leave no trace.

    Clip numbers and times mean the timeline before the request. Without a reel, operations that
    make one go first. `rev` of the timeline is left alone.
    """
    known = history if history.newest or timeline is None else replace(history, base=timeline)
    edit = EditContext.begin(timeline, media, senses, known)
    refused: list[Rejection] = []
    for op in _in_order(edit, operations):
        trial = edit.copy()
        try:
            _apply_one(trial, op)
        except OperationRejected as no:
            refused.append(Rejection(op=op.op, code=no.code, what=no.what, next_step=no.next_step))
            continue
        if trial.timeline != edit.timeline:
            trial.history = trial.history.extended(trial.timeline, trial.content)
        edit = trial
    same = timeline is not None and edit.timeline == timeline
    nothing = same or (timeline is None and edit.timeline == Timeline())
    return EditResult(
        timeline=timeline if nothing else edit.timeline,
        changed=not nothing,
        changes=() if nothing else tuple(edit.changes),
        picks=edit.picks,
        notes=_distinct(edit.notes),
        remarks=_distinct(edit.remarks),
        assumed=_distinct(edit.assumed),
        refused=tuple(refused),
        content=None if nothing else _stored(edit.content, history),
    )


def _stored(content: int | None, history: History) -> int | None:
    """A version that the session has; a step of this very request is none."""
    return content if content is not None and history.newest and content <= history.newest else None


def _in_order(edit: EditContext, operations: Sequence[Operation]) -> list[Operation]:
    """What makes a reel goes first where there is none, unless versions or a fresh start come into it."""
    if edit.clips or any(op.changes_version for op in operations):
        return list(operations)
    first = next((op for op in operations if op.makes_reel), None)
    return list(operations) if first is None else [first, *(op for op in operations if op is not first)]


def _apply_one(edit: EditContext, op: Operation) -> None:
    if not edit.media and not edit.timeline.tracks and not op.makes_reel:
        raise rejected("target_missing", "no_media")
    if not edit.clips and op.needs_reel:
        raise rejected("target_missing", "no_reel")
    before, told = edit.timeline, len(edit.changes)
    edit.content = None
    op.apply(edit)
    if edit.content is None:
        enforce_invariants(edit)
    if op.changes_version:
        edit.keep_mode = ""
    _note_lost_texts(edit, op, before)
    if op.keeps_transitions and (gone := count_lost_transitions(before.clips, edit.clips)):
        edit.record_change("transitions_gone", n=gone)
    if edit.timeline == before:
        del edit.changes[told:]
        edit.remarks.append(message("timeline.already"))


def _note_lost_texts(edit: EditContext, op: Operation, before: Timeline) -> None:
    """Words of the user that went with their footage; labels of clips and subtitles are expected to."""
    if not op.keeps_texts:
        return
    now = {text.id for text in texts_of(edit.timeline)}
    lost = [text for text in texts_of(before) if text.clip_id is None and text.id not in now]
    if lost:
        edit.remarks.append(message("timeline.texts_gone", n=len(lost), text=lost[0].text))


def _distinct(told: Sequence[T]) -> tuple[T, ...]:
    return tuple(one for place, one in enumerate(told) if one not in told[:place])
