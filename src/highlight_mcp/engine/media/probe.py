"""What is in a file: the facts of one source, checked by decoding a little of it.

Content decides, never the extension. An animated GIF counts as video, because it plays; an animated
WebP counts as an image of which the first picture is shown, because FFmpeg cannot play it.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ...messages import Message, message
from ...timeline.media import DynamicRange, MediaInfo
from ...timeline.time import format_time
from ..errors import ANOTHER_COPY, EngineError
from ..job_process import Progress
from .audio_samples import is_silent
from .decoding import first_picture, first_sound, origin, packets_of, seek
from .duration import SLACK_S, EndOfStream, Jump, find_end, jumps
from .images import image_facts, is_heic, is_image
from .opening import check_file, clock_of, fingerprint, open_media, opened, recorded
from .ratios import exact
from .streams import (
    FrameRate,
    has_decoder,
    measured_rate,
    orientation_of,
    picture_stream,
    shown_size,
    sound_stream,
    sound_streams,
    text_streams,
)

_PQ, _HLG = 16, 18
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d[:;.]\d\d")
_WINDOW = 200
_RAW_SOUND = {"mp3", "aac"}
_LONG_S, _FEWEST_BITS, _LONGEST_S = 3600, 50, 30 * 24 * 3600
LEAST_RATE = 1_000
"""Speech starts at 4,000; with fewer samples a small file lasts for weeks, all of which would be listened to."""
_BRANDS = {"qt": "mov", "3g": "3gp", "M4A": "m4a"}


def probe(path: Path) -> MediaInfo:
    """Facts of one file; `media_id` is empty.

    At least one picture or block of sound has been decoded, and the duration is one that can be
    decoded: a file that claims more gets a warning. Images have duration 0. Raises EngineError
    (`file_missing`, `file_damaged`, `unsupported_file`, `bad_request`, `limit`).
    """
    head = check_file(path)
    if is_heic(head):
        raise EngineError("unsupported_file", "engine.heic", name=path.name)
    if is_image(head):
        facts = image_facts(path)
        if not (facts.animated and facts.codec == "gif"):
            return _image_info(path)
    with open_media(path) as container:
        return _Probe(path, container).info()


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The job `probe`: `{"path", "file"}` → `{"info", "file"}` with the fingerprint, and the mark of what was read."""
    path = Path(spec["path"])
    progress("probe", 0, 2, message("engine.progress.reading", name=path.name))
    media = probe(path)
    progress("probe", 1, 2, message("engine.progress.reading", name=path.name))
    described = media.model_copy(update={"fingerprint": fingerprint(path)})
    mark = recorded(path)
    return {"info": described.model_dump(mode="json"), "file": mark.model_dump() if mark is not None else None}


def _size_of(path: Path) -> int:
    with opened(path) as number:
        return os.fstat(number).st_size


def _image_info(path: Path) -> MediaInfo:
    facts = image_facts(path)
    warning = message("engine.media.animated")
    return MediaInfo(
        media_id="",
        name=path.name,
        kind="image",
        duration_ms=0,
        size_bytes=_size_of(path),
        container={"mjpeg": "jpeg"}.get(facts.codec, facts.codec),
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        video_codec=facts.codec,
        warnings=(warning,) if facts.animated else (),
    )


@dataclass
class _Probe:
    """The facts of one open recording, gathered step by step."""

    path: Path
    container: InputContainer
    warnings: list[Message] = field(default_factory=list)
    picture_end_s: Fraction | None = None

    def info(self) -> MediaInfo:
        video, audio = picture_stream(self.container), sound_stream(self.container)
        picture = first_picture_anywhere(self.container, video) if video else None
        sounds = audio is not None and self._sound_decodes(audio)
        if video is not None and picture is None:
            raise EngineError("file_damaged", "engine.no_picture_decodes", name=self.path.name, next_step=ANOTHER_COPY)
        if picture is None and not sounds:
            raise self._nothing()
        heard = self._audible(audio) if audio is not None and sounds else None
        self._note_choices(video, heard)
        facts: dict[str, Any] = {}
        rate = self._rate(video) if video is not None else None
        if video is not None and picture is not None and rate is not None:
            facts |= self._picture_facts(video, picture, rate)
        if heard is not None:
            facts |= _sound_facts(heard)
            facts |= self._track_facts(audio, heard)
        duration_ms = self._duration_ms(video, heard, rate)
        if video is not None and self.picture_end_s is not None:
            start_ms, end_ms = round(first_s(self.container, video) * 1000), round(self.picture_end_s * 1000)
            facts["picture_ms"] = (start_ms, end_ms) if 0 <= start_ms < end_ms <= duration_ms else None
        if heard is not None and is_silent(self.container, heard, duration_ms):
            self.warnings.append(message("engine.media.silent"))
        return MediaInfo(
            media_id="",
            name=self.path.name,
            kind="audio" if video is None else "video",
            duration_ms=duration_ms,
            size_bytes=_size_of(self.path),
            container=_container_name(self.container, self.path),
            texts_inside=bool(text_streams(self.container)),
            timecode=_timecode(self.container),
            warnings=tuple(self.warnings),
            **facts,
        )

    def _nothing(self) -> EngineError:
        unknown = [stream.type for stream in self.container.streams if stream.type in ("video", "audio")]
        if unknown and not any(has_decoder(s) for s in self.container.streams if s.type in unknown):
            return EngineError("unsupported_file", "engine.codec_missing", name=self.path.name, next_step=ANOTHER_COPY)
        if unknown:
            return EngineError("file_damaged", "engine.nothing_decodes", name=self.path.name, next_step=ANOTHER_COPY)
        return EngineError("unsupported_file", "engine.no_streams", name=self.path.name)

    def _sound_decodes(self, stream: AudioStream) -> bool:
        if 0 < (stream.rate or 0) < LEAST_RATE:
            raise EngineError(
                "limit", "engine.sample_rate", name=self.path.name, rate=stream.rate, least_rate=LEAST_RATE
            )
        seek(self.container, stream, Fraction(0))
        if first_sound(self.container, stream) is not None:
            return True
        self.warnings.append(message("engine.media.sound_left_out", codec=_codec(stream)))
        return False

    def _audible(self, chosen: AudioStream) -> AudioStream:
        """The sound track that a player would take or, where it is silent, the first one with sound."""
        others = [stream for stream in sound_streams(self.container) if stream is not chosen]
        length_ms = int((self.container.duration or 0) // 1000)
        if not others or not is_silent(self.container, chosen, length_ms):
            return chosen
        return next((stream for stream in others if not is_silent(self.container, stream, length_ms)), chosen)

    def _track_facts(self, usual: AudioStream | None, heard: AudioStream) -> dict[str, Any]:
        number = None if heard is usual else nth_of(self.container, heard)
        return {"sound_tracks": len(self.container.streams.audio), "sound_track": number}

    def _note_choices(self, video: VideoStream | None, audio: AudioStream | None) -> None:
        moving = [s for s in self.container.streams.video if not s.disposition & s.disposition.attached_pic]
        if video is not None and len(moving) > 1:
            size = f"{video.width}x{video.height}"
            self.warnings.append(message("engine.media.picture_tracks", n=len(moving), size=size))
        sounds = len(self.container.streams.audio)
        if audio is not None and sounds > 1:
            nth = nth_of(self.container, audio)
            usual = sound_stream(self.container)
            first = None if usual is None or usual is audio else nth_of(self.container, usual)
            key = "sound_tracks" if first is None else "sound_track_silent"
            silent = {} if first is None else {"silent": first}
            self.warnings.append(message(f"engine.media.{key}", n=sounds, used=nth, **silent))
        elif (
            audio is None
            and sounds
            and not any(warning.key == "engine.media.sound_left_out" for warning in self.warnings)
        ):
            self.warnings.append(message("engine.media.sound_codec_left_out"))

    def _rate(self, video: VideoStream) -> FrameRate:
        windows = [self._stamps(video, Fraction(0))]
        length = Fraction(self.container.duration or 0, 1_000_000)
        if length > 20:
            windows += [self._stamps(video, length / 2), self._stamps(video, length * 9 / 10)]
        claims = (exact(video.average_rate), exact(video.guessed_rate), exact(video.base_rate))
        return measured_rate(windows, exact(video.time_base) or Fraction(1, 1000), claims)

    def _stamps(self, video: VideoStream, at_s: Fraction) -> list[int]:
        """Stamps of the pictures after `at_s`, less those whose neighbours may still be missing."""
        if not seek(self.container, video, at_s):
            return []
        stamps: list[int] = []
        for packet in packets_of(self.container, video):
            if packet.pts is not None and packet.size:
                stamps.append(packet.pts)
            if len(stamps) == _WINDOW:
                return sorted(stamps)[:-16]
        return stamps

    def _picture_facts(self, video: VideoStream, frame: VideoFrame, rate: FrameRate) -> dict[str, Any]:
        rotation = orientation_of(frame).turn
        width, height = shown_size(frame.width, frame.height, exact(video.sample_aspect_ratio), rotation)
        light: DynamicRange = "pq" if frame.color_trc == _PQ else "hlg" if frame.color_trc == _HLG else "sdr"
        if light != "sdr":
            self.warnings.append(message("engine.media.hdr", transfer=light.upper()))
        if frame.interlaced_frame:
            self.warnings.append(message("engine.media.interlaced"))
        return {
            "width": width,
            "height": height,
            "rotation": rotation,
            "frame_rate": rate.rate,
            "variable_frame_rate": rate.variable,
            "dynamic_range": light,
            "video_codec": _codec(video),
        }

    def _duration_ms(self, video: VideoStream | None, audio: AudioStream | None, rate: FrameRate | None) -> int:
        size = _size_of(self.path)
        claimed: int | None = self.container.duration
        raw = self.container.format.name in _RAW_SOUND
        claimed_s = Fraction(claimed, 1_000_000) if claimed and not raw else None
        ends: list[EndOfStream] = []
        if video is not None and rate is not None:
            ends.append(find_end(self.container, video, claimed_s, size, 1 / rate.rate))
            self.picture_end_s = ends[0].end_s
        if audio is not None:
            ends.append(find_end(self.container, audio, claimed_s, size, Fraction(1024, audio.rate or 48_000)))
        cut_picture = video is not None and not ends[0].whole
        end_s = ends[0].end_s if cut_picture else max((tail.end_s for tail in ends), default=Fraction(0))
        if claimed_s is not None and all(tail.whole for tail in ends) and abs(claimed_s - end_s) <= SLACK_S:
            end_s = claimed_s
        elif claimed_s is not None and end_s < claimed_s - SLACK_S:
            # Matroska counts from zero, wherever its first picture lies.
            later_s = claimed_s - origin(self.container)
            claimed_s = later_s if later_s >= end_s - SLACK_S else claimed_s
            if end_s < claimed_s - SLACK_S:
                self._warn_cut(claimed_s, end_s)
        thin = end_s > _LONG_S and 8 * size < _FEWEST_BITS * end_s
        self._note_clock()
        leaps = jumps(self.container, video or audio, size)
        if leaps:
            end_s = self._until_jump(leaps, end_s, thin)
        elif thin:
            end_s = self._counted_s(video, rate)
        if not 0 < end_s < _LONGEST_S:
            raise EngineError("file_damaged", "engine.no_time_stamps", name=self.path.name, next_step=ANOTHER_COPY)
        self._note_short_picture(video, ends, end_s)
        return max(1, round(end_s * 1000))

    def _note_clock(self) -> None:
        """What was put right in the clock of a transport stream."""
        clock = clock_of(self.path)
        if clock is None:
            return
        first = clock.faults[0]
        at = format_time(max(0, round(first.at_s * 1000)))
        jump = message("engine.media.clock_restarts" if first.by_s < 0 else "engine.media.clock_leaps", at=at)
        more = len(clock.faults) - 1
        key = "clock_mended_often" if more else "clock_mended"
        self.warnings.append(message(f"engine.media.{key}", jump=jump, **({"n": more} if more else {})))

    def _until_jump(self, leaps: Sequence[Jump], end_s: Fraction, thin: bool) -> Fraction:
        """How far the recording can be used: to where its clock goes back, for what follows cannot be found by its
        time, or to where it leaps so far that next to nothing is left on the way (`thin`)."""
        first_s = next((jump.before_s for jump in leaps if jump.back or thin), None)
        at = format_time(max(0, round(leaps[0].before_s * 1000)))
        jump = message("engine.media.clock_restarts" if leaps[0].back else "engine.media.clock_leaps", at=at)
        self.warnings.append(
            message("engine.media.clock_cut", jump=jump, used=format_time(round(first_s * 1000)))
            if first_s is not None
            else message("engine.media.clock", jump=jump)
        )
        return first_s if first_s is not None else end_s

    def _counted_s(self, video: VideoStream | None, rate: FrameRate | None) -> Fraction:
        """The length by the number of pictures, for time stamps that jump by hours; 0 without pictures."""
        if video is None or rate is None or not seek(self.container, video, Fraction(0)):
            return Fraction(0)
        self.warnings.append(message("engine.media.stamps_damaged"))
        return sum(1 for packet in packets_of(self.container, video) if packet.size) / rate.rate

    def _warn_cut(self, claimed_s: Fraction, end_s: Fraction) -> None:
        claimed, present = format_time(round(claimed_s * 1000)), format_time(round(end_s * 1000))
        self.warnings.append(message("engine.media.cut_off", claimed=claimed, found=present))

    def _note_short_picture(self, video: VideoStream | None, ends: list[EndOfStream], end_s: Fraction) -> None:
        if video is not None and ends and ends[0].end_s < end_s - 1:
            at = format_time(round(ends[0].end_s * 1000))
            self.warnings.append(message("engine.media.pictures_end", at=at, end=format_time(round(end_s * 1000))))


def first_s(container: InputContainer, stream: VideoStream) -> Fraction:
    """Seconds from the beginning of a file to its first picture."""
    start: int | None = stream.start_time
    return (start or 0) * (exact(stream.time_base) or Fraction(1)) - origin(container)


def first_picture_anywhere(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The first picture that decodes at the start or, where the start is damaged, further in."""
    frame = first_picture(container, stream)
    length = Fraction(container.duration or 0, 1_000_000)
    for part in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
        if frame is not None or not seek(container, stream, length * part):
            break
        frame = first_picture(container, stream)
    return frame


def nth_of(container: InputContainer, audio: AudioStream) -> int:
    """The number of a sound track, from 1."""
    return [stream.index for stream in container.streams.audio].index(audio.index) + 1


def _sound_facts(audio: AudioStream) -> dict[str, Any]:
    return {"audio_codec": _codec(audio), "sample_rate": audio.rate or 0, "channels": audio.channels}


def _codec(stream: VideoStream | AudioStream) -> str:
    return stream.codec_context.codec.canonical_name


def _container_name(container: InputContainer, path: Path) -> str:
    names = container.format.name.split(",")
    if "mp4" in names:
        brand = str(container.metadata.get("major_brand", ""))
        return next((name for start, name in _BRANDS.items() if brand.startswith(start)), "mp4")
    if "webm" in names:
        return "webm" if b"webm" in check_file(path) else "matroska"
    return names[0]


def _timecode(container: InputContainer) -> str | None:
    """That of the first frame: a `tmcd` track of QuickTime, or a tag of the file or of its streams."""
    tags = (each.metadata.get("timecode", "") for each in (*container.streams, container))
    return next((tag for tag in tags if _TIMECODE.fullmatch(tag)), None)
