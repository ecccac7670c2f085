import json

import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data.generated_features import read_features, write_features


def test_features_come_back_with_where_they_are_from(tmp_path):
    features = np.random.default_rng(0).random((5, 3)).astype(np.float32)
    write_features(tmp_path / "set", features, [2, 2, 2, 0, 0], "abc", {"case": "x", "seed": 4})
    found, labels, names, told = read_features(tmp_path / "set")
    assert (found == features).all()
    assert labels.tolist() == [2, 2, 2, 0, 0]
    assert names == ("a", "b", "c")
    assert (told["case"], told["seed"], told["synthetic"]) == ("x", 4, True)
    assert told["counts"] == {"a": 2, "c": 3}
    assert "tensorflow" in told["versions"]


def test_what_is_not_whole_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"no generation.json"):
        read_features(tmp_path)
    write_features(tmp_path, np.zeros([2, 3]), [0, 1], "ab", {})
    told = json.loads((tmp_path / "generation.json").read_text())
    (tmp_path / "generation.json").write_text(json.dumps(told | {"features": [3, 3]}))
    with pytest.raises(UserError, match=r"is not what its generation.json says"):
        read_features(tmp_path)
    (tmp_path / "features.npz").write_bytes(b"PK")
    with pytest.raises(UserError, match="cannot be read as an npz file"):
        read_features(tmp_path)
