"""Speed of one α-DCGAN training step: against eager PyTorch and against the matrix-product peak.

    pip install torch; python tests/benchmarks/gan_step.py

Prints ratios of one run, since seconds depend on the machine and what else it does. The contenders
take turns, so a busy machine slows all of them; the best of their turns counts.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from turns import measured, trainer

from gan_augment.augmenters.dcgan import dcgan
from gan_augment.training.loop import Trainer

SIZE = 2048  # of the matrices whose product is the yardstick


def flop_of_step(alpha, batch):
    """Count multiplications and additions of a step's dense and convolutional layers.

    A backward pass costs a forward pass for the weights and one for the inputs; the first layer
    of the generator and, when it trains itself, of the discriminator need no gradient of inputs.
    """
    wide, narrow = 128 * alpha, 64 * alpha
    dense = 100 * 49 * wide
    rest = 49 * 25 * wide * wide + 49 * 25 * wide * narrow + 196 * 25 * narrow
    first, second = 196 * 25 * 32 * alpha, 49 * 25 * 32 * alpha * 64 * alpha + 49 * 64 * alpha
    generator = 2 * dense + 3 * rest
    discriminator = 2 * (2 * first + 3 * second) + 2 * (first + second)
    return 2 * batch * (generator + discriminator)


def ours(alpha, batch, precision="float32"):
    """Return a function that trains our GAN for some steps."""
    gan = dcgan((28, 28, 1), alpha=alpha, precision=precision)
    images = np.random.default_rng(0).integers(0, 256, [4 * batch, 28, 28, 1], dtype=np.uint8)
    return trainer(Trainer, gan, images, batch_size=batch)


def product():
    """Return a function that multiplies two matrices some times."""
    a = tf.random.normal([SIZE, SIZE])
    multiply = tf.function(lambda: tf.matmul(a, a))
    return lambda steps: [multiply().numpy().item(0) for _ in range(steps)]


def torch_gan(alpha, batch, channels_last):
    """Return a function that trains the same networks in eager PyTorch, or None without it."""
    try:
        import torch
        from torch import nn
    except ImportError:
        return None
    wide, narrow = 128 * alpha, 64 * alpha
    # Keras' "same" for kernel 5: padding 2; stride 2 upwards adds one row and column at the end.
    generator = nn.Sequential(
        nn.Linear(100, 49 * wide, bias=False),
        nn.BatchNorm1d(49 * wide),
        nn.LeakyReLU(0.3),
        nn.Unflatten(1, (wide, 7, 7)),
        nn.ConvTranspose2d(wide, wide, 5, 1, 2, bias=False),
        nn.BatchNorm2d(wide),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(wide, narrow, 5, 2, 2, 1, bias=False),
        nn.BatchNorm2d(narrow),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(narrow, 1, 5, 2, 2, 1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32 * alpha, 5, 2, 2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Conv2d(32 * alpha, 64 * alpha, 5, 2, 2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(49 * 64 * alpha, 1),
    )
    if channels_last:
        generator = generator.to(memory_format=torch.channels_last)
        discriminator = discriminator.to(memory_format=torch.channels_last)
    g_optimizer = torch.optim.Adam(generator.parameters(), 1e-3)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 1e-3)
    softplus = nn.functional.softplus
    data = torch.rand(4 * batch, 1, 28, 28) * 2 - 1
    if channels_last:
        data = data.contiguous(memory_format=torch.channels_last)

    def run(steps):
        for _ in range(steps):
            real = data[torch.randperm(len(data))[:batch]]
            fake = generator(torch.randn(batch, 100))
            d_loss = (
                softplus(-discriminator(real)).mean()
                + softplus(discriminator(fake.detach())).mean()
            )
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()
            discriminator.requires_grad_(False)
            g_loss = softplus(-discriminator(fake)).mean()
            g_optimizer.zero_grad()
            g_loss.backward()
            g_optimizer.step()
            discriminator.requires_grad_(True)

    return run


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--alpha", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=3, help="steps in a turn")
    parser.add_argument("--turns", type=int, default=6)
    options = parser.parse_args()
    size = (options.alpha, options.batch)
    contenders = {
        "ours": ours(*size),
        "ours, bfloat16": ours(*size, precision="bfloat16"),
        "PyTorch": torch_gan(*size, channels_last=False),
        "PyTorch, channels_last": torch_gan(*size, channels_last=True),
        f"product of {SIZE}² matrices": product(),
    }
    best = measured(contenders, options.steps, options.turns)
    for name, seconds in best.items():
        print(f"{name:32s} {1000 * seconds:8.1f} ms")
    speed = flop_of_step(options.alpha, options.batch) / best["ours"]
    peak = 2 * SIZE**3 / best[f"product of {SIZE}² matrices"]
    print(
        f"ours: {speed / 1e9:.0f} GFLOP/s = {100 * speed / peak:.0f} % of the product's (goal: 80)"
    )
    rivals = [seconds for name, seconds in best.items() if name.startswith("PyTorch")]
    if rivals:
        ratio = min(rivals) / best["ours"]
        print(f"images per second, ours : best PyTorch = {ratio:.2f} (goal: 1.15)")
    else:
        print("PyTorch is not installed: no comparison")


if __name__ == "__main__":
    main()
