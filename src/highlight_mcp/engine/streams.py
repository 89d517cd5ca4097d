"""Which streams of a recording count: one picture, one sound."""

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

_SOUND_ONLY = {"mp3", "flac", "ogg", "wav", "w64", "aac", "aiff", "caf"}
_STILL_CODECS = {"mjpeg", "png", "bmp", "gif", "webp", "tiff"}


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The decodable video stream with the largest picture; cover art and thumbnails do not count."""
    moving = [stream for stream in container.streams.video if _is_footage(container, stream)]
    default = [stream for stream in moving if stream.disposition & stream.disposition.default]
    return max(default or moving, key=lambda stream: stream.width * stream.height, default=None)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The decodable audio stream that a player would choose, or None."""
    sounds = [stream for stream in container.streams.audio if has_decoder(stream)]
    best = container.streams.best("audio")
    return next((stream for stream in sounds if stream is best), sounds[0] if sounds else None)


def has_decoder(stream: Stream) -> bool:
    """Whether this build of FFmpeg can decode the stream."""
    context: CodecContext | None = stream.codec_context
    return context is not None


def _is_footage(container: InputContainer, stream: VideoStream) -> bool:
    if not has_decoder(stream):
        return False
    shown = stream.disposition
    if shown & (shown.attached_pic | shown.timed_thumbnails | shown.still_image):
        return False
    cover = stream.codec_context.name in _STILL_CODECS and container.format.name in _SOUND_ONLY
    return not cover
