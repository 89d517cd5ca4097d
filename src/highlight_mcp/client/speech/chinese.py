"""Typed operations as Chinese sentences, without the full stop."""

from collections.abc import Callable
from typing import Any

from ...timeline import operations as ops
from .values import amount, decimal, listed, moment, percent
from .values import chinese_quoted as quoted

_CRITERIA = {
    "cheer": "欢呼", "loud": "声音最响", "applause": "掌声", "laughter": "笑声", "applause+laugh": "掌声和笑声",
    "motion": "动作", "whistle": "哨声", "speech": "讲话", "quiet": "安静", "silence": "静音",
    "scene_change": "场景变化", "goal": "进球", "score_change": "比分变化",
}  # fmt: skip
_SEARCHES = {"words": "说到{}的", "topic": "关于{}的", "sound": "听起来像{}的", "picture": "画面中有{}的"}
_FILTERS = {"bw": "黑白", "warm": "暖色", "cool": "冷色", "vivid": "鲜艳", "vintage": "复古", "sepia": "棕褐色",
            "blur": "模糊", "sharpen": "锐化"}  # fmt: skip
_SCALES = {"brightness": "亮度", "contrast": "对比度", "saturation": "饱和度"}
_TRANSITIONS = {"crossfade": "叠化", "fade_black": "黑场", "fade_white": "白场", "wipe": "擦除", "slide": "滑动"}
_ROLES = {"title": "标题", "caption": "文字", "subtitle": "字幕"}
_SIZES = {"small": "小号", "medium": "中号", "large": "大号"}
_PLACES = {"top": "顶部", "center": "中间", "bottom": "底部", "left": "左侧", "right": "右侧", "top-left": "左上角",
           "top-right": "右上角", "bottom-left": "左下角", "bottom-right": "右下角"}  # fmt: skip


def _seconds(ms: int) -> str:
    return f"{amount(ms)}秒"


def _span(span: tuple[int, int]) -> str:
    return f"{moment(span[0])}到{moment(span[1])}"


def _clips(numbers: tuple[int, ...]) -> str:
    return f"第{listed(numbers, '、')}段"


def _target(target: Any, everything: str = "全部") -> str:
    if isinstance(target, ops.Clips):
        return _clips(target.clips)
    if isinstance(target, ops.Span):
        if target.media_id is not None:
            return f"素材{quoted(target.media_id)}的{_span(target.range_ms)}"
        return f"{'素材' if target.ref == 'source' else '时间线'}的{_span(target.range_ms)}"
    return {"all": everything, "source": "原声", "bgm": "音乐"}[target]


def _highlights(op: ops.Highlights) -> str:
    what = _CRITERIA.get(op.criterion, "")
    searched = _SEARCHES[op.criterion].format(quoted(op.query)) if op.criterion in _SEARCHES else ""
    count = "" if op.count is None else f"{op.count}个"
    best = f"{searched}{count}最精彩的{what}片段"
    length = "" if op.total_ms is None else f"{amount(op.total_ms)}秒的"
    parts = {
        "replace": [f"剪一个{length}集锦", best],
        "append": [f"再加{best}到结尾"],
        "extend": [f"用{best}延长成片"],
    }[op.mode]
    if op.total_ms is not None and op.mode != "replace":
        parts.append(f"总长{_seconds(op.total_ms)}")
    parts += [] if op.clip_ms is None else [f"每段约{_seconds(op.clip_ms)}"]
    parts += [] if op.clip_min_ms is None else [f"每段至少{_seconds(op.clip_min_ms)}"]
    parts += [] if op.clip_max_ms is None else [f"每段最多{_seconds(op.clip_max_ms)}"]
    parts += [] if op.range_ms is None else [f"只用素材的{_span(op.range_ms)}"]
    parts += [] if op.source is None else [f"来自文件{quoted(op.source)}"]
    parts += {"time": [], "rank": ["最精彩的放最前面"], "countdown": ["最精彩的放最后"]}[op.order]
    parts += {"normal": [], "fast": ["快节奏"], "slow": ["慢节奏"]}[op.pace]
    return "，".join(parts)


def _keep(op: ops.Keep) -> str:
    if op.mode == "append" or (op.target is None and not op.ranges_ms):
        file = "素材" if op.source is None else f"文件{quoted(op.source)}"
        part = f"{file}的{listed(map(_span, op.ranges_ms), '、')}" if op.ranges_ms else f"全部{file}"
        return f"在最后加上{part}" if op.mode == "append" else f"保留{part}"
    kept = [] if op.target is None else [_clips(op.target.clips)]
    if op.ranges_ms:
        file = "" if op.source is None else f"文件{quoted(op.source)}"
        place = f"{file}{'素材' if op.ref == 'source' else '时间线'}"
        kept.append(f"{place}的{listed(map(_span, op.ranges_ms), '、')}")
    return f"只保留{'和'.join(kept)}"


def _trim(op: ops.Trim) -> str:
    target = "每段" if op.target == "all" else _target(op.target)
    parts = [_trimmed(op.head_ms, f"{target}的开头"), _trimmed(op.tail_ms, f"{target}的结尾")]
    return "，".join(part for part in parts if part) or f"{target}的两端保持不变"


def _trimmed(ms: int, place: str) -> str:
    if ms == 0:
        return ""
    return f"把{place}剪掉{_seconds(ms)}" if ms > 0 else f"把{place}延长{_seconds(-ms)}"


def _split(op: ops.Split) -> str:
    what = "时间线" if op.target is None else _clips(op.target.clips)
    return f"把{what}在{moment(op.at_ms)}处分割" if op.at_ms is not None else f"把{what}从中间分割"


def _reorder(op: ops.Reorder) -> str:
    if op.sort is not None:
        return {
            "time": "把片段按时间排序",
            "rank": "把片段重新排序，最精彩的放最前面",
            "countdown": "把片段重新排序，最精彩的放最后",
            "reverse": "把片段顺序倒过来",
            "shuffle": "把片段顺序打乱",
        }[op.sort]
    if op.order is not None:
        return f"把片段按这个顺序排列：{listed(op.order, '、')}"
    return f"把第{op.move or 1}段移到第{op.to or 1}位"


def _replay(op: ops.Replay) -> str:
    pace = "" if op.factor is None else f"以{decimal(op.factor)}倍速"
    return f"把{_target(op.target)}{pace}重放"


def _volume(op: ops.Volume) -> str:
    target = _target(op.target, "整体")
    if op.db is not None and op.level is None:
        return f"把{target}的音量{'降低' if op.db < 0 else '提高'}{decimal(abs(op.db))}分贝"
    level = 1.0 if op.level is None else op.level
    more = f"，再改变{decimal(op.db)}分贝" if op.db is not None else ""
    return f"把{target}静音{more}" if level == 0 else f"把{target}的音量设为{percent(level)}{more}"


def _fade(op: ops.Fade) -> str:
    what = {"video": "画面", "audio": "声音", "both": "整个视频", "bgm": "音乐"}[op.target]
    ways = [f"{way}{_seconds(ms)}" for way, ms in (("淡入", op.in_ms), ("淡出", op.out_ms)) if ms is not None]
    return f"{what}{'、'.join(ways) or '淡入淡出'}"


def _bgm_add(op: ops.BgmAdd) -> str:
    parts = ["加背景音乐" if op.asset is None else f"加背景音乐{quoted(op.asset)}"]
    parts += [] if op.level is None else [f"音量{percent(op.level)}"]
    parts += [f"从时间线的{moment(op.start_ms)}开始"] if op.start_ms else []
    parts += [f"从歌曲的{moment(op.source_start_ms)}放起"] if op.source_start_ms else []
    parts += [f"淡入{_seconds(op.fade_in_ms)}"] if op.fade_in_ms is not None else []
    parts += [f"淡出{_seconds(op.fade_out_ms)}"] if op.fade_out_ms is not None else []
    return "，".join(parts)


def _text_add(op: ops.TextAdd) -> str:
    words = op.text if op.text is not None else op.template or ""
    parts = [f"加{_ROLES[op.role]}{quoted(words)}"]
    if op.per_clip:
        parts.append("每段都加")
    if op.start_ms is not None and op.end_ms is not None:
        parts.append(_span((op.start_ms, op.end_ms)))
    else:
        parts += [f"从{moment(op.start_ms)}开始"] if op.start_ms is not None else []
        parts += [f"到{moment(op.end_ms)}为止"] if op.end_ms is not None else []
    parts += [_PLACES[op.position]] if op.position is not None else []
    parts += [f"颜色{op.color}"] if op.color is not None else []
    parts += [_SIZES[op.size]] if op.size is not None else []
    return "，".join(parts)


def _texts(index: int | str) -> str:
    return "所有文字" if index == "all" else f"第{index}条文字"


def _card(op: ops.CardAdd) -> str:
    words = quoted(op.text) if op.text else "，不加文字"
    kind = "片尾卡" if op.at == "end" else "片头卡"
    return f"在{'结尾' if op.at == 'end' else '开头'}加{_seconds(op.duration_ms)}的{kind}{words}，颜色{op.color}"


def _aspect(op: ops.Aspect) -> str:
    mode = {"crop": "裁剪填满", "pad": "加黑边", "blur": "模糊背景"}[op.mode]
    focus = {"auto": "", "center": "，保留中间", "left": "，保留左边", "right": "，保留右边"}
    return f"画面比例改为{op.ratio}，{mode}{focus[op.focus]}"


def _rotate(op: ops.Rotate) -> str:
    way = f"逆时针旋转{-op.deg}度" if op.deg < 0 else f"顺时针旋转{op.deg}度"
    return f"把{_target(op.target, '画面')}{way}"


def _filter(op: ops.FilterAdd) -> str:
    target = _target(op.target)
    if op.name == "none":
        return "把所有滤镜去掉" if op.target == "all" else f"把{target}的滤镜去掉"
    if op.name in _SCALES:
        change = 0.2 if op.amount is None else op.amount
        by = "" if op.amount is None else percent(abs(change))
        return f"把{target}的{_SCALES[op.name]}{'降低' if change < 0 else '提高'}{by}"
    strength = "" if op.amount is None else f"，强度{percent(op.amount)}"
    return f"给{target}加{_FILTERS[op.name]}滤镜{strength}"


def _transition(op: ops.TransitionAdd) -> str:
    if op.type == "none":
        return "去掉所有转场" if op.where == "all" else f"去掉{_clips(op.where)}之后的转场"
    where = "所有剪切处" if op.where == "all" else f"{_clips(op.where)}之后"
    return f"{where}加{_seconds(op.duration_ms)}的{_TRANSITIONS[op.type]}转场"


def _undo(op: ops.Undo) -> str:
    if op.steps == "all":
        return "全部撤销"
    return "撤销上一步" if op.steps == 1 else f"撤销{op.steps}步"


SENTENCES: dict[str, Callable[[Any], str]] = {
    "highlights": _highlights,
    "keep": _keep,
    "remove": lambda op: f"删除{_target(op.target)}",
    "trim": _trim,
    "split": _split,
    "reorder": _reorder,
    "speed": lambda op: f"把{_target(op.target)}以{decimal(op.factor)}倍速播放",
    "replay": _replay,
    "freeze": lambda op: f"在{moment(op.at_ms)}定格{_seconds(op.duration_ms)}",
    "volume": _volume,
    "fade": _fade,
    "loudness": lambda op: f"把响度统一到{decimal(op.lufs)} LUFS",
    "bgm_add": _bgm_add,
    "bgm_remove": lambda _op: "删除背景音乐",
    "duck": lambda op: f"说话时把音乐压低{'' if op.db is None else f'{decimal(-op.db)}分贝'}",
    "beat_sync": lambda _op: "让剪切点卡在音乐节拍上",
    "text_add": _text_add,
    "text_edit": lambda op: f"把{_texts(op.index)}改为{quoted(op.text)}",
    "text_remove": lambda op: f"删除{_texts(op.index)}",
    "subtitles_add": lambda op: "加字幕" if op.asset is None else f"加字幕文件{quoted(op.asset)}",
    "card_add": _card,
    "aspect": _aspect,
    "rotate": _rotate,
    "flip": lambda op: f"把{_target(op.target, '画面')}{'水平' if op.axis == 'horizontal' else '垂直'}翻转",
    "filter": _filter,
    "transition": _transition,
    "silence_remove": lambda op: f"剪掉超过{_seconds(op.min_ms)}的停顿，前后各留{_seconds(op.margin_ms)}",
    "stabilize": lambda op: f"给{_target(op.target, '画面')}防抖",
    "undo": _undo,
    "redo": lambda op: "重做上一步" if op.steps == 1 else f"重做{op.steps}步",
    "restore": lambda op: f"回到版本{op.version}",
    "reset": lambda _op: "全部重新开始",
}
