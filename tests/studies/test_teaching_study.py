import numpy as np
import pytest

from gan_augment.classifiers.learners import Architecture
from gan_augment.studies import classroom, teaching
from gan_augment.studies.architecture_search import ArchitectureSearch
from gan_augment.studies.teaching import REAL, TeachingStudy


@pytest.fixture
def study(blobs, tmp_path):
    """Without a network: real learners only. Held-out images come class after class."""
    held_out = blobs(90, seed=2)
    held_out = held_out.take(np.argsort(held_out.labels, kind="stable"))
    return TeachingStudy(
        tmp_path,
        {},
        Architecture((), (4,)),
        blobs(200),
        held_out,
        blobs(60, seed=1),
        points=(1, 3),
        batch=8,
        meta_steps=1,
        meta_batch=8,
        every=1,
        members=3,
        seed=0,
    )


def test_what_networks_are_held_against_has_no_learner_twice(study, monkeypatch):
    monkeypatch.setattr(teaching, "TUNED_WITH", 1)
    grid = {"rates": (0.05, 0.1), "momenta": (0.5,)}
    monkeypatch.setattr(classroom.tuned_on_real, "__kwdefaults__", grid)
    study.run((), 1)
    first = study.scores()
    monkeypatch.setattr(teaching, "tuned_on_real", None)  # rates are chosen once
    study.run((), 2)
    (choice,) = first.query("point == 3")["rate"].unique()
    assert ArchitectureSearch(study, "learned", steps=5)._tuned(3)["rate"] == choice
    scores = study.scores()
    assert scores[: len(first)].equals(first)
    assert set(scores["curriculum"]) == {REAL}
    by_network = scores.pivot(index=["point", "member"], columns="gan_seed", values="accuracy")
    assert (by_network[0] != by_network[1]).any()
    assert scores.groupby("point")["rate"].nunique().max() == 1
    assert not set(study._members(0)) & set(study._members(1))


def test_some_images_of_an_ordered_set_have_every_class(study, blobs, monkeypatch):
    monkeypatch.setattr(teaching, "VALIDATED_WITH", 30)
    options = {name: getattr(study, name) for name in ("points", "batch", "meta_steps")}
    options |= {name: getattr(study, name) for name in ("meta_batch", "every", "members", "seed")}
    few = TeachingStudy(
        study.directory, {}, study.architecture, blobs(9), study.validation, blobs(9), **options
    )
    assert few.validation.counts().tolist() == [10, 10, 10]


def test_a_search_with_other_lessons_is_another_search(study):
    searches = [ArchitectureSearch(study, name, steps=3) for name in ("learned", "random")]
    about = {"architecture": "net", "parameters": 1, "seconds": 1.0}
    searches[0].log.append(
        about | {"way": "generated", "curriculum": "learned", "accuracy": [0.9, 0.8]}
    )
    searches[0].log.append(about | {"way": "full", "accuracy": [0.95, 0.97]})
    searches[1].log = searches[0].log
    assert set(searches[0].scores()["way"]) == {"generated", "full"}
    assert set(searches[1].scores()["way"]) == {"full"}
