"""Abadi 2020, section 5: CIFAR-10. The numbers are the report's, from its Table 5."""

from gan_augment.reporting.abadi import REPORT as MNIST
from gan_augment.reporting.cells import Cell, Contrast
from gan_augment.reporting.report import Claim, Column, Report, Table

ALPHA = 1.0  # ours: the report says only that its GAN was adjusted
SIZE = 50_000

TABLE_5 = {0.0: 0.7411, 0.01: 0.7492, 0.025: 0.7484, 0.05: 0.7261, 0.075: 0.7204, 0.1: 0.7063}

NUMBERS = {Cell("gan", ratio, SIZE, ALPHA).canonical(): value for ratio, value in TABLE_5.items()}

REAL = Cell("real", 0.0)
GAN, REPEAT, CLASSICAL, GAN_CLASSICAL = map(Cell, ("gan", "repeat", "affine", "gan+affine"))
ABOVE_BEST = tuple(ratio for ratio in TABLE_5 if ratio > 0.01)


def _at(ratio: float, first: Cell, second: Cell) -> Contrast:
    return Contrast.between(f"R = {ratio:g}", first, second).at(size=SIZE, ratio=ratio)


_GAIN = _at(0.01, GAN, REAL)

REPORT = Report(
    name="Abadi 2020, section 5 (CIFAR-10)",
    short="Abadi 2020",
    data="cifar10",
    source=MNIST.source,
    did=(
        "The report trains a similar DCGAN per class on all of CIFAR-10 for 3,000 epochs, adds R "
        "times as many generated images as there are real ones, and trains a convolutional network "
        "of two layers, which reaches 0.74 on the real images alone. Nothing else is said."
    ),
    departures=(
        "Score, equal steps, validation and intervals are those of section 4. With all images in "
        "every sample, GAN seeds differ in their GANs and classifiers alone.",
        "Classical augmentation is mirroring and shifting by up to four pixels.",
        "The GAN is the α-DCGAN of section 4 for 32×32×3, with a learning rate of 0.0002 (there: "
        "0.001); its width, and its steps where they are not the report's, stand in the tables.",
        "The network's layers are ours (see `classifiers/cnn.py`), and so are its batches of 64.",
        "Arithmetic: runs with `--precision bfloat16` train the GANs in mixed precision, and those "
        "with `--classifier-precision bfloat16` the classifiers.",
    ),
    alpha=ALPHA,
    says_alpha=False,
    numbers=NUMBERS,
    ratio_figure=6,
    tables=(
        Table(
            5,
            "Real images and R times as many generated ones",
            by=("alpha", "size", "ratio"),
            rows_from=("gan", "repeat", "affine", "gan+affine"),
            columns=(
                Column("gan", reported=True),
                Column("repeat"),
                Column("affine"),
                Column("gan+affine"),
            ),
            differences=(
                Contrast.between("gan - repeat", GAN, REPEAT),
                Contrast.between("gan+affine - affine", GAN_CLASSICAL, CLASSICAL),
                Contrast.between("gan - real", GAN, REAL),
                Contrast.between("affine - repeat", CLASSICAL, REPEAT),
            ),
        ),
    ),
    claims=(
        Claim(5, "one generated image for a hundred real ones raises accuracy", +1, (_GAIN,)),
        Claim(
            5,
            "the gain at R = 0.01 is 0.81 points",
            +1,
            (_GAIN,),
            at_least=_GAIN.at(alpha=ALPHA).reported(NUMBERS),
        ),
        Claim(
            5,
            "more of them cause a steep decline",
            -1,
            tuple(_at(ratio, GAN, REAL) for ratio in ABOVE_BEST if TABLE_5[ratio] < TABLE_5[0.0]),
        ),
        Claim(
            5,
            "generated images do more than as many training steps on the real ones",
            +1,
            (_at(0.01, GAN, REPEAT),),
            ours=True,
        ),
        Claim(
            5,
            "generated images help on top of classical augmentation",
            +1,
            (_at(0.01, GAN_CLASSICAL, CLASSICAL),),
            ours=True,
        ),
    ),
)
