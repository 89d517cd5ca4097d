"""One picture of a recording at a time: the scene, and over it the board, banners, wipes and breaks."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .layouts import LAYOUTS, Cell, Grid, Shown, draw_grid
from .looks import PAIRS, Look, font
from .sports import TEAMS
from .timeline import Banner, Timeline

PLACES = ("top left", "top left", "top", "top right", "bottom left", "bottom")
WIPE_S = 0.7  # how long a wipe covers the picture, in seconds
SCENE_HZ = 6.25  # new scenes a second; what lies over them moves as it wants
FADE_S = 0.3  # how long a board takes to come or go, in seconds


class Painter:
    """Draws one timeline. Everything random is drawn once, at the start."""

    def __init__(self, line: Timeline, fonts: dict[str, Path]) -> None:
        self.line = line
        self.rng = random.Random(line.spec.seed + 1)
        spec = line.spec
        self.size = (spec.width, spec.height)
        amateur = line.sport.name == "amateur"
        self.look = Look.draw(self.rng, fonts, round(spec.height * (1.3 if amateur else 1)), spec.board == "field")
        self.low = Look.draw(self.rng, fonts, spec.height)
        self.layout = self.rng.choice(line.sport.layouts) if spec.board == "overlay" else "names_above"
        self.place = "top" if line.sport.name == "esports" else self.rng.choice(PLACES)
        self.gap = self.rng.choice((0, 0, 1, 2))
        self.wipe = self.rng.choice(PAIRS)
        self.kept: tuple[object, Image.Image] | None = None
        self.board: tuple[object, Image.Image] | None = None
        self.pieces: dict[object, Image.Image] = {}
        self.cell = self.rng.random() * 0.1

    def at(self, t: float) -> Image.Image:
        if any(a <= t < b for a, b in self.line.breaks):
            return self._break(t)
        picture = self._scene(t).copy()
        if self.line.spec.board == "field":
            self._field_board(picture, t)
            return picture
        if self.line.spec.board == "overlay":
            self._overlay(picture, t)
        if self.line.sport.name == "esports":
            self._hud(picture, t)
        for banner in self.line.banners:
            if banner.span[0] <= t < banner.span[1] and banner.place != "board":
                self._banner(picture, banner)
        if self.line.logo:
            self._logo(picture)
        self._wipe(picture, t)
        return picture

    # The scene

    def _scene(self, t: float) -> Image.Image:
        t = math.floor(t * SCENE_HZ + 1e-6) / SCENE_HZ
        if self.kept and self.kept[0] == t:
            return self.kept[1]
        shown = t
        angle = False
        for r in self.line.replays:
            if r.start <= t < r.end:
                began = max(b for b, _s in self.line.shots if b <= r.act)
                shown = max(began, r.act - 3.0) + (t - r.start) * r.speed
                angle = r.style == "wipe-angle"
        began, shot = next((b, s) for b, s in reversed(self.line.shots) if b <= shown)
        if angle:
            shot = shot.closer(random.Random(round(began * 1000)))
        picture = shot.at(shown - began, self.size)
        if shot.jersey:
            self._jersey(picture, shot.jersey, shown - began)
        self.kept = (t, picture)
        return picture

    def _jersey(self, picture: Image.Image, number: str, t: float) -> None:
        w, h = self.size
        x = w * (0.5 + 0.35 * math.sin(t * 0.7 + len(number)))
        y = h * (0.6 + 0.08 * math.sin(t * 3.1))
        pen = ImageDraw.Draw(picture)
        colour = self.wipe[0]
        pen.ellipse((x - h * 0.05, y - h * 0.16, x + h * 0.05, y - h * 0.06), fill=(200, 160, 130))
        pen.rectangle((x - h * 0.08, y - h * 0.06, x + h * 0.08, y + h * 0.18), fill=colour)
        pen.text((x, y + h * 0.04), number, font=font(self.look.face, round(h * 0.12)), fill=self.wipe[1], anchor="mm")

    def _break(self, t: float) -> Image.Image:
        back, ink = PAIRS[int(t / 4) % len(PAIRS)]
        picture = Image.new("RGB", self.size, back)
        pen = ImageDraw.Draw(picture)
        face = font(self.low.face, round(self.size[1] * 0.16))
        numbers = f"{int(t / 4) % 5} - {int(t / 3) % 5}"
        words = ("SALE", f"only {int(t * 7) % 90 + 9}.99", "CALL 0800 555", numbers)[int(t / 2) % 4]
        x = self.size[0] * (0.5 + 0.1 * math.sin(t * 2))
        pen.text((x, self.size[1] * 0.5), words, font=face, fill=ink, anchor="mm")
        return picture

    # The board

    def shown(self, t: float) -> tuple[Shown, float]:
        """What the board says, and by how much the points slide at this moment."""
        line, step = self.line, self.line.state(t)
        slide = 0.0
        if line.slide and step.shown and t - step.shown < line.slide:
            slide = 1.0 - (t - step.shown) / line.slide
        extra = ""
        if line.sport.extra == "24":
            extra = str(24 - int(t * 0.9 + line.spec.seed) % 24)
        elif line.sport.extra and int(t / 50) % 3 == 1:
            extra = f"{line.sport.extra} {int((50 - t % 50) / 60)}:{int(50 - t % 50):02d}"
        return Shown(line.names, step.points, line.clock.text(t), line.period, step.sets, extra), slide

    def _board(self, t: float) -> Image.Image:
        said, slide = self.shown(t)
        key = (said, round(slide, 2))
        if self.board and self.board[0] == key:
            return self.board[1]
        grid = LAYOUTS[self.layout](said)
        if slide:
            grid = [[_slid(c, slide) for c in row] for row in grid]
        picture = draw_grid(grid, self.look, self.gap)
        self.board = (key, picture)
        return picture

    def _overlay(self, picture: Image.Image, t: float) -> None:
        share = 1.0
        for a, b in self.line.hidden:
            if a <= t < b:
                share = min(share, max(0.0, 1 - (t - a) / FADE_S, 1 - (b - t) / FADE_S))
        if share <= 0:
            return
        board = self._board(t)
        x, y = self._corner(board)
        mask = board.getchannel("A")
        picture.paste(board.convert("RGB"), (x, y), mask if share >= 1 else mask.point(lambda a: int(a * share)))
        for banner in self.line.banners:
            if banner.place == "board" and banner.span[0] <= t < banner.span[1]:
                cover = Image.new("RGB", board.size, self.low.scores[0])
                pen = ImageDraw.Draw(cover)
                middle = (board.width / 2, board.height / 2)
                face = font(self.low.face, self.look.size)
                pen.text(middle, " ".join(banner.words), font=face, fill=self.low.scores[1], anchor="mm")
                picture.paste(cover, (x, y))

    def _corner(self, board: Image.Image) -> tuple[int, int]:
        w, h = self.size
        edge_x, edge_y = round(w * 0.045), round(h * 0.06)
        x = {"left": edge_x, "right": w - edge_x - board.width}.get(self.place.split()[-1], (w - board.width) // 2)
        y = edge_y if self.place.startswith("top") else h - edge_y - board.height
        return x, y

    def _field_board(self, picture: Image.Image, t: float) -> None:
        """A real board, filmed by hand: it shakes, leans and breathes."""
        if any(a <= t < b for a, b in self.line.hidden):
            return
        w, h = self.size
        board = self._board(t)
        pad = Image.new("RGB", (board.width + 12, board.height + 12), (8, 8, 8))
        pad.paste(board.convert("RGB"), (6, 6), board.getchannel("A"))
        shake = h * 0.010
        x = w * 0.5 + shake * (math.sin(t * 5.3) + 0.6 * math.sin(t * 11.7) + 6 * math.sin(t * 0.31))
        y = h * 0.26 + shake * (math.cos(t * 4.1) + 0.7 * math.sin(t * 9.3) + 2 * math.sin(t * 0.23))
        scale = w * 0.34 / pad.width * (1 + 0.06 * math.sin(t * 0.4))
        size = (round(pad.width * scale), round(pad.height * scale))
        lean = 2.5 * math.sin(t * 0.7) + self.cell * 30
        small = pad.resize(size, Image.Resampling.BILINEAR).convert("RGBA")
        turned = small.rotate(lean, Image.Resampling.BILINEAR, expand=True)
        corner = (round(x - turned.width / 2), round(y - turned.height / 2))
        picture.paste(turned.convert("RGB"), corner, turned.getchannel("A"))

    # What else lies over the picture

    def _hud(self, picture: Image.Image, t: float) -> None:
        w, h = self.size
        rng = random.Random(int(t / 6) + self.line.spec.seed)
        rows = []
        for i in range(rng.randrange(0, 4)):
            if t % 6 > i * 1.3:
                a, b = rng.sample(TEAMS, 2)
                killer, killed = (
                    Cell(f"{a.lower()}{rng.randrange(9)}", "name", grow=0.8),
                    Cell(b.lower(), "name", grow=0.8),
                )
                rows.append([killer, Cell("x", "clock", grow=0.8), killed])
        if rows:
            feed = self._drawn(tuple(c.text for row in rows for c in row), rows, 1)
            picture.paste(feed.convert("RGB"), (w - feed.width - 8, round(h * 0.12)), feed.getchannel("A"))
        health = max(1, 100 - int((t % 40) * 2.3))
        ammo = 30 - int(t * 1.7) % 30
        for text, x in ((f"+ {health}", 0.03), (f"{ammo} / 90", 0.84)):
            pic = self._drawn(text, [[Cell(text, "bare", grow=1.1)]], 0)
            picture.paste(pic.convert("RGB"), (round(w * x), round(h * 0.9)), pic.getchannel("A"))

    def _drawn(self, key: object, grid: Grid, gap: int) -> Image.Image:
        """A grid in the look of all but the board, drawn once."""
        if key not in self.pieces:
            self.pieces[key] = draw_grid(grid, self.low, gap)
        return self.pieces[key]

    def _banner(self, picture: Image.Image, banner: Banner) -> None:
        w, h = self.size
        kinds = ("score", "name", "clock", "name")
        row = [Cell(word, kinds[i % 4]) for i, word in enumerate(banner.words)]
        pic = self._drawn(banner, [row], 0)
        y = h * 0.93 if banner.place == "ticker" else h * 0.8
        if self.place.startswith("bottom"):
            y -= h * 0.2
        picture.paste(pic.convert("RGB"), (round((w - pic.width) / 2), round(y - pic.height / 2)), pic.getchannel("A"))

    def _logo(self, picture: Image.Image) -> None:
        w, h = self.size
        pic = self._drawn("logo", [[Cell(self.line.logo, "bare", grow=0.9)]], 0)
        x = w - pic.width - 12 if self.place != "top right" else 12
        picture.paste(pic.convert("RGB"), (x, round(h * 0.05)), pic.getchannel("A"))

    def _wipe(self, picture: Image.Image, t: float) -> None:
        for r in self.line.replays:
            if r.style == "cut":
                continue
            for edge in (r.start, r.end):
                share = (t - edge) / WIPE_S + 0.5
                if 0 <= share <= 1:
                    self._sweep(picture, share)

    def _sweep(self, picture: Image.Image, share: float) -> None:
        """A band that crosses the picture, and covers all of it when the scenes change."""
        w, h = self.size
        x = -2.2 * w + share * 3.4 * w
        pen = ImageDraw.Draw(picture)
        lean = h * 0.3
        pen.polygon([(x, 0), (x + 2.0 * w, 0), (x + 2.0 * w - lean, h), (x - lean, h)], fill=self.wipe[0])
        pen.polygon([(x, 0), (x + 0.2 * w, 0), (x + 0.2 * w - lean, h), (x - lean, h)], fill=self.wipe[1])
        face = font(self.low.face, h // 6)
        pen.text((x + w, h / 2), self.line.sport.name.upper(), font=face, fill=self.wipe[1], anchor="mm")


def _slid(cell: Cell, share: float) -> Cell:
    return Cell(cell.text, cell.kind, cell.room, cell.grow, share) if cell.kind == "score" else cell


def sound(line: Timeline, rate: int = 48000) -> NDArray[np.float32]:
    """A crowd that swells after every act, mono, in -1 … 1."""
    rng = np.random.default_rng(line.spec.seed)
    n = round(line.spec.seconds * rate)
    noise = np.convolve(rng.standard_normal(n), np.ones(12) / 12, "same")
    level = np.full(n, 0.05, np.float32)
    for step in line.steps:
        if step.kind == "goal":
            a, b = round(step.act * rate), min(n, round((step.act + 5) * rate))
            level[a:b] += np.linspace(0.35, 0.0, b - a, dtype=np.float32)
    return np.clip(noise * level, -1, 1).astype(np.float32)
