"""A normal distribution of latents for each class (Mariani et al. 2018)."""

import keras
import numpy as np
import tensorflow as tf


@keras.saving.register_keras_serializable(package="gan_augment")
class ClassNormals(keras.layers.Layer):
    """Turn N(0, 1) noise into draws from the normal distribution of a class: μ + Σ^½ ε.

    Inputs are noise float32 [n, d] and labels int32 [n]. Nothing here is trained; before `fit` the
    noise comes out as it is.
    """

    def __init__(self, num_classes: int, dimensions: int, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.dimensions = dimensions

    def build(self, input_shape):
        """Make the means [classes, d] and the roots of the covariances [classes, d, d]."""

        def identities(shape, dtype=None):
            return tf.eye(shape[-1], batch_shape=shape[:1], dtype=dtype)

        shape = [self.num_classes, self.dimensions]
        self.means = self.add_weight(
            name="means", shape=shape, initializer="zeros", trainable=False
        )
        self.roots = self.add_weight(
            name="roots",
            shape=[*shape, self.dimensions],
            initializer=identities,
            trainable=False,
        )

    def call(self, inputs):
        """Return latents, float32 [n, d]."""
        noise, labels = inputs
        roots = tf.gather(tf.convert_to_tensor(self.roots), labels)
        means = tf.gather(tf.convert_to_tensor(self.means), labels)
        return means + tf.einsum("nij,nj->ni", roots, noise)

    def fit(self, codes: np.ndarray, labels: np.ndarray) -> None:
        """Take the distributions of codes, float [n, d], two or more of each class."""
        found = [moments(codes[labels == label]) for label in range(self.num_classes)]
        self.means.assign(np.stack([mean for mean, _ in found]))
        self.roots.assign(np.stack([square_root(covariance) for _, covariance in found]))

    def get_config(self):
        """Return the options, for saving and cloning."""
        sizes = {"num_classes": self.num_classes, "dimensions": self.dimensions}
        return {**super().get_config(), **sizes}


def moments(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean [d] and the unbiased covariance [d, d] of codes [n, d], n ≥ 2."""
    codes = np.asarray(codes, np.float64)
    dimensions = codes.shape[1]
    return codes.mean(axis=0), np.cov(codes, rowvar=False).reshape(dimensions, dimensions)


def square_root(covariance: np.ndarray) -> np.ndarray:
    """Return the symmetric square root, which a covariance of fewer codes than dimensions has too.

    Draws then stay in the space that the codes span.
    """
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
