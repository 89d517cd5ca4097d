"""Makes matches of eight kinds with boards, and recordings of digits without a score, for `benchmarks/boards.py`.

    python benchmarks/matches.py OUT --seed 3 --fonts FOLDER
    python benchmarks/matches.py OUT --seed 3 --fonts FOLDER --quiet 1800
    python benchmarks/boards.py OUT MODEL

Sports, fonts, colours, places, what is said and when are drawn by the seed: a new one is a new set. Boards fade and are
covered by sponsors, go away in breaks and replays, and are filmed by hand; goals are taken back; there are lower
thirds, results of other matches, numbers on shirts, logos with digits. With `--quiet` only what has no goal is made,
that many seconds of each, one picture a second: still boards, and clocks, temperatures, laps, prices, polls. Truths
stand beside the recordings, with the replays. OUT lies outside the repository.

Written without a look at how boards are read. What it cannot show: boards of real broadcasts.
"""

import argparse
import json
import random
import sys
from fractions import Fraction
from pathlib import Path

import av
from stadium.digits import KINDS, DigitsPainter
from stadium.draw import Painter
from stadium.film import write
from stadium.looks import find_fonts
from stadium.scenes import Clip, load_clips
from stadium.sports import SPORTS
from stadium.timeline import Spec, lay_out

REPOSITORY = Path(__file__).resolve().parents[1]
CLIPS = Path(__file__).resolve().parents[2] / "shared" / "footage" / "video"
NAMES = (
    "bee_thistle.mp4", "bottles_belt_noaudio.mp4", "car_road_topview.mp4", "fall_leaves_cuts_noaudio.mp4",
    "flower_timelapse.mp4", "highway_drive.mp4", "nasa_multistream.mp4", "stream_of_water.mp4", "frog_tabletop.webm",
)  # fmt: skip
MADE = {
    "football": 3, "basketball": 2, "tennis": 2, "handball": 2, "hockey": 2, "volleyball": 1, "esports": 2,
    "amateur": 2,
}  # fmt: skip
SECONDS = 180.0
QUIET_FPS = 1


def specs(seed: int) -> list[Spec]:
    """The recordings of a set; the first match of football is 720p."""
    lot = random.Random(seed)
    out: list[Spec] = []
    for sport, count in MADE.items():
        for number in range(count):
            large = number == 0 and sport == "football"
            out.append(
                Spec(
                    f"{sport}_{number}", sport, seed * 1000 + len(out), 1280 if large else 640, 720 if large else 360,
                    25 if lot.random() < 0.6 else 30, SECONDS,
                    bitrate=1_200_000 if large else lot.choice((350_000, 500_000, 700_000)),
                )
            )  # fmt: skip
    for number in range(2):
        out.append(Spec(f"field_{number}", "amateur", seed * 1000 + len(out), board="field", bitrate=600_000))
    return [*out, Spec("none_0", "football", seed * 1000 + len(out), board="none")]


def write_quiet(name: str, painter: Painter | DigitsPainter, seconds: float, folder: Path) -> None:
    """One recording without a goal."""
    with av.open(str(folder / f"{name}.mp4"), "w") as box:
        video = box.add_stream("libx264", rate=QUIET_FPS, options={"preset": "ultrafast", "g": "2", "threads": "1"})
        video.width, video.height, video.pix_fmt, video.bit_rate = 640, 360, "yuv420p", 45_000
        for number in range(round(seconds * QUIET_FPS)):
            frame = av.VideoFrame.from_image(painter.at(number / QUIET_FPS))
            frame.pts, frame.time_base = number, Fraction(1, QUIET_FPS)
            box.mux(video.encode(frame))
        box.mux(video.encode(None))
    truth = {"name": name, "duration": seconds, "score_changes": [], "steps": [], "replays": []}
    (folder / f"{name}.truth.json").write_text(json.dumps(truth))


def make_quiet(seed: int, seconds: float, clips: list[Clip], fonts: dict[str, Path], folder: Path) -> None:
    for number, sport in enumerate(SPORTS):
        spec = Spec(f"still_{sport}", sport, seed * 5000 + number, fps=QUIET_FPS, seconds=seconds, quiet=True)
        write_quiet(spec.name, Painter(lay_out(spec, clips), fonts), seconds, folder)
    for number, kind in enumerate(KINDS, len(SPORTS)):
        painter = DigitsPainter(kind, seed * 5000 + number, (640, 360), clips, fonts, seconds)
        write_quiet(f"digits_{kind}", painter, seconds, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--fonts", type=Path, nargs="*", default=[])
    parser.add_argument("--quiet", type=float, default=0.0, metavar="SECONDS")
    wish = parser.parse_args()
    out: Path = wish.out.resolve()
    if out.is_relative_to(REPOSITORY):
        sys.exit(f"{out} lies inside the repository; recordings do not belong there")
    out.mkdir(parents=True, exist_ok=True)
    fonts = find_fonts(*wish.fonts)
    clips = load_clips([CLIPS / name for name in NAMES], 16.0)
    if wish.quiet:
        make_quiet(wish.seed, wish.quiet, clips, fonts, out)
        return
    for spec in specs(wish.seed):
        if not (out / f"{spec.name}.truth.json").exists():
            print(write(lay_out(spec, clips), fonts, out), flush=True)


if __name__ == "__main__":
    main()
