"""What rendering a reel costs, next to plainly decoding and encoding the same stretches of the recording.

    python benchmarks/render.py FILE [--cuts 20] [--cut-ms 1500] [--vertical] [--follow] [--titles] [--crossfades]
        [--music SONG] [--repeat 2] [--smartcut PATH]

Each run is a process of its own. Printed: CPU seconds for each second of the reel, CPU seconds in all, wall
seconds, peak resident memory, and all that was read, the finished reel included, also as a share of the recording.
The raw limit seeks, decodes and encodes with the same x264 settings and the same AAC, and does nothing else: no exact
sound, no fitting, no checks. With titles, crossfades or music there is also one graph of FFmpeg's filters, written by
hand, that makes the same reel of the same stretches. `--smartcut` runs the command of that
name (PyPI: smartcut 1.7, in an environment of its own) on the same stretches; how it was made and how many pictures
are untouched is said of ours. `--follow` renders the vertical reel twice: with a still crop in the middle, and with one
that follows, whose cost includes the looks that its way is found out by.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw, ImageFont

from highlight_mcp.engine.edit.footage_analyzer import MediaAnalyzer
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.decoding import seek
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.render.job import run
from highlight_mcp.messages import in_words
from highlight_mcp.presets import PRESETS
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import (
    AudioTrack,
    Clip,
    Framing,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
)
from highlight_mcp.timeline.operations.picture import framed
from highlight_mcp.timeline.time import TimeRange

FADE_MS = 500


def timeline_of(
    path: Path, cuts: int, cut_ms: int, vertical: bool, titles: bool, crossfades: bool = False
) -> tuple[Timeline, dict[str, Any]]:
    """Cuts spread evenly over the recording, and the media entry of the job."""
    info = probe(path).model_copy(update={"media_id": "a"})
    room = max(1, info.duration_ms - cut_ms - 1)
    clips = tuple(
        Clip(
            id=f"seg_{number}",
            start_ms=number * cut_ms,
            duration_ms=cut_ms,
            media_id="a",
            source=TimeRange(start_ms=room * number // cuts, end_ms=room * number // cuts + cut_ms),
            transition=Transition(kind="crossfade", duration_ms=FADE_MS) if crossfades and number else None,
        )
        for number in range(cuts)
    )
    style = TextStyle(size=0.09, position="bottom")
    text = Text(id="txt_1", start_ms=0, duration_ms=cuts * cut_ms, text="The best of the afternoon", style=style)
    tracks = (VideoTrack(id="v", clips=clips), *((TextTrack(id="t", texts=(text,)),) if titles else ()))
    width, height = (1080, 1920) if vertical else (1920, 1080)
    rate = info.frame_rate or Fraction(30)
    timeline = Timeline(width=width, height=height, frame_rate=rate, tracks=tracks)
    return timeline, {"info": info.model_dump(mode="json"), "path": str(path)}


def following(path: Path, out: Path, options: argparse.Namespace) -> float:
    """Find out how the crop goes along with what moves, and render that; seconds of the reel."""
    timeline, entry = timeline_of(path, options.cuts, options.cut_ms, True, options.titles)
    media = {"a": MediaInfo.model_validate(entry["info"])}
    senses = MediaAnalyzer(media, {"a": path}, None, no_progress)
    begun_s = time.process_time()
    timeline, told = framed(timeline, media, senses, (1080, 1920), Framing())
    print(f"{time.process_time() - begun_s:.1f} CPU s of looks.", *told, file=sys.stderr)
    return _rendered(timeline, entry, out)


def ours(path: Path, out: Path, options: argparse.Namespace) -> float:
    """Render; seconds of the reel."""
    vertical = options.vertical or options.follow
    made = timeline_of(path, options.cuts, options.cut_ms, vertical, options.titles, options.crossfades)
    return _rendered(*made, out, options.music)


def _rendered(timeline: Timeline, entry: dict[str, Any], out: Path, music: Path | None = None) -> float:
    media = [entry]
    if music is not None:
        song = probe(music).model_copy(update={"media_id": "m"})
        length = min(song.duration_ms, timeline.duration_ms)
        clip = Clip(id="m_1", start_ms=0, duration_ms=length, media_id="m", source=TimeRange(start_ms=0, end_ms=length))
        track = AudioTrack(id="m", role="bgm", volume=0.3, clips=(clip,))
        timeline = timeline.model_copy(update={"tracks": (*timeline.tracks, track)})
        media.append({"info": song.model_dump(mode="json"), "path": str(music)})
    spec = {"timeline": timeline.model_dump(mode="json"), "media": media, "output": str(out), "preset": "1080p"}
    facts = run(spec, no_progress)
    untouched = next(in_words(check)["detail"] for check in facts["checks"] if check["name"] == "untouched")
    print(f"{facts['method']}: {untouched}", file=sys.stderr)
    return float(facts["duration_ms"]) / 1000


def smartcut(path: Path, out: Path, options: argparse.Namespace) -> float:
    """The same cuts by another program; seconds of the reel."""
    timeline, _ = timeline_of(path, options.cuts, options.cut_ms, False, False)
    ranges = [clip.source for clip in timeline.clips if clip.source is not None]
    kept = ",".join(f"{each.start_ms / 1000},{each.end_ms / 1000}" for each in ranges)
    subprocess.run([options.smartcut, str(path), str(out), "--keep", kept], check=True, capture_output=True)
    return timeline.duration_ms / 1000


def plain(path: Path, out: Path, options: argparse.Namespace) -> float:
    """Seek, decode, encode; seconds of what was written."""
    timeline, _ = timeline_of(path, options.cuts, options.cut_ms, False, False)
    preset, rate = PRESETS["1080p"], timeline.frame_rate
    with av.open(str(path)) as source, av.open(str(out), "w", format="mp4") as target:
        video, audio = source.streams.video[0], source.streams.audio[0] if source.streams.audio else None
        video.thread_type = "AUTO"
        written = target.add_stream("libx264", rate=rate, options={"preset": preset.effort, "crf": str(preset.crf)})
        written.width, written.height, written.pix_fmt = video.width, video.height, "yuv420p"
        written.codec_context.gop_size = int(2 * rate)
        heard = target.add_stream("aac", rate=audio.rate, layout="stereo") if audio is not None else None
        frames = samples = 0
        for clip in timeline.clips:
            assert clip.source is not None
            start_s, end_s = Fraction(clip.source.start_ms, 1000), Fraction(clip.source.end_ms, 1000)
            for frame in _between(source, video, start_s, end_s):
                if isinstance(frame, VideoFrame):
                    frame.pts, frame.time_base, frame.pict_type = frames, 1 / rate, 0
                    frames += 1
                    target.mux(written.encode(frame))
            for block in _between(source, audio, start_s, end_s) if audio is not None else ():
                if isinstance(block, AudioFrame) and heard is not None:
                    block.pts, block.time_base = samples, Fraction(1, block.sample_rate)
                    samples += block.samples
                    target.mux(heard.encode(block))
        target.mux(written.encode(None))
        if heard is not None:
            target.mux(heard.encode(None))
    return float(frames / rate)


def graph(path: Path, out: Path, options: argparse.Namespace) -> float:
    """One graph of filters, fed clip by clip; seconds of what was written."""
    timeline, _ = timeline_of(path, options.cuts, options.cut_ms, False, False)
    preset, rate, reel = PRESETS["1080p"], timeline.frame_rate, av.filter.Graph()
    fade_s = FADE_MS / 1000 if options.crossfades else 0.0
    with av.open(str(path)) as source, av.open(str(out), "w", format="mp4") as target:
        video, audio = source.streams.video[0], source.streams.audio[0]
        video.thread_type = "AUTO"
        written = target.add_stream("libx264", rate=rate, options={"preset": preset.effort, "crf": str(preset.crf)})
        written.width, written.height, written.pix_fmt = video.width, video.height, "yuv420p"
        written.codec_context.gop_size = int(2 * rate)
        heard = target.add_stream("aac", rate=48_000, layout="stereo")
        ends, shown, sound = [], None, None
        for number, _ in enumerate(timeline.clips):
            pictures, samples = reel.add_buffer(template=video), reel.add_abuffer(template=audio)
            ends.append((pictures, samples))
            picture = _linked(reel, pictures, ("setpts", "PTS-STARTPTS"), ("fps", f"fps={rate}"))
            heard_of = _linked(
                reel, samples, ("asetpts", "PTS-STARTPTS"), ("aformat", "sample_rates=48000:channel_layouts=stereo")
            )
            offset_s = number * options.cut_ms / 1000 - fade_s / 2
            shown = (
                _joined(reel, shown, picture, "xfade", f"duration={fade_s}:offset={offset_s}")
                if fade_s
                else (_joined(reel, shown, picture, "concat", "n=2:v=1:a=0"))
            )
            sound = _joined(
                reel, sound, heard_of, *(("acrossfade", f"d={fade_s}") if fade_s else ("concat", "n=2:v=0:a=1"))
            )
        assert shown is not None and sound is not None
        if options.titles:
            letters = out.with_suffix(".png")
            _title(letters, video.width, video.height)
            over = _linked(
                reel, reel.add("movie", str(letters)), ("loop", "loop=-1:size=1"), ("setpts", f"N/({rate})/TB")
            )
            shown = _joined(reel, shown, over, "overlay", "shortest=1")
        if options.music:
            song = _linked(reel, reel.add("amovie", str(options.music)), ("volume", "0.3"))
            sound = _joined(reel, sound, song, "amix", "duration=first:normalize=0")
        sound_end = _linked(reel, sound, ("loudnorm", "I=-14:TP=-1"), ("aresample", "48000"), ("abuffersink", ""))
        sinks = ((_linked(reel, shown, ("format", "yuv420p"), ("buffersink", "")), written), (sound_end, heard))
        reel.configure()
        count = 0
        for clip, (pictures, samples) in zip(timeline.clips, ends, strict=True):
            assert clip.source is not None
            half = Fraction(fade_s) / 2
            start_s = Fraction(clip.source.start_ms, 1000) - (half if clip is not timeline.clips[0] else 0)
            end_s = Fraction(clip.source.end_ms, 1000) + (half if clip is not timeline.clips[-1] else 0)
            for stream, end in ((audio, samples), (video, pictures)):
                for frame in _between(source, stream, start_s, end_s):
                    end.push(frame)
                    count += _pulled(sinks, target)
                end.push(None)
        count += _pulled(sinks, target)
        target.mux(written.encode(None))
        target.mux(heard.encode(None))
    return float(count / rate)


def _linked(reel: Any, node: Any, *filters: tuple[str, str]) -> Any:
    for name, options in filters:
        made = reel.add(name, options) if options else reel.add(name)
        node.link_to(made)
        node = made
    return node


def _joined(reel: Any, first: Any, second: Any, name: str, options: str) -> Any:
    if first is None:
        return second
    made = reel.add(name, options)
    first.link_to(made, 0, 0)
    second.link_to(made, 0, 1)
    return made


def _title(path: Path, width: int, height: int) -> None:
    image = Image.new("RGBA", (width, height))
    font = ImageFont.load_default(round(0.09 * height))
    ImageDraw.Draw(image).text((width / 2, 0.85 * height), "The best of the afternoon", "white", font, anchor="mm")
    image.save(path)


def _pulled(sinks: Any, target: Any) -> int:
    """Encode what the graph has ready; the number of pictures."""
    count = 0
    for sink, stream in sinks:
        while True:
            try:
                frame = sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            if isinstance(frame, VideoFrame):
                frame.pict_type = 0
                count += 1
            target.mux(stream.encode(frame))
    return count


def _between(container: Any, stream: Any, start_s: Fraction, end_s: Fraction) -> Any:
    seek(container, stream, start_s)
    for frame in container.decode(stream):
        if frame.pts is None or frame.pts * frame.time_base >= end_s:
            return
        if frame.pts * frame.time_base >= start_s:
            yield frame


STEPS = {"plain": plain, "graph": graph, "render": ours, "follow": following, "smartcut": smartcut}


def child(name: str, path: Path, options: argparse.Namespace) -> None:
    """One run in this process; its cost as a line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        begin, read_before = time.perf_counter(), bytes_read()
        seconds = STEPS[name](path, Path(folder) / "out.mp4", options)
        wall = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_CHILDREN if name == "smartcut" else resource.RUSAGE_SELF)
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    cpu = used.ru_utime + used.ru_stime
    read_mb = (bytes_read() - read_before) / 1e6
    print(json.dumps({"seconds": seconds, "cpu": cpu, "wall": wall, "peak_mb": peak, "read_mb": read_mb}))


def bytes_read() -> int:
    """What this process and those it waited for have read from files and pipes; 0 where the system does not tell."""
    told = Path("/proc/self/io")
    return int(told.read_text().split()[1]) if told.exists() else 0


def main() -> None:
    """Run both, next to each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--cut-ms", type=int, default=1500)
    parser.add_argument("--vertical", action="store_true")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--titles", action="store_true")
    parser.add_argument("--crossfades", action="store_true")
    parser.add_argument("--music", type=Path)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--smartcut", type=str)
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        child(options.step, options.file, options)
        return
    print(f"{options.file.name}: {options.cuts} cuts of {options.cut_ms} ms, {os.cpu_count()} CPUs")
    print(f"{'':8}{'CPU s/s':>9}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'read MB':>9}{'of file':>9}")
    for number in range(options.repeat):
        for name in (
            "plain",
            *(("graph",) if options.titles or options.crossfades or options.music else ()),
            *(("smartcut",) if options.smartcut else ()),
            "render",
            *(("follow",) if options.follow else ()),
        ):
            command = [sys.executable, __file__, *sys.argv[1:], "--step", name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            cost = json.loads(done.stdout.splitlines()[-1])
            per_second, told = (
                cost["cpu"] / cost["seconds"],
                done.stderr.strip() if name in ("render", "follow") else "",
            )
            print(
                f"{name:8}{per_second:9.3f}{cost['cpu']:8.1f}{cost['wall']:8.1f}{cost['peak_mb']:9.0f}"
                f"{cost['read_mb']:9.0f}{cost['read_mb'] * 1e6 / options.file.stat().st_size:9.1%}"
                f"  #{number + 1} {told}"
            )


if __name__ == "__main__":
    main()
