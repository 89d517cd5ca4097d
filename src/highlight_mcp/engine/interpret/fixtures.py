"""The fixture sessions: those of the instruction benchmark, and reels of two clips (kept) and of one (single)."""

from ...timeline.media import MediaInfo
from .situation import ClipFact, Situation

_REEL_S = (10, 12, 8, 15, 20, 10)


def _video(name: str, seconds: int) -> MediaInfo:
    return MediaInfo(
        media_id=name, name=name, kind="video", duration_ms=seconds * 1000, width=1920, height=1080, audio_codec="aac"
    )


def _song(name: str, seconds: int) -> MediaInfo:
    return MediaInfo(media_id=name, name=name, kind="audio", duration_ms=seconds * 1000, audio_codec="mp3")


def _clips(seconds: tuple[int, ...], media_id: str) -> tuple[ClipFact, ...]:
    return tuple(
        ClipFact(number=i + 1, start_ms=1000 * sum(seconds[:i]), duration_ms=1000 * length, media_id=media_id)
        for i, length in enumerate(seconds)
    )


_MATCH = _video("match.mp4", 7200)
_REEL = Situation(media=(_MATCH,), clips=_clips(_REEL_S, "match.mp4"), duration_ms=75_000, has_timeline=True, rev=1)

_KEPT = Situation(media=(_MATCH,), clips=_clips((10, 12), "match.mp4"), duration_ms=22_000, has_timeline=True, rev=1)

SESSIONS: dict[str, Situation] = {
    "empty": Situation(),
    "raw": Situation(media=(_MATCH,)),
    "reel": _REEL,
    "styled": _REEL.model_copy(
        update={
            "media": (_MATCH, _song("lofi.mp3", 180)),
            "has_bgm": True,
            "bgm_level": 0.35,
            "bgm_name": "lofi.mp3",
            "texts": ("Urban Dreams",),
        }
    ),
    "multi": Situation(media=(_video("a.mp4", 600), _video("b.mov", 900), _song("music.mp3", 180))),
    "kept": _KEPT,
    "single": _KEPT.model_copy(update={"clips": _clips((8,), "match.mp4"), "duration_ms": 8000}),
    "talk": Situation(
        media=(_video("talk.mp4", 3600),),
        clips=_clips((3600,), "talk.mp4"),
        duration_ms=3_600_000,
        has_timeline=True,
        rev=1,
    ),
}
