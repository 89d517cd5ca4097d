"""Words over the picture: titles, captions, subtitles, cards."""

import re
from collections.abc import Callable, Sequence

from ..layout import ANCHOR, next_id, settled
from ..model import Clip, Position, Text, TextStyle, TextTrack, Timeline, Track
from ..operations import CardAdd, SubtitlesAdd, TextAdd, TextEdit, TextRemove
from ..say import Say
from ..time import clock, scaled
from .desk import Desk, RefusedError

SIZES = {"small": 0.04, "medium": 0.06, "large": 0.09}
TITLE_MS = 3000
FADE_MS = 300
PLACES: dict[str, Position] = {"title": "center", "caption": "bottom", "subtitle": "bottom"}
COLORS = {
    "white": "#ffffff", "black": "#000000", "red": "#e53935", "yellow": "#ffd600", "blue": "#1e88e5",
    "green": "#43a047", "orange": "#fb8c00", "pink": "#ec407a", "purple": "#8e24aa", "gold": "#ffc107",
    "gray": "#9e9e9e",
    "grey": "#9e9e9e",
}  # fmt: skip


def text_add(desk: Desk, operation: TextAdd) -> Desk:
    """Add one text, or one per clip with `{n}`, `{label}`, `{time}` filled in."""
    reel = desk.reel()
    words = operation.template if operation.per_clip and operation.template else operation.text or operation.template
    if operation.per_clip:
        template = words or "{n}"
        texts = [_on_clip(desk, operation, clip, number, template) for number, clip in enumerate(reel, 1)]
    elif words:
        texts = [_placed(desk, operation, words)]
    else:
        raise RefusedError(
            "bad_request",
            Say(en="What should the text say?", zh="文字内容是什么？"),
            Say(en="Put the words in quotes.", zh="请把文字放在引号里。"),
        )
    timeline = with_texts(desk.timeline, texts, operation.role)
    first = texts[0]
    change = Say(
        en=f"Added “{first.text}” at {clock(first.start_ms)}-{clock(first.end_ms)}.",
        zh=f"添加了文字“{first.text}”（{clock(first.start_ms)}-{clock(first.end_ms)}）。",
    )
    if len(texts) > 1:
        change = Say(en=f"Labelled {len(texts)} clips.", zh=f"给{len(texts)}段加了文字。")
    return desk.put(timeline, change)


def text_edit(desk: Desk, operation: TextEdit) -> Desk:
    """Change the words of one text or all."""
    ids = _chosen(desk, operation.index)
    timeline = _mapped(
        desk.timeline, lambda text: text.model_copy(update={"text": operation.text}) if text.id in ids else text
    )
    return desk.put(timeline, Say(en=f"The text now says “{operation.text}”.", zh=f"文字改为“{operation.text}”。"))


def text_remove(desk: Desk, operation: TextRemove) -> Desk:
    """Remove one text or all."""
    ids = _chosen(desk, operation.index)
    timeline = _mapped(desk.timeline, lambda text: None if text.id in ids else text)
    return desk.put(timeline, Say(en=f"Removed {len(ids)} text{'s' * (len(ids) > 1)}.", zh=f"去掉了{len(ids)}条文字。"))


def subtitles_add(desk: Desk, operation: SubtitlesAdd) -> Desk:
    """Show the cues of a subtitle file that lies beside the footage, at the places where its words are spoken."""
    cues = desk.senses.cues(operation.asset)
    if not cues:
        raise RefusedError(
            "asset_missing",
            Say(en="There is no subtitle file beside the footage.", zh="素材旁边没有字幕文件。"),
            Say(
                en="Put a .srt or .vtt file with the same name next to the video and upload it again.",
                zh="请把同名的.srt或.vtt文件放在视频旁边，再上传一次。",
            ),
        )
    texts: list[Text] = []
    for clip in desk.reel():
        for cue in cues:
            if clip.source is None or cue.media_id != clip.media_id:
                continue
            start, end = max(cue.start_ms, clip.source.start_ms), min(cue.end_ms, clip.source.end_ms)
            if end - start >= 200:
                texts.append(_cue(desk, clip, start, end, cue.text, texts))
    if not texts:
        return desk.put(desk.timeline, Say(en="No subtitle falls inside the reel.", zh="成片里没有字幕对应的内容。"))
    return desk.put(
        with_texts(_without_role(desk.timeline, "subtitle"), texts, "subtitle"),
        Say(en=f"Added {len(texts)} subtitles.", zh=f"添加了{len(texts)}条字幕。"),
    )


def card_add(desk: Desk, operation: CardAdd) -> Desk:
    """Put a plain card before or after the reel, with its words on it."""
    reel = desk.reel()
    card = Clip(
        id=desk.new_id(), start_ms=0, duration_ms=operation.duration_ms, color=color_of(operation.color), label="card"
    )
    order = (card, *reel) if operation.at == "start" else (*reel, card)
    out = desk.cut(order, Say(en=f"Added a card at the {operation.at}.", zh="加了一张字卡。"))
    if not operation.text:
        return out
    placed = next(clip for clip in out.timeline.clips if clip.id == card.id)
    text = Text(
        id=out.new_id("txt"), start_ms=placed.start_ms, duration_ms=placed.duration_ms, text=operation.text,
        style=TextStyle(size=SIZES["large"], position="center"), extra={ANCHOR: card.id},
    )  # fmt: skip
    return out.put(with_texts(out.timeline, [text], "title"))


def with_texts(timeline: Timeline, texts: Sequence[Text], role: str) -> Timeline:
    """The timeline with more texts, on a track of the role where they do not overlap what is there."""
    ids: set[str] = set()
    fresh: list[Text] = []
    for text in texts:
        name = next_id(timeline, "txt", ids)
        ids.add(name)
        fresh.append(text.model_copy(update={"id": name}))
    for place, track in enumerate(timeline.tracks):
        if isinstance(track, TextTrack) and track.role == role and not _collide(track.texts, fresh):
            merged = tuple(sorted((*track.texts, *fresh), key=lambda text: text.start_ms))
            changed = track.model_copy(update={"texts": merged})
            tracks = (*timeline.tracks[:place], changed, *timeline.tracks[place + 1 :])
            return settled(timeline.model_copy(update={"tracks": tracks}))
    track = TextTrack(
        id=next_id(timeline, "trk"), role="subtitle" if role == "subtitle" else "title", texts=tuple(fresh)
    )
    return settled(timeline.model_copy(update={"tracks": (*timeline.tracks, track)}))


def color_of(name: str) -> str:
    """`#rrggbb` of a colour name or code; refuses what is neither."""
    text = name.strip().casefold()
    if re.fullmatch(r"#[0-9a-f]{6}", text):
        return text
    if text not in COLORS:
        raise RefusedError(
            "bad_request",
            Say(en=f"{name!r} is not a colour I know.", zh=f"不认识颜色“{name}”。"),
            Say(en=f"Use #rrggbb or one of: {', '.join(COLORS)}.", zh="请用#rrggbb，或常见的颜色名。"),
        )
    return COLORS[text]


def _placed(desk: Desk, operation: TextAdd, words: str) -> Text:
    end_of_reel = desk.timeline.clips[-1].end_ms
    start = operation.start_ms or 0
    usual = start + TITLE_MS if operation.role == "title" else end_of_reel
    end = min(end_of_reel, usual if operation.end_ms is None else operation.end_ms)
    if start >= end:
        raise RefusedError(
            "limit",
            Say(en=f"The reel ends at {clock(end_of_reel)}.", zh=f"成片到{clock(end_of_reel)}为止。"),
            Say(en="Choose a time inside the reel.", zh="请选择成片之内的时间。"),
        )
    return _text(operation, words, start, end - start)


def _on_clip(desk: Desk, operation: TextAdd, clip: Clip, number: int, template: str) -> Text:
    source = clip.source.start_ms if clip.source else 0
    words = template.replace("{n}", str(number)).replace("{label}", clip.label).replace("{time}", clock(source))
    text = _text(operation, words, clip.start_ms, clip.duration_ms)
    return text.model_copy(update={"extra": {ANCHOR: clip.id}})


def _text(operation: TextAdd, words: str, start: int, duration: int) -> Text:
    size = SIZES[operation.size or ("large" if operation.role == "title" else "medium")]
    style = TextStyle(
        size=size, color=color_of(operation.color or "white"), position=operation.position or PLACES[operation.role]
    )
    fades = min(FADE_MS, duration // 4)
    return Text(
        id="new", start_ms=start, duration_ms=duration, text=words, style=style, fade_in_ms=fades, fade_out_ms=fades
    )


def _cue(desk: Desk, clip: Clip, start: int, end: int, words: str, before: Sequence[Text]) -> Text:
    assert clip.source is not None
    at = clip.start_ms + scaled(start - clip.source.start_ms, 1 / clip.speed)
    length = max(1, scaled(end - start, 1 / clip.speed))
    style = TextStyle(size=SIZES["small"], position="bottom", background="#000000")
    return Text(id="new", start_ms=at, duration_ms=length, text=words, style=style, extra={ANCHOR: clip.id})


def _collide(there: Sequence[Text], fresh: Sequence[Text]) -> bool:
    return any(a.start_ms < b.end_ms and b.start_ms < a.end_ms for a in there for b in fresh)


def _all_texts(timeline: Timeline) -> list[Text]:
    return [text for track in timeline.tracks if isinstance(track, TextTrack) for text in track.texts]


def _chosen(desk: Desk, index: object) -> set[str]:
    texts = sorted(_all_texts(desk.timeline), key=lambda text: text.start_ms)
    if not texts:
        raise RefusedError(
            "target_missing",
            Say(en="There is no text in the reel.", zh="成片里没有文字。"),
            Say(en="Add a title first.", zh="请先添加标题。"),
        )
    if index == "all":
        return {text.id for text in texts}
    if not isinstance(index, int) or index > len(texts):
        raise RefusedError(
            "limit",
            Say(en=f"There are {len(texts)} texts; text {index} does not exist.", zh=f"一共{len(texts)}条文字。"),
            Say(en=f"Name a text from 1 to {len(texts)}.", zh=f"请说第1到第{len(texts)}条。"),
        )
    return {texts[index - 1].id}


def _mapped(timeline: Timeline, change: Callable[[Text], Text | None]) -> Timeline:
    def mapped(track: Track) -> Track:
        if not isinstance(track, TextTrack):
            return track
        texts = (change(text) for text in track.texts)
        return track.model_copy(update={"texts": tuple(text for text in texts if text is not None)})

    return settled(timeline.model_copy(update={"tracks": tuple(mapped(track) for track in timeline.tracks)}))


def _without_role(timeline: Timeline, role: str) -> Timeline:
    kept = tuple(t for t in timeline.tracks if not (isinstance(t, TextTrack) and t.role == role))
    return timeline.model_copy(update={"tracks": kept})
