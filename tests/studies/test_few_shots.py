import types

import numpy as np
import pytest
from keras import Model, layers

from gan_augment.augmenters.siblings import Siblings
from gan_augment.data.images import LabeledImages
from gan_augment.data.many_classes import split_classes
from gan_augment.studies.few_shots import FewShots, FewShotsPlan

SHAPE = (4, 4, 1)
PLAN = FewShotsPlan(shots=(1, 3), siblings=(1, 4), members=2, steps=2)


def images():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(9, dtype=np.int32), 5)
    pixels = rng.integers(0, 20, (45, *SHAPE)) + 25 * labels[:, None, None, None]
    return LabeledImages(pixels.astype(np.uint8), labels, [f"a/{k}" for k in range(9)])


class Copier:
    """A GAN that copies: no training."""

    records: dict = {"all": []}  # noqa: RUF012 - it is read only
    fitted: list = []  # noqa: RUF012 - shared on purpose

    def fit(self, source):
        self.fitted.append(source)
        return self

    def siblings_of(self, given):
        latents, inputs = layers.Input((3,)), layers.Input(SHAPE)
        noise = layers.Reshape(SHAPE)(layers.Dense(16, kernel_initializer="zeros")(latents))
        return Siblings(Model([latents, inputs], layers.Add()([inputs, noise]))).fit(given)


class Guesser:
    """Right about two thirds of the test images, or a third, if it was shown changed images."""

    batch_size = 32
    seen: list = []  # noqa: RUF012 - shared on purpose

    def __init__(self, transform):
        self.transform = transform

    def train(self, train, evaluate, *, seeds, epochs):
        (test,) = evaluate.values()
        self.seen.append((train, test, self.transform, tuple(seeds)))
        right = np.arange(len(test)) % 4 < (1 if self.transform else 2)
        guess = np.where(right, test.labels, (test.labels + 1) % test.num_classes)
        return types.SimpleNamespace(predictions={"test": np.stack([[guess]] * len(seeds))})


@pytest.fixture
def make(tmp_path):
    Guesser.seen, Copier.fitted = [], []
    splits = [split_classes(images(), source=3, targets=3, shots=3, seed=seed) for seed in range(2)]

    def make(plan=PLAN):
        return FewShots(tmp_path, splits, lambda gan_seed, place: Copier(), Guesser, plan, seed=0)

    return make


def run(study):
    study.fit()
    study.generate({"preset": "test"})
    study.compare()
    return study


def test_every_set_has_its_images_and_only_unseen_classes_are_classified(make):
    study = run(make())
    assert [len(source) for source in Copier.fitted] == [15, 15]
    # For each seed and shots two sets to choose by, then four to be scored.
    assert len(Guesser.seen) == 2 * 2 * (2 + 4)
    for gan_seed, split in enumerate(study.splits):
        for shots in (1, 3):
            at = 6 * (2 * gan_seed + (shots == 3))
            choosing, scored = Guesser.seen[at : at + 2], Guesser.seen[at + 2 : at + 6]
            for train, test, *_ in choosing:
                assert test.content_hash() == split.validation.test.content_hash()
                assert train.class_names == split.validation.given.class_names
            allowed = {image.tobytes() for image in split.target.first(shots).images}
            for train, test, _, _ in scored:
                assert len(train) == 64
                assert test.content_hash() == split.target.test.content_hash()
                # Siblings are copies here, and of no other images than the given ones.
                assert {image.tobytes() for image in train.images} == allowed
            assert [transform for *_, transform, _ in scored] == [False, True, False, True]
            assert len({seeds for *_, seeds in scored}) == 1


def test_scores_are_of_the_target_classes(make):
    scores = run(make()).scores()
    assert len(scores) == 2 * 2 * 4 * 2
    found = scores.groupby("set")["accuracy"].mean()
    assert found[["given", "dagan"]].tolist() == pytest.approx([2 / 3] * 2)
    assert found[["classical", "dagan+classical"]].tolist() == pytest.approx([1 / 3] * 2)
    assert set(scores["siblings"]) <= {1, 4}


def test_the_number_of_siblings_is_what_was_best_on_validation_classes(make):
    study = run(make())
    for record in study.comparison.log.records:
        if record["case"] == {"gan_seed": 1, "part": "validation", "shots": 3}:
            right = [[2, 0, 0], [0, 2, 0], [0, 0, 2]] if record["set"] == "dagan-4" else [
                [0, 2, 0], [0, 0, 2], [2, 0, 0]
            ]  # fmt: skip
            record["confusion"] = [right, right]
    assert study.chosen(1, 3) == 4
    assert make(FewShotsPlan((1,), (7,), 1, 1)).chosen(0, 1) == 7


def test_what_is_finished_is_not_done_again(make):
    before = run(make()).scores()
    count = len(Guesser.seen)
    again = run(make()).scores()
    assert len(Guesser.seen) == count
    assert again.equals(before)


def test_a_copying_generator_shows_in_the_diversity(make):
    study = run(make())
    table = study.diversity(lambda x, seed: -x)
    assert table.groupby(["gan_seed", "part"]).size().tolist() == [2, 2, 2, 2]
    copied = table[table["of"] == "dagan"]
    assert (copied[["distance", "spread"]] == 0).all(axis=None)
    assert (copied["kept"] == copied["kept_real"]).all()
    assert (table[table["of"] == "classical"]["distance"] > 1).all()
