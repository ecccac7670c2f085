import json
import subprocess
import sys

import pandas as pd
import pytest

from gan_augment import convergence, publish
from gan_augment.common.errors import UserError
from gan_augment.convergence import Config, best_pair, canonical, parts_of, run

pytestmark = pytest.mark.usefixtures("embedded_digits_only")


def test_toys_and_their_page(tmp_path, capsys):
    out = tmp_path / "run"
    run(Config(variants=("none", "r1=0.1"), steps=5, gan_seeds=1, out=out))
    printed = capsys.readouterr().out
    assert "±0.5i" in printed
    assert "r1=0.1" in printed
    assert json.loads((out / "options.json").read_text())["complete"]
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "| WGAN-GP, γ = 3 | – | – |" in page
    assert "A plain GAN need not converge (III-A). | – | **holds**" in page
    for picture in ("figure_3", "figure_4_5", "figure_6", "ring"):
        assert f"(convergence/{picture}.png)" in page
        assert (tmp_path / "results" / "convergence" / f"{picture}.png").exists()


def small(out, **options):
    options = {"variants": ("none", "batch-norm+ema"), "gan_seeds": 1, "members": 1, **options}
    return Config(
        images="mnist", alpha=0.05, size=60, steps=2, classifier_epochs=1, out=out, **options
    )


def test_collapse_study_grows_and_is_published(tmp_path, capsys):
    out = tmp_path / "run"
    run(small(out, variants=("none",)))
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "first"))
    run(small(out))
    run(small(out, variants=("none",)))  # less than is there: nothing is lost
    assert "batch-norm+ema" in capsys.readouterr().out
    scores = pd.read_csv(out / "scores.csv")
    assert set(scores["variant"]) == {"real", "none", "batch-norm+ema"}
    assert set(json.loads((out / "costs.json").read_text())) == {"batch-norm+ema"}
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "One DCGAN (α = 0.05) a class on 60 real images of mnist, 2 steps" in page
    with pytest.raises(UserError, match="steps = 2, not 3"):
        run(Config(**vars(small(out)) | {"steps": 3}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variants": ("r3",)}, "no stabiliser"),
        ({"variants": ("r1+wgan-gp",)}, "do not go together"),
        ({"variants": ("batch-norm+r1",)}, "give --images"),
        ({"images": "mnist", "size": 10**6}, "a smaller size"),
        ({"images": "mnist", "size": 8}, "larger --size"),
        ({"steps": 0}, "--steps must be positive"),
        ({"variants": ("diff-augment",)}, "leave it out"),
        ({"images": "cifer10"}, "did you mean cifar10"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message, tmp_path):
    with pytest.raises(UserError, match=message):
        run(Config(out=tmp_path / "run", **options))
    assert not (tmp_path / "run").exists()


def test_the_best_pair_goes_together():
    accuracy = dict.fromkeys(convergence.NAMES, 0.1) | {"r1": 0.9, "wgan-gp": 0.8, "ema": 0.7}
    scores = pd.DataFrame({"variant": list(accuracy), "accuracy": list(accuracy.values())})
    assert best_pair(scores, "") == "r1+ema"  # r1 and wgan-gp do not


def test_a_variant_has_one_name():
    assert canonical("ema+r1=2+batch-norm") == canonical("batch-norm+r1=2+ema")
    assert canonical("batch-norm") == "batch-norm"
    assert canonical("none") == "none"
    with pytest.raises(UserError, match="twice"):
        canonical("ema+ema")


def test_variants_are_names_joined_by_plus():
    assert parts_of("none") == []
    assert parts_of("batch-norm+r1=2") == ["batch-norm", "r1=2"]


def test_help_comes_at_once():
    process = subprocess.run(
        [sys.executable, "-m", "gan_augment.convergence", "--help"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert "--variants" in process.stdout
