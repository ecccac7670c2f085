import numpy as np
import pytest

from gan_augment.common.errors import UserError
from gan_augment.data.collection import read_collection
from gan_augment.data.images import concatenate
from gan_augment.data.records import write_records


@pytest.mark.parametrize("encoding", ["png", "raw"])
def test_a_prepared_directory_by_path_and_by_name(tmp_path, make_set, encoding):
    images = concatenate([make_set(20, (12, 12, 3), ("a", "b"), seed) for seed in range(2)])
    path = write_records(
        tmp_path,
        "mine",
        [images],
        class_names=images.class_names,
        image_shape=images.image_shape,
        generation={},
        encoding=encoding,
    )
    for found in (read_collection(path), read_collection("mine", tmp_path)):
        assert found.images.content_hash() == images.content_hash()
        assert found.splits.tolist() == ["train"] * 40
        assert found.names[39] == "train/39"


def test_a_damaged_directory_is_one_sentence(tmp_path):
    (tmp_path / "1.0.0").mkdir()
    (tmp_path / "1.0.0" / "dataset_info.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read as a prepared TFDS directory") as raised:
        read_collection(tmp_path)
    assert "\n" not in str(raised.value)
    np.testing.assert_array_equal(sorted(p.name for p in tmp_path.iterdir()), ["1.0.0"])
