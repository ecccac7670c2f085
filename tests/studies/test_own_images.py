import functools
from types import SimpleNamespace

import numpy as np
import pytest

from gan_augment.augmenters import Affine
from gan_augment.common.clock import Clock
from gan_augment.data import LabeledImages
from gan_augment.studies import own_augmented, own_images, own_told
from gan_augment.studies.own_images import OwnImages, judge_finished, transforms
from gan_augment.studies.own_quality import generated_quality
from gan_augment.studies.own_speed import is_harmless, mirror
from gan_augment.studies.plan import Plan
from gan_augment.studies.trial import Part, Trial

NAMES = ("left", "right")
SHORT = Plan(gan_width=0.25, gan_steps=2, classifier_steps=6)


def images(n, seed=0):
    """A bright half on one side or the other, in noise: mirrored, the label is wrong."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n, dtype=np.int32) % 2
    pixels = rng.integers(0, 80, [n, 12, 12, 1])
    pixels[labels == 0, :, :6] += 150
    pixels[labels == 1, :, 6:] += 150
    return LabeledImages(pixels.astype(np.uint8), labels, NAMES)


PARTS = [Part(images(32, s), images(12, s + 10), images(16, s + 20)) for s in range(2)]


class Remembered(Affine):
    """An augmenter that gives changed copies and says how it was made."""

    made: list = []  # noqa: RUF012 - shared on purpose

    def __init__(self, width, steps, *, seed, directory):
        super().__init__()
        self.made.append((width, steps, seed))
        self.records = {}
        self.longest_training = steps


@pytest.fixture
def own(tmp_path):
    Remembered.made = []

    def make(**options):
        return OwnImages(
            tmp_path,
            PARTS,
            {"copies": Remembered},
            **{"ratios": (0.5, 1.0), "generation": {}, "seed": 0, "fixed": SHORT, **options},
        )

    return make


def test_a_trial_goes_from_images_to_a_verdict_and_does_nothing_twice(own, monkeypatch):
    outcome = own().run(Clock(10), rounds=1)
    assert outcome.interrupted is None
    assert [each.method for each in outcome.chosen] == ["copies", "copies"]
    assert outcome.verdict.question.first.startswith("copies")
    assert [made[:2] for made in Remembered.made] == [(0.25, 2), (0.25, 2)]
    assert len({seed for *_, seed in Remembered.made}) == 2

    monkeypatch.setattr(Trial, "_training_set", None)  # nothing is left to be trained
    again = own().run(Clock(10), rounds=1)
    assert again.verdict == outcome.verdict


def test_selected_images_are_compared_with_unselected_ones(own):
    trial = own(select=("confidence", "density"), ratios=(1.0,))
    outcome = trial.run(Clock(10), rounds=1)
    names = [each["first"] for each in own_told.selections(trial)]
    assert names == [
        "copies, R = 1, by confidence",
        "copies, R = 1, by density",
        "copies, R = 1, classical, by confidence",
        "copies, R = 1, classical, by density",
    ]
    assert "by" not in outcome.verdict.question.first
    assert own_told.selections(trial)[0]["name"] == "confidence, copies, R = 1"  # for the page
    assert set(names) < {each["name"] for each in own_told.candidates(trial)}


def test_stopped_by_hand_it_judges_what_is_finished(quick, monkeypatch):
    trial = quick()
    train = Trial.train

    def stopping(self, part, number, candidates):
        if (part, number) == ("test", 1):
            raise KeyboardInterrupt
        train(self, part, number, candidates)

    monkeypatch.setattr(Trial, "train", stopping)
    outcome = trial.run(Clock(10), rounds=3)
    assert "examining" in outcome.interrupted
    assert outcome.verdict is not None

    early = quick(seed=0)
    monkeypatch.setattr(early, "_fit_generators", functools.partial(raises, KeyboardInterrupt))
    outcome = early.run(Clock(10))
    assert "training generators" in outcome.interrupted
    assert outcome.verdict is None


def raises(error, *_, **__):
    raise error


def test_mirrored_images_are_used_only_if_they_are_recognised(tmp_path):
    def planned(folder, parts):
        own = OwnImages(tmp_path / folder, parts, {}, ratios=(), generation={}, seed=0, flip="auto")
        return own._planned(Clock(10))

    plan, flip = planned("sides", PARTS)
    assert not flip
    assert plan.classifier_steps >= 50
    upright = [Part(*(turned(each) for each in (p.train, p.validation, p.test))) for p in PARTS]
    assert planned("heights", upright)[1]


def turned(part):
    return LabeledImages(part.images.transpose(0, 2, 1, 3).copy(), part.labels, part.class_names)


def test_mirroring_twice_changes_nothing():
    part = images(4)
    assert (mirror(mirror(part)).images == part.images).all()
    assert (mirror(part).images[:, :, 0] == part.images[:, :, -1]).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_transforms_keep_shape_and_range(channels):
    batch = np.random.default_rng(0).uniform(-1, 1, [3, 12, 12, channels]).astype("f4")
    for transform in transforms(channels, flip=True).values():
        changed = transform(batch, np.array([1, 2], np.int32))
        assert changed.shape == batch.shape
        assert np.abs(changed).max() <= 1


def test_quality_knows_copies_from_noise():
    from gan_augment.classifiers import small_cnn

    part = PARTS[0]
    build = functools.partial(small_cnn, (12, 12, 1), 2)
    noise = LabeledImages(
        np.random.default_rng(1).integers(0, 256, part.train.images.shape).astype("u1"),
        part.train.labels,
        NAMES,
    )
    options = {"steps": 60, "features": "cnn_sides", "seed": 0}
    copies, bad = (generated_quality(build, part, made, **options) for made in (part.train, noise))
    assert copies["memorization"]["very_near"] == 1
    assert copies["gan_train"] > 0.9 > bad["gan_train"]
    assert copies["kid"] < bad["kid"]
    assert copies["precision"] == 1
    assert (copies["n_real"], copies["n_generated"]) == (32, 32)


def test_without_finished_controls_there_is_no_verdict(tmp_path):
    trial = Trial(tmp_path, PARTS, None, None, steps=1, seed=0)
    assert judge_finished(trial, []) is None


class Guessing:
    """A classifier that is trained at once and is right by chance, as often after any training."""

    batch_size = 32

    def __init__(self, *_, **__):
        pass

    def train(self, train, evaluate, *, seeds, epochs):
        (test,) = evaluate.values()
        rows = [np.random.default_rng(seed).random(len(test)) < 0.7 for seed in seeds]
        right = np.array(rows)[:, None]
        return SimpleNamespace(predictions={"test": np.where(right, test.labels, 1 - test.labels)})


@pytest.fixture
def quick(own, monkeypatch):
    monkeypatch.setattr(own_images, "Members", Guessing)
    return functools.partial(own, flip="no")


def rounds_of(trial):
    return trial.trial.scores("test")["round"].nunique()


def test_a_trial_at_its_end_is_lengthened_only_if_that_is_asked_for(quick, monkeypatch):
    first = quick()
    monkeypatch.setattr(first, "_affordable", lambda *_, **__: lambda trainings: False)
    first.run(Clock(10))
    assert rounds_of(first) == 1
    again, longer = quick(), quick()
    again.run(Clock(10))
    assert rounds_of(again) == 1
    longer.run(Clock(10), rounds=2)
    assert rounds_of(longer) == 2


def test_stopped_before_the_first_training_there_is_something_to_tell(quick, monkeypatch):
    trial = quick()
    monkeypatch.setattr(Trial, "choose", functools.partial(raises, KeyboardInterrupt))
    trial.run(Clock(10))
    facts = own_told.told(trial)
    assert facts["candidates"] == []
    assert not facts["complete"]
    assert facts["interrupted"] == "Stopped by hand while choosing the amount of images."


def test_stopped_while_measuring_all_but_that_is_told(quick, monkeypatch):
    trial = quick()
    trial.run(Clock(10), rounds=1)
    monkeypatch.setattr(own_told, "generated_quality", functools.partial(raises, KeyboardInterrupt))
    facts = own_told.told(trial)
    assert facts["quality"] == {}
    assert facts["verdict"]
    assert "measuring the generated images" in facts["interrupted"]


def test_the_augmented_set_has_enough_for_all_images(quick, monkeypatch):
    trial = quick(ratios=(1.0,))
    trial.run(Clock(10), rounds=1)
    monkeypatch.setattr(own_augmented, "save_generator", lambda *_: None)
    whole = images(120)  # of which 32 were trained on
    handed_over = own_augmented.write_augmented(trial, whole, Clock(10), png=False)
    assert (handed_over["real"], handed_over["generated"]) == (120, 120)
    assert "first split" in handed_over["note"]


@pytest.mark.parametrize(
    ("learned", "mirrored", "harmless"),
    [(0.5, 0.48, True), (0.5, 0.2, False), (0.02, 0.02, False), (0.05, 0.06, False)],
)
def test_who_has_learned_nothing_cannot_tell_whether_mirroring_is_harmless(
    learned, mirrored, harmless
):
    assert is_harmless(learned, mirrored) == harmless
