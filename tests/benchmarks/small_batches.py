"""Speed of the 64 × 64 DCGAN's training step at batch sizes 1 and 16, against eager PyTorch.

    pip install torch; python tests/benchmarks/small_batches.py [--batches 1 16]

Prints ratios of one run, since seconds depend on the machine and what else it does. The contenders
take turns, so a busy machine slows all of them; the best of their turns counts. PyTorch's step is
that of the DCGAN tutorial, which the report follows, and variants of it: without gradients of the
discriminator's weights where the generator learns, with images channels last, with Adam in one
kernel.
"""

import argparse
import itertools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from turns import measured, print_load, trainer

from gan_augment.augmenters.dcgan64 import dcgan64
from gan_augment.training.loop import Trainer

GOALS = {1: 1.8, 16: 1.2}
IMAGES = 41
VARIANTS = {
    "PyTorch, the tutorial's step": {},
    "PyTorch, discriminator frozen": {"freeze": True},
    "PyTorch, frozen, channels last": {"freeze": True, "channels_last": True},
    "PyTorch, frozen, fused Adam": {"freeze": True, "fused": True},
}


def ours(batch, precision="float32"):
    """Return a function that trains our GAN for some steps."""
    gan = dcgan64((64, 64, 3), batch_size=batch, precision=precision)
    images = np.random.default_rng(0).integers(0, 256, [IMAGES, 64, 64, 3], dtype=np.uint8)
    return trainer(Trainer, gan, images, batch_size=batch)


def torch_gan(batch, *, freeze=False, channels_last=False, fused=False):
    """Return a function that trains the same networks in eager PyTorch, or None without it."""
    try:
        import torch
        from torch import nn
    except ImportError:
        return None
    up, down = (10, 512, 256, 128, 64), (3, 64, 128, 256, 512)
    layers = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(up)):
        stride, padding = (2, 1) if i else (1, 0)
        layers.append(nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False))
        layers += [nn.BatchNorm2d(outputs), nn.ReLU(True)]
    generator = nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())
    layers = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(down)):
        layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(outputs)] if i else []
        layers.append(nn.LeakyReLU(0.2, True))
    discriminator = nn.Sequential(*layers, nn.Conv2d(512, 1, 4, bias=False), nn.Sigmoid())
    data = 2 * torch.rand(IMAGES, 3, 64, 64) - 1
    if channels_last:
        layout = torch.channels_last
        generator, discriminator = (m.to(memory_format=layout) for m in (generator, discriminator))
        data = data.contiguous(memory_format=layout)
    options = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": fused}
    g_optimizer = torch.optim.Adam(generator.parameters(), **options)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **options)
    loss, real, fake = nn.BCELoss(), torch.ones(batch), torch.zeros(batch)

    def run(steps):
        for _ in range(steps):
            discriminator.zero_grad()
            images = data[torch.randperm(IMAGES)[:batch]]
            loss(discriminator(images).view(-1), real).backward()
            made = generator(torch.randn(batch, 10, 1, 1))
            loss(discriminator(made.detach()).view(-1), fake).backward()
            d_optimizer.step()
            generator.zero_grad()
            discriminator.requires_grad_(not freeze)
            loss(discriminator(made).view(-1), real).backward()
            discriminator.requires_grad_(True)
            g_optimizer.step()

    return run


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--batches", type=int, nargs="+", default=list(GOALS))
    parser.add_argument("--images", type=int, default=32, help="images in a turn")
    parser.add_argument("--turns", type=int, default=6)
    options = parser.parse_args()
    print_load()
    for batch in options.batches:
        rivals = {name: torch_gan(batch, **how) for name, how in VARIANTS.items()}
        contenders = {"ours": ours(batch), "ours, bfloat16": ours(batch, "bfloat16"), **rivals}
        best = measured(contenders, max(2, options.images // batch), options.turns)
        print(f"batch {batch}")
        for name, seconds in best.items():
            print(f"  {name:32s} {1000 * seconds:8.1f} ms  {seconds / best['ours']:5.2f}")
        rivals = [seconds for name, seconds in best.items() if name in VARIANTS]
        if rivals:
            print(
                f"  steps per second, ours : PyTorch = {rivals[0] / best['ours']:.2f} (tutorial), "
                f"{min(rivals) / best['ours']:.2f} (best variant); goal {GOALS.get(batch, 1)}"
            )
        else:
            print("  PyTorch is not installed: no comparison")


if __name__ == "__main__":
    main()
