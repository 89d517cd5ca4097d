"""Can the words of a timeline be drawn on this machine? Said when they are added, not when the export fails."""

from ..timeline.model import TextTrack, Timeline
from ..timeline.say import Language
from .errors import EngineError
from .fonts import font_for

PROBE_PX = 40


def illegible(timeline: Timeline, language: Language) -> str:
    """A sentence about the first text that no font here can draw; empty when all can be drawn."""
    for track in timeline.tracks:
        for text in track.texts if isinstance(track, TextTrack) else ():
            try:
                font_for(text.text, PROBE_PX)
            except EngineError as error:
                if language == "zh":
                    return f"注意：本机没有能显示“{text.text}”的字体，导出会失败。请安装中文字体（如Noto Sans CJK）。"
                return f"Note: the export will fail as things are. {error.message} {error.next_step}"
    return ""
