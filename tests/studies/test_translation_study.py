import functools

import numpy as np
import pytest
from dark_and_light import images

from gan_augment.classifiers import Members, small_cnn
from gan_augment.studies.judges import Judges
from gan_augment.studies.translation import Directions, training_sets


def shares(training_set):
    """Return by the value in their corner how many images a set has."""
    values, counts = np.unique(training_set.images().images[:, 0, 0, 0], return_counts=True)
    return dict(zip(values.tolist(), counts.tolist()))


def test_sets_are_what_their_names_say():
    sets = training_sets(images(4, 1), images(10, 2), images(10, 3), images(10, 4))
    assert {name: shares(each) for name, each in sets.items()} == {
        "scarce": {1: 4},
        "classical": {1: 4},
        "plentiful alone": {2: 10},
        "plentiful": {1: 10, 2: 10},
        "plentiful+classical": {1: 10, 2: 10},
        "translated alone": {3: 10},
        "translated": {1: 10, 3: 10},
        "translated+classical": {1: 10, 3: 10},
        "shifted": {1: 10, 4: 10},
        "shifted+classical": {1: 10, 4: 10},
    }
    assert {name for name, each in sets.items() if each.transform} == {
        name for name in sets if "classical" in name
    }
    assert "shifted" not in training_sets(images(4), images(4), images(4))


@pytest.fixture
def judges(tmp_path):
    def make():
        def make_members(transform):
            assert not transform
            build = functools.partial(small_cnn, (12, 12, 1), 2)
            return Members(build, batch_size=8, lanes=1)

        return Judges(make_members, members=2, steps=60, seed=0, path=tmp_path / "judges.jsonl")

    return make


def test_judges_say_how_many_labels_were_kept(judges):
    train = images(24)
    asked = []

    def made(key, **options):
        asked.append(key)
        return images(20, **options)

    sets = {
        ("held out", 0): lambda: made("held out"),
        ("translated", 0): lambda: made("first", wrong=5),
        ("translated", 1): lambda: made("second", wrong=10),
    }
    first = judges()
    first.ask(train, {key: sets[key] for key in list(sets)[:2]})
    again = judges()
    again.ask(train, sets)
    assert asked == ["held out", "first", "second"]
    table = again.table().set_index(["set", "gan_seed", "member"])["agreement"]
    assert table.to_dict() == {
        **{("held out", 0, m): 1.0 for m in (0, 1)},
        **{("translated", 0, m): 0.75 for m in (0, 1)},
        **{("translated", 1, m): 0.5 for m in (0, 1)},
    }
    taken = again.taken_for().set_index(["set", "class", "taken_for"])["share"]
    assert taken["held out", "dark", "light"] == 0
    assert taken["translated"].groupby("class").sum().tolist() == pytest.approx([1, 1])
    assert 0.3 < taken["translated", "dark", "light"] < 0.45


class Inverting:
    """A translation that inverts, and darkens on the way back."""

    class_names = ("night", "day")

    def translated(self, images, into):
        return 255 - images if into else (255 - images) // 2

    def kept_samples(self):
        return {}


def test_directions_know_the_way_there_and_back():
    nights, days = np.full((3, 2, 2, 1), 51, np.uint8), np.full((2, 2, 2, 1), 204, np.uint8)
    found = Directions.of(Inverting(), 4, (nights, days))
    assert [part[0, 0, 0, 0] for part in found.there] == [204, 25]
    assert [part[0, 0, 0, 0] for part in found.back] == [25, 230]
    assert found.records()[0] == {
        "gan_seed": 4,
        "into": "day",
        "images": 3,
        "changed": pytest.approx(153 / 255),
        "returned": pytest.approx(26 / 255),
    }
    crossed = found.crossed()
    assert crossed.class_names == ("night", "day")
    assert crossed.labels.tolist() == [0, 0, 1, 1, 1]
    assert crossed.images[:, 0, 0, 0].tolist() == [25, 25, 204, 204, 204]
