"""What turns images into features, and what metrics of those features are called.

Only Inception-v3 features earn the plain names (`fid`, `kid`, `precision`, …). Features of a
classifier of our own are as good for comparing generators with each other, but their numbers cannot
be held against published ones, so every name ends with whose they are: `frechet_cnn_cifar10`.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.common.progress import progress_bar
from gan_augment.data.images import LabeledImages, to_float

INCEPTION = "inception"
INCEPTION_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/"
    "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
INCEPTION_MD5 = "bcbd6486424b2319ff4ef7d526e38f63"  # both as in keras.applications
ANSWER_SECONDS = 6.0  # for the server to answer, name look-up included
STALL_SECONDS = 30.0  # without a byte, in a download that has begun


@dataclass(frozen=True)
class Extractor:
    """A functional model from images float32 [n, h, w, c] in [−1, 1] to features [n, d].

    `name` (letters, digits, _) says whose features they are, and so names the metrics.
    """

    name: str
    model: keras.Model

    def __post_init__(self):
        if not re.fullmatch(r"[A-Za-z]\w*", self.name, re.ASCII):
            raise ValueError(f"{self.name!r} cannot name features: letters, digits and _ can")

    def metric_name(self, metric: str) -> str:
        """Return what `metric` of these features is called."""
        if self.name == INCEPTION:
            return "fid" if metric == "frechet" else metric
        return f"{metric}_{self.name}"

    def weights_hash(self) -> str:
        """SHA-256 (hex) of all weights: a classifier trained anew has other features."""
        digest = hashlib.sha256()
        for variable in self.model.weights:
            value = np.ascontiguousarray(variable.numpy())
            digest.update(repr((value.shape, str(value.dtype))).encode())
            digest.update(value)
        return digest.hexdigest()

    def batches(
        self, images: LabeledImages | Iterable[LabeledImages], batch_size: int = 64
    ) -> Iterator[np.ndarray]:
        """Give the features, float32 [≤ batch_size, d], of images or of parts as they come.

        With a progress bar. Raises `ValueError` for images that the model does not take.
        """
        whole = isinstance(images, LabeledImages)
        bar = progress_bar(
            description=f"{self.name} features",
            total=len(images) if whole else None,
            unit="image",
        )
        with bar:
            for part in [images] if whole else images:
                takes = self.model.input_shape[1:]
                if any(n not in (None, has) for n, has in zip(takes, part.image_shape)):
                    raise ValueError(
                        f"{self.name} features are of images {takes}, not {part.image_shape}"
                    )
                for start in range(0, len(part), batch_size):
                    batch = part.images[start : start + batch_size]
                    yield self._features(batch).numpy()
                    bar.update(len(batch))

    def features(self, images: LabeledImages, batch_size: int = 64) -> np.ndarray:
        """Return the features of all images, float32 [n, d]."""
        features = np.empty((len(images), self.model.output_shape[-1]), np.float32)
        start = 0
        for batch in self.batches(images, batch_size):
            features[start : start + len(batch)] = batch
            start += len(batch)
        return features

    @cached_property
    def _features(self):
        """The compiled graph, one for all batch sizes: uint8 [n, h, w, c] to float32 [n, d]."""
        shape = tf.TensorSpec(self.model.input_shape, tf.uint8)

        @tf.function(input_signature=[shape])
        def features(images):
            return tf.cast(self.model(to_float(images), training=False), tf.float32)

        return features


def classifier_extractor(classifier: keras.Model, name: str) -> Extractor:
    """Take the penultimate layer of a functional `classifier`: the input of its last Dense layer.

    `name` says which classifier, such as "cnn_cifar10".
    """
    if name == INCEPTION:
        raise ValueError(f"{name!r} means Inception-v3; a classifier needs another name")
    dense = [layer for layer in classifier.layers if isinstance(layer, keras.layers.Dense)]
    if not dense or len(dense[-1].input.shape) != 2:
        raise ValueError(f"{classifier.name} does not end in a Dense layer on flat features")
    return Extractor(name, keras.Model(classifier.inputs[0], dense[-1].input))


def inception_extractor(channels: int = 3, weights: str | Path | None = None) -> Extractor:
    """Make the extractor of FID: Inception-v3 of ImageNet, average-pooled, 2048 features.

    Images of any size, grey (`channels` 1) or colour, are resized to 299 × 299, bilinear (smoothed
    when that makes them smaller). This is Keras' network, not the one of 2015 that published FIDs
    use: near to those, but not equal. `weights` is a file; by default that of Keras, which is
    downloaded if it is missing. Raises `UserError` if it can be had from nowhere.
    """
    inception = keras.applications.InceptionV3(
        include_top=False,
        pooling="avg",
        input_shape=(299, 299, 3),
        weights=inception_weights() if weights is None else weights,
    )
    return Extractor(INCEPTION, resized(inception, channels))


def resized(inception: keras.Model, channels: int) -> keras.Model:
    """Let a model of colour images of one size take images of any size, grey ones too."""
    images = keras.Input((None, None, channels), name="images")
    colour = keras.layers.Concatenate()([images] * 3) if channels == 1 else images
    height, width = inception.input_shape[1:3]
    # Inception-v3 wants [−1, 1], which is what every model here is given.
    x = keras.layers.Resizing(height, width, interpolation="bilinear", antialias=True)(colour)
    return keras.Model(images, inception(x))


def inception_weights(url: str = INCEPTION_URL) -> str:
    """Return the path of Keras' Inception-v3 weights in its cache, downloaded if need be (88 MB).

    Raises `UserError`, within seconds where there is no network.
    """
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    place = home / "models" / url.rsplit("/", 1)[-1]
    if not place.exists() and (reason := unreachable(url)):
        raise _no_weights(place, reason)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL_SECONDS)  # get_file has no time limit of its own
    try:
        return keras.utils.get_file(
            place.name, url, cache_dir=home, cache_subdir="models", file_hash=INCEPTION_MD5
        )
    except Exception as error:  # get_file raises no narrower one for a failed download
        raise _no_weights(place, str(error)) from error
    finally:
        socket.setdefaulttimeout(before)


def unreachable(url: str) -> str | None:
    """Return why the server of `url` does not answer within ANSWER_SECONDS; None if it does.

    Asked in a thread that is left behind when the time is over: a name look-up cannot be given a
    time limit.
    """
    reasons = [f"no answer within {ANSWER_SECONDS:.0f} s"]

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=ANSWER_SECONDS).close()
            reasons.append(None)
        except urllib.error.HTTPError:  # it answers; what is wrong, the download will tell
            reasons.append(None)
        except OSError as error:
            reasons.append(str(getattr(error, "reason", None) or error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    return reasons[-1]


def _no_weights(place: Path, reason: str) -> UserError:
    return UserError(
        f"the Inception-v3 weights cannot be had ({reason}): connect to the internet, put them at "
        f"{place} by hand, or use the features of a classifier"
    )
