import json
import subprocess
import sys

import pandas as pd
import pytest

from gan_augment import publish, studies
from gan_augment.classifiers.learners import Architecture
from gan_augment.common.errors import UserError
from gan_augment.gtn import Config, checked, others, run
from gan_augment.studies import architecture_search, classroom

pytestmark = pytest.mark.usefixtures("embedded_digits_only")


def small(out, **options):
    options = {"inner_steps": 3, "points": (2, 3), "inner_batch": 10, **options}
    sizes = {"meta_steps": 3, "meta_batch": 16, "latent_dim": 4, "width": 0.02}
    return Config(out=out, filters=(2,), dense=(), members=2, search_steps=2, **sizes, **options)


def test_a_run_grows_and_is_published(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(studies.teaching, "WATCHED", 1)
    monkeypatch.setattr(studies.teaching, "TUNED_WITH", 1)
    grid = {"rates": (0.1, 0.2), "momenta": (0.5,)}
    monkeypatch.setattr(classroom.tuned_on_real, "__kwdefaults__", grid)
    out = tmp_path / "run"
    run(small(out, curricula=("real",)))
    printed = capsys.readouterr().out
    assert "real, learned rates" in printed
    cells = (out / "cells.jsonl").read_text()
    monkeypatch.setattr(
        architecture_search.ArchitectureSearch.__init__,
        "__kwdefaults__",
        {"learners": 2, "space": tuple(Architecture((n,), (), 3) for n in (1, 2, 3))},
    )
    run(small(out, search=True))  # another curriculum
    assert "generated, learned curriculum" in capsys.readouterr().out
    assert (out / "cells.jsonl").read_text().startswith(cells)  # nothing is done again
    scores = pd.read_csv(out / "scores.csv")
    assert set(scores["curriculum"]) == {"real, tuned", "learned", "real"}
    assert len(scores) == 3 * 2 * 2
    assert set(pd.read_csv(out / "curve.csv")["curriculum"]) == {"learned", "real"}
    search = pd.read_csv(out / "search.csv")
    assert len(search) == 3 * 3 * 2
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "98.9 % of MNIST after 32 steps" in page
    assert "| dataset condensation, reported | 10 | 97.4 |" in page
    for picture in ("curve", "lessons", "search"):
        assert f"(gtn/{picture}.png)" in page
        assert (tmp_path / "results" / "gtn" / f"{picture}.png").exists()
    with pytest.raises(UserError, match="meta_steps = 3, not 4"):
        run(Config(**vars(small(out)) | {"meta_steps": 4}))
    assert json.loads((out / "options.json").read_text())["points"] == [2, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"curricula": ("lerned",)}, "no curriculum 'lerned'"),
        ({"curricula": ()}, "at least one"),
        ({"points": (2, 4)}, "must be the number of inner steps, 3"),
        ({"inner_batch": 0}, "--inner-batch must be positive"),
        ({"curricula": ("real",), "search": True}, "a curriculum that generates"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message, tmp_path):
    with pytest.raises(UserError, match=message):
        run(small(tmp_path / "run", **options))
    assert not (tmp_path / "run").exists()


def test_points_are_a_quarter_a_half_and_all():
    assert checked(Config()).points == (8, 16, 32)
    assert checked(Config(inner_steps=3)).points == (1, 2, 3)
    assert checked(Config(inner_steps=1)).points == (1,)


def test_learners_of_other_kinds_differ_from_the_own_one_and_each_other():
    own = Architecture((16, 32), (64,), 3)
    found = others(own)
    assert len({own, *found}) == len(found) + 1
    assert len({architecture.name for architecture in (own, *found)}) == len(found) + 1


def test_help_comes_at_once():
    process = subprocess.run(
        [sys.executable, "-m", "gan_augment.gtn", "--help"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert "--curricula" in process.stdout
