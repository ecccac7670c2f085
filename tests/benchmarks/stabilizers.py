"""What each stabiliser costs: time of a training step relative to the same game without it.

    python tests/benchmarks/stabilizers.py [--alpha 1] [--names r1 wgan-gp …] [--precision bfloat16]

The α-DCGAN without batch normalisation on 50 images of 28 × 28, a class of 500 digits. Plain steps
and steps with the stabiliser alternate, so that a busy machine slows both; the fastest round of
each counts. Goals: R1 and WGAN-GP 2.5, consensus 4, unrolling about its number of steps, all others
1.15.
"""

import argparse
import functools
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from gan_augment.augmenters import dcgan
from gan_augment.augmenters.stabilizers import STABILIZERS, parse
from gan_augment.studies import CollapseStudy

GOALS = {"r1": 2.5, "wgan-gp": 2.5, "consensus": 4, "unrolled": 5, "critic-steps": 5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alpha", type=float, default=1)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--names", nargs="+", default=list(STABILIZERS))
    options = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28, 1), np.uint8)
    plain = functools.partial(
        dcgan, alpha=options.alpha, precision=options.precision, batch_norm=False
    )
    with tempfile.TemporaryDirectory() as folder:
        study = CollapseStudy(folder, None, steps=1, members=1, epochs=1, seed=0)
        for name in options.names:
            build = functools.partial(plain, stabilizers=parse([name]))
            study.measure_costs({name: (plain, build)}, images)
            goal = GOALS.get(name.partition("=")[0], 1.15)
            print(f"{name:18}{study.costs()[name]:6.2f} × the plain step (goal {goal})", flush=True)


if __name__ == "__main__":
    main()
