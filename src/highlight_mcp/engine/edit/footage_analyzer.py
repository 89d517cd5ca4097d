"""What the footage says, for the operations that ask: only what is asked for is analysed, and only once."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from pathlib import Path

from ...messages import Message, message
from ...timeline.camera import CameraPath
from ...timeline.media import CameraWish, MediaInfo, MomentSelection, Pick, TranscriptCue, UsedRange
from ...timeline.operations import Highlights
from ...timeline.operations.context import OperationRejected
from ...timeline.time import TimeRange
from ..errors import EngineError
from ..extras.catalogue import FACES
from ..framing.looking import Watched, watched
from ..framing.people import FacesLook, times_of_looks, with_people
from ..framing.planner import glance, plan_camera
from ..job_process import Progress
from ..media.images import load_image
from ..media.opening import listen_to
from ..moments import Moment, RecordingSignals, choose
from ..moments.copies import also_used, with_copies
from ..moments.moment import FoundElsewhere
from ..moments.senses import closer_looks
from ..render.text_overlay import drawable
from ..signals.analysis import Analysis, analyse
from ..transcripts.overheard import overheard
from ..transcripts.selection import at_sentences, is_used, quoted
from ..transcripts.sources import Transcripts

log = logging.getLogger(__name__)
ANALYSIS_SHARE = 90
LISTENING_SHARE = 0.7
MOST_FOLLOWED_MS = 20 * 60_000
"""Of footage in one reel that is looked at for subjects, shortest clips first: a minute takes 3 to 6 CPU s, then 5 to 8
for faces."""
SHORTEST_CUT_MS = 3000


class MediaAnalyzer:
    """The media of one session, read on demand. Implements `timeline.senses.Senses`.

    `transcripts` gives the words of these media. Raises EngineError where footage cannot be read.
    """

    def __init__(
        self,
        media: Mapping[str, MediaInfo],
        paths: Mapping[str, Path],
        cache_dir: Path | None,
        progress: Progress,
        transcripts: Callable[[], Transcripts] | None = None,
    ) -> None:
        self.media = media
        self._paths = paths
        self._cache = cache_dir
        self._progress = progress
        self._transcripts = transcripts or partial(Transcripts, media, paths, cache_dir=cache_dir)
        self._done = 0.0
        self._analysis = cache(self._analyse)

    @cached_property
    def _words(self) -> Transcripts:
        words = self._transcripts()
        words.watched_by(self._within_job)
        return words

    def highlights(self, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
        """The best moments for a wish, away from what is in the reel; several sources share one ranking.

        Raises OperationRejected where what is searched for is not there, or cannot be searched for here.
        """
        infos = self._asked(wish)
        avoid = tuple(used for used in avoid if used.media_id in {media.media_id for media in infos})
        if wish.criterion in ("words", "topic"):
            return self._named(self._words_said(infos, wish, avoid))
        troubles: list[Message] = []
        sources = [self._signals(media, place, len(infos), troubles) for place, media in enumerate(infos)]
        sources = with_copies(sources, self._paths, self._cache)
        avoid = also_used(avoid, sources)
        self._tell("choose", 95, message("engine.progress.choosing"))
        chosen = choose(sources, _roomier(wish, avoid), self._elsewhere(sources, wish))
        picks, rest = self._picks(chosen.picks, avoid), self._picks(chosen.neighbours, avoid)
        if avoid:
            picks, rest = _fitting([*picks, *rest], wish), []
        picks = at_sentences(picks, self._words.read_aloud, wish)
        picks = [quoted(pick, self._words.read_aloud(pick.media_id)) for pick in picks]
        picks = overheard(picks, {source.media_id: source.analysis for source in sources}, self._words, troubles)
        notes = () if avoid else (*chosen.notes, *troubles)
        return MomentSelection(picks=tuple(picks), neighbours=tuple(rest), notes=notes)

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        """Pauses of one source; none where there is no sound at all."""
        spans = self._analysis(media_id, 0, 1).silences(min_ms, margin_ms)
        return tuple(TimeRange(start_ms=start, end_ms=end) for start, end in spans)

    def beats(self, media_id: str) -> tuple[int, ...]:
        """Beats of a piece of music."""
        from ..signals.beats import beats

        self._tell("listen", 97, message("engine.progress.beat"))
        return beats(self._paths[media_id])

    def cameras(self, wishes: tuple[CameraWish, ...]) -> tuple[CameraPath, ...]:
        """How crops go along with what is worth seeing; where that is too much to look at, they keep to one place."""
        found: dict[CameraWish, CameraPath] = {}
        left_ms = MOST_FOLLOWED_MS
        followed: dict[str, list[CameraWish]] = {}
        for wish in sorted(set(wishes), key=lambda wish: wish.source.duration_ms):
            left_ms -= wish.source.duration_ms
            if left_ms >= 0:
                followed.setdefault(wish.media_id, []).append(wish)
            else:
                found[wish] = glance(self._analysis(wish.media_id, 0, 1).focus(), wish.source, wish.share)
        all_ms = sum(wish.source.duration_ms for some in followed.values() for wish in some)
        for media_id, some in followed.items():
            parts = [wish.source for wish in some]
            seen = watched(
                self._paths[media_id], self.media[media_id], parts, cache=self._cache, progress=self._within_job
            )
            people = self._people(media_id, parts, seen, all_ms)
            for wish, one, faces in zip(some, seen, people, strict=True):
                looks, by = with_people(one.looks, faces, one.cuts_ms, wish.source, wish.share)
                found[wish] = plan_camera(looks, one.cuts_ms, wish.source, wish.share, by)
        return tuple(found[wish] for wish in wishes)

    def _people(
        self, media_id: str, parts: Sequence[TimeRange], seen: Sequence[Watched], all_ms: int
    ) -> list[list[FacesLook]]:
        """The faces in parts of a recording, of `all_ms` that an edit looks at; none where no extra tells them."""
        models = self._words.models
        if FACES.state(models) != "ready":
            return [[] for _ in parts]
        from ..extras.face_looks import FaceLooks

        looks = FaceLooks(
            self._paths[media_id], self.media[media_id], models["faces"],
            cache_dir=self._cache, progress=self._within_job, told=message("engine.progress.following"),
        )  # fmt: skip
        found: list[list[FacesLook]] = []
        for part, one in zip(parts, seen, strict=True):
            times = times_of_looks(one.cuts_ms, part, all_ms)
            try:
                found.append([FacesLook(at, faces) for at, faces in zip(times, looks.at(times), strict=True)])
            except EngineError as error:
                if error.kind not in ("needs_extra", "file_damaged"):
                    raise
                log.warning("%s", error.text)
                found.append([])
        return found

    def cues(self, asset: str | None, shown: tuple[UsedRange, ...]) -> tuple[TranscriptCue, ...]:
        """Cues of the subtitles beside or inside the footage; without any, of the speech in what is shown."""
        return tuple(cue for name in self._paths for cue in self._words.captions(name, asset, shown))

    def listen_to(self, media_id: str, track: int) -> None:
        """Hear this sound track from now on; what was found in another one is forgotten."""
        listen_to(self._paths[media_id], track)
        self._analysis.cache_clear()

    def lettering(self, text: str) -> str:
        """What of a text is drawn; all of it where letters are missing, which is told with the edit."""
        try:
            return drawable(text)
        except EngineError:
            return text

    def is_clear(self, media_id: str) -> bool:
        """Whether nothing of a picture would be seen. Raises OperationRejected where it cannot be read."""
        try:
            with load_image(self._paths[media_id]) as image:
                return image.has_transparency_data and not image.convert("RGBA").getchannel("A").getbbox()
        except EngineError as error:
            raise OperationRejected("asset_missing", error.what, error.step) from None

    def _words_said(self, infos: Sequence[MediaInfo], wish: Highlights, avoid: Sequence[UsedRange]) -> MomentSelection:
        from ..moments.search_criteria import search_words

        self._tell("choose", 1, message("engine.progress.words"))
        return search_words(self._words, self._paths, [media.media_id for media in infos], wish, avoid)

    def _signals(self, media: MediaInfo, place: int, count: int, troubles: list[Message]) -> RecordingSignals:
        analysis = self._analysis(media.media_id, place, count)
        path = self._paths[media.media_id]
        looks = closer_looks(
            path, media, analysis, self._words.models,
            cache=self._cache, progress=self._within_job, troubles=troubles,
        )  # fmt: skip
        return RecordingSignals(media.media_id, media.name, media, analysis, looks)

    def _named(self, choice: MomentSelection) -> MomentSelection:
        def named(picks: Sequence[Pick]) -> tuple[Pick, ...]:
            return tuple(pick.model_copy(update={"source": self.media[pick.media_id].name}) for pick in picks)

        return choice.model_copy(update={"picks": named(choice.picks), "neighbours": named(choice.neighbours)})

    def _elsewhere(self, sources: Sequence[RecordingSignals], wish: Highlights) -> FoundElsewhere | None:
        """Candidates that an extra has to find; None for criteria of our own."""
        if wish.criterion in ("goal", "score_change"):
            from ..moments.search_criteria import search_scores

            return search_scores(sources, self._paths, wish, self._words.models, self._cache, self._within_job)
        if wish.criterion == "sound":
            from ..moments.search_criteria import search_sounds

            return FoundElsewhere(
                search_sounds(sources, self._paths, wish, self._words.models, self._cache, self._within_job)
            )
        if wish.criterion == "picture":
            from ..moments.search_criteria import search_pictures

            return FoundElsewhere(
                search_pictures(sources, self._paths, wish, self._words.models, self._cache, self._within_job)
            )
        return None

    def _within_job(self, stage: str, done: int, total: int, message: Message) -> None:
        """Progress of listening and looking for something named."""
        share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
        self._tell(stage, ANALYSIS_SHARE * share, message)

    def _asked(self, wish: Highlights) -> list[MediaInfo]:
        infos = [media for media in self.media.values() if media.kind == "video"]
        return [media for media in infos if wish.source in (None, media.media_id, media.name)]

    def _analyse(self, media_id: str, place: int, count: int) -> Analysis:
        return analyse(
            self._paths[media_id], self.media[media_id], cache=self._cache, progress=self._watch(place, count)
        )

    def _watch(self, place: int, count: int) -> Progress:
        """Progress of the analysis of one of several sources, as a share of the whole job."""

        def report(stage: str, done: int, total: int, message: Message) -> None:
            share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
            closer = stage == "analyse_closer"
            within = LISTENING_SHARE + (1 - LISTENING_SHARE) * share if closer else LISTENING_SHARE * share
            self._tell("look" if closer else "listen", ANALYSIS_SHARE * (place + within) / count, message)

        return report

    def _tell(self, stage: str, done: float, message: Message) -> None:
        self._done = max(self._done, done)
        self._progress(stage, round(self._done), 100, message)

    def _picks(self, moments: Iterable[Moment], avoid: Sequence[UsedRange]) -> list[Pick]:
        return [self._pick(moment) for moment in moments if not is_used(moment, avoid)]

    def _pick(self, moment: Moment) -> Pick:
        return Pick(
            media_id=moment.media_id, source=self.media[moment.media_id].name, start_ms=moment.start_ms,
            end_ms=moment.end_ms, peak_ms=moment.peak_ms, score=round(float(moment.score), 3),
            confidence=moment.confidence, why=moment.why, signals=moment.signals,
        )  # fmt: skip


def _roomier(wish: Highlights, avoid: Sequence[UsedRange]) -> Highlights:
    """A wish with room for what is in the reel already: it ranks among the found and is left out afterwards."""
    if not avoid:
        return wish
    shown = sum(taken.end_ms - taken.start_ms for taken in avoid)
    changes: dict[str, int | None] = {}
    if wish.total_ms is not None:
        changes["total_ms"] = wish.total_ms + 2 * shown
    if wish.count is not None:
        changes["count"] = min(500, wish.count + 2 * len(avoid))
    return wish.model_copy(update=changes)


def _fitting(picks: Sequence[Pick], wish: Highlights) -> list[Pick]:
    """The best of the picks that fit the length and count asked for, in the order asked for."""
    by_time = sorted(picks, key=lambda pick: (pick.media_id, pick.start_ms))
    order = {(pick.media_id, pick.peak_ms): place for place, pick in enumerate(by_time)}
    best: list[Pick] = []
    room = wish.total_ms
    for pick in sorted(picks, key=lambda pick: (-pick.score, pick.media_id, pick.start_ms)):
        if wish.count is not None and len(best) >= wish.count:
            break
        fitted = pick if room is None else _cut_to(pick, room, alone=not best)
        if fitted is None:
            continue
        best.append(fitted)
        room = None if room is None else room - (fitted.end_ms - fitted.start_ms)
    if wish.order == "rank":
        return best
    if wish.order == "countdown":
        return best[::-1]
    return sorted(best, key=lambda pick: order[(pick.media_id, pick.peak_ms)])


def _cut_to(pick: Pick, room: int, *, alone: bool) -> Pick | None:
    """The pick within `room` ms, with its peak; None where too little of it would be left and others are there."""
    length = pick.end_ms - pick.start_ms
    if length <= room:
        return pick
    if not alone and room < max(SHORTEST_CUT_MS, length // 3):
        return None
    start = min(max(pick.start_ms, pick.peak_ms - room * 2 // 3), pick.end_ms - room)
    return pick.model_copy(update={"start_ms": start, "end_ms": start + room})
