"""A film of a training: how samples of latents that stay the same come to be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gan_augment.common.files import written_whole
from gan_augment.reporting.frames import FRAMES, frames_in
from gan_augment.training.onlookers import Scene

BYTES = 2_000_000  # at most
# How many frames of how many colours, from the best on until they fit.
QUALITIES = ((FRAMES, 64), (FRAMES, 16), (FRAMES // 2, 16), (FRAMES // 4, 16), (8, 16), (4, 8))
MILLISECONDS, AT_THE_END = 120, 2000  # a frame is shown
WIDTH = 240  # in pixels, at least; smaller pictures are enlarged
CAPTION = 14  # pixels below a picture


class Film:
    """Makes one film of all networks kept in a directory, from the pictures that `Frames` keeps.

    It is a GIF in the folder "film" of the directory `run`, made anew when a training ends.
    """

    def __init__(self, run: Path):
        self.run = Path(run)

    def see(self, scene: Scene) -> None:
        """Make the film if a training ends; `Frames` must have seen the scene before."""
        if scene.is_last:
            write_film(
                frames_in(scene.directory),
                self.run / "film" / f"{name_in(self.run, scene.directory)}.gif",
            )


def name_in(run: Path, directory: Path) -> str:
    """Return a name for the networks kept in `directory`, of the folders below "gans" of `run`."""
    folders = directory.resolve().relative_to(run.resolve()).parts
    return "_".join(folders[1:] or folders or ["gan"])


def write_film(networks: Sequence[dict[int, Path]], path: Path) -> None:
    """Write a GIF of the pictures of networks by step, below one another.

    Where a network has no picture of a step it shows its latest before, or its first.
    """
    steps = thinned(sorted({step for pictures in networks for step in pictures}), FRAMES)
    frames = [
        captioned(np.concatenate([_at(step, pictures) for pictures in networks]), f"step {step:,}")
        for step in steps
    ]
    for count, colors in QUALITIES:
        film = encoded(thinned(frames, count), colors)
        if len(film) <= BYTES:
            break
    with written_whole(path) as aside:
        aside.write_bytes(film)


def thinned(items: Sequence, most: int) -> list:
    """Return `most` of the items at most, evenly spaced, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]


def captioned(picture: np.ndarray, text: str) -> Image.Image:
    """Return a picture uint8 [h, w, 3], enlarged if it is small, with a line of text below."""
    enlarged = picture.repeat(max(1, WIDTH // picture.shape[1]), 0)
    enlarged = enlarged.repeat(max(1, WIDTH // picture.shape[1]), 1)
    height, width = enlarged.shape[:2]
    whole = Image.new("RGB", (width, height + CAPTION), "white")
    whole.paste(Image.fromarray(enlarged))
    ImageDraw.Draw(whole).text((3, height + 1), text, fill="black")
    return whole


def encoded(frames: Sequence[Image.Image], colors: int) -> bytes:
    """Return an endless GIF; its colours are the same in all frames, so that nothing flickers."""
    sight = np.concatenate([np.asarray(frame) for frame in thinned(frames, 8)])
    palette = Image.fromarray(sight).quantize(colors, dither=Image.Dither.NONE)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[MILLISECONDS] * (len(frames) - 1) + [AT_THE_END],
        loop=0,
    )
    return buffer.getvalue()


def _at(step: int, pictures: dict[int, Path]) -> np.ndarray:
    shown = max((known for known in pictures if known <= step), default=min(pictures))
    with Image.open(pictures[shown]) as picture:
        return np.asarray(picture.convert("RGB"))
