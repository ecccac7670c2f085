"""Speed of GenClass's training step, against a straightforward `fit` of the same network.

    python tests/benchmarks/genclass.py [--features 64 --hidden 128 --classes 8]

Prints steps per second and their ratio, both of one run, since seconds depend on the machine and
what else it does. The contenders take turns, so a busy machine slows both; the best turn counts.
The straightforward version is Keras' own: `fit` on a shuffled `tf.data.Dataset`, with Keras' Adam.
Then the time of a whole training in turns (fresh weights and another set in the same graph) over
that of its steps. Published sizes: --features 2048 --attributes 85 --classes 40 --hidden 4096.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from turns import fitted, measured, print_load, trainer

from gan_augment.augmenters.feature_generator import FeatureGenerator
from gan_augment.augmenters.genclass import gen_class
from gan_augment.data.attributes import AttributeSet
from gan_augment.training.loop import Trainer

ROWS = 3200


def made_up(options) -> AttributeSet:
    """Return features of nothing, of the sizes asked for."""
    rng = np.random.default_rng(0)
    labels = np.arange(ROWS + 2, dtype=np.int32) % options.classes
    labels[-1] = options.classes
    return AttributeSet(
        rng.random((len(labels), options.features), np.float32),
        labels,
        rng.integers(0, 2, (options.classes + 1, options.attributes)).astype(np.float32),
        tuple(map(str, range(options.classes + 1))),
        train=np.arange(ROWS),
        test_seen=np.array([ROWS]),
        test_unseen=np.array([ROWS + 1]),
    )


def network(data: AttributeSet, options):
    """Return a fresh network for the set."""
    model = gen_class(
        options.features, options.attributes, options.classes, hidden=options.hidden, seed=1
    )
    model.begin(data.attributes[data.seen])
    return model


def ours(data: AttributeSet, options):
    """Return a function that trains for some steps in the package's loop."""
    rows = data.features[data.train], data.labels[data.train]
    return trainer(Trainer, network(data, options), *rows, batch_size=options.batch)


def straightforward(data: AttributeSet, options):
    """Return a function that trains for some steps as Keras' users do."""
    model = network(data, options)
    model.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)))
    batches = tf.data.Dataset.from_tensor_slices(
        (data.features[data.train], data.labels[data.train])
    )
    batches = batches.shuffle(ROWS).batch(options.batch, drop_remainder=True).repeat()
    return fitted(model, batches)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes = {"features": 64, "attributes": 7, "classes": 8, "hidden": 128, "batch": 64}
    for name, default in (sizes | {"steps": 100, "turns": 4}).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    data = made_up(options)
    contenders = {"ours": ours(data, options), "Keras fit": straightforward(data, options)}
    best = measured(contenders, options.steps, options.turns)
    print_load()
    for name, seconds in best.items():
        print(f"{name:12s} {1 / seconds:8.0f} steps a second")
    print(f"ours : Keras fit = {best['Keras fit'] / best['ours']:.2f}")

    generator = FeatureGenerator(
        lambda *shape, **options_: gen_class(*shape, hidden=options.hidden, seed=options_["seed"]),
        steps=options.steps,
        batch_size=options.batch,
    )
    seconds = []
    for seed in range(3):
        start = time.perf_counter()
        generator.fit(data, seed=seed)
        seconds.append(time.perf_counter() - start)
    print(
        f"a training of {options.steps} steps: {seconds[0]:.1f} s the first time, "
        f"{min(seconds[1:]):.2f} s in turn, {best['ours'] * options.steps:.2f} s of them for steps"
    )


if __name__ == "__main__":
    main()
