import functools
import hashlib
import http.server
import json
import threading
import time

import keras
import numpy as np
import pytest

from gan_augment.classifiers import dense_classifier
from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages
from gan_augment.metrics import features
from gan_augment.metrics.features import Extractor, classifier_extractor


@pytest.fixture(scope="module")
def extractor():
    return classifier_extractor(dense_classifier((28, 28, 1), 3, seed=0, units=7), "dense_blobs")


@pytest.fixture
def closed_port(tf_configs):
    """A URL at which nothing listens."""
    host = json.loads(tf_configs(1)[0])["cluster"]["worker"][0]
    return f"http://{host}/weights_notop.h5"


def test_features_are_what_the_last_layer_is_given(blobs):
    classifier = dense_classifier((28, 28, 1), 3, seed=0, units=7)
    images = blobs(5)
    found = classifier_extractor(classifier, "dense").features(images)
    assert found.shape == (5, 7)
    logits = classifier(images.scaled(), training=False).numpy()
    last = classifier.get_layer("logits")
    np.testing.assert_allclose(found @ last.kernel.numpy() + last.bias.numpy(), logits, atol=1e-5)


def test_batches_equal_one_batch(blobs, extractor):
    images = blobs(23)
    whole = extractor.features(images, batch_size=100)
    np.testing.assert_allclose(extractor.features(images, batch_size=5), whole, atol=1e-5)
    parts = [images.take(np.arange(0, 9)), images.take(np.arange(9, 23))]
    batches = list(extractor.batches(iter(parts), batch_size=5))
    assert [len(batch) for batch in batches] == [5, 4, 5, 5, 4]
    np.testing.assert_allclose(np.concatenate(batches), whole, atol=1e-5)


def test_one_graph_for_all_batch_sizes(blobs, extractor):
    for n in (1, 3, 8):
        extractor.features(blobs(n))
    assert extractor._features.experimental_get_tracing_count() == 1


def test_images_of_another_shape_are_refused(extractor):
    small = LabeledImages(np.zeros((1, 8, 8, 1), np.uint8), np.zeros(1, np.int32), ("one",))
    with pytest.raises(ValueError, match=r"\(28, 28, 1\), not \(8, 8, 1\)"):
        extractor.features(small)


def test_dropout_is_off(blobs, extractor):
    np.testing.assert_array_equal(extractor.features(blobs(6)), extractor.features(blobs(6)))


@pytest.mark.parametrize(
    ("name", "metric", "expected"),
    [
        ("inception", "frechet", "fid"),
        ("inception", "kid", "kid"),
        ("cnn_cifar10", "frechet", "frechet_cnn_cifar10"),
        ("cnn_cifar10", "kid", "kid_cnn_cifar10"),
    ],
)
def test_a_metric_is_named_after_its_features(name, metric, expected, extractor):
    assert Extractor(name, extractor.model).metric_name(metric) == expected


def test_a_classifier_cannot_pass_for_inception(extractor):
    with pytest.raises(ValueError, match="another name"):
        classifier_extractor(extractor.model, "inception")
    with pytest.raises(ValueError, match="cannot name"):
        Extractor("../x", extractor.model)


def test_the_classifier_must_end_in_a_dense_layer():
    images = keras.Input((4, 4, 1))
    no_dense = keras.Model(images, keras.layers.Flatten()(images))
    with pytest.raises(ValueError, match="Dense"):
        classifier_extractor(no_dense, "flat")


def test_other_weights_have_another_hash():
    first, same, other = (
        classifier_extractor(dense_classifier((8, 8, 1), 3, seed=seed, units=4), "dense")
        for seed in (0, 0, 1)
    )
    assert first.weights_hash() == same.weights_hash() != other.weights_hash()


@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_any_size_reach_inception_resized(channels):
    images = keras.Input((9, 9, 3))
    pooled = keras.Model(images, keras.layers.GlobalAveragePooling2D()(images))
    extractor = Extractor("inception", features.resized(pooled, channels))
    for size in (4, 20):
        bright = LabeledImages(
            np.full((2, size, size, channels), 255, np.uint8), np.zeros(2, np.int32), ("one",)
        )
        np.testing.assert_allclose(extractor.features(bright), np.ones((2, 3)), atol=1e-6)


def test_without_a_network_there_is_one_clear_sentence(tmp_path, monkeypatch, closed_port):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    start = time.monotonic()
    with pytest.raises(UserError, match=r"Inception-v3 .*refused.*models/weights_notop.h5"):
        features.inception_weights(closed_port)
    assert time.monotonic() - start < 5


def test_a_silent_server_is_given_up(monkeypatch):
    over = threading.Event()

    def silent(*_, **__):
        over.wait(10)
        raise TimeoutError

    monkeypatch.setattr(features, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(features.urllib.request, "urlopen", silent)
    start = time.monotonic()
    assert "no answer" in features.unreachable("http://127.0.0.1/weights.h5")
    assert time.monotonic() - start < 3
    over.set()


@pytest.fixture
def server(tmp_path):
    """A server of the folder `tmp_path/served`."""
    (tmp_path / "served").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=tmp_path / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_weights_are_downloaded_once_and_verified(tmp_path, monkeypatch, server, closed_port):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "served" / "weights_notop.h5").write_bytes(b"weights")
    with pytest.raises(UserError, match="hash"):
        features.inception_weights(f"{server}/weights_notop.h5")
    monkeypatch.setattr(features, "INCEPTION_MD5", hashlib.md5(b"weights").hexdigest())
    path = features.inception_weights(f"{server}/weights_notop.h5")
    assert path == str(tmp_path / "home" / "models" / "weights_notop.h5")
    assert features.inception_weights(closed_port) == path  # asks nobody for what is there
