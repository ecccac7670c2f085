import numpy as np
import pytest

from gan_augment.augmenters.health import Watch, spread

watch = Watch(patience=3, grace=0.2)


def reports(spreads=None, d_losses=None, every=50):
    n = len(spreads or d_losses)
    return [
        {"step": (i + 1) * every, "spread": s, "d_loss": d, "g_loss": 1.0}
        for i, (s, d) in enumerate(zip(spreads or [1.0] * n, d_losses or [1.0] * n))
    ]


def test_spread_is_zero_for_one_image_and_the_deviation_for_noise():
    rng = np.random.default_rng(0)
    assert spread(np.repeat(rng.normal(size=[1, 4, 4, 1]), 10, axis=0)) == pytest.approx(0)
    assert spread(rng.normal(0, 0.5, [4000, 4, 4, 1])) == pytest.approx(0.5, rel=0.02)


def test_a_healthy_training_passes():
    assert watch.failure(reports([0.5, 0.9, 1.1, 0.8, 0.9]), 250) is None


def test_collapse_must_last():
    assert watch.failure(reports([0.9, 0.9, 0.9, 0.05, 0.05]), 1000) is None
    assert watch.failure(reports([0.9, 0.9, 0.9, 0.05, 0.05, 0.05]), 1000) == "collapsed"


def test_the_beginning_is_forgiven():
    assert watch.failure(reports([0.05, 0.05, 0.05]), 1000) is None
    assert watch.failure(reports([0.05] * 6), 1000) == "collapsed"


def test_the_last_report_decides_at_the_end():
    assert watch.failure(reports([0.9, 0.9, 0.9, 0.9, 0.05]), 250) == "collapsed"


def test_a_discriminator_that_has_won_is_a_failure():
    assert watch.failure(reports(d_losses=[1, 1, 1, 1, 1e-5, 1e-5, 1e-5]), 1000) == "won"


def test_nan_counts_at_once():
    assert watch.failure(reports(d_losses=[float("nan")]), 1000) == "diverged"


def test_a_short_look_is_not_judged():
    assert watch.failure(reports([0.05, 0.05]), 100) is None
