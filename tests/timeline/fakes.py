"""Footage that exists as facts only, for tests of pure editing."""

from fractions import Fraction

from highlight_mcp.timeline.camera import CameraPath, CameraShot
from highlight_mcp.timeline.media import CameraWish, MediaInfo, MomentSelection, Pick, TranscriptCue, UsedRange
from highlight_mcp.timeline.operations import Highlights
from highlight_mcp.timeline.time import TimeRange


def recording(media_id: str, seconds: int, **facts: object) -> MediaInfo:
    """A recording with sound, landscape unless told otherwise."""
    given = {"width": 1920, "height": 1080, "frame_rate": Fraction(30000, 1001), "audio_codec": "aac", **facts}
    return MediaInfo.model_validate(
        {"media_id": media_id, "name": f"{media_id}.mp4", "kind": "video", "duration_ms": 1000 * seconds, **given}
    )


def song(media_id: str, seconds: int) -> MediaInfo:
    """A sound file."""
    return MediaInfo(
        media_id=media_id, name=f"{media_id}.mp3", kind="audio", duration_ms=1000 * seconds, audio_codec="mp3"
    )


def picture(media_id: str) -> MediaInfo:
    """A still picture: it has no length of its own."""
    return MediaInfo(media_id=media_id, name=f"{media_id}.png", kind="image", duration_ms=0, width=800, height=600)


MATCH, LOFI = recording("match", 1800), song("lofi", 40)
MEDIA = {
    info.media_id: info for info in (MATCH, LOFI, recording("second", 90, width=720, height=1280), picture("logo"))
}


class FakeSenses:
    """A moment of 10 s every 30 s, a pause of 1 s every 5 s, a beat every half second, a cue every 2.5 s."""

    def highlights(self, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
        length = wish.clip_ms or 10_000
        room = wish.total_ms if wish.total_ms is not None else 180_000
        picks: list[Pick] = []
        for number in range(1800 // 30):
            start = 30_000 * number + 1_000
            pick = _pick(start, start + length, 2.0 + (7 * number) % 11)
            if any(one.media_id == "match" and start < one.end_ms and one.start_ms < pick.end_ms for one in avoid):
                continue
            if room < length or (wish.count is not None and len(picks) >= wish.count):
                break
            picks.append(pick)
            room -= length
        return MomentSelection(picks=tuple(picks))

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        return tuple(TimeRange(start_ms=at, end_ms=at + 1000) for at in range(3_000, 1_800_000, 5_000))

    def listen_to(self, media_id: str, track: int) -> None:
        """Nothing is heard here."""

    def lettering(self, text: str) -> str:
        return text.replace("\U0001f389", "")

    def is_clear(self, media_id: str) -> bool:
        return media_id == "clear"

    def beats(self, media_id: str) -> tuple[int, ...]:
        return tuple(range(200, 40_000, 500))

    def cameras(self, wishes: tuple[CameraWish, ...]) -> tuple[CameraPath, ...]:
        return tuple(
            CameraPath(
                span=wish.source, share=wish.share, move="hold", by="motion",
                shots=(CameraShot(start_ms=wish.source.start_ms, points=((wish.source.start_ms, 0.25),)),),
            )
            for wish in wishes
        )  # fmt: skip

    def cues(self, asset: str | None, shown: tuple[UsedRange, ...]) -> tuple[TranscriptCue, ...]:
        if asset == "absent.srt":
            return ()
        return tuple(
            TranscriptCue(start_ms=at, end_ms=at + 2000, text=f"cue {at}") for at in range(0, 1_800_000, 2_500)
        )


class NoCropServes(FakeSenses):
    """Footage with subjects too far apart for any crop."""

    def cameras(self, wishes: tuple[CameraWish, ...]) -> tuple[CameraPath, ...]:
        return tuple(path.model_copy(update={"move": "all", "reach": 2.0}) for path in super().cameras(wishes))


class NothingFound(FakeSenses):
    """Footage in which nothing is worth showing."""

    def highlights(self, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
        return MomentSelection()

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        return ()

    def beats(self, media_id: str) -> tuple[int, ...]:
        return ()


def _pick(start: int, end: int, score: float) -> Pick:
    why = "crowd +14 dB"
    return Pick(
        media_id="match", source="match.mp4", start_ms=start, end_ms=min(end, 1_800_000), peak_ms=start,
        score=score, confidence="high", why=why,
    )  # fmt: skip
