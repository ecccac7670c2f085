import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from gan_augment.augmenters import objectives
from gan_augment.augmenters.genclass import Cosine, Distance, GenClass, Relation, gen_class
from gan_augment.augmenters.stabilizers.penalties import GradientPenalty
from gan_augment.augmenters.stabilizers.updates import CriticSteps
from gan_augment.common.errors import UserError
from gan_augment.training.noise import fold, step_seed

RATE, CLASSES, SAMPLES, CRITIC_STEPS = 0.1, 3, 4, 2
ATTRIBUTES = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
OF_ATTRIBUTES = np.array([[2, 0], [0.5, 1]], np.float32)
REAL = np.array([[0.1, 0.2], [1.8, -0.1], [0.9, 0.4], [0.4, 0.9]], np.float32)
LABELS = np.array([0, 1, 1, 2], np.int32)


def linear(weights):
    """A network that is linear in both of its inputs, side by side."""
    inputs = [keras.Input((2,)), keras.Input((2,))]
    dense = keras.layers.Dense(weights.shape[1], use_bias=False)
    model = keras.Model(inputs, dense(keras.layers.Concatenate()(inputs)))
    model.set_weights([weights])
    return model


def hand_made(of_latents=0.0, of_features=(0, 0), told=(0, 0), critic_rate=0.0):
    """Features are attributes @ OF_ATTRIBUTES + latents · of_latents; the critic is linear."""
    network = GenClass(
        linear(np.concatenate([np.eye(2, dtype=np.float32) * of_latents, OF_ATTRIBUTES])),
        linear(np.array([*of_features, *told], np.float32)[:, None]),
        similarity=Distance(2, 0, 0),
        classes=CLASSES,
        samples=SAMPLES,
        objective=objectives.wasserstein,
        stabilizers=(GradientPenalty(10.0), CriticSteps(CRITIC_STEPS)),
    )
    network.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(critic_rate))
    network.begin(ATTRIBUTES, seed=5)
    return network


def softmax_of_distances(means):
    return special.softmax(-((REAL[:, None] - means) ** 2).sum(-1), axis=1)


@pytest.mark.parametrize("of_latents", [0.0, 0.7])
def test_the_means_of_generated_samples_decide(of_latents):
    network = hand_made(of_latents)
    noise_seed = fold(step_seed(5, 0), CRITIC_STEPS)
    latents = tf.random.stateless_normal([CLASSES * SAMPLES, 2], noise_seed).numpy()
    noise = of_latents * latents.reshape(CLASSES, SAMPLES, 2).mean(1)
    means = ATTRIBUTES @ OF_ATTRIBUTES + noise
    chances = softmax_of_distances(means)
    logs = network.train_step((tf.constant(REAL), tf.constant(LABELS)))
    loss = -np.log(chances[range(4), LABELS]).mean()
    assert float(logs["c_loss"]) == pytest.approx(loss, rel=1e-4)
    assert float(logs["right"]) == (chances.argmax(1) == LABELS).mean()
    if not of_latents:  # the third image is nearer to the mean of the third class
        assert chances.argmax(1).tolist() == [0, 1, 2, 2]


def test_the_classifiers_loss_moves_the_generator_and_the_similarity():
    network = hand_made()  # of a critic that says nothing and learns nothing
    means = ATTRIBUTES @ OF_ATTRIBUTES
    excess = softmax_of_distances(means) - np.eye(CLASSES)[LABELS]
    by_means = np.stack([e @ (2 * (REAL - m)) for e, m in zip(excess.T, means)]) / len(REAL)
    distances = ((REAL[:, None] - means) ** 2).sum(-1)
    by_scale = -(excess * distances).sum(1).mean()
    network.train_step((tf.constant(REAL), tf.constant(LABELS)))
    weights = network.generator.get_weights()[0]
    np.testing.assert_allclose(
        weights[2:], OF_ATTRIBUTES - RATE * ATTRIBUTES.T @ by_means, rtol=1e-4, atol=1e-6
    )
    assert float(network.similarity.log_scale) == pytest.approx(-RATE * by_scale, rel=1e-4)


def test_without_weight_the_classifiers_loss_moves_nothing():
    network = hand_made()
    network.begin(ATTRIBUTES, seed=5, classifier_weight=0.0)
    before = network.generator.get_weights()[0]
    logs = network.train_step((tf.constant(REAL), tf.constant(LABELS)))
    assert (network.generator.get_weights()[0] == before).all()
    assert float(logs["c_loss"]) > 0


def test_the_critic_moves_the_generator_too():
    network = hand_made(of_features=(0.6, -0.8), told=(5, 7))
    network.begin(ATTRIBUTES, seed=5, classifier_weight=0.0)
    logs = network.train_step((tf.constant(REAL), tf.constant(LABELS)))
    # −mean D(samples), and every class has as many: the slope is that of the critic.
    moved = network.generator.get_weights()[0][2:] - OF_ATTRIBUTES
    np.testing.assert_allclose(
        moved, RATE * np.outer(ATTRIBUTES.mean(0), [0.6, -0.8]), rtol=1e-4, atol=1e-6
    )
    fake = ATTRIBUTES[LABELS] @ OF_ATTRIBUTES
    assert float(logs["d_loss"]) == pytest.approx(((fake - REAL) @ [0.6, -0.8]).mean(), rel=1e-4)


@pytest.mark.parametrize("told", [(0, 0), (5, 7)])
def test_the_penalty_is_on_the_slope_by_features_and_not_by_attributes(told):
    network = hand_made(of_features=(3, 4), told=told)
    loss = network.discriminator_loss(
        network.opponent(tf.constant(LABELS)), tf.constant(REAL), tf.constant(-REAL), [1, 2]
    )
    assert float(loss.total - loss.game) == pytest.approx(10 * (5 - 1) ** 2, rel=1e-4)


def test_similarities():
    means = np.array([[1, 0], [3, 4]], np.float32)
    x = np.array([[0, 2], [6, 8]], np.float32)
    np.testing.assert_allclose(Distance(2, 0, 0)(x, means), [[-5, -13], [-89, -25]], rtol=1e-5)
    np.testing.assert_allclose(Cosine(2, 0, 0)(x, means), [[0, 8], [6, 10]], atol=1e-5)
    relation = Relation(2, 5, seed=1)
    of_x, bias, of_mean, of_both, last = (v.numpy() for v in relation.trainable_variables)
    side_by_side = np.concatenate([x[1], means[0]]) @ np.concatenate([of_x, of_mean]) + bias
    expected = np.where(side_by_side > 0, side_by_side, 0.2 * side_by_side) @ of_both + last
    assert relation(x, means).shape == (2, 2)
    np.testing.assert_allclose(relation(x, means)[1, 0], expected[0], rtol=1e-5)
    with pytest.raises(UserError, match="no similarity 'cosin'; choose distance, cosine, relation"):
        gen_class(4, 3, 2, similarity="cosin")


def test_built_networks_are_conditioned_and_work_with_keras_fit_too(described):
    data = described()
    network = gen_class(8, 3, 4, hidden=6, samples=2, critic_steps=1, similarity="relation", seed=3)
    network.begin(data.attributes[data.seen])
    latents = np.zeros((2, 3), np.float32)
    made = network.generator([latents, data.attributes[:2]]).numpy()
    assert made.shape == (2, 8)
    assert (made >= 0).all()
    assert (made[0] != made[1]).any()
    features = data.features[:2]
    judged = [network.discriminator([features, data.attributes[k : k + 2]]) for k in (0, 1)]
    assert (judged[0] != judged[1]).numpy().all()
    again = gen_class(8, 3, 4, hidden=6, samples=2, critic_steps=1, similarity="relation", seed=3)
    for first, second in zip(network.learned, again.learned):
        assert (first.numpy() == second.numpy()).all()

    rows = data.train[:16]
    batches = tf.data.Dataset.from_tensor_slices((data.features[rows], data.labels[rows])).batch(8)
    history = network.fit(batches, epochs=1, shuffle=False, verbose=0).history
    assert set(history) == set(GenClass.log_names)
    assert int(network.step.numpy()) == 2
