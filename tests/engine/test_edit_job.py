"""The `edit` job on real footage: words and typed operations in, the next version and an honest answer out."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from highlight_mcp.engine.edit.job import run
from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.messages import in_words, use_language
from highlight_mcp.timeline.model import Timeline
from media_factory import make_clip, make_sound

FIELDS = {
    "status", "timeline", "content", "message", "changes", "picks", "assumed", "not_understood", "refused",
    "suggested", "query", "operations", "versions", "language",
}  # fmt: skip
SAMPLE = Path(__file__).parents[2] / "src" / "highlight_mcp" / "sample" / "match.mp4"
Spec = dict[str, Any]


class Session:
    """A session as the backend keeps it: media, versions, and the job between them."""

    def __init__(self, files: list[Path], cache: Path, language: str | None = None) -> None:
        self.media = [_entry(number, file) for number, file in enumerate(files, 1)]
        self.cache = cache
        self.language = language
        self.versions: list[Spec] = []
        self.stages: list[tuple[str, int]] = []

    @property
    def timeline(self) -> Spec | None:
        return self.versions[-1]["timeline"] if self.versions else None

    def ask(self, instruction: str | None = None, operations: Any = None) -> Spec:
        """One turn; an accepted timeline becomes the next version."""
        spec = {
            "job": "edit", "instruction": instruction, "operations": operations, "language": self.language,
            "timeline": self.timeline, "media": self.media, "versions": self._facts(), "cache": str(self.cache),
        }  # fmt: skip
        told = lambda stage, done, total, text: self.stages.append((stage, done))  # noqa: E731
        answer = run(json.loads(json.dumps(spec)), told, self._answer)
        assert set(answer) == FIELDS and json.loads(json.dumps(answer)) == answer
        with use_language(answer["language"]):
            result: Spec = in_words(answer)
        if result["timeline"] is not None:
            rev = len(self.versions) + 1
            timeline = Timeline.model_validate(result["timeline"]).model_copy(update={"rev": rev})
            content = rev if result["content"] is None else result["content"]
            self.versions.append(
                {
                    "rev": rev,
                    "parent": rev - 1 or None,
                    "content": content,
                    "timeline": timeline.model_dump(mode="json"),
                }
            )
        return result

    def _facts(self) -> Spec:
        """What a job is told of the versions without asking."""
        ids = [int(number) for number in re.findall(r'"(?:seg|trk)_(\d+)"', json.dumps(self.versions))]
        return {"newest": len(self.versions), "highest_id": max(ids, default=0)}

    def _answer(self, question: Spec) -> Spec:
        """What a job asks for when it goes back."""
        if "timeline" in question:
            return {"timeline": self.versions[question["timeline"] - 1]["timeline"]}
        return {"versions": [[each["rev"], each["parent"], each["content"]] for each in self.versions]}


def _entry(number: int, file: Path) -> Spec:
    info = probe(file).model_copy(update={"media_id": f"med_{number}"})
    return {"info": info.model_dump(mode="json"), "path": str(file)}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("analyses")


@pytest.fixture
def match(cache: Path) -> Session:
    return Session([SAMPLE], cache)


def reel(session: Session, total_ms: int = 20_000) -> Spec:
    """A first reel in the session."""
    return session.ask(operations=[{"op": "highlights", "total_ms": total_ms}])


def test_words_become_a_reel_with_picks_that_explain_themselves(match: Session) -> None:
    result = match.ask("make a 20 second highlight reel")
    assert result["status"] == "done" and result["message"].startswith("Cut ")
    assert "from match.mp4" in result["message"] and "undo" in result["message"]
    assert result["picks"] and all(pick["why"] and pick["source"] == "match.mp4" for pick in result["picks"])
    timeline = Timeline.model_validate(result["timeline"])
    assert 15_000 <= timeline.duration_ms <= 20_000 and (timeline.width, timeline.height) == (1920, 1080)


@pytest.mark.slow
def test_progress_names_its_stage_and_never_goes_back(tmp_path: Path) -> None:
    session = Session([SAMPLE], tmp_path)
    reel(session)
    assert {stage for stage, _ in session.stages} <= {"listen", "look", "choose"}
    shares = [done for _, done in session.stages]
    assert shares == sorted(shares) and shares[-1] == 95


def test_what_needs_no_footage_analyses_none(match: Session) -> None:
    reel(match)
    match.stages.clear()
    match.ask(operations=[{"op": "speed", "factor": 2}, {"op": "text_add", "text": "Hi"}])
    assert match.stages == []


class HeadOnly:
    """An opened recording of which the head may be read and nothing else."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        assert name not in ("demux", "decode", "seek"), "the footage was read again"
        return getattr(self._container, name)


def test_a_second_request_on_the_same_footage_decodes_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session([SAMPLE], tmp_path)
    first = session.ask("a 20 second reel of the best moments")
    opened = av.open
    monkeypatch.setattr(av, "open", lambda *args, **options: HeadOnly(opened(*args, **options)))
    again = reel(session, 12_000)
    assert first["status"] == again["status"] == "done"
    assert again["picks"]


def test_a_chinese_request_is_answered_in_chinese(match: Session) -> None:
    result = match.ask("剪一个20秒的集锦")
    assert result["message"].startswith("从match.mp4中剪出") and "撤销" in result["message"]


def test_undo_and_redo_return_to_the_content_of_versions(match: Session) -> None:
    first = reel(match)
    match.ask(operations=[{"op": "card_add", "text": "End", "at": "end"}])
    undone = match.ask("undo")
    assert undone["content"] == 1 and _without_rev(undone["timeline"]) == _without_rev(first["timeline"])
    assert match.ask(operations=[{"op": "redo"}])["content"] == 2
    assert match.ask(operations=[{"op": "undo", "steps": "all"}])["content"] == 0
    assert match.ask(operations=[{"op": "redo", "steps": 2}])["content"] == 2


def test_an_emptied_timeline_can_be_brought_back_in_words(match: Session) -> None:
    reel(match)
    assert match.ask("start over")["timeline"]["tracks"] == []
    assert match.ask("undo")["content"] == 1


def _without_rev(timeline: Spec) -> Spec:
    return {**timeline, "rev": 0}


def test_a_clip_that_does_not_exist_needs_input_and_changes_nothing(match: Session) -> None:
    reel(match)
    count = len(Timeline.model_validate(match.timeline).clips)
    result = match.ask(operations=[{"op": "remove", "target": {"clips": [count + 3]}}])
    assert (result["status"], result["timeline"], result["changes"]) == ("needs_input", None, [])
    assert result["refused"][0]["code"] == "limit"
    assert f"There is no clip {count + 3}" in result["message"]


def test_what_can_be_done_is_done_and_the_rest_is_refused(match: Session) -> None:
    reel(match)
    result = match.ask(operations=[{"op": "stabilize"}, {"op": "filter", "name": "bw"}])
    assert result["status"] == "done" and result["timeline"] is not None
    assert [row["code"] for row in result["refused"]] == ["unsupported_op"]
    assert "Not possible: Stabilising" in result["message"]


def test_what_is_so_already_changes_nothing_and_is_no_failure(match: Session) -> None:
    reel(match)
    result = match.ask(operations=[{"op": "volume", "level": 1}])
    assert (result["status"], result["timeline"]) == ("done", None)
    assert result["message"].startswith("Nothing changed")


def test_without_media_the_answer_asks_for_an_upload(tmp_path: Path) -> None:
    empty = Session([], tmp_path)
    for result in (empty.ask("make a highlight reel"), empty.ask(operations=[{"op": "highlights"}])):
        assert result["status"] == "needs_input" and result["timeline"] is None
        assert "Upload a video first" in result["message"]
        assert any(row["tool"] == "upload" for row in result["suggested"])


def test_an_export_in_the_same_breath_is_suggested_and_never_run(match: Session) -> None:
    reel(match)
    result = match.ask("make it vertical and export it")
    assert result["timeline"]["height"] == 1920
    assert [row["tool"] for row in result["suggested"]] == ["export"]


def test_an_export_alone_is_suggested_once_there_is_a_reel(match: Session) -> None:
    assert match.ask("export the video")["status"] == "needs_input"
    reel(match)
    result = match.ask("export the video")
    assert (result["status"], result["timeline"]) == ("done", None)
    assert [row["tool"] for row in result["suggested"]] == ["export"]


def test_questions_are_answered_without_an_edit(match: Session) -> None:
    reel(match)
    explained = match.ask("why did you pick the first clip?")
    clip = Timeline.model_validate(match.timeline).clips[0]
    assert explained["query"] == "explain" and str(clip.why) in explained["message"] and explained["timeline"] is None
    credit = match.ask("how many credits do I have left?")
    assert credit["query"] == "credits" and credit["suggested"][0]["tool"] == "credits"


def test_what_is_impossible_is_refused_with_a_reason_and_a_way_out(match: Session) -> None:
    result = match.ask("cut together every scene with the player in the red shirt, number 10")
    assert result["status"] == "needs_input" and result["timeline"] is None
    assert result["refused"][0]["code"] == "needs_extra:vision" and result["refused"][0]["next_step"]


def test_music_of_an_uploaded_file_is_cut_to_the_reel(cache: Path, tmp_path: Path) -> None:
    session = Session([SAMPLE, make_sound(tmp_path / "song.mp3", seconds=6)], cache)
    reel(session)
    result = session.ask(operations=[{"op": "bgm_add", "asset": "song"}])
    timeline = Timeline.model_validate(result["timeline"])
    music = timeline.tracks[1]
    assert music.kind == "audio" and music.clips[-1].end_ms == timeline.clips[-1].end_ms
    assert any("repeats" in text for text in [result["message"]])


def test_subtitles_beside_the_footage_are_shown(cache: Path, tmp_path: Path) -> None:
    video = tmp_path / "match.mp4"
    video.symlink_to(SAMPLE)
    (tmp_path / "match.en.srt").write_text("1\n00:00:00,000 --> 00:01:29,000\nWhat a game\n", encoding="utf-8")
    session = Session([video], cache)
    reel(session)
    result = session.ask(operations=[{"op": "subtitles_add"}])
    texts = [
        text["text"] for track in result["timeline"]["tracks"] if track["kind"] == "text" for text in track["texts"]
    ]
    assert texts and set(texts) == {"What a game"}


def test_a_longer_reel_never_shows_the_same_moment_twice(match: Session) -> None:
    reel(match, 15_000)
    result = match.ask(operations=[{"op": "highlights", "total_ms": 40_000, "mode": "extend"}])
    clips = Timeline.model_validate(result["timeline"] or match.timeline).clips
    ranges = sorted((clip.source.start_ms, clip.source.end_ms) for clip in clips if clip.source)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))


def test_a_request_for_nothing_is_refused() -> None:
    with pytest.raises(EngineError, match="The request is empty"):
        run({"instruction": "  ", "operations": [], "media": []}, lambda *_: None)


@pytest.mark.parametrize(
    ("operation", "named", "valid"),
    [
        ({"op": "levitate"}, 'there is no operation "levitate"', "highlights, keep"),
        ({"op": "speed", "factor": 50}, "(speed): `factor` must be at most 20; got 50", '"factor"'),
        ({"op": "speed"}, "`factor` is missing", "factor"),
        ({"op": "trim", "head": 3}, "no argument “head”", "head_ms"),
        ({"op": "remove", "target": {"clips": [0]}}, "(remove): `target", '"clips"'),
        ({"op": "aspect", "ratio": "2:1"}, '`ratio` must be one of "16:9", "9:16"', "16:9"),
        ({"op": "remove", "target": {"range_ms": [9, 3]}}, "`target`: range_ms must be [start, end]", "range_ms"),
        ("cut", 'operations[0] must be an object with `op`; got "cut"', "op"),
    ],
)
def test_a_wrong_operation_is_named_with_field_value_and_what_is_valid(operation: Any, named: str, valid: str) -> None:
    with pytest.raises(EngineError) as caught:
        run({"instruction": None, "operations": [operation], "media": []}, lambda *_: None)
    assert caught.value.kind == "bad_request"
    assert named in caught.value.message and valid in caught.value.message + caught.value.next_step


@pytest.fixture
def outing(cache: Path, tmp_path: Path) -> Session:
    """A match, an uneventful file and one that lasts a second."""
    calm = make_clip(tmp_path / "calm.mp4", seconds=30, sound="noise")
    return Session([SAMPLE, calm, make_clip(tmp_path / "brief.mp4", seconds=1)], cache)


def lengths_by_source(result: Spec) -> dict[str, int]:
    found: dict[str, int] = {}
    for pick in result["picks"]:
        found[pick["source"]] = found.get(pick["source"], 0) + pick["end_ms"] - pick["start_ms"]
    return found


def test_a_reel_with_something_of_every_file_leaves_none_out_and_lasts_as_long_as_asked(outing: Session) -> None:
    result = outing.ask("one 30 second reel with something from every clip")
    assert Timeline.model_validate(result["timeline"]).duration_ms == 30_000
    lengths = lengths_by_source(result)
    assert lengths.keys() == {"match.mp4", "calm.mp4", "brief.mp4"}
    assert lengths["brief.mp4"] >= 900


def test_two_seconds_of_every_file_are_that_of_each_and_all_of_a_shorter_one(outing: Session) -> None:
    result = outing.ask("two seconds of every file")
    lengths = lengths_by_source(result)
    assert (lengths["match.mp4"], lengths["calm.mp4"]) == (2000, 2000)
    assert 900 <= lengths["brief.mp4"] <= 1100
    assert result["refused"] == []
    assert "Added 2 moments" in result["message"]


@pytest.mark.parametrize(
    ("wish", "length"),
    [
        ("make a slideshow of the photos, 3 seconds each, with song.mp3 as music and crossfades", 6000),
        ("a slideshow fitted to the music", 10_000),
        ("把照片做成幻灯片，每张2秒，配上音乐", 4000),
        ("make a 30 second slideshow", 30_000),
    ],
)
def test_a_slideshow_of_pictures_lasts_as_long_as_asked(wish: str, length: int, cache: Path, tmp_path: Path) -> None:
    pictures = [tmp_path / "sea.png", tmp_path / "cat.png"]
    for picture in pictures:
        Image.new("RGB", (320, 180), "teal").save(picture)
    session = Session([*pictures, make_sound(tmp_path / "song.mp3", seconds=10)], cache)
    result = session.ask(wish)
    timeline = Timeline.model_validate(result["timeline"])
    assert len(timeline.clips) == 2
    nearest_beat_ms = 0 if "30 second" in wish else 250
    assert abs(timeline.clips[-1].end_ms - length) <= 100 + nearest_beat_ms
    assert len(timeline.tracks) == (1 if "30 second" in wish else 2)
