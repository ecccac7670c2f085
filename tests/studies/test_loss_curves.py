from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.data.images import LabeledImages, concatenate
from gan_augment.studies.loss_curves import LossCurves
from gan_augment.studies.loss_scores import MEASURES
from gan_augment.studies.protocols import ARM_NAMES, Draw

EPOCHS = 3


class FakeMembers:
    """Remembers what it was given; member m has its lowest validation loss at epoch m + 1."""

    batch_size = 10

    def __init__(self, protocol, transform):
        self.protocol, self.transform, self.calls = protocol, transform, []

    def train(self, train, evaluate, *, seeds, epochs):
        self.calls.append(SimpleNamespace(train=train, evaluate=dict(evaluate), seeds=seeds))
        members = len(seeds)
        losses = 2.0 + np.abs(np.arange(epochs) - np.arange(members)[:, None])
        accuracy = np.tile(np.arange(1.0, epochs + 1) / 10, [members, 1])
        truth = evaluate["test"].labels
        predictions = np.stack([np.zeros_like(truth), truth, np.ones_like(truth)])
        return SimpleNamespace(
            loss=3 - losses / 10,
            losses={"valid": losses, "test": losses},
            accuracy={"valid": accuracy, "test": accuracy / 2},
            predictions={"test": np.tile(predictions, [members, 1, 1])},
        )


class FakeGenerator:
    """Generates images that are darker than all real ones."""

    fits = 0
    batch_size, steps_of_all, records = 64, 7, ({"failure": None},)

    def fit(self, real):
        FakeGenerator.fits += 1
        self.real = real
        return self

    def batches(self, per_class, seed):
        parts = []
        for label in range(self.real.num_classes):
            image = self.real.of_class(label).images[:1] // 2
            labels = np.full(per_class, label, np.int32)
            parts.append(LabeledImages(np.repeat(image, per_class, 0), labels, self.names))
        yield concatenate(parts)

    @property
    def names(self):
        return self.real.class_names

    def kept_samples(self):
        return {3: self.real.take(np.arange(9)), 7: self.real.take(np.arange(9))}


@pytest.fixture
def make_study(tmp_path):
    def make(**options):
        made = []

        def make_members(protocol, transform):
            made.append(FakeMembers(protocol, transform))
            return made[-1]

        study = LossCurves(
            tmp_path,
            lambda model, real, **_: FakeGenerator(),
            make_members,
            **{
                "transform": lambda images, seed: images,
                "members": 2,
                "epochs": EPOCHS,
                "in_all": False,
                "seed": 0,
                "strategy": tf.distribute.get_strategy(),
                "name": "fake",
                "options": {},
                **options,
            },
        )
        study.made = made
        return study

    return make


FIRST = Draw("corrected", 60, 0)


def run(study, blobs, draws=(FIRST,), models=("gan",), arms=ARM_NAMES):
    study.run(draws, models, arms, (2, 4), (4,), blobs(60), blobs(9, seed=1), "blobs")


def test_parts_are_disjoint_and_every_gan_seed_has_its_own(blobs, make_study):
    study, real = make_study(), blobs(60)
    first = study.split(Draw("corrected", 60, 0), real)
    again, other = (study.split(Draw("corrected", 60, seed), real) for seed in (0, 1))
    keys = [{image.tobytes() for image in part.images} for part in (*first, again[1], other[1])]
    assert not keys[0] & keys[1]
    assert keys[1] == keys[2] != keys[3]


def test_each_arm_adds_as_many_images_as_asked(blobs, make_study):
    study = make_study()
    run(study, blobs)
    real, validation = study.split(FIRST, blobs(60))
    calls = {}
    for members in study.made:
        for call in members.calls:
            calls.setdefault((len(call.train), members.transform is not None), []).append(call)
            assert call.evaluate["valid"].content_hash() == validation.content_hash()
            np.testing.assert_array_equal(call.train.images[: len(real)], real.images)
    found = {key: len(value) for key, value in calls.items()}
    # Baseline; GAN-2; GAN-4, rotation and equal steps; GAN-4 and equal steps with a transform.
    assert found == {(54, False): 1, (60, False): 1, (66, False): 3, (66, True): 2}
    known = {image.tobytes() for image in real.images}
    added = [
        {image.tobytes() for image in call.train.images[54:]} <= known for call in calls[66, False]
    ]
    assert sorted(added) == [False, False, True]  # equal steps add nothing new


def test_numbers_may_count_all_classes_together(blobs, make_study):
    study = make_study(in_all=True)
    run(study, blobs, arms=("gan", "rotation"))
    assert {record["generated"]: record["train_images"] for record in study.log.records} == {
        2: 56,
        4: 58,
    }


def test_members_are_paired_and_scored_at_their_own_best_epoch(blobs, make_study):
    study = make_study()
    run(study, blobs, [FIRST, Draw("report", 60, 0)], arms=("real", "gan"))
    assert {tuple(c.seeds) for m in study.made for c in m.calls} == {
        tuple(study.made[0].calls[0].seeds)
    }
    scores = study.scores().set_index(["protocol", "arm", "generated", "member", "choice"])
    for member in (0, 1):
        best = scores.loc["corrected", "gan", 4, member, "best"]
        assert best["epoch"] == member + 1
        assert best["valid_loss"] == 2
        assert best["test_accuracy"] == pytest.approx((member + 1) / 20)
        assert scores.loc["corrected", "gan", 4, member, "last"]["epoch"] == EPOCHS
    curves = study.curves()
    assert len(curves) == len(scores) // 2 * EPOCHS
    assert set(MEASURES) <= set(curves)


def test_confusions_are_those_of_the_best_epochs(blobs, make_study):
    study = make_study()
    run(study, blobs, arms=("real",))
    counts = study.confusions().pivot(index="true", columns="predicted", values="images")
    # At its best epoch the first member says 0 of everything, the second is always right.
    np.testing.assert_array_equal(counts, [[6, 0, 0], [3, 3, 0], [3, 0, 3]])


def test_finished_cells_are_not_done_again_and_models_share_what_has_none(blobs, make_study):
    run(make_study(), blobs, arms=("real", "gan"))
    study = make_study()
    run(study, blobs, models=("gan", "vae"), arms=("real", "gan"))
    assert sum(len(members.calls) for members in study.made) == 2  # VAE-2 and VAE-4
    cells = {(record["arm"], record["model"]) for record in study.log.records}
    assert cells == {("real", "none"), ("gan", "gan"), ("gan", "vae")}
    assert len(study.shown()) == 2


def test_longer_trainings_take_the_place_of_shorter_ones(blobs, make_study):
    run(make_study(), blobs, [FIRST, Draw("report", 60, 0)], arms=("real", "repeat"))
    study = make_study(epochs=EPOCHS - 1)
    run(study, blobs, arms=("real",))
    assert len(study.log.records) == 5  # done, but not shown
    scores = study.scores()
    assert set(scores.loc[scores["choice"] == "last", "epoch"]) == {EPOCHS}
    assert len(scores) == 4 * 2 * 2


def test_without_generated_images_nothing_is_fitted(blobs, make_study):
    before = FakeGenerator.fits
    study = make_study()
    run(study, blobs, arms=("real", "repeat"))
    assert FakeGenerator.fits == before
    assert study.shown() == []


def test_pictures_are_of_the_first_seed_and_the_largest_sample(blobs, make_study):
    study = make_study()
    draws = [Draw("corrected", size, seed) for size in (30, 60) for seed in (0, 1)]
    run(study, blobs, draws, arms=("gan",))
    (shown,) = study.shown()
    assert (shown["size"], shown["gan_seed"], shown["steps"], shown["images"]) == (60, 0, 7, 54)
    assert shown["end"].shape[:2] == (3, 10)
    assert set(shown["snapshots"]) == {3, 7}
    assert shown["losses"] == []
