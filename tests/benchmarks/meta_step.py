"""Time and peak memory of a teaching network's step, by the number of inner steps.

    pip install torch; python tests/benchmarks/meta_step.py [--steps 8 16 32 64]

A step makes the lessons, trains a learner on them, examines it and differentiates through all of
it. Contenders: ours (each inner step is taken again on the way back), ours with 2 √n states kept,
ours with one tape over all inner steps, and the same networks in eager PyTorch. Each measurement is
a process of its own; they take turns, and the fastest step counts. Goals: memory of ours must grow
more slowly than the number of steps, and its time be below PyTorch's.
"""

import argparse
import itertools
import math
import os
import resource
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

FILTERS, DENSE, KERNEL = (16, 32), 64, 3
BATCH, EXAM, WIDTH, LATENTS = 64, 256, 0.25, 128
CONTENDERS = ("recomputed", "recomputed, √n", "one tape", "PyTorch")
REPEATS = 3


def ours(name, steps):
    """Return a function that takes one step."""
    import tensorflow as tf

    from gan_augment.augmenters import teaching
    from gan_augment.classifiers import Architecture
    from gan_augment.training import Trainer, inner_loop

    if name == "one tape":
        module = sys.modules["gan_augment.augmenters.teaching"]
        module.gradients_through = lambda *args, stride: inner_loop.gradients_by_one_tape(*args)
    network = teaching(
        (28, 28, 1),
        10,
        architecture=Architecture(FILTERS, (DENSE,), KERNEL),
        inner_steps=steps,
        inner_batch=BATCH,
        width=WIDTH,
        latent_dim=LATENTS,
        stride=math.isqrt(steps) if "√" in name else 1,
    )
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, [4 * EXAM, 28, 28, 1], dtype=np.uint8)
    labels = np.arange(len(images), dtype=np.int32) % 10
    strategy = tf.distribute.get_strategy()
    trainer = Trainer(network, images, labels, batch_size=EXAM, seed=0, strategy=strategy)
    return lambda: trainer.run(1)


def torch_step(steps):
    """Return the same in eager PyTorch."""
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.nn.utils.parametrizations import weight_norm

    wide, many, few = (round(WIDTH * units) for units in (1024, 128, 64))
    generator = nn.Sequential(
        weight_norm(nn.Linear(LATENTS + 10, wide)),
        nn.LeakyReLU(0.1),
        weight_norm(nn.Linear(wide, 49 * many)),
        nn.LeakyReLU(0.1),
        nn.Unflatten(1, (many, 7, 7)),
        nn.Upsample(scale_factor=2),
        weight_norm(nn.Conv2d(many, few, 3, padding=1)),
        nn.LeakyReLU(0.1),
        nn.Upsample(scale_factor=2),
        weight_norm(nn.Conv2d(few, 1, 3, padding=1)),
        nn.Tanh(),
    )
    latents = torch.randn(steps, BATCH, LATENTS, requires_grad=True)
    rates = torch.full([steps], math.log(0.1), requires_grad=True)
    momenta = torch.zeros(steps, requires_grad=True)
    learned = [*generator.parameters(), latents, rates, momenta]
    optimizer = torch.optim.Adam(learned, 0.01)
    labels = torch.arange(steps * BATCH).reshape(steps, BATCH) % 10
    names = functional.one_hot(labels, 10).float()
    exam, answers = torch.rand(EXAM, 1, 28, 28) * 2 - 1, torch.arange(EXAM) % 10
    kernels = [(out, into, KERNEL, KERNEL) for into, out in itertools.pairwise((1, *FILTERS))]
    kernels += [(DENSE, 49 * FILTERS[-1]), (10, DENSE)]

    def learner(parameters, x, means=None):
        found = []
        for i, (v, g, b) in enumerate(zip(parameters[::3], parameters[1::3], parameters[2::3])):
            axes, shape = tuple(range(1, v.ndim)), [-1, *[1] * (v.ndim - 1)]
            kernel = v * (g / v.square().sum(axes).sqrt()).reshape(shape)
            if v.ndim == 4:
                x = functional.conv2d(x, kernel, stride=2, padding=1)
            else:
                x = x.flatten(1) @ kernel.T
            if i < len(kernels) - 1:
                mean = x.mean([0, *range(2, x.ndim)]) if means is None else means[i]
                found.append(mean)
                x = functional.leaky_relu(x + (b - mean).reshape([-1, *[1] * (x.ndim - 2)]), 0.1)
            else:
                x = x + b
        return x, found

    def step():
        optimizer.zero_grad()
        parameters = []
        for kernel in kernels:
            parameters += [torch.randn(kernel) * math.sqrt(2 / math.prod(kernel[1:]))]
            parameters += [torch.full(kernel[:1], 1.4), torch.zeros(kernel[:1])]
        parameters = [p.requires_grad_() for p in parameters]
        velocities = [torch.zeros_like(p) for p in parameters]
        for t in range(steps):
            lesson = generator(torch.cat([latents[t], names[t]], 1))
            logits, means = learner(parameters, lesson)
            loss = functional.cross_entropy(logits, labels[t])
            gradients = torch.autograd.grad(loss, parameters, create_graph=True)
            momentum, rate = torch.sigmoid(momenta[t]), torch.exp(rates[t])
            velocities = [momentum * v + g for v, g in zip(velocities, gradients)]
            parameters = [p - rate * v for p, v in zip(parameters, velocities)]
        _, means = learner(parameters, lesson)
        functional.cross_entropy(learner(parameters, exam, means)[0], answers).backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()

    return step


def measure(name, steps):
    """Print seconds of the fastest step and the process's peak memory in MiB."""
    step = torch_step(steps) if name == "PyTorch" else ours(name, steps)
    step()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(min(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, nargs="+", default=[8, 16, 32, 64])
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(options.one[0], int(options.one[1]))
        return
    found = {}
    for _, steps, name in itertools.product(range(options.turns), options.steps, CONTENDERS):
        command = [sys.executable, __file__, "--one", name, str(steps)]
        process = subprocess.run(command, capture_output=True, text=True)
        if process.returncode:
            print(f"{name}, {steps} steps: {process.stderr.strip().splitlines()[-1]}")
            continue
        seconds, peak = map(float, process.stdout.split()[-2:])
        before = found.get((name, steps), (math.inf, math.inf))
        found[name, steps] = (min(before[0], seconds), min(before[1], peak))
    print(f"{'inner steps':>18}" + "".join(f"{steps:>20}" for steps in options.steps))
    for name in CONTENDERS:
        known = [found.get((name, steps), (math.nan, math.nan)) for steps in options.steps]
        print(f"{name:>18}" + "".join(f"{s:>10.2f} s{peak:>6.0f} M" for s, peak in known))
        if len(known) > 1:
            slope = (known[-1][1] - known[0][1]) / (options.steps[-1] - options.steps[0])
            growth = math.log(known[-1][1] / known[0][1]) / math.log(
                options.steps[-1] / options.steps[0]
            )
            print(f"{'':>18}  {slope:.1f} MiB a step; memory ~ steps^{growth:.2f}")


if __name__ == "__main__":
    main()
