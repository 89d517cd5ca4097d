"""How the values of operations are said in a sentence: exact to the millisecond, never longer than needed.

A service that understands words only gets an operation as a sentence. Each operation puts its own together, in
English and in Chinese, from these parts.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from ..model import Crop
from ..time import clock
from .base import ClipTarget, RangeTarget

AnyTarget = str | ClipTarget | RangeTarget


def amount(ms: int) -> str:
    """`2`, `1.5`, `0.04`: a number of seconds."""
    return decimal(Fraction(ms, 1000))


def decimal(number: Fraction | float) -> str:
    """`1.5`, `0.333`, `-6`: at most three decimals."""
    text = f"{float(number):.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def moment(ms: int) -> str:
    """`0:07`, `42:11.25`, `1:02:30`: a place in time."""
    thousandths, whole = ms % 1000, clock(ms // 1000)
    return f"{whole}.{thousandths:03d}".rstrip("0") if thousandths else whole


def percent(level: float) -> str:
    """`35%`, `12.5%`."""
    return f"{decimal(100 * level)}%"


def shares_of(region: Crop) -> str:
    """`0% 0% 50% 33%`: left edge, upper edge, width and height of a part of the frame."""
    return " ".join(map(percent, (region.x, region.y, region.width, region.height)))


def listed(parts: Iterable[object], last: str) -> str:
    """`1, 2 and 3`, `1、2、3`: `last` joins the last two; a list in Chinese has one mark throughout."""
    *head, tail = map(str, parts)
    separator = last if last == "、" else ", "
    return f"{separator.join(head)}{last}{tail}" if head else tail


class _English:
    """Values in English."""

    CRITERIA: Mapping[str, str] = {
        "cheer": "cheering", "loud": "loud sound", "applause": "applause", "laughter": "laughter",
        "applause+laugh": "applause and laughter", "motion": "motion", "whistle": "whistles", "speech": "speech",
        "quiet": "quiet", "silence": "silence", "scene_change": "scene changes", "goal": "goals",
        "score_change": "score changes",
    }  # fmt: skip
    SEARCHES: Mapping[str, str] = {
        "words": "where {} is said", "topic": "about {}", "sound": "that sound like {}", "picture": "that show {}",
    }  # fmt: skip
    FILTERS: Mapping[str, str] = {
        "bw": "black and white", "warm": "warm", "cool": "cool", "vivid": "vivid", "vintage": "vintage",
        "sepia": "sepia", "blur": "blur", "sharpen": "sharpen",
    }  # fmt: skip
    SCALES: Mapping[str, str] = {"brightness": "brightness", "contrast": "contrast", "saturation": "saturation"}
    COUNTS: Mapping[str, str] = {
        "left": "the seconds left", "elapsed": "the seconds passed", "left_clock": "the time left",
        "elapsed_clock": "the time passed",
    }  # fmt: skip
    TRANSITIONS: Mapping[str, str] = {
        "crossfade": "crossfade", "fade_black": "fade through black", "fade_white": "fade through white",
        "wipe": "wipe", "slide": "slide",
    }  # fmt: skip

    def seconds(self, ms: int) -> str:
        return f"{amount(ms)} second" if ms == 1000 else f"{amount(ms)} seconds"

    def span(self, span: tuple[int, int]) -> str:
        return f"{moment(span[0])} to {moment(span[1])}"

    def clips(self, numbers: tuple[int, ...]) -> str:
        return f"clip{'s' if len(numbers) > 1 else ''} {listed(numbers, ' and ')}"

    def target(self, target: AnyTarget, everything: str = "everything") -> str:
        if isinstance(target, ClipTarget):
            return self.clips(target.clips)
        if isinstance(target, RangeTarget):
            if target.media_id is not None:
                return f"{self.span(target.range_ms)} of the source file {self.quoted(target.media_id)}"
            return f"{self.span(target.range_ms)} of the {'source footage' if target.ref == 'source' else 'timeline'}"
        return {"all": everything, "source": "the original sound", "bgm": "the music"}[target]

    def trimmed(self, ms: int, end: str, target: str) -> str:
        if ms == 0:
            return ""
        if ms < 0:
            return f"extend {target} by {self.seconds(-ms)} at the {end}"
        return f"cut {self.seconds(ms)} off the {end} of {target}"

    def times(self, factor: Fraction) -> str:
        return f"{decimal(factor)}x"

    def text_named(self, index: int | Literal["all"], verb: str) -> str:
        return f"{verb} all texts" if index == "all" else f"{verb} text {index}"

    def quoted(self, words: object) -> str:
        """Words in quotation marks that do not stand in them."""
        text = str(words)
        return f"“{text}”" if '"' in text else f'"{text}"'


class _Chinese:
    """Values in Chinese."""

    CRITERIA: Mapping[str, str] = {
        "cheer": "欢呼", "loud": "声音最响", "applause": "掌声", "laughter": "笑声", "applause+laugh": "掌声和笑声",
        "motion": "动作", "whistle": "哨声", "speech": "讲话", "quiet": "安静", "silence": "静音",
        "scene_change": "场景变化", "goal": "进球", "score_change": "比分变化",
    }  # fmt: skip
    SEARCHES: Mapping[str, str] = {
        "words": "说到{}的", "topic": "关于{}的", "sound": "听起来像{}的", "picture": "画面中有{}的",
    }  # fmt: skip
    FILTERS: Mapping[str, str] = {
        "bw": "黑白", "warm": "暖色", "cool": "冷色", "vivid": "鲜艳", "vintage": "复古", "sepia": "棕褐色",
        "blur": "模糊", "sharpen": "锐化",
    }  # fmt: skip
    SCALES: Mapping[str, str] = {"brightness": "亮度", "contrast": "对比度", "saturation": "饱和度"}
    COUNTS: Mapping[str, str] = {
        "left": "剩余秒数", "elapsed": "已过秒数", "left_clock": "剩余时间", "elapsed_clock": "已过时间",
    }  # fmt: skip
    TRANSITIONS: Mapping[str, str] = {
        "crossfade": "叠化", "fade_black": "黑场", "fade_white": "白场", "wipe": "擦除", "slide": "滑动",
    }  # fmt: skip
    ROLES: Mapping[str, str] = {"title": "标题", "caption": "文字", "subtitle": "字幕", "lower_third": "人名条"}
    SIZES: Mapping[str, str] = {"small": "小号", "medium": "中号", "large": "大号"}
    PLACES: Mapping[str, str] = {
        "top": "顶部", "center": "中间", "bottom": "底部", "left": "左侧", "right": "右侧", "top-left": "左上角",
        "top-right": "右上角", "bottom-left": "左下角", "bottom-right": "右下角",
    }  # fmt: skip

    def seconds(self, ms: int) -> str:
        return f"{amount(ms)}秒"

    def span(self, span: tuple[int, int]) -> str:
        return f"{moment(span[0])}到{moment(span[1])}"

    def clips(self, numbers: tuple[int, ...]) -> str:
        return f"第{listed(numbers, '、')}段"

    def target(self, target: AnyTarget, everything: str = "全部") -> str:
        if isinstance(target, ClipTarget):
            return self.clips(target.clips)
        if isinstance(target, RangeTarget):
            if target.media_id is not None:
                return f"素材{self.quoted(target.media_id)}的{self.span(target.range_ms)}"
            return f"{'素材' if target.ref == 'source' else '时间线'}的{self.span(target.range_ms)}"
        return {"all": everything, "source": "原声", "bgm": "音乐"}[target]

    def trimmed(self, ms: int, place: str) -> str:
        if ms == 0:
            return ""
        return f"把{place}剪掉{self.seconds(ms)}" if ms > 0 else f"把{place}延长{self.seconds(-ms)}"

    def texts(self, index: int | Literal["all"]) -> str:
        return "所有文字" if index == "all" else f"第{index}条文字"

    def quoted(self, words: object) -> str:
        """Words in quotation marks that do not stand in them."""
        text = str(words)
        return f"「{text}」" if "“" in text or "”" in text else f"“{text}”"


english, chinese = _English(), _Chinese()
