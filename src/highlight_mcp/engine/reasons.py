"""The reason of a pick in the language of the user: reasons are measured and stored in English.

Each clause of a reason has one form, so each is read by its form. What somebody said, and a clause whose form
is not known, stays as it is.
"""

import re
from collections.abc import Sequence

from ..timeline.footage import Pick
from ..timeline.say import Language

_QUOTED = re.compile(r"“[^”]*”")
_JOINTS = re.compile(r"(; |, |: )")
_SIGNS = {"; ": "；", ", ": "，", ": ": "："}

_FORMS: tuple[tuple[str, str], ...] = (
    ("strong crowd reaction", "观众反应强烈"),
    ("crowd reaction", "观众有反应"),
    ("slight reaction", "观众略有反应"),
    (r"crowd (\S+) dB over the quiet around it", r"人声比前后安静处高 \1 dB"),
    (r"sustained (\S+) s", r"持续 \1 秒"),
    (r"motion (×\S+) before it", r"之前动作增至 \1"),
    (r"motion (×\S+) of what is usual around it", r"动作是前后平常的 \1"),
    (r"motion (×\S+)", r"动作 \1"),
    ("the picture goes elsewhere", "画面切到别处"),
    (r"the picture is elsewhere for (\S+) s", r"画面在别处停留 \1 秒"),
    (r"(\S+) unlike its surroundings", r"与前后画面相差 \1"),
    ("no crowd reaction", "没有观众反应"),
    ("a steady noise with it", "伴有持续的响声"),
    ("applause-like noise", "像掌声"),
    (r"(\S+) dB over the quiet around it", r"比前后安静处高 \1 dB"),
    ("laughter-like", "像笑声"),
    ("many voices", "多人声音"),
    ("shaking level", "音量抖动"),
    (r"for (\S+) s", r"共 \1 秒"),
    (r"whistle-like tone at (\S+) kHz", r"像哨声，\1 kHz"),
    ("speech-like sound", "像说话声"),
    (r"(\S+) dB below the usual level", r"比平常低 \1 dB"),
    (r"no sound for (\S+) s", r"\1 秒没有声音"),
    ("a new shot begins", "新镜头开始"),
    ("nothing stands out", "没有突出之处"),
    (r"among the liveliest stretches \((\S+) sd of motion and sound\)", r"属于最活跃的部分（动作和声音 \1 个标准差）"),
    ("the whole clip", "整段素材"),
    ("it is shorter than the reel asked for", "比要求的成片短"),
    (r"best at (.+)", r"最佳处在 \1"),
    (r"looks like (“.*”) \((\S+)", r"画面像\1（\2"),
    (r"sounds like (“.*”) \((\S+)", r"声音像\1（\2"),
    (r"picture search\)", "画面搜索）"),
    (r"audio tagging\)", "声音标注）"),
    (r"speech recognition heard (“.*”)", r"语音识别听到\1"),
    (r"(\S+) says (“.*”)", r"\1：\2"),
)
_READ = tuple((re.compile(form), told) for form, told in _FORMS)


def in_language(picks: Sequence[Pick], language: Language) -> list[Pick]:
    """The picks with their reasons in this language."""
    return [pick.model_copy(update={"why": reason(pick.why, language)}) for pick in picks]


def reason(why: str, language: Language) -> str:
    """One reason in this language; quotations are left as they were said."""
    if language != "zh" or not why:
        return why
    kept: list[str] = []
    plain = _QUOTED.sub(lambda found: _held(kept, found.group()), why)
    parts = [_SIGNS.get(part, part) if place % 2 else _clause(part) for place, part in enumerate(_JOINTS.split(plain))]
    return re.sub(r"“(\d+)”", lambda found: kept[int(found.group(1))], "".join(parts))


def _held(kept: list[str], quotation: str) -> str:
    """Puts a quotation aside, so that a comma in it is no joint."""
    kept.append(quotation)
    return f"“{len(kept) - 1}”"


def _clause(text: str) -> str:
    for form, told in _READ:
        if found := form.fullmatch(text):
            return found.expand(told)
    return text
