"""Differences between two drafts in words: English, Chinese."""

from ..timeline.say import Say

KINDS = {
    "Video": "视频", "BGM": "配乐", "Voice": "人声", "SFX": "音效", "Title": "标题", "Subtitles": "字幕",
}  # fmt: skip
"""The names of kinds of tracks; others stay as they are."""

WORDING: dict[str, Say] = {
    "added": Say(en="added {name}{label} at {start}-{end}", zh="新增{name}{label}，{start}-{end}"),
    "removed": Say(en="removed {name}{label} at {start}-{end}", zh="删除{name}{label}，{start}-{end}"),
    "moved": Say(en="moved {name} from {before} to {after}", zh="{name}从{before}移到{after}"),
    "trimmed": Say(en="trimmed {name} from {before} to {after}", zh="{name}时长{before} → {after}"),
    "part": Say(en="{name} shows another part of its source", zh="{name}换成了素材的另一部分"),
    "text": Say(en='text changed from "{before}" to "{after}"', zh="文字由“{before}”改为“{after}”"),
    "volume": Say(en="volume of {name} {before} → {after}", zh="{name}音量{before} → {after}"),
    "speed": Say(en="speed of {name} {before} → {after}", zh="{name}速度{before} → {after}"),
    "label": Say(en="{name} is now {after}", zh="{name}现在是{after}"),
    "title": Say(en='title is now "{after}"', zh="名称改为“{after}”"),
    "size": Say(en="picture is now {after}", zh="画面改为{after}"),
    "more": Say(en="{after} more changes", zh="另有{after}处变化"),
    "total": Say(en="total length {before} → {after}", zh="总长{before} → {after}"),
    "unset": Say(en="unset", zh="未设"),
}
