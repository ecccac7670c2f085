import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from gan_augment.common.files import write_json
from gan_augment.reporting import genclass
from gan_augment.reporting.genclass import claims_text
from gan_augment.reporting.genclass_files import FILES, PERHAPS, pair_grid, write_genclass
from gan_augment.reporting.genclass_page import genclass_section

LEVELS = {
    "genclass": (0.80, 0.50),
    "genclass, softmax": (0.802, 0.499),
    "wgan-gp": (0.79, 0.50),
    "wgan-gp, softmax": (0.78, 0.47),
    "direct attributes": (0.70, 0.30),
    "nearest attributes": (0.90, 0.20),
    "bilinear": (0.85, 0.40),
    "real images": (0.97, 0.95),
}
CASES = ("0 and 1", "1 and 2", "0 and 2", "2 and 3")


@pytest.fixture
def scores():
    rows = []
    rng = np.random.default_rng(0)
    for case in CASES:
        shared = rng.normal(0, 0.1)  # a pair's own difficulty: pairing takes it out
        for gan_seed, method in itertools.product(range(2), LEVELS):
            alone, harmonic = LEVELS[method]
            luck = rng.normal(0, 0.0005)
            row = {
                "images": "handwritten",
                "case": case,
                "gan_seed": gan_seed,
                "generator": "joint",
                "method": method,
            }
            row |= {"zero_shot": alone + shared + luck, "harmonic": harmonic + shared + luck}
            row |= {
                "chance": 0.5,
                "seen": 0.9,
                "unseen": 0.3,
                "spread": 0.4,
                "right": 0.99,
                "seconds": 1.0,
            }
            rows.append(row | {"failure": "collapsed" if case == CASES[0] else None})
    return pd.DataFrame(rows)


@pytest.fixture
def classes(scores):
    rows = []
    for row in scores.itertuples():
        for name in "0123":
            seen = name not in row.case
            found = {
                "images": row.images,
                "case": row.case,
                "gan_seed": row.gan_seed,
                "method": row.method,
            }
            found |= {"class": name, "seen": seen, "generalised": 0.5}
            rows.append(found | {"zero_shot": None if seen else 0.75})
    return pd.DataFrame(rows)


POINTS = pd.DataFrame(
    {"images": images, "kind": kind, "class": name, "x": float(k), "y": float(-k)}
    for images in ("handwritten", "display")
    for kind, names in (("seen", "01"), ("real", "23"), ("generated", "23"))
    for k, name in enumerate(names)
)
OPTIONS = {
    **{"hidden": 128, "steps": 1000, "batch_size": 64, "samples": 8, "similarity": "distance"},
    **{"learning_rate": 1e-3, "penalty": 10.0, "classifier_weight": 1.0, "critic_steps": 5},
    **{"per_class": 400, "strokes": False, "features": 64, "images": 4000, "encoder_epochs": 5},
    "data": {"name": "mnist", "test_images": 1000},
}


def test_claims_are_judged_pair_by_pair(scores):
    told = {claim: (lines, outcome) for claim, lines, outcome in claims_text(scores)}
    recognised, better, together, costless = told.values()
    assert recognised[1] == "holds"
    assert len(recognised[0]) == 1  # guessing is for unseen classes among themselves
    assert "GenClass − chance, unseen among unseen: +" in recognised[0][0]
    # Nearest attributes and the bilinear method are better among the unseen, worse among all.
    assert better[1] == "holds in 4, does not hold in 2 of 6 comparisons"
    assert better[0][0].startswith("GenClass − direct attribute prediction, unseen among unseen: +")
    assert together[1] == "holds in 3, does not hold in 1 of 4 comparisons"
    assert costless[1] == "holds"  # two tenths of a point are within half a point
    assert genclass.together(["undecided", "does not hold"]) == "does not hold"  # is not hidden
    assert genclass.together(["undecided", "undecided"]) == "undecided"
    worse = scores.copy()
    worse.loc[worse["method"] == "genclass", ["zero_shot", "harmonic"]] -= 0.02
    assert claims_text(worse)[-1][2] == "does not hold"


def test_one_split_has_its_seeds_for_units(scores):
    one = scores[scores["case"] == CASES[0]]
    found = genclass.gain(one, "genclass", "direct attributes", "zero_shot")
    assert found.n_gan_seeds == 2
    assert genclass.gain(scores, "genclass", "direct attributes", "zero_shot").n_gan_seeds == 4
    assert genclass.over(one).startswith("seeds")
    assert genclass.gain(scores, *("genclass", "wgan-gp", "zero_shot")).interval_over == "classes"
    assert genclass.gain(one, *("genclass", "wgan-gp", "zero_shot")).interval_over == "gan seeds"
    header, rows = genclass.table_text(scores)
    assert header[-1] == "pairs × seeds"
    assert rows[0][0] == "GenClass"
    assert rows[0][-1] == "4 × 2"
    some = scores[(scores["case"] == CASES[0]) | (scores["gan_seed"] == 0)]
    assert genclass.table_text(some)[1][0][-1] == "4 × 1 to 2"  # seeds came later, not for all


def test_descriptions_are_held_against_those_of_other_classes(scores):
    draws = pd.DataFrame({"images": "handwritten", "zero_shot": np.linspace(0, 1, 99)})
    at_random = genclass.informed(scores, draws.assign(zero_shot=draws["zero_shot"] / 2))
    assert "p = 0.010 of the times: the descriptions tell something" in at_random
    told = genclass.informed(scores, draws)
    assert "50.0 % on average (standard deviation 29.3)" in told
    assert "it is not shown that the descriptions tell something" in told


def test_the_grid_of_pairs_is_symmetric(scores):
    grid = pair_grid(scores, "genclass")
    assert grid.loc["0", "1"] == grid.loc["1", "0"] > 50
    assert np.isnan(grid.loc["0", "3"])


@pytest.mark.parametrize("cases", [CASES, CASES[:1]])
def test_files_and_page(scores, classes, tmp_path, cases):
    directory = tmp_path / "genclass"
    directory.mkdir()
    scores, classes = (part[part["case"].isin(cases)] for part in (scores, classes))
    several = len(cases) > 1
    if several:
        scores, classes = (
            pd.concat([part, part.assign(images="display")]) for part in (scores, classes)
        )
    wrong = [{"images": k, "zero_shot": 0.5} for k in ("handwritten", "display") for _ in range(99)]
    text = write_genclass(scores, classes, pd.DataFrame(wrong), POINTS, directory)
    assert "GenClass" in text
    assert "In many cases" in text
    for name in FILES:
        assert (directory / name).stat().st_size
    assert all((directory / name).exists() == several for name in PERHAPS)
    assert imread(directory / "methods.png").std() > 0.01
    options = OPTIONS
    if not several:
        data = {"name": "AWA2", "features": [100, 8], "attributes": 5, "seen": 4, "unseen": 2}
        options = OPTIONS | {"data": data}
    write_json(directory / "runs.json", [{"options": options}])
    page = "\n\n".join(genclass_section(directory))
    assert "There is no public code of GenClass" in page
    assert "No numbers are reported" in page
    assert "Adam's rate is 0.001" in page
    assert ("seven segments" in page) == ("a linear map of 7 attributes" in page) == several
    assert ("4 of the 45 pairs" in page) == several
    assert ("as a display shows them" in page) == several
    assert ("### Digits of a display, the control" in page) == several
    assert ("Features of AWA2: 100 images of 4 seen and 2 unseen classes" in page) != several
    assert "75 (50)" in page if several else "pairs.png" not in page
    assert "nan" not in page
