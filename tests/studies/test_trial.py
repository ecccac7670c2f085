"""Trials with classifiers whose skill is known, so that the verdict can be told right or wrong."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gan_augment.data import LabeledImages
from gan_augment.studies import verdict as verdict_module
from gan_augment.studies.candidates import CONTROLS, Candidate, generated_candidates, is_imbalanced
from gan_augment.studies.trial import Part, Trial
from gan_augment.studies.verdict import (
    Finding,
    compare,
    in_one_sentence,
    judge,
    power_sentence,
)

NAMES = ("a", "b")
REAL, MADE = 10, 200  # pixels: where an image comes from
ALWAYS, NEVER = (lambda trainings: True), (lambda trainings: False)


def images(n, value=REAL, share=0.5):
    labels = (np.arange(n) >= n * (1 - share)).astype(np.int32)
    return LabeledImages(np.full([n, 2, 2, 1], value, np.uint8), labels, NAMES)


class Skilled:
    """A classifier that is right with a chance that depends on what it was trained on."""

    batch_size = 2

    def __init__(self, skill, transform, seen):
        self.skill, self.transform, self.seen = skill, transform, seen

    def train(self, train, evaluate, *, seeds, epochs):
        (test,) = evaluate.values()
        generated = float((train.images[:, 0, 0, 0] == MADE).mean())
        self.seen.append((len(train), generated, self.transform, len(test), tuple(seeds)))
        chance = self.skill(generated, self.transform, len(train))
        rows = []
        for seed in seeds:
            luck = [seed, len(train), int(1000 * generated), len(str(self.transform))]
            right = np.random.default_rng(luck).random(len(test)) < chance
            rows.append([np.where(right, test.labels, 1 - test.labels)])
        return SimpleNamespace(predictions={"test": np.array(rows, np.int16)})


@pytest.fixture
def make_trial(tmp_path):
    def make(skill, parts=None, **options):
        seen = []
        parts = parts or [Part(images(40), images(60), images(200)) for _ in range(4)]
        trial = Trial(
            tmp_path,
            parts,
            lambda transform: Skilled(skill, transform, seen),
            lambda method, split, selected: images(400, MADE),
            **{"steps": 100, "seed": 0, **options},
        )
        trial.seen = seen
        return trial

    return make


def by_amount(generated, transform, size):
    """A third of generated images is best."""
    return 0.9 - abs(generated - 1 / 3)


RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
CANDIDATES = generated_candidates(["gan"], RATIOS, images(40).counts())


def test_halving_finds_the_best_amount_of_each_family(make_trial):
    trial = make_trial(by_amount)
    assert [each.ratio for each in trial.choose(CANDIDATES, ALWAYS)] == [0.5, 0.5]
    # 5 + 5 and the controls, 3 + 3 and the controls, 2 + 2
    rounds = trial.scores("validation").groupby("round")["set"].nunique()
    assert rounds.tolist() == [14, 10, 4]


def test_choosing_never_looks_at_a_test_part(make_trial):
    trial = make_trial(by_amount)
    trial.choose(CANDIDATES, ALWAYS)
    assert {n for *_, n, _ in trial.seen} == {60}


def test_what_is_chosen_stays_chosen(make_trial):
    first = make_trial(by_amount).choose(CANDIDATES, NEVER)
    again = make_trial(lambda generated, *_: generated)
    assert again.choose(CANDIDATES, ALWAYS) == first
    assert again.seen == []


def test_trainings_take_equal_steps_but_the_short_one(make_trial):
    trial = make_trial(by_amount)
    trial.examine([Candidate("gan", 1.0)], NEVER, most=3)
    assert {n for n, *_ in trial.seen} == {100, 200}  # images in 50 or 100 batches of two
    assert sum(n == 100 for n, *_ in trial.seen) == 4  # "nothing", in four splits
    seeds = {seeds for *_, seeds in trial.seen}
    assert len(seeds) == 4  # the same for all candidates, others for every split


def skill_of(nothing=0.6, steps=0.6, classical=0.6, gan=0.6, both=0.6):
    def skill(generated, transform, size):
        if size < 200:
            return nothing
        table = {(False, False): steps, (True, False): gan, (True, True): both}
        return table.get((generated > 0, bool(transform)), classical)

    return skill


def verdict_of(trial):
    chosen = trial.choose(CANDIDATES, ALWAYS)
    trial.examine(chosen, ALWAYS, most=6)
    return judge(trial, chosen)


SHARED = [Part(images(40), images(60), images(200), np.arange(200)) for _ in range(4)]


@pytest.mark.parametrize("parts", [None, SHARED])
def test_generated_images_that_help_are_advised(make_trial, parts):
    verdict = verdict_of(make_trial(skill_of(both=0.85), parts))
    assert verdict.helps
    assert (verdict.advised.method, verdict.advised.transform) == ("gan", "classical")
    assert "help" in in_one_sentence(verdict)
    assert verdict.question.estimate.mean == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize("parts", [None, SHARED])
def test_generated_images_that_fall_short_are_not(make_trial, parts):
    trial = make_trial(skill_of(classical=0.85, steps=0.7, gan=0.5, both=0.5), parts)
    verdict = verdict_of(trial)
    assert not verdict.helps
    assert verdict.advised.name == "classical"
    assert "fall short" in in_one_sentence(verdict)
    assert "classical" in in_one_sentence(verdict)


def test_longer_training_is_advised_where_it_is_all_that_counts(make_trial):
    everything = skill_of(nothing=0.6, steps=0.8, classical=0.8, gan=0.8, both=0.8)
    verdict = verdict_of(make_trial(everything))
    assert verdict.advised.name == "equal steps"
    assert "train longer" in in_one_sentence(verdict)


GENERATED = Candidate("gan", 1.0)
BEST_FIRST = (GENERATED.name, "classical", "equal steps", "randaugment", "nothing")


@pytest.mark.parametrize(
    ("sure", "advised", "said"),
    [
        ({(GENERATED.name, "nothing")}, "nothing", "No method"),  # nor any control is
        ({(GENERATED.name, "classical")}, "nothing", "better .* but not than nothing for sure"),
        ({(GENERATED.name, "nothing"), (GENERATED.name, "classical")}, GENERATED.name, "help"),
        ({(GENERATED.name, "classical"), ("classical", "nothing")}, GENERATED.name, "help"),
        ({("equal steps", "nothing")}, "equal steps", "No method .* train longer"),
    ],
)
def test_generated_images_are_advised_if_they_help_and_only_then(monkeypatch, sure, advised, said):
    validation = [{"set": name, "accuracy": 0.7 - 0.01 * k} for k, name in enumerate(BEST_FIRST)]
    trial = SimpleNamespace(score="accuracy", scores=lambda part: pd.DataFrame(validation))

    def compare(_, first, second):
        low = 0.01 if (first, second) in sure else -0.01
        return Finding(first, second, SimpleNamespace(mean=0.02, low=low, high=0.05))

    monkeypatch.setattr(verdict_module, "compare", compare)
    verdict = judge(trial, [GENERATED])
    assert verdict.advised.name == advised
    assert verdict.helps == (advised == GENERATED.name)
    assert re.search(said, in_one_sentence(verdict))


def test_chance_alone_is_rarely_a_verdict(make_trial, tmp_path):
    advised = []
    for seed in range(15):
        trial = make_trial(skill_of(), seed=seed)
        trial.directory = tmp_path / str(seed)
        trial.comparison.log.records.clear()
        trial.comparison.log.path = None
        chosen = trial.choose(CANDIDATES[::4], NEVER)
        trial.examine(chosen, ALWAYS, most=2)
        advised.append(judge(trial, chosen).advised.name)
    assert advised.count("nothing") >= 13


def test_power_is_said_and_shrinks_with_more_images(make_trial):
    verdict = verdict_of(make_trial(skill_of()))
    assert 0 < verdict.smallest_visible < 0.2
    assert "200 test images" in power_sentence(verdict, 200)


def test_one_split_says_nothing_for_sure(make_trial):
    trial = make_trial(skill_of(both=0.95), [Part(images(40), images(60), images(200))])
    verdict = verdict_of(trial)
    assert not verdict.helps
    assert verdict.advised.name == "nothing"
    assert "no interval" in power_sentence(verdict, 200)


def test_recall_counts_rare_classes_as_much(make_trial):
    parts = [Part(images(40, share=0.1), images(60), images(200, share=0.1)) for _ in range(3)]
    trial = make_trial(skill_of(both=0.9), parts, score="recall")
    trial.examine([Candidate("gan", 1.0, "classical")], NEVER, most=1)
    one, other = "gan, R = 1, classical", "equal steps"
    recall = trial.scores("test").groupby("set")["recall"].mean()
    weighted = [(w * d).mean() for w, d in zip(trial.weights(), trial.differences(one, other))]
    assert np.mean(weighted) == pytest.approx(recall[one] - recall[other])
    assert compare(trial, one, other).estimate.mean == pytest.approx(recall[one] - recall[other])


def test_uneven_classes_can_be_filled_up():
    uneven = images(40, share=0.1)
    assert is_imbalanced(uneven.counts())
    assert not is_imbalanced(images(40).counts())
    candidates = generated_candidates(["gan"], (1.0,), uneven.counts())
    (filled,) = (each for each in candidates if each.ratio is None and not each.transform)
    assert filled.needed(uneven) == 32
    assert filled.training_set(uneven, images(100, MADE)).counts().tolist() == [36, 36]
    assert filled.name == "gan, filled up"
    names = {each.name for each in (*CONTROLS, *candidates)}
    assert len(names) == 4 + 4
