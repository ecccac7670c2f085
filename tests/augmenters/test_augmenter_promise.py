import re
from pathlib import Path

import pytest
from augmenter_promise import check_augmenter

from gan_augment.augmenters import Affine, Repeat

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.mark.parametrize("augmenter", [Repeat(), Affine()])
def test_the_controls_keep_the_promise(augmenter, blobs):
    check_augmenter(augmenter, blobs(30))


def test_the_example_of_the_guide_is_an_augmenter(monkeypatch, tmp_path):
    monkeypatch.delenv("GAN_AUGMENT_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(blocks) == 3
    names = {}
    for block in blocks:
        exec(block, names)
    assert names["images"].counts().tolist() == [20] * 10


def test_what_breaks_the_promise_is_found(blobs):
    class Forgetful(Repeat):
        def batches(self, per_class, seed):
            return super().batches(per_class, per_class)

    with pytest.raises(AssertionError):
        check_augmenter(Forgetful(), blobs(30))
