"""Figures and words of the GAN on faces (Priyaa & Verma, section 6.3.2)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json, written_whole
from gan_augment.reporting.pictures import image_panels, plot_training
from gan_augment.reporting.text import NOTHING, aligned, markdown

SOURCE = (
    "B. Priyaa and S. Verma, *Using Generative Models for Image Augmentation*, New York University "
    "(DS-GA 1008), section 6.3.2, Figures 3 to 5"
)
ROWS, COLUMNS = 4, 8  # of images in a panel
INCHES = 0.4  # an image

LEGEND = """\
Spread: how much samples vary from one to the next; detail: how much neighbouring pixels differ;
both as shares of what real images have. Distance: to the nearest training image, over all pixels,
median of samples over median of held-out images. Nearer: chance that a sample is nearer than a
held-out image. Very near: share of samples as near as the nearest 1 % of held-out images. If
nothing was copied and samples are as sharp as photographs these are about 1, 50 % and 1 %; blurred
samples are nearer to everything, and what is no face yet is further away."""

HEADER = ["epoch", "step", "samples", "D loss", "G loss", "spread", "detail", "distance"]
HEADER += ["nearer", "very near"]


def write_faces(
    table: pd.DataFrame,
    panels: Mapping[str, np.ndarray],
    pairs: Mapping[str, np.ndarray],
    log: list[Mapping],
    directory: Path,
) -> None:
    """Write the numbers and figures of a run.

    `table` has a row an epoch, `panels` images uint8 [n, h, w, c] by title, real ones first,
    `pairs` images above their nearest training images, [2, k, h, w, c], `log` lines of training.
    """
    directory = Path(directory)
    with written_whole(directory / "faces.csv") as aside:
        table.round(5).to_csv(aside, index=False)
    grids = {title: _block(images) for title, images in panels.items()}
    image_panels(grids, directory / "samples_by_epoch.png", inches=INCHES, across=2)
    image_panels(
        pairs,
        directory / "memorization.png",
        labels=("image", "nearest"),
        inches=INCHES,
        across=1,
    )
    plot_training(log, directory / "training.png")


def _block(images: np.ndarray) -> np.ndarray:
    """Set the first images out in rows; white where there are fewer."""
    block = np.full((ROWS * COLUMNS, *images.shape[1:]), 255, np.uint8)
    block[: len(images)] = images[: len(block)]
    return block.reshape(ROWS, COLUMNS, *images.shape[1:])


def faces_rows(table: pd.DataFrame) -> list[list[str]]:
    """Spell the table out."""
    return [
        [
            f"{row.epoch:g}",
            f"{row.step:,}",
            f"{row.samples:,}",
            NOTHING if np.isnan(row.d_loss) else f"{row.d_loss:.2f}",
            NOTHING if np.isnan(row.g_loss) else f"{row.g_loss:.2f}",
            f"{row.spread:.2f}",
            f"{row.detail:.2f}",
            f"{row.ratio:.2f}",
            f"{row.nearer:.0%}",
            f"{row.very_near:.1%}",
        ]
        for row in table.itertuples()
    ]


def faces_text(table: pd.DataFrame) -> str:
    """Return the numbers for a terminal."""
    return f"\n{aligned(HEADER, faces_rows(table))}\n\n{LEGEND}\n"


def faces_section(directory: Path) -> Iterator[str]:
    """Yield the page's part about faces."""
    table, name = pd.read_csv(directory / "faces.csv"), directory.name
    options = read_json(directory / "runs.json")[0]["options"]
    data = options["data"]
    yield "## faces: an unconditional GAN on photographs"
    yield SOURCE + "."
    yield (
        "**What the report did.** A GAN on celebrity faces scaled to 64 × 64, with pictures after "
        "epochs 1, 4 and 8, of which it says that they have “pretty good facial features”. It "
        "gives no numbers, no layers, and not how many faces an epoch has."
    )
    yield (
        f"**What ours did.** The layer-norm DCGAN at width {options['width']:g} on "
        f"{data['train_images']:,} images of {data['name']} "
        f"({' × '.join(map(str, data['image_shape']))}), {data['test_images']:,} more held out; an "
        f"epoch is {options['steps_per_epoch']:.1f} steps of {options['batch_size']}. Arithmetic "
        f"in {options['precision']}; stabilisers: {', '.join(options['stabilizers']) or 'none'}."
    )
    yield _verdict(table)
    yield markdown(HEADER, faces_rows(table))
    yield f"{LEGEND} All numbers: [faces.csv]({name}/faces.csv)."
    yield f"![samples by epoch]({name}/samples_by_epoch.png)"
    yield "*Real images, and samples of the same latents after each epoch; none is chosen.*"
    yield f"![training]({name}/training.png)"
    yield "*Losses and the spread of the samples, as a share of that of real images.*"
    yield f"![memorization]({name}/memorization.png)"
    yield (
        "*Samples above the training images nearest to them; the same for the samples that are "
        "nearest to any, and for real images that the GAN never saw.*"
    )


def _verdict(table: pd.DataFrame) -> str:
    first, last = table.iloc[0], table.iloc[-1]
    change = "; ".join(
        f"{what} {first[column]:.2f} → {last[column]:.2f} of real"
        for what, column in (("spread", "spread"), ("detail", "detail"))
    )
    copied = (
        f"{last['very_near']:.1%} of {last['samples']:,.0f} samples are as near to a training "
        "image as the nearest 1 % of held-out images are"
    )
    return (
        f"**In numbers.** From epoch {first['epoch']:g} to {last['epoch']:g}: {change}. At the end "
        f"{copied}. Whether they are good faces is for the eye: no classifier of faces is here to "
        "judge them, and the report has only pictures."
    )
