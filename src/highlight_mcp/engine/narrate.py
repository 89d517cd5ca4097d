"""The answer in words: what was done, assumed, not understood, not possible. Short, in the user's language."""

from collections.abc import Iterable, Sequence

from ..timeline.edits import Edited, Refusal
from ..timeline.model import Timeline
from ..timeline.say import Language, Say
from ..timeline.summary import summary
from ..timeline.time import clock
from .interpret import Outcome

_MISSING = {
    "media": Say(en="There is no footage yet. Upload a video first.", zh="还没有素材，请先上传视频。"),
    "target": Say(en="Which clip or part do you mean?", zh="你指的是哪一段？"),
    "operation": Say(
        en="What should change? For example: shorter, vertical, a title, music, drop clip 2.",
        zh="想怎么改？例如：短一点、竖屏、加标题、加音乐、去掉第二段。",
    ),
    "asset": Say(
        en="Which sound file? Upload one first; no music comes with the product.",
        zh="要用哪个音频？请先上传，产品不自带音乐。",
    ),
    "total_s": Say(en="How long should it be?", zh="要多长？"),
}
_REFUSED = {
    "needs_extra:asr": Say(
        en="That needs speech recognition, which is not installed here.", zh="这需要语音识别，目前没有安装。"
    ),
    "needs_extra:vision": Say(
        en="That needs picture recognition, which is not installed here. Sound and motion can be searched.",
        zh="这需要画面识别，目前没有安装。可以按声音和动作来找。",
    ),
    "asset_missing": Say(en="The file for that has not been uploaded.", zh="所需的文件还没有上传。"),
    "unsupported_op": Say(en="That cannot be done here.", zh="这个功能暂时没有。"),
    "limit": Say(en="That is beyond what is possible here.", zh="超出了可以做到的范围。"),
}
_CAVEATS = {
    "approx_semantic": Say(
        en="The words were taken as what can be heard and seen: crowd, sound and motion.",
        zh="按可以听到和看到的信号（人群、声音、动作）来近似。",
    )
}
_HEADS = {
    "assumed": Say(en="Assumed: ", zh="默认："),
    "not_understood": Say(en="Not understood: ", zh="没听懂："),
    "nothing": Say(en="Nothing changed.", zh="没有改动。"),
    "undo": Say(en="Say 'undo' to go back.", zh="说“撤销”即可返回。"),
}
_ASSUMED = {
    "total_ms": Say(en="the length", zh="时长"), "total_s": Say(en="the length", zh="时长"),
    "amount": Say(en="the strength", zh="强度"), "factor": Say(en="the speed", zh="速度"),
    "level": Say(en="the level", zh="音量"), "db": Say(en="the change in level", zh="音量变化"),
    "head_ms": Say(en="how much to trim", zh="剪掉多少"), "tail_ms": Say(en="how much to trim", zh="剪掉多少"),
    "duration_ms": Say(en="the duration", zh="时长"), "type": Say(en="the kind", zh="种类"),
}  # fmt: skip


def told(edited: Edited, outcome: Outcome | None, language: Language) -> str:
    """The message of a request that was carried out, wholly or in part."""
    parts = [say.within(language) for say in edited.changes]
    if not edited.changed and not parts:
        parts.append(_HEADS["nothing"].within(language))
    parts.extend(_sentence(note) for note in edited.notes)
    parts.extend(_assumed(edited, outcome, language))
    parts.extend(_could_not(edited.refused, language))
    if outcome is not None:
        parts.extend(_gaps(outcome, language))
    if edited.changed and len(edited.changes) > 0 and edited.content is None and edited.timeline.rev > 0:
        parts.append(_HEADS["undo"].within(language))
    return " ".join(parts)


def asked_back(outcome: Outcome, language: Language) -> str:
    """The message of a request that needs an answer, or cannot be done."""
    if outcome.kind == "refuse":
        refusal = _REFUSED.get(outcome.code or "", _REFUSED["unsupported_op"])
        return " ".join([refusal.within(language), *_gaps(outcome, language)])
    questions = [_MISSING.get(name, _MISSING["operation"]).within(language) for name in outcome.missing]
    return " ".join([*questions, *_gaps(outcome, language)]) or _MISSING["operation"].within(language)


def answered(outcome: Outcome, timeline: Timeline | None, language: Language) -> str:
    """The message of a question."""
    if outcome.topic == "credits":
        return Say(
            en="Editing and export on this machine cost nothing; the credits tool shows the balance of a cloud account.",
            zh="在本机剪辑和导出不花钱；云端账户的余额用credits查看。",
        ).within(language)
    if timeline is None or not timeline.clips:
        return Say(en="Nothing was cut yet.", zh="还没有剪出内容。").within(language)
    if outcome.topic == "explain":
        chosen = [clip for number, clip in enumerate(timeline.clips, 1) if not outcome.clips or number in outcome.clips]
        return " ".join(f"{timeline.clips.index(clip) + 1}. {clip.label}: {clip.why or '-'}." for clip in chosen[:20])
    return f"{summary(timeline)} ({clock(timeline.duration_ms)})"


def _assumed(edited: Edited, outcome: Outcome | None, language: Language) -> list[str]:
    names = [say.within(language) for say in edited.assumed]
    names += [_ASSUMED[name].within(language) for name in (outcome.assumed if outcome else ()) if name in _ASSUMED]
    joined = ("、" if language == "zh" else ", ").join(dict.fromkeys(names))
    return [_sentence(_HEADS["assumed"].within(language) + joined)] if names else []


def _could_not(refused: Sequence[Refusal], language: Language) -> Iterable[str]:
    for refusal in refused:
        yield refusal.what.within(language)
        yield refusal.next_step.within(language)


def _gaps(outcome: Outcome, language: Language) -> list[str]:
    out = [_CAVEATS[name].within(language) for name in outcome.caveats if name in _CAVEATS]
    for gap in outcome.unsupported:
        reason = _REFUSED.get(gap.code, _REFUSED["unsupported_op"]).within(language)
        out.append(f"“{gap.what}”: {reason}")
    if outcome.not_understood:
        quoted = ", ".join(f"“{words}”" for words in outcome.not_understood)
        out.append(_sentence(_HEADS["not_understood"].within(language) + quoted))
    return out


def _sentence(text: str) -> str:
    """One sentence with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "。", "？", "！")) else ".")
