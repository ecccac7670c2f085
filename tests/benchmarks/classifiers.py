"""How much faster `Members` trains a classifier than stock `compile` and `fit`, in one run.

    python tests/benchmarks/classifiers.py [--classifiers dense two_layer_cnn] [--members 9]

Both train each classifier and score it after each epoch, on as many images as stand in `CASES`.
Stock trainings and trainings of members alternate, so that a busy machine slows both; the figures
are medians in seconds a member. "First" includes building and tracing, which a sweep pays once;
`fit` pays them for every model. Images are MNIST or CIFAR-10 if the full set is there, else random
pixels of the same shape, which take the same time.
"""

import argparse
import functools
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from gan_augment import classifiers
from gan_augment.augmenters import DTYPES
from gan_augment.common.errors import UserError
from gan_augment.data import LabeledImages, load

NAMES = tuple("0123456789")


@dataclass(frozen=True)
class Case:
    """A classifier and how long it is trained."""

    builder: Callable[..., keras.Model]
    goals: dict[int, float]
    """Numbers of images to train on, and the ratio hoped for."""
    data: str = "cifar10"
    image_shape: tuple[int, int, int] = (32, 32, 3)
    epochs: int = 3
    batch_size: int = 64
    test_images: int = 1000

    def build(self, seed: int) -> keras.Model:
        """Build one of them."""
        return self.builder(self.image_shape, len(NAMES), seed=seed)

    def images(self) -> tuple[LabeledImages, LabeledImages]:
        """Return training and test images."""
        n = max(self.goals)
        try:
            train, test = (load(self.data, split=split) for split in ("train", "test"))
        except UserError:
            train = test = ()
        if len(train) < n or len(test) < self.test_images:
            print(f"{self.data} is not here (see GAN_AUGMENT_DATA): random pixels instead")
            rng = np.random.default_rng(0)
            train, test = (
                LabeledImages(
                    rng.integers(0, 256, (count, *self.image_shape), np.uint8),
                    rng.integers(0, 10, count).astype(np.int32),
                    NAMES,
                )
                for count in (n, self.test_images)
            )
        return train, test.sample(self.test_images, seed=0)


CASES = {
    "dense": Case(
        classifiers.dense_classifier,
        {500: 8, 4000: 5},
        data="mnist",
        image_shape=(28, 28, 1),
        epochs=15,
        batch_size=32,
        test_images=10_000,
    ),
    "two_layer_cnn": Case(classifiers.two_layer_cnn, {1000: 1}),
    "two_layer_cnn bfloat16": Case(
        functools.partial(classifiers.two_layer_cnn, dtype=DTYPES["bfloat16"]), {1000: 1}
    ),
    "tanh_cnn": Case(classifiers.tanh_cnn, {1000: 1}, batch_size=100),
    "nine_layer_cnn": Case(classifiers.nine_layer_cnn, {1000: 1}),
}


def stock(case: Case, train: LabeledImages, test: LabeledImages, seed: int) -> float:
    """Train one classifier as anyone would; return the best accuracy over the epochs."""
    model = case.build(seed=seed)
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(
        train.scaled(),
        train.labels,
        batch_size=case.batch_size,
        epochs=case.epochs,
        validation_data=(test.scaled(), test.labels),
        verbose=0,
    )
    return max(history.history["val_accuracy"])


def timed(function, *args, **kwargs):
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return time.perf_counter() - start, result


def compare(name: str, n: int, images: LabeledImages, test: LabeledImages, options) -> None:
    """Train a classifier both ways on `n` images, several times, and print a line."""
    case, train, seeds = CASES[name], images.sample(n, seed=0), range(options.members)
    stock_times, first_times, again_times, scores = [], [], [], []
    for repeat in range(options.repeats):
        seconds, best = timed(stock, case, train, test, seed=repeat)
        stock_times.append(seconds)
        start = time.perf_counter()
        members = classifiers.Members(case.build, batch_size=case.batch_size)
        run = functools.partial(
            members.train, train, {"test": test}, seeds=seeds, epochs=case.epochs
        )
        history = run()
        first_times.append((time.perf_counter() - start) / len(seeds))
        again_times.append(timed(run)[0] / len(seeds))
        scores.append((best, history.accuracy["test"].max(axis=1).mean()))
    fit, first, again = map(statistics.median, (stock_times, first_times, again_times))
    print(
        f"{name:22} {n:6} {fit:8.2f} {first:8.2f} {again:8.2f}   "
        f"{fit / first:5.1f}, {fit / again:5.1f} (≥ {case.goals[n]:g})   "
        "best accuracy {:.4f} by fit, {:.4f} by members".format(*np.mean(scores, axis=0)),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classifiers", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--members", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    heads = f"{'classifier':22} {'images':>6} {'fit':>8} {'first':>8} {'again':>8}"
    print(f"{heads}   ratio first, again (goal)")
    for name in options.classifiers:
        images, test = CASES[name].images()
        for n in CASES[name].goals:
            compare(name, n, images, test, options)


if __name__ == "__main__":
    main()
