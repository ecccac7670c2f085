import functools

import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small_models import of_kind, patterns

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.base import generate
from gan_augment.augmenters.dcgan64 import dcgan64, discriminator, generator
from gan_augment.augmenters.group_norm import GroupBatchNormalization
from gan_augment.augmenters.health import Watch
from gan_augment.augmenters.per_class import PerClass
from gan_augment.augmenters.stabilizers import parse
from gan_augment.common.errors import UserError

small = functools.partial(dcgan64, width=2, latent_dim=4)


def test_networks_are_those_of_the_tutorial():
    g, d = generator((64, 64, 3), group=1), discriminator((64, 64, 3), group=1, slope=0.02)
    up = of_kind(g, layers.Conv2DTranspose)
    assert [layer.output.shape[1:] for layer in up] == [
        (8, 8, 256), (16, 16, 128), (32, 32, 64), (64, 64, 3),
    ]  # fmt: skip
    down = of_kind(d, layers.Conv2D)
    assert [layer.output.shape[1:] for layer in down] == [
        (32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512),
    ]  # fmt: skip
    assert len(of_kind(g, GroupBatchNormalization)) == 4
    assert len(of_kind(d, GroupBatchNormalization)) == 3
    assert {layer.negative_slope for layer in of_kind(d, layers.LeakyReLU)} == {0.02}
    # A transposed convolution of 10 points by 4 × 4 to 512, and so on: what the tutorial has.
    assert g.count_params() == 16 * (10 * 512 + 512 * 256 + 256 * 128 + 128 * 64 + 64 * 3) + 2 * 960
    assert d.count_params() == 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + 2 * 896


def test_weights_begin_as_in_the_tutorial():
    g = generator((64, 64, 3), group=1)
    kernel = of_kind(g, layers.Conv2DTranspose)[0].kernel.numpy()
    assert kernel.std() == pytest.approx(0.02, rel=0.01)
    scale = of_kind(g, GroupBatchNormalization)[0].gamma.numpy()
    assert scale.mean() == pytest.approx(1, abs=0.01)
    assert scale.std() == pytest.approx(0.02, rel=0.2)


def test_a_slope_penalty_goes_with_images_normalised_alone():
    r1 = parse(["r1"])
    gan = small((16, 16, 3), batch_size=1, stabilizers=r1)
    before = [v.numpy() for v in gan.discriminator.trainable_variables]
    logs = gan.train_step(tf.random.stateless_uniform([1, 16, 16, 3], [0, 0], -1.0, 1.0))
    assert np.isfinite(float(logs["d_loss"]))
    after = [v.numpy() for v in gan.discriminator.trainable_variables]
    assert all(np.isfinite(v).all() for v in after)
    assert any((a != b).any() for a, b in zip(after, before))
    with pytest.raises(UserError, match="without batch normalisation"):
        small((16, 16, 3), batch_size=4, stabilizers=r1)


def test_optimisers_are_those_of_the_report():
    gan = small((8, 8, 3))
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(2e-4)
        assert optimizer.beta_1 == 0.5


@pytest.mark.parametrize("batch_size", [1, 2])
def test_one_pass_of_the_discriminator_is_two(batch_size):
    """The step that judges both batches at once moves the weights as two passes would."""
    one, two = (small((16, 16, 3), batch_size=batch_size, seed=3) for _ in range(2))
    two.judged = functools.partial(GAN.judged, two)
    batch = tf.constant(patterns(batch_size, 16).scaled())
    for _ in range(3):
        logs = [gan.train_step(batch) for gan in (one, two)]
    for name, value in logs[0].items():
        assert float(value) == pytest.approx(float(logs[1][name]), rel=1e-3)
    for a, b in zip(one.trainable_variables, two.trainable_variables):
        np.testing.assert_allclose(a, b, atol=5e-5)  # a step of Adam is 2e-4


def test_sampling_normalises_as_training_did():
    gan = small((16, 16, 3), batch_size=1)
    latents = tf.random.stateless_normal([8, 4], [1, 2])
    together = gan.generator(latents, training=False).numpy()
    one_by_one = [gan.generator(latents[k : k + 1], training=True).numpy() for k in range(8)]
    np.testing.assert_allclose(together, np.concatenate(one_by_one), atol=1e-5)


def test_a_stopped_training_continues_to_the_same_weights(tmp_path, stop_at):
    build = functools.partial(small, batch_size=1)
    make = functools.partial(
        PerClass, build, steps=5, batch_size=1, seed=1, watch=Watch(every=2, spread_below=0)
    )
    real = patterns(6)
    whole = make().fit(real)
    stop_at(4, lambda: make(directory=tmp_path).fit(real))
    again = make(directory=tmp_path).fit(real)
    for label in (0, 1):
        pairs = zip(whole.generators[label].variables, again.generators[label].variables)
        assert all((a.numpy() == b.numpy()).all() for a, b in pairs)
    assert generate(whole, 3, 0).content_hash() == generate(again, 3, 0).content_hash()


def test_stabilisers_and_bfloat16():
    gan = small(
        (16, 16, 3),
        batch_size=1,
        precision="bfloat16",
        stabilizers=parse(["r1", "spectral-norm", "ema"]),
        steps=4,
    )
    batch = tf.constant(patterns(1, 16).scaled())
    gan.initialize(batch)
    logs = tf.function(gan.train_step, autograph=False)(batch)
    assert all(np.isfinite(value) for value in logs.values())
    assert {w.dtype for w in gan.trainable_variables} == {"float32"}


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 16, 3), (4, 4, 3)])
def test_other_sides_are_refused(shape):
    with pytest.raises(UserError, match="square"):
        small(shape)
