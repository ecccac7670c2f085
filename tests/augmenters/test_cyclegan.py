import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters import cyclegan_networks as networks
from gan_augment.augmenters.cyclegan import CycleGAN, cycle_gan
from gan_augment.common.errors import UserError

SHAPE = (8, 8, 1)
small = functools.partial(cycle_gan, SHAPE, width=2, blocks=1, seed=3)


def scaling(factor, name):
    """A generator that multiplies."""
    images = keras.Input(SHAPE)
    times = keras.initializers.Constant(factor)
    layer = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer=times)
    return keras.Model(images, layer(images), name=name)


def judging(seed, name):
    images = keras.Input(SHAPE)
    initial = keras.initializers.GlorotUniform(seed)
    logits = keras.layers.Conv2D(1, 4, strides=4, kernel_initializer=initial)(images)
    return keras.Model(images, logits, name=name)


def multiplying(there, back, **options):
    model = CycleGAN(
        scaling(there, "to_second"),
        scaling(back, "to_first"),
        judging(1, "of_first"),
        judging(2, "of_second"),
        **options,
    )
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return model


def pair(n=3, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(tf.constant(rng.uniform(-1, 1, (n, *SHAPE)), tf.float32) for _ in range(2))


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (28, (16, 3, 1)),
        (32, (16, 3, 1)),
        (64, (32, 3, 1)),
        (128, (64, 6, 2)),
        (256, (64, 9, 3)),
        (512, (64, 9, 3)),
    ],
)
def test_depth_and_width_follow_the_size(side, expected):
    assert networks.scale_of((side, side, 3)) == expected


@pytest.mark.parametrize(("halvings", "patch"), [(1, 16), (2, 34), (3, 70)])
def test_a_logit_sees_a_patch(halvings, patch):
    model = networks.discriminator((64, 64, 3), width=2, halvings=halvings)
    sees = 1
    for layer in reversed(model.layers):
        if isinstance(layer, keras.layers.Conv2D):
            sees = (sees - 1) * layer.strides[0] + layer.kernel_size[0]
    assert sees == patch
    assert model.output_shape == (None, 64 // 2**halvings, 64 // 2**halvings, 1)


def test_generators_keep_size_and_range_and_treat_images_one_by_one():
    model = networks.generator((12, 8, 3), width=2, blocks=2, seed=1)
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (3, 12, 8, 3)), tf.float32)
    made = model(images, training=True)
    assert made.shape == images.shape
    assert np.abs(made).max() <= 1
    alone = tf.concat([model(images[k : k + 1], training=True) for k in range(3)], 0)
    np.testing.assert_allclose(made, alone, atol=1e-5)
    blocks = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert len(blocks) == 2


@pytest.mark.parametrize("shape", [(30, 28, 1), (4, 8, 3)])
def test_sizes_that_do_not_come_back_are_refused(shape):
    with pytest.raises(UserError, match="multiples of 4"):
        cycle_gan(shape)


@pytest.mark.parametrize(("there", "back"), [(-1.0, -1.0), (2.0, 0.5), (1.0, 1.0)])
def test_the_way_back_costs_nothing_for_inverse_pairs(there, back):
    logs = multiplying(there, back).train_step(pair())
    assert float(logs["cycle_loss"]) == 0
    assert (float(logs["identity_loss"]) == 0) == (there == 1)


def test_no_cycle_gradient_moves_an_inverse_pair():
    model = multiplying(-1.0, -1.0, identity=0.0)
    first, second = pair()
    for discriminator in (model.first_discriminator, model.second_discriminator):
        for variable in discriminator.variables:  # a discriminator that everything fools
            variable.assign(tf.zeros_like(variable))
        discriminator.layers[-1].bias.assign([1.0])
    logs = model.train_step((first, second))
    assert float(logs["g_loss"]) == 0
    assert float(model.to_second.variables[0].numpy().item()) == -1
    assert float(model.to_first.variables[0].numpy().item()) == -1


def test_a_step_logs_the_losses_computed_by_hand():
    first, second = (part.numpy() for part in pair())
    model = multiplying(-0.5, -1.5)
    of_first, of_second = model.first_discriminator, model.second_discriminator
    in_second, in_first = -0.5 * first, -1.5 * second
    expected = {
        "cycle_loss": (np.abs(0.25 * first).mean() + np.abs(0.25 * second).mean()) / 2,
        "identity_loss": (np.abs(2.5 * first).mean() + np.abs(1.5 * second).mean()) / 2,
        "g_loss": ((of_first(in_first) - 1) ** 2).numpy().mean() / 2
        + ((of_second(in_second) - 1) ** 2).numpy().mean() / 2,
        "d_loss": sum(
            ((judge(real) - 1) ** 2).numpy().mean() / 2 + (judge(fake) ** 2).numpy().mean() / 2
            for judge, real, fake in ((of_first, first, in_first), (of_second, second, in_second))
        )
        / 2,
        "d_real": (of_first(first).numpy().mean() + of_second(second).numpy().mean()) / 2,
        "d_fake": (of_first(in_first).numpy().mean() + of_second(in_second).numpy().mean()) / 2,
    }
    weight = keras.ops.convert_to_numpy(model.to_second.variables[0]).item()
    logs = model.train_step((first, second))
    assert set(logs) == set(model.log_names)
    for name, value in expected.items():
        np.testing.assert_allclose(logs[name], value, rtol=1e-4, err_msg=name)
    assert keras.ops.convert_to_numpy(model.to_second.variables[0]).item() != weight
    assert int(model.step.numpy()) == int(model.d_optimizer.iterations.numpy()) == 1


def test_the_generators_gradient_is_that_of_the_weighted_sum():
    first, second = pair()
    weights = []
    for cycle, identity in ((0.0, 0.0), (10.0, 0.0), (10.0, 0.5)):
        model = multiplying(0.5, 1.0, cycle=cycle, identity=identity)
        model.train_step((first, second))
        weights.append(model.to_second.variables[0].numpy().item())
    a, b = (np.abs(part).mean() for part in (first, second))
    # There and back from either side: |0.5 x − x| and |0.5 y − y|, for which 0.5 is too small.
    assert weights[1] - weights[0] == pytest.approx(0.1 * 10 * (a + b), rel=1e-3)
    assert weights[2] - weights[1] == pytest.approx(0.1 * 5 * b, rel=1e-3)


def test_discriminators_learn_from_the_pool():
    model = multiplying(0.5, 0.5, pool=2)
    first, second = pair(2)
    model.train_step((first, second))
    np.testing.assert_allclose(model.second_pool.kept, 0.5 * first, rtol=1e-6)
    np.testing.assert_allclose(model.first_pool.kept, 0.5 * second, rtol=1e-6)
    model = multiplying(0.5, 0.5, pool=0)
    assert np.isfinite(model.train_step((first, second))["d_loss"])


def test_both_optimizers_hold_their_rate_and_then_slow_down():
    model = small(steps=10, learning_rate=2e-3)
    for optimizer in (model.g_optimizer, model.d_optimizer):
        assert optimizer.beta_1 == 0.5
        assert float(optimizer.learning_rate) == pytest.approx(2e-3)
        optimizer.iterations.assign(9)
        assert float(optimizer.learning_rate) == pytest.approx(4e-4)


def test_bfloat16_keeps_weights_moments_and_images_in_float32():
    model = small(precision="bfloat16")
    images = model(list(pair(2)))
    assert images.shape == (4, *SHAPE)
    assert images.dtype == tf.float32
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    assert np.isfinite(model.train_step(pair(2))["g_loss"])


def test_the_seed_decides_and_the_networks_differ():
    first, again, other = small(), small(), small(seed=4)
    for a, b in zip(first.variables, again.variables):
        np.testing.assert_array_equal(a, b)
    kernels = [model.to_second.trainable_variables[0].numpy() for model in (first, other)]
    kernels.append(first.to_first.trainable_variables[0].numpy())
    assert np.abs(kernels[0] - kernels[1]).max() > 0
    assert np.abs(kernels[0] - kernels[2]).max() > 0
    assert first.to_second.name == "to_second"
