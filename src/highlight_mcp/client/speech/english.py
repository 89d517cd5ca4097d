"""Typed operations as English sentences, without the full stop."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ...timeline import operations as ops
from .values import amount, decimal, listed, moment, percent
from .values import english_quoted as quoted

_CRITERIA = {
    "cheer": "cheering", "loud": "loud sound", "applause": "applause", "laughter": "laughter",
    "applause+laugh": "applause and laughter", "motion": "motion", "whistle": "whistles", "speech": "speech",
    "quiet": "quiet", "silence": "silence", "scene_change": "scene changes", "goal": "goals",
    "score_change": "score changes",
}  # fmt: skip
_SEARCHES = {
    "words": "where {} is said", "topic": "about {}", "sound": "that sound like {}", "picture": "that show {}",
}  # fmt: skip
_FILTERS = {"bw": "black and white", "warm": "warm", "cool": "cool", "vivid": "vivid", "vintage": "vintage",
            "sepia": "sepia", "blur": "blur", "sharpen": "sharpen"}  # fmt: skip
_SCALES = {"brightness": "brightness", "contrast": "contrast", "saturation": "saturation"}
_TRANSITIONS = {"crossfade": "crossfade", "fade_black": "fade through black", "fade_white": "fade through white",
                "wipe": "wipe", "slide": "slide"}  # fmt: skip


def _seconds(ms: int) -> str:
    return f"{amount(ms)} second" if ms == 1000 else f"{amount(ms)} seconds"


def _span(span: tuple[int, int]) -> str:
    return f"{moment(span[0])} to {moment(span[1])}"


def _clips(numbers: tuple[int, ...]) -> str:
    return f"clip{'s' if len(numbers) > 1 else ''} {listed(numbers, ' and ')}"


def _target(target: Any, everything: str = "everything") -> str:
    if isinstance(target, ops.Clips):
        return _clips(target.clips)
    if isinstance(target, ops.Span):
        if target.media_id is not None:
            return f"{_span(target.range_ms)} of the source file {quoted(target.media_id)}"
        return f"{_span(target.range_ms)} of the {'source footage' if target.ref == 'source' else 'timeline'}"
    return {"all": everything, "source": "the original sound", "bgm": "the music"}[target]


def _highlights(op: ops.Highlights) -> str:
    count = "" if op.count is None else f"{op.count} "
    best = f"the {count}best moment{'' if op.count == 1 else 's'}"
    best += f" with {_CRITERIA[op.criterion]}" if op.criterion in _CRITERIA else ""
    best += f" {_SEARCHES[op.criterion].format(quoted(op.query))}" if op.criterion in _SEARCHES else ""
    length = "" if op.total_ms is None else f"{amount(op.total_ms)}-second "
    pace = "" if op.pace == "normal" else f"{op.pace} paced "
    head = {
        "replace": f"Make a {length}{pace}highlight reel of {best}",
        "append": f"Add {best} to the end of the reel",
        "extend": f"Extend the reel with {best}",
    }[op.mode]
    parts = [head]
    if op.total_ms is not None and op.mode != "replace":
        parts.append(f"{_seconds(op.total_ms)} in total")
    if op.clip_ms is not None:
        parts.append(f"about {_seconds(op.clip_ms)} each")
    if op.clip_min_ms is not None:
        parts.append(f"each at least {_seconds(op.clip_min_ms)}")
    if op.clip_max_ms is not None:
        parts.append(f"each at most {_seconds(op.clip_max_ms)}")
    if op.range_ms is not None:
        parts.append(f"only between {moment(op.range_ms[0])} and {moment(op.range_ms[1])} of the source")
    if op.source is not None:
        parts.append(f"from the file {quoted(op.source)}")
    parts += {"time": [], "rank": ["best first"], "countdown": ["best last"]}[op.order]
    parts += [f"{op.pace} paced"] if op.pace != "normal" and op.mode != "replace" else []
    return ", ".join(parts)


def _keep(op: ops.Keep) -> str:
    if op.mode == "append" or (op.target is None and not op.ranges_ms):
        file = "the footage" if op.source is None else f"the file {quoted(op.source)}"
        part = f"{listed(map(_span, op.ranges_ms), ' and ')} of {file}" if op.ranges_ms else f"all of {file}"
        return f"Add {part} at the end" if op.mode == "append" else f"Keep {part}"
    kept = [] if op.target is None else [_clips(op.target.clips)]
    if op.ranges_ms:
        place = "source footage" if op.ref == "source" else "timeline"
        kept.append(f"{listed(map(_span, op.ranges_ms), ' and ')} of the {place}")
    where = f" of the file {quoted(op.source)}" if op.source is not None else ""
    return f"Keep only {' and '.join(kept)}{where}"


def _trim(op: ops.Trim) -> str:
    target = "every clip" if op.target == "all" else _target(op.target)
    parts = [_trimmed(op.head_ms, "start", target), _trimmed(op.tail_ms, "end", target)]
    text = " and ".join(part for part in parts if part) or f"leave both ends of {target} as they are"
    return f"{text[0].upper()}{text[1:]}"


def _trimmed(ms: int, end: str, target: str) -> str:
    if ms == 0:
        return ""
    if ms < 0:
        return f"extend {target} by {_seconds(-ms)} at the {end}"
    return f"cut {_seconds(ms)} off the {end} of {target}"


def _split(op: ops.Split) -> str:
    what = "the timeline" if op.target is None else _clips(op.target.clips)
    if op.at_ms is not None:
        return f"Split {what} at {moment(op.at_ms)}"
    return f"Split {what} in the middle"


def _reorder(op: ops.Reorder) -> str:
    if op.sort is not None:
        return {
            "time": "Sort the clips by time",
            "rank": "Sort the clips best first",
            "countdown": "Sort the clips best last",
            "reverse": "Reverse the order of the clips",
            "shuffle": "Shuffle the clips",
        }[op.sort]
    if op.order is not None:
        return f"Put the clips in this order: {listed(op.order, ', ')}"
    return f"Move clip {op.move or 1} to position {op.to or 1}"


def _times(factor: Fraction) -> str:
    return f"{decimal(factor)}x"


def _replay(op: ops.Replay) -> str:
    pace = "" if op.factor is None else f" at {_times(op.factor)} speed"
    return f"Replay {_target(op.target)}{pace}"


def _volume(op: ops.Volume) -> str:
    target = _target(op.target)
    if op.db is not None and op.level is None:
        return f"Turn {target} {'down' if op.db < 0 else 'up'} by {decimal(abs(op.db))} dB"
    level = 1.0 if op.level is None else op.level
    more = f" and change it by {decimal(op.db)} dB" if op.db is not None else ""
    return f"Mute {target}{more}" if level == 0 else f"Set the volume of {target} to {percent(level)}{more}"


def _fade(op: ops.Fade) -> str:
    what = {"video": "the picture", "audio": "the sound", "both": "everything", "bgm": "the music"}[op.target]
    ways = [f"{way} over {_seconds(ms)}" for way, ms in (("in", op.in_ms), ("out", op.out_ms)) if ms is not None]
    return f"Fade {what} {' and '.join(ways) or 'in and out'}"


def _bgm_add(op: ops.BgmAdd) -> str:
    parts = ["Add background music" if op.asset is None else f"Add the background music {quoted(op.asset)}"]
    parts += [] if op.level is None else [f"at {percent(op.level)} volume"]
    parts += [f"starting at {moment(op.start_ms)} of the timeline"] if op.start_ms else []
    parts += [f"from {moment(op.source_start_ms)} of the song"] if op.source_start_ms else []
    parts += [f"fading in over {_seconds(op.fade_in_ms)}"] if op.fade_in_ms is not None else []
    parts += [f"fading out over {_seconds(op.fade_out_ms)}"] if op.fade_out_ms is not None else []
    return ", ".join(parts)


def _text_add(op: ops.TextAdd) -> str:
    words = op.text if op.text is not None else op.template or ""
    parts = [f"Add the {op.role} {quoted(words)}"]
    if op.per_clip:
        parts.append("on every clip")
    times = [] if op.start_ms is None else [f"from {moment(op.start_ms)}"]
    times += [] if op.end_ms is None else [f"to {moment(op.end_ms)}" if times else f"until {moment(op.end_ms)}"]
    parts += [" ".join(times)] if times else []
    parts += [f"at the {op.position.replace('-', ' ')}"] if op.position is not None else []
    parts += [f"in {op.color}"] if op.color is not None else []
    parts += [f"size {op.size}"] if op.size is not None else []
    return ", ".join(parts)


def _text_named(index: int | str, verb: str) -> str:
    return f"{verb} all texts" if index == "all" else f"{verb} text {index}"


def _card(op: ops.CardAdd) -> str:
    card = "end card" if op.at == "end" else "title card at the start"
    words = f"that says {quoted(op.text)}" if op.text else "without words"
    return f"Add a {amount(op.duration_ms)}-second {card} {words}, in {op.color}"


def _aspect(op: ops.Aspect) -> str:
    mode = {"crop": "cropped to fill it", "pad": "with black bars", "blur": "with blurred bars"}[op.mode]
    focus = {"auto": "", "center": ", keep the center", "left": ", keep the left", "right": ", keep the right"}
    return f"Change the aspect ratio to {op.ratio}, {mode}{focus[op.focus]}"


def _rotate(op: ops.Rotate) -> str:
    way = f"{-op.deg} degrees counterclockwise" if op.deg < 0 else f"{op.deg} degrees clockwise"
    return f"Rotate {_target(op.target, 'the picture')} {way}"


def _filter(op: ops.FilterAdd) -> str:
    target = _target(op.target)
    if op.name == "none":
        return f"Remove the filters from {target}"
    if op.name in _SCALES:
        change = 0.2 if op.amount is None else op.amount
        verb = "Reduce" if change < 0 else "Increase"
        by = "" if op.amount is None else f" by {percent(abs(change))}"
        return f"{verb} the {_SCALES[op.name]} of {target}{by}"
    strength = "" if op.amount is None else f" at {percent(op.amount)} strength"
    return f"Apply the {_FILTERS[op.name]} filter to {target}{strength}"


def _transition(op: ops.TransitionAdd) -> str:
    where = "at all cuts" if op.where == "all" else f"after {_clips(op.where)}"
    if op.type == "none":
        return "Remove all transitions" if op.where == "all" else f"Remove the transition {where}"
    return f"Add a {_TRANSITIONS[op.type]} of {_seconds(op.duration_ms)} {where}"


def _silence(op: ops.SilenceRemove) -> str:
    return f"Cut out pauses longer than {_seconds(op.min_ms)}, leaving {_seconds(op.margin_ms)} on both sides"


def _undo(op: ops.Undo) -> str:
    if op.steps == "all":
        return "Undo everything"
    return "Undo the last change" if op.steps == 1 else f"Undo the last {op.steps} changes"


SENTENCES: dict[str, Callable[[Any], str]] = {
    "highlights": _highlights,
    "keep": _keep,
    "remove": lambda op: f"Remove {_target(op.target)}",
    "trim": _trim,
    "split": _split,
    "reorder": _reorder,
    "speed": lambda op: f"Play {_target(op.target)} at {_times(op.factor)} speed",
    "replay": _replay,
    "freeze": lambda op: f"Freeze the frame at {moment(op.at_ms)} for {_seconds(op.duration_ms)}",
    "volume": _volume,
    "fade": _fade,
    "loudness": lambda op: f"Normalize the loudness to {decimal(op.lufs)} LUFS",
    "bgm_add": _bgm_add,
    "bgm_remove": lambda _op: "Remove the background music",
    "duck": lambda op: f"Duck the music{'' if op.db is None else f' by {decimal(-op.db)} dB'} under speech",
    "beat_sync": lambda _op: "Sync the cuts to the beat",
    "text_add": _text_add,
    "text_edit": lambda op: f"{_text_named(op.index, 'Change')} to {quoted(op.text)}",
    "text_remove": lambda op: _text_named(op.index, "Remove"),
    "subtitles_add": lambda op: (
        "Add subtitles" if op.asset is None else f"Add subtitles from the file {quoted(op.asset)}"
    ),
    "card_add": _card,
    "aspect": _aspect,
    "rotate": _rotate,
    "flip": lambda op: f"Flip {_target(op.target, 'the picture')} {op.axis}ly",
    "filter": _filter,
    "transition": _transition,
    "silence_remove": _silence,
    "stabilize": lambda op: f"Stabilize {_target(op.target, 'the picture')}",
    "undo": _undo,
    "redo": lambda op: "Redo the last change" if op.steps == 1 else f"Redo the last {op.steps} changes",
    "restore": lambda op: f"Go back to version {op.version}",
    "reset": lambda _op: "Start over",
}
