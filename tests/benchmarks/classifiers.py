"""How much faster `Members` trains a classifier than stock `compile` and `fit`, in one run.

    python tests/benchmarks/classifiers.py [--members 9] [--repeats 3]

Both train the classifier of Abadi 2020 for 15 epochs and score it on 10,000 images after each.
Stock trainings and trainings of members alternate, so that a busy machine slows both; the figures
are medians in seconds a member. "First" includes building and tracing, which a sweep pays once;
`fit` pays them for every model. Images are MNIST if the full set is there, else random pixels of
the same shape, which take the same time.
"""

import argparse
import functools
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from gan_augment.classifiers import Members, dense_classifier
from gan_augment.data import LabeledImages, load

GOALS = {500: 8, 4000: 5}
EPOCHS = 15
NAMES = tuple("0123456789")
build = functools.partial(dense_classifier, (28, 28, 1), len(NAMES))


def random_digits(n: int, seed: int) -> LabeledImages:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (n, 28, 28, 1), np.uint8)
    return LabeledImages(pixels, rng.integers(0, 10, n).astype(np.int32), NAMES)


def digits() -> tuple[LabeledImages, LabeledImages]:
    train, test = load("mnist"), load("mnist", split="test")
    if len(test) == 10_000:
        return train, test
    print("the full MNIST is not here (see GAN_AUGMENT_DATA): random pixels instead")
    return random_digits(60_000, seed=0), random_digits(10_000, seed=1)


def stock(train: LabeledImages, test: LabeledImages, seed: int) -> float:
    """Train one classifier as anyone would; return the best accuracy over the epochs."""
    model = build(seed=seed)
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(
        train.scaled(),
        train.labels,
        batch_size=32,
        epochs=EPOCHS,
        validation_data=(test.scaled(), test.labels),
        verbose=0,
    )
    return max(history.history["val_accuracy"])


def timed(function, *args, **kwargs):
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    full, test = digits()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'images':>6} {'fit':>8} {'first':>8} {'again':>8}   ratio first, again (goal)")
    for n, goal in GOALS.items():
        train = full.sample(n, seed=0)
        seeds = range(options.members)
        stock_times, first_times, again_times, scores = [], [], [], []
        for repeat in range(options.repeats):
            seconds, best = timed(stock, train, test, seed=repeat)
            stock_times.append(seconds)
            start = time.perf_counter()
            members = Members(build)
            history = members.train(train, {"test": test}, seeds=seeds, epochs=EPOCHS)
            first_times.append((time.perf_counter() - start) / len(seeds))
            seconds, _ = timed(members.train, train, {"test": test}, seeds=seeds, epochs=EPOCHS)
            again_times.append(seconds / len(seeds))
            scores.append((best, history.accuracy["test"].max(axis=1).mean()))
        fit, first, again = map(statistics.median, (stock_times, first_times, again_times))
        print(
            f"{n:6} {fit:8.2f} {first:8.2f} {again:8.2f}   "
            f"{fit / first:5.1f}, {fit / again:5.1f} (≥ {goal})   "
            "best accuracy {:.4f} by fit, {:.4f} by members".format(*np.mean(scores, axis=0))
        )


if __name__ == "__main__":
    main()
