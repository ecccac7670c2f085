import pandas as pd
import pytest

from gan_augment.reporting.cells import Accuracies, BestRatio, Cell, Contrast


def accuracies(cells):
    """`Accuracies` at α = 2 of {(arm, ratio, size): [[accuracies of members] of GAN seeds]}."""
    rows = [
        {"alpha": 2.0, "size": size, "arm": arm, "ratio": ratio, "gan_seed": seed, "member": member,
         "accuracy_corrected": value, "accuracy_report": value + 0.1}
        for (arm, ratio, size), seeds in cells.items()
        for seed, members in enumerate(seeds)
        for member, value in enumerate(members)
    ]  # fmt: skip
    return Accuracies(pd.DataFrame(rows).convert_dtypes(), "corrected")


def test_no_images_added_is_the_real_arm():
    found = accuracies({("real", 0.0, 500): [[0.8, 0.7]]})
    assert list(found.of(Cell("gan", 0.0, 500, 2.0))) == [0.8, 0.7]
    assert found.of(Cell("gan", 1.0, 500, 2.0)).empty
    assert found.of(Cell("affine", 0.0, 500, 2.0)).empty


def test_a_contrast_pairs_by_sample_and_member():
    found = accuracies(
        {("gan", 1.0, 500): [[0.9, 0.8], [0.7]], ("repeat", 1.0, 500): [[0.5, 0.6], [0.1, 0.2]]}
    )
    contrast = Contrast.between("", Cell("gan"), Cell("repeat")).at(alpha=2.0, size=500, ratio=1.0)
    assert contrast.values(found).to_dict() == pytest.approx(
        {(0, 0): 0.4, (0, 1): 0.2, (1, 0): 0.6}
    )


def test_a_contrast_of_contrasts():
    found = accuracies(
        {("real", 0.0, n): [[real]] for n, real in ((500, 0.8), (1000, 0.9))}
        | {("synthetic", 1.0, n): [[fake]] for n, fake in ((500, 0.5), (1000, 0.85))}
    )
    gap = Contrast.between("", Cell("real", 0.0), Cell("synthetic", 1.0)).at(alpha=2.0)
    shrinking = gap.at(size=500).minus(gap.at(size=1000), "gap")
    assert list(shrinking.values(found)) == pytest.approx([0.3 - 0.05])
    assert gap.at(size=2000).minus(gap.at(size=1000), "gap").values(found).empty


def test_the_best_ratio_is_sought_where_every_size_was_run():
    found = accuracies(
        {("real", 0.0, n): [[0.5, 0.5]] for n in (500, 1000)}
        | {("gan", 1.0, n): [[0.6, 0.4]] for n in (500, 1000)}
        | {("gan", 4.0, 500): [[0.9, 0.9]]}
    )
    best = BestRatio("gan", 500, 2.0).values(found)
    assert best.to_dict() == {(0, 0): 1.0, (0, 1): 0.0}
    assert BestRatio("gan", 2000, 2.0).values(found).empty


def test_what_is_open_is_filled_in_and_nothing_else():
    assert Cell("gan").at(alpha=2.0, size=500, ratio=1.0) == Cell("gan", 1.0, 500, 2.0)
    assert Cell("real", 0.0).at(alpha=2.0, ratio=1.0) == Cell("real", 0.0, None, 2.0)
