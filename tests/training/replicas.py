"""Trains a small GAN on one device or on several replicas and prints what came out, as JSON.

Run by test_strategies.py in processes of their own: devices must be set before TensorFlow starts.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_augment.augmenters.dcgan import dcgan
from gan_augment.training.checkpoint import save_weights
from gan_augment.training.loop import Trainer
from gan_augment.training.noise import Dropout, sample_latents
from gan_augment.training.strategy import find_strategy, is_chief


def main(kind, folder):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    if kind == "mirrored":
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    else:
        strategy = find_strategy()
    with strategy.scope():
        gan = dcgan((8, 8, 1), alpha=0.1, seed=3)
    for layer in gan.discriminator.layers:
        if isinstance(layer, Dropout):
            layer.rate = 0  # masks differ between replicas, and so would all that follows
    images = np.random.default_rng(0).integers(0, 256, [24, 8, 8, 1], dtype=np.uint8)
    trainer = Trainer(gan, images, batch_size=8, seed=1, strategy=strategy)
    first_logs = trainer.run(1)
    logs = trainer.run(4)

    with strategy.scope():
        mask_layer = Dropout(0.5, seed=1)

    def draw():
        return sample_latents(3, 2, [1, 2]), mask_layer(tf.ones([40]), training=True)

    @tf.function
    def draw_on_every_replica():
        return strategy.run(draw)

    latents, masks = map(strategy.experimental_local_results, draw_on_every_replica())
    if is_chief(strategy):
        save_weights(gan, Path(folder, f"{kind}.weights.h5"))
    print(
        "RESULT",
        json.dumps(
            {
                "strategy": type(strategy).__name__,
                "replicas": strategy.num_replicas_in_sync,
                "first_logs": first_logs,
                "logs": logs,
                "weights": [variable.numpy().ravel()[:50].tolist() for variable in gan.weights],
                "moments": [
                    variable.numpy().ravel()[:50].tolist()
                    for optimizer in (gan.g_optimizer, gan.d_optimizer)
                    for variable in optimizer.variables
                ],
                "latents": [x.numpy().tolist() for x in latents],
                "masks": [x.numpy().tolist() for x in masks],
            }
        ),
    )


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main(*sys.argv[1:])
