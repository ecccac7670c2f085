import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_augment.augmenters.adversarial import GAN
from gan_augment.augmenters.dcgan import dcgan
from gan_augment.training.noise import sample_latents, step_seed


def tiny_gan(learning_rate=0.1):
    latents, images = keras.Input((2,)), keras.Input((3,))
    generator = keras.Model(
        latents,
        keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(1))(latents),
    )
    discriminator = keras.Model(
        images,
        keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(2))(images),
    )
    gan = GAN(generator, discriminator, seed=5)
    gan.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate))
    return gan


def test_a_step_equals_the_game_worked_out_by_hand():
    gan = tiny_gan()
    real = tf.constant([[1.0, 2.0, -1.0], [0.5, 0.0, 1.0]])
    w_g, b_g = (v.numpy().astype(np.float64) for v in gan.generator.trainable_variables)
    w_d, b_d = (v.numpy().astype(np.float64) for v in gan.discriminator.trainable_variables)
    z = sample_latents(2, 2, step_seed(5, 0)).numpy().astype(np.float64)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    fake = z @ w_g + b_g
    x = real.numpy().astype(np.float64)
    real_logits, fake_logits = x @ w_d + b_d, fake @ w_d + b_d
    d_loss = np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()
    to_real, to_fake = (sigmoid(real_logits) - 1) / 2, sigmoid(fake_logits) / 2
    w_d = w_d - 0.1 * (x.T @ to_real + fake.T @ to_fake)
    b_d = b_d - 0.1 * (to_real.sum(0) + to_fake.sum(0))
    # The generator answers the improved discriminator, on the same fakes.
    logits = fake @ w_d + b_d
    to_images = (sigmoid(logits) - 1) / 2 @ w_d.T
    w_g = w_g - 0.1 * z.T @ to_images
    b_g = b_g - 0.1 * to_images.sum(0)

    logs = gan.train_step(real)
    assert float(logs["d_loss"]) == pytest.approx(d_loss, rel=1e-5)
    assert float(logs["g_loss"]) == pytest.approx(np.log1p(np.exp(-logits)).mean(), rel=1e-5)
    assert float(logs["d_real"]) == pytest.approx(sigmoid(real_logits).mean(), rel=1e-5)
    for variable, expected in zip(
        [*gan.generator.trainable_variables, *gan.discriminator.trainable_variables],
        [w_g, b_g, w_d, b_d],
    ):
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-4, atol=1e-6)
    assert int(gan.step.numpy()) == 1


def test_works_with_keras_fit_too():
    gan = dcgan((8, 8, 1), alpha=0.1)
    data = tf.data.Dataset.from_tensor_slices(np.zeros([8, 8, 8, 1], np.float32)).batch(4)
    history = gan.fit(data, epochs=2, shuffle=False, verbose=0).history
    assert set(history) == set(GAN.log_names)
    assert int(gan.step.numpy()) == 4


def test_optimisers_are_built_before_training_so_that_a_restore_finds_them():
    gan = dcgan((8, 8, 1), alpha=0.1)
    assert len(gan.g_optimizer.variables) == 2 + 2 * len(gan.generator.trainable_variables)
    assert len(gan.d_optimizer.variables) == 2 + 2 * len(gan.discriminator.trainable_variables)
