"""Words of the answers around an edit: reasons, questions, assumptions, in English and Chinese."""

from ..timeline.say import Say

MISSING = {
    "media": Say(en="There is no footage yet. Upload a video first.", zh="还没有素材，请先上传视频。"),
    "target": Say(
        en="Which clip or part do you mean? Give a clip number or a time.",
        zh="你指的是哪一段？请给出片段序号或时间。",
    ),
    "operation": Say(
        en="What should change? For example: shorter, vertical, a title, music, drop clip 2.",
        zh="想怎么改？例如：短一点、竖屏、加标题、加音乐、去掉第二段。",
    ),
    "anew": Say(
        en="There is a cut already, and choosing moments anew would replace it. For that say “make a new reel”; "
        "otherwise name the clip and what should change about it.",
        zh="已经有成片，重新选段会替换它。要重选请说“重新剪一个集锦”；否则请说明改哪一段、怎么改。",
    ),
    "reading": Say(
        en="Nothing was changed. Say that part in other words, or leave it out.",
        zh="没有做任何改动。请换个说法，或先去掉这部分。",
    ),
    "asset": Say(
        en="Which sound file? Upload one first; no music comes with this program.",
        zh="要用哪个音频？请先上传，程序不自带音乐。",
    ),
    "text": Say(en="Which words? Put them in quotes.", zh="写什么文字？请放在引号里。"),
    "total_s": Say(en="How long should it be? Give one length.", zh="要多长？请只给一个时长。"),
    "length": Say(
        en="A length has to be more than 0 seconds. How long should it be?", zh="时长必须大于 0 秒。要多长？"
    ),
    "ratio": Say(
        en="Which one shape should it have? For example vertical (9:16) or horizontal (16:9).",
        zh="只能有一种画幅，要哪一种？例如竖屏（9:16）或横屏（16:9）。",
    ),
    "factor": Say(en="Which one speed should it have? For example 2x.", zh="只能有一个速度，要几倍？例如 2 倍。"),
    "resolution": Say(en="Which one resolution should the file have?", zh="文件只能有一种分辨率，要哪一种？"),
    "music": Say(en="There is no music in the reel.", zh="成片里没有音乐。"),
    "value": Say(en="A value in it cannot be used. Give another one.", zh="其中的数值不能用，请换一个。"),
}
NEEDS_MUSIC = ("volume bgm", "fade bgm", "duck", "bgm_remove")
ADD_MUSIC = Say(
    en="To add some, upload a sound file and name it; no music comes with this program.",
    zh="要加音乐，请先上传音频并说出文件名，程序不自带音乐。",
)
NO_REEL = Say(
    en="There is no reel yet. First ask for highlights, for example “a one-minute reel”, say which part to keep, or "
    "“use the whole video”.",
    zh="还没有成片。请先要求剪集锦（例如“剪一分钟集锦”），说明要保留哪一段，或说“用整个视频”。",
)
REASONS = {
    "needs_extra:asr": Say(
        en="that needs speech recognition, which is not installed here", zh="这需要语音识别，目前没有安装"
    ),
    "needs_extra:vision": Say(
        en="that needs recognition of people or things in the picture, which is not installed here",
        zh="这需要识别画面中的人或物，目前没有安装",
    ),
    "needs_extra:tags": Say(
        en="that needs recognition of sounds by name, which is not installed here",
        zh="这需要按名称识别声音，目前没有安装",
    ),
    "asset_missing": Say(en="the file for that has not been uploaded", zh="所需的文件还没有上传"),
    "unsupported_op": Say(en="that cannot be done here", zh="这里做不到"),
    "unsupported_op:file": Say(en="that is not possible yet", zh="目前还做不到"),
    "limit": Say(en="that is beyond what is possible here", zh="超出了可以做到的范围"),
    "limit:speed": Say(en="it has to be between 0.1x and 20x", zh="必须在 0.1 倍到 20 倍之间"),
}
WAYS_OUT = {
    "needs_extra:asr": Say(
        en="Subtitles and a search by words work with an .srt or .vtt file beside the video, or with the speech extra: "
        "pip install 'highlight-mcp[speech]', then highlight-mcp extras fetch speech. Parts can be cut by time.",
        zh="字幕和按内容查找可以用视频旁边的 .srt 或 .vtt 文件，或安装语音扩展：pip install 'highlight-mcp[speech]'，"
        "再运行 highlight-mcp extras fetch speech。也可以按时间剪。",
    ),
    "needs_extra:vision": Say(
        en="Moments can be found by sound and motion (cheers, applause, whistles, action), or cut by time; by what is "
        "seen with the vision extra: pip install 'highlight-mcp[vision]', then highlight-mcp extras fetch vision.",
        zh="可以按声音和动作（欢呼、掌声、哨声、激烈画面）来找，或按时间剪；按画面内容找需要视觉扩展："
        "pip install 'highlight-mcp[vision]'，再运行 highlight-mcp extras fetch vision。",
    ),
    "needs_extra:tags": Say(
        en="Cheers, applause, laughter, whistles, speech and loud or quiet parts are found without it; other sounds "
        "with the tags extra: pip install 'highlight-mcp[tags]', then highlight-mcp extras fetch tags.",
        zh="欢呼、掌声、笑声、哨声、说话、大声或安静的片段不需要它；其他声音需要扩展："
        "pip install 'highlight-mcp[tags]'，再运行 highlight-mcp extras fetch tags。",
    ),
    "asset_missing": Say(en="Upload the file first.", zh="请先上传该文件。"),
    "unsupported_op": Say(
        en="Possible are cuts, order, speed, sound, music, texts, shape, colours and transitions.",
        zh="可以做的有：剪切、排序、变速、声音、音乐、文字、画幅、调色和转场。",
    ),
    "unsupported_op:file": Say(
        en="The file is an MP4 (H.264 and AAC), in the presets 1080p, 720p, 480p, 4k and draft; a smaller preset makes "
        "a smaller file.",
        zh="能导出的是 MP4（H.264 和 AAC），预设有 1080p、720p、480p、4k 和 draft；选小一点的预设，文件也更小。",
    ),
    "limit": Say(
        en="Ask for less: files go up to 4K, reels up to twelve hours.",
        zh="请降低要求：文件最高 4K，成片最长十二小时。",
    ),
    "limit:speed": Say(
        en="Give a speed in that range, for example 2x or 0.5x.", zh="请给出范围内的速度，例如 2 倍或 0.5 倍。"
    ),
}
TOPICS = {
    "named": Say(en="cutting out or changing only what is said, heard or seen", zh="只去掉或只改某些话、声音或画面"),
    "bleep": Say(en="bleeping words", zh="消音"), "fillers": Say(en="cutting filler words", zh="去掉口头禅"),
    "subtitles": Say(en="subtitles from speech", zh="语音生成字幕"), "translate": Say(en="translation", zh="翻译"),
    "sounds": Say(en="finding a sound by name", zh="按名称找声音"),
    "words": Say(en="finding what was said", zh="按说话内容查找"), "enhance": Say(en="upscaling", zh="画质增强"),
    "generate": Say(en="generating pictures", zh="生成画面"), "mask": Say(en="blurring a region", zh="局部打码"),
    "noise": Say(en="noise reduction", zh="降噪"), "logo": Say(en="removing a logo", zh="去台标或水印"),
    "overlay": Say(en="picture in picture", zh="画中画或贴图"), "post": Say(en="publishing", zh="发布"),
    "ramp": Say(en="speed ramps", zh="速度渐变"), "replace": Say(en="replacing a clip", zh="替换片段"),
    "reverse": Say(en="playing backwards", zh="倒放"), "sound_effect": Say(en="sound effects", zh="音效"),
    "voice": Say(en="a spoken voice-over", zh="配音解说"), "zoom": Say(en="zooming in", zh="推近放大"),
    "volume bgm": Say(en="the level of the music", zh="音乐音量"),
    "fade bgm": Say(en="fading the music", zh="音乐淡入淡出"),
    "duck": Say(en="lowering the music under speech", zh="说话时压低音乐"), "speed": Say(en="the speed", zh="速度"),
    "beat_sync": Say(en="cuts on the beat", zh="卡点"), "bgm_remove": Say(en="removing the music", zh="去掉音乐"),
    "music": Say(en="music", zh="音乐"), "text": Say(en="a text", zh="文字"), "ratio": Say(en="the shape", zh="画幅"),
    "text_remove": Say(en="removing a text", zh="去掉文字"), "total_s": Say(en="the length", zh="时长"),
    "factor": Say(en="the speed", zh="速度"), "resolution": Say(en="the resolution", zh="分辨率"),
    "person": Say(en="finding a person or thing", zh="识别人物或物体"),
}  # fmt: skip
CAVEATS = {
    "approx_semantic": Say(
        en="Taken as what can be heard and seen (crowd, sound, motion); the event itself is not recognised.",
        zh="按能听到和看到的信号（人群、声音、动作）近似，并不识别事件本身。",
    )
}
HEADS = {
    "understood": Say(en="Understood: ", zh="听懂了："),
    "assumed": Say(en="Assumed: ", zh="默认："),
    "not_understood": Say(en="Not understood: ", zh="没听懂："),
    "not_possible": Say(en="Not possible: ", zh="做不到："),
    "nothing": Say(en="Nothing changed.", zh="没有改动。"),
    "undo": Say(en="Say “undo” to go back.", zh="说“撤销”即可返回。"),
    "export": Say(en="For the file, run export.", zh="要得到文件，请执行导出（export）。"),
}
ASSUMED = {
    "total": Say(en="length", zh="时长"), "count": Say(en="number of clips", zh="段数"),
    "amount": Say(en="strength", zh="强度"), "factor": Say(en="speed", zh="速度"),
    "level": Say(en="level", zh="音量"), "db": Say(en="change in level", zh="音量变化"),
    "head": Say(en="cut at the head", zh="开头剪掉"), "tail": Say(en="cut at the end", zh="结尾剪掉"),
    "duration": Say(en="duration", zh="时长"), "type": Say(en="kind", zh="种类"),
    "in": Say(en="fade in", zh="淡入"), "out": Say(en="fade out", zh="淡出"), "deg": Say(en="turn", zh="旋转"),
    "min": Say(en="shortest pause", zh="最短停顿"),
    "lufs": Say(en="loudness", zh="响度"), "ratio": Say(en="shape", zh="画幅"), "start": Say(en="start", zh="开始"),
    "end": Say(en="end", zh="结束"), "order": Say(en="order", zh="顺序"), "name": Say(en="look", zh="效果"),
    "criterion": Say(en="criterion", zh="标准"), "clip": Say(en="length of a clip", zh="每段时长"),
    "asset": Say(en="file", zh="文件"), "position": Say(en="position", zh="位置"), "at": Say(en="time", zh="时间"),
    "target": Say(en="which clips", zh="对象"), "color": Say(en="colour", zh="颜色"), "size": Say(en="size", zh="字号"),
}  # fmt: skip
NOTES_ZH = (
    ("goals are not recognised", "不识别进球，取了观众反应最强的片段"),
    ("score changes are not recognised", "不识别比分变化，取了最明显的片段"),
    ("laughter is recognised approximately", "笑声按声音近似识别"),
    ("nothing stands out clearly", "没有明显突出的片段，取了声音和动作最活跃的部分"),
    ("said ", "说到的次数放不下全部，只取了一部分"),
    ("the words are never said together", "这些词没有连在一起出现，取了同一句里都有的"),
    ("there is no footage to choose from", "该素材或范围内没有可选内容"),
)
