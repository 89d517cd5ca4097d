"""Words of the vocabulary of operations that appear inside sentences: English, Chinese."""

TERMS: dict[str, tuple[str, str]] = {
    "both": ("picture and sound", "画面和声音"), "video": ("picture", "画面"), "audio": ("sound", "声音"),
    "bgm": ("music", "音乐"),
    "crossfade": ("crossfade", "叠化"), "fade_black": ("through black", "黑场过渡"),
    "fade_white": ("through white", "白场过渡"), "wipe": ("wipe", "擦除"), "slide": ("slide", "滑动"),
    "bw": ("black and white", "黑白"), "sepia": ("sepia", "怀旧棕褐"), "brightness": ("brightness", "亮度"),
    "contrast": ("contrast", "对比度"), "saturation": ("saturation", "饱和度"), "warm": ("warm", "暖色"),
    "cool": ("cool", "冷色"), "vivid": ("vivid", "鲜艳"), "vintage": ("vintage", "复古"), "blur": ("blur", "模糊"),
    "sharpen": ("sharpen", "锐化"),
    "auto": ("highlights", "精彩片段"), "cheer": ("cheers", "欢呼"), "loud": ("loud passages", "大音量"),
    "applause": ("applause", "掌声"), "laughter": ("laughter", "笑声"),
    "applause+laugh": ("applause or laughter", "掌声或笑声"),
    "motion": ("strong motion", "激烈动作"), "whistle": ("whistles", "哨声"), "speech": ("speech", "说话"),
    "quiet": ("quiet passages", "安静片段"),
    "silence": ("silence", "静音"), "scene_change": ("shot changes", "镜头切换"),
    "words": ("those words", "这些话"), "topic": ("that subject", "这个话题"), "sound": ("that sound", "这种声音"),
    "picture": ("that picture", "这种画面"),
    "top": ("top", "顶部"), "center": ("centre", "中间"), "bottom": ("bottom", "底部"), "left": ("left", "左侧"),
    "right": ("right", "右侧"), "top-left": ("top left", "左上角"), "top-right": ("top right", "右上角"),
    "bottom-left": ("bottom left", "左下角"), "bottom-right": ("bottom right", "右下角"),
    "goal": ("goals", "进球"), "score_change": ("score changes", "比分变化"),
}  # fmt: skip
TERM_SLOTS = frozenset({"what", "kind", "look", "criterion", "position"})
