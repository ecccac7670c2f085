import itertools
from dataclasses import replace

import numpy as np
import pytest
import scipy.io

from gan_augment.common.errors import UserError
from gan_augment.data.attributes import digit_attributes, load_attribute_set


@pytest.fixture
def arrays(described):
    """What the standard files hold: columns are images and classes, numbers begin at 1."""
    data = described()
    names = np.array([[np.array([name])] for name in data.class_names], object)
    return {
        "res101.mat": {
            "features": data.features.T.astype(float),
            "labels": data.labels[:, None].astype(float) + 1,
        },
        "att_splits.mat": {
            "att": data.attributes.T.astype(float),
            "allclasses_names": names,
            "trainval_loc": data.train[:, None] + 1,
            "test_seen_loc": data.test_seen[:, None] + 1,
            "test_unseen_loc": data.test_unseen[:, None] + 1,
        },
    }


def write(folder, arrays):
    folder.mkdir(exist_ok=True)
    for name, values in arrays.items():
        scipy.io.savemat(folder / name, values)
    return folder


def test_standard_folders_are_read(tmp_path, arrays, described, monkeypatch):
    write(tmp_path / "AWA2", arrays)
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path))
    found, name = load_attribute_set("AWA2")
    expected = described()
    assert name == "AWA2"
    assert found.class_names == expected.class_names
    for part in ("features", "labels", "attributes", "train", "test_seen", "test_unseen"):
        assert (getattr(found, part) == getattr(expected, part)).all()
    assert found.seen.tolist() == [0, 1, 2, 3]
    assert found.unseen.tolist() == [4, 5]
    assert found.summary() == expected.summary()
    assert found.summary() != described(seed=1).summary()


def test_what_is_missing_or_damaged_is_one_sentence(tmp_path, arrays):
    with pytest.raises(UserError, match="no folder 'AWA2'; zero-shot sets are mnist, or folders"):
        load_attribute_set("AWA2")
    with pytest.raises(UserError, match=r"res101.mat is not there; a zero-shot set is a folder"):
        load_attribute_set(tmp_path)
    folder = write(tmp_path, arrays)
    file = folder / "att_splits.mat"
    whole = file.read_bytes()
    for damaged in (b"", b"not a MATLAB file", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        with pytest.raises(UserError, match=r"att_splits.mat cannot be read as a MATLAB file"):
            load_attribute_set(folder)
    write(folder, {"att_splits.mat": {"att": np.zeros([3, 6])}})
    with pytest.raises(UserError, match="lacks the variable allclasses_names"):
        load_attribute_set(folder)


@pytest.mark.parametrize(
    ("file", "key", "change", "sentence"),
    [
        ("res101.mat", "labels", lambda x: x + 2, "labels run from 2 to 7, but 6 classes"),
        ("res101.mat", "labels", lambda x: x[:-1], "features of 180 images and labels"),
        ("res101.mat", "features", lambda x: x * np.nan, "not numbers"),
        ("att_splits.mat", "att", lambda x: x[:, 1:], r"attributes must be float32 \[6, a\]"),
        (
            "att_splits.mat",
            "trainval_loc",
            lambda x: np.append(x, [[121]], 0),
            "the unseen class 'e' is in train",
        ),
        ("att_splits.mat", "test_seen_loc", lambda x: x * 0, "test_seen has no rows, or some"),
        ("att_splits.mat", "test_seen_loc", lambda x: x - 15, "both for training and for testing"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path, arrays, file, key, change, sentence):
    arrays[file][key] = change(arrays[file][key])
    with pytest.raises(UserError, match=sentence):
        load_attribute_set(write(tmp_path, arrays))


def test_no_unseen_class_can_be_in_training(described):
    data = described()
    leaked = np.append(data.train, data.test_unseen[0])
    with pytest.raises(ValueError, match="the unseen class 'e' is in training"):
        replace(data, train=leaked)
    with pytest.raises(ValueError, match="a class that is not in training"):
        replace(data, train=data.train[data.labels[data.train] > 0])


def test_features_are_scaled_by_the_training_rows_alone(described):
    data = described()
    features = data.features.copy()
    features[:, 2] = 7  # the same for all that is seen
    features[data.train[0], 2] += 1e-3  # but for one
    features[data.test_unseen] += 100
    scaled = replace(data, features=features).scaled().features
    known = scaled[data.train]
    assert known.dtype == np.float32
    assert (known.min(0) == 0).all()
    assert known.max(0).mean() == pytest.approx(1)
    assert known[:, 2].max() < 0.001  # what hardly moves stays small, whatever comes
    ratio = (scaled[data.test_unseen] - scaled[data.test_seen[0]]) / (
        features[data.test_unseen] - features[data.test_seen[0]]
    )
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-3)  # one scale: shapes are kept


def test_segments_are_those_of_a_display():
    names, table = digit_attributes()
    lit = dict(zip(names, table.T.astype(int)))
    assert table.sum(1).tolist() == [6, 2, 5, 5, 4, 5, 6, 3, 7, 6]
    assert [name for name in names if lit[name][1]] == ["upper right", "lower right"]
    assert [name for name in names if not lit[name][0]] == ["middle"]
    assert [name for name in names if not lit[name][9]] == ["lower left"]


def told_apart(table, unseen, among):
    """Whether unseen rows differ from all of `among` in what varies over the seen ones."""
    seen = np.delete(table, unseen, 0)
    varying = table[:, seen.std(0) > 0]
    return all((varying[u] != varying[c]).any() for u in unseen for c in among if c != u)


def test_strokes_are_needed_by_the_two_pairs_that_are_named():
    pairs = list(itertools.combinations(range(10), 2))
    _, segments = digit_attributes()
    _, strokes = digit_attributes(strokes=True)
    assert all(told_apart(segments, pair, pair) for pair in pairs)
    lost = [pair for pair in pairs if not told_apart(segments, pair, range(10))]
    assert lost == [(1, 4), (5, 6)]
    assert all(told_apart(strokes, pair, range(10)) for pair in pairs)
