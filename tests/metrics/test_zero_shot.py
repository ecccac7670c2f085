import numpy as np

from gan_augment.metrics.zero_shot import class_accuracies, harmonic_mean


def test_every_class_counts_the_same_however_many_images_it_has():
    labels = np.array([7, 7, 7, 7, 2])
    predictions = np.array([7, 7, 2, 7, 7])
    found = class_accuracies(labels, predictions, [2, 7, 5])
    np.testing.assert_array_equal(found, [0, 0.75, np.nan])


def test_harmonic_mean_is_high_only_if_both_are():
    np.testing.assert_allclose(harmonic_mean([0.9, 1, 0, 0], [0.3, 0, 1, 0]), [0.45, 0, 0, 0])
