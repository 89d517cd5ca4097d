"""The criteria that search for something named: words, a subject, a sound, a picture, a change of the score."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...language.lexicon import is_wide
from ...messages import Message, message, sentences
from ...timeline.media import MomentSelection, UsedRange
from ...timeline.operations import Highlights, OperationRejected
from ..extras.catalogue import FACES, SCORE, SOUNDS, VISION, WORDS, Extra
from ..job_process import Progress
from ..media.audio_samples import find_pause
from ..transcripts.search import Hit, nearest, passages, utterances
from ..transcripts.selection import FreeRoom, select_passages
from ..transcripts.sentences import Sentence
from ..transcripts.sources import Transcripts
from .closer_look import looked_at
from .moment import Candidate, FoundElsewhere, RecordingSignals
from .ranking import candidates


def search_words(
    transcripts: Transcripts,
    paths: Mapping[str, Path],
    names: Sequence[str],
    wish: Highlights,
    avoid: Sequence[UsedRange],
) -> MomentSelection:
    """Picks where the words of `wish.query` are said. Raises OperationRejected where there are none, or not these."""
    query = wish.query or ""
    spoken = {name: transcripts.said(name) for name in names}
    if not any(part for parts in spoken.values() for part in parts):
        raise _wordless(transcripts)
    search = passages if wish.criterion == "topic" else utterances
    spots = [(hit, part) for parts in spoken.values() for part in parts for hit in search(part, query)]
    spots = [(hit, part) for hit, part in spots if _inside(hit, wish)]
    if not spots:
        raise _unsaid(spoken, query)
    hits = [hit for hit, _ in spots]
    if any(hit.strength >= 1.0 for hit in hits):
        spots = [(hit, part) for hit, part in spots if hit.strength >= 1.0 or wish.criterion == "topic"]
        hits = [hit for hit, _ in spots]

    def best_cut(name: str, at_ms: int, low_ms: int, high_ms: int) -> int:
        return find_pause(paths[name], at_ms, low_ms, high_ms)

    rooms = [_room(hit, part, transcripts.length_ms(hit.media_id)) for hit, part in spots]
    return select_passages(hits, rooms, wish, avoid, names, best_cut)


def search_sounds(
    sources: Sequence[RecordingSignals],
    paths: Mapping[str, Path],
    wish: Highlights,
    models: Mapping[str, Path],
    cache: Path | None,
    progress: Progress,
) -> dict[str, list[Candidate]]:
    """Candidates of each source for a sound by name.

    Raises OperationRejected without the extra, or for an unknown sound.
    """
    _need(SOUNDS, models)
    from ..extras.sound_search import labels_of, nearest_labels, stretches
    from ..extras.sound_table import SoundTable
    from ..extras.sounds import SoundModel

    query = wish.query or ""
    model = SoundModel(models["sounds"])
    chosen = labels_of(query, model.labels)
    if not chosen:
        near = ", ".join(f"“{label}”" for label in nearest_labels(query, model.labels))
        raise OperationRejected(
            "nothing_found", message("timeline.highlights.no_such_sound", query=query), _near("no_such_sound", near)
        )
    out = {}
    for source in sources:
        name = source.media_id
        if source.info.has_sound:
            table = SoundTable(paths[name], source.info, model, cache=cache, progress=progress)
            out[name] = stretches(table, chosen, source.analysis.duration_ms)
    return out


def search_pictures(
    sources: Sequence[RecordingSignals],
    paths: Mapping[str, Path],
    wish: Highlights,
    models: Mapping[str, Path],
    cache: Path | None,
    progress: Progress,
) -> dict[str, list[Candidate]]:
    """Candidates of each source for what is to be seen: people by their faces, all else by its words.

    Raises OperationRejected without the extra, or for Chinese words.
    """
    if FACES.state(models) == "ready":
        from ..extras.people import PeopleSeen, people_meant

        least = people_meant(wish.query or "")
        if least is not None:
            return {
                source.media_id: PeopleSeen(
                    paths[source.media_id], source.info, models["faces"], cache_dir=cache, progress=progress
                ).stretches(source.analysis, least, within)
                for source, within in _looked_at(sources, wish)
            }
    _need(VISION, models)
    from ..extras import vision

    query = wish.query or ""
    if any(is_wide(sign) for sign in query):
        raise OperationRejected(
            "unsupported_op",
            message("timeline.highlights.english_only", query=query),
            message("timeline.highlights.english_only.next"),
        )
    matcher = vision.load(models["vision"])
    return {
        source.media_id: vision.seen(paths[source.media_id], source.analysis, query, matcher, within, progress)
        for source, within in _looked_at(sources, wish)
    }


def _looked_at(sources: Sequence[RecordingSignals], wish: Highlights) -> list[tuple[RecordingSignals, tuple[int, int]]]:
    """The sources with pictures, each with the range of it that is asked for."""
    out = []
    for source in sources:
        start, end = wish.range_ms or (0, source.analysis.duration_ms)
        within = (start, min(end, source.analysis.duration_ms))
        if source.info.kind == "video" and within[0] < within[1]:
            out.append((source, within))
    return out


def search_scores(
    sources: Sequence[RecordingSignals],
    paths: Mapping[str, Path],
    wish: Highlights,
    models: Mapping[str, Path],
    cache: Path | None,
    progress: Progress,
) -> FoundElsewhere:
    """Changes of the score, read off the board of each source; what sounds like one where there is no board.

    Raises OperationRejected where a side or place is asked for without a board, EngineError where a file or the model
    cannot be read.
    """
    placed = wish.side is not None or wish.taken is not None
    if placed:
        _need(SCORE, models)
    if SCORE.state(models) != "ready":
        return _without_boards(sources, wish, SCORE.next_step(models))
    from ..scoreboard.changes import NO_BOARD, score_board
    from .goal_criteria import goals

    found: dict[str, Sequence[Candidate]] = {}
    notes: list[Message] = []
    read = 0
    if wish.side is not None:
        notes.append(message("engine.note.board_sides"))
    for source in sources:
        board = NO_BOARD
        if source.info.kind == "video":
            path = paths[source.media_id]
            board = score_board(path, source.info, models["score"], cache=cache, progress=progress)
        read += board.found
        if board.found:
            every = goals(board, source.analysis, source.closer)
            found[source.media_id] = [one for one in every if wish.side in (None, one.signals["side"])]
        elif not placed:
            found[source.media_id] = _like_one(source, wish)
            notes.append(message(f"engine.note.no_board_{wish.criterion}", name=source.name))
        if board.found and not board.changes and board.score is not None:
            notes.append(message("engine.note.board_still", name=source.name, score="–".join(map(str, board.score))))
    if placed and not read:
        raise OperationRejected(
            "nothing_found", message("timeline.highlights.no_board"), message("timeline.highlights.no_board.next")
        )
    if not any(found.values()) and wish.side is None:
        what = sentences(*notes) if read else message("timeline.highlights.no_goal")
        raise OperationRejected("nothing_found", what, message("timeline.highlights.no_goal.next"))
    return FoundElsewhere(found, tuple(notes), bool(read), message("engine.looked_for.board") if read else None)


def _without_boards(sources: Sequence[RecordingSignals], wish: Highlights, how: Message) -> FoundElsewhere:
    """What sounds or looks like changes of the score, with how their reader is added."""
    found = {source.media_id: _like_one(source, wish) for source in sources}
    if not any(found.values()):
        step = message("timeline.highlights.extra.next", how=how)
        raise OperationRejected("nothing_found", message("timeline.highlights.goals_unseen"), step)
    approximate = message(f"engine.note.approximate_{wish.criterion}")
    return FoundElsewhere(found, (approximate, message("engine.note.board_extra", how=how)))


def _like_one(source: RecordingSignals, wish: Highlights) -> Sequence[Candidate]:
    """What sounds or looks like a change of the score."""
    return looked_at(candidates(source.analysis, wish.criterion), wish.criterion, source.closer)


def _inside(hit: Hit, wish: Highlights) -> bool:
    low, high = wish.range_ms or (0, hit.at_ms + 1)
    return low <= hit.at_ms < high


def _room(hit: Hit, part: Sequence[Sentence], length_ms: int) -> FreeRoom:
    """From the end of the sentence before to the start of the one after, within the recording."""
    before = max((one.end_ms for one in part if one.end_ms <= hit.start_ms), default=0)
    after = min((one.start_ms for one in part if one.start_ms >= hit.end_ms), default=length_ms)
    return FreeRoom(min(before, hit.start_ms), min(length_ms, max(after, hit.end_ms)), length_ms)


def _need(extra: Extra, models: Mapping[str, Path]) -> None:
    if extra.state(models) != "ready":
        raise OperationRejected(
            extra.code,
            message(f"timeline.highlights.needs_{extra.name}"),
            message("timeline.highlights.extra.next", how=extra.next_step(models)),
        )


def _wordless(transcripts: Transcripts) -> OperationRejected:
    if transcripts.can_listen():
        return OperationRejected(
            "nothing_found", message("timeline.highlights.no_speech"), message("timeline.highlights.no_speech.next")
        )
    how = WORDS.next_step(transcripts.models)
    return OperationRejected(
        WORDS.code, message("timeline.highlights.no_words"), message("timeline.highlights.no_words.next", how=how)
    )


def _unsaid(spoken: Mapping[str, Sequence[Sequence[Sentence]]], query: str) -> OperationRejected:
    parts = [part for lists in spoken.values() for part in lists if part]
    count = sum(map(len, parts))
    if all(part[0].heard for part in parts):
        what = message("timeline.highlights.unheard", query=query, n=count)
    else:
        where = ", ".join(dict.fromkeys(part[0].origin for part in parts if not part[0].heard))
        what = message("timeline.highlights.unsaid", query=query, where=where, n=count)
    near = ", ".join(f"“{word}”" for word in nearest((one for part in parts for one in part), query))
    return OperationRejected("nothing_found", what, _near("unsaid", near))


def _near(key: str, near: str) -> Message:
    step = message(f"timeline.highlights.{key}.next", near=near)
    return step if near else message(f"timeline.highlights.{key}.next.none")
