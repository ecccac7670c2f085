import importlib.util
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from gan_augment import publish
from gan_augment.cartpole import Config, run
from gan_augment.common.errors import UserError

needs_gymnasium = pytest.mark.skipif(
    not importlib.util.find_spec("gymnasium"), reason="gymnasium is an extra"
)


@needs_gymnasium
def test_a_run_continues_and_is_published(tmp_path, capsys):
    out = tmp_path / "run"
    options = {"updates": 2, "episodes": 2, "inner_batch": 4, "learning_rates": (0.01,)}
    run(Config(out=out, gtn_seeds=1, **options))
    cells = (out / "cells.jsonl").read_text()
    run(Config(out=out, gtn_seeds=2, **options))
    assert (out / "cells.jsonl").read_text().startswith(cells)
    curves = pd.read_csv(out / "cartpole.csv")
    assert set(curves["method"]) == {"taught", "policy gradient"}
    assert list(curves["update"]) == [0, 1, 2] * 4
    assert curves["return"].between(1, 500).all()
    assert "plain policy gradients" in capsys.readouterr().out
    publish.publish(publish.Config(runs=(out,), results=tmp_path / "results"))
    page = (tmp_path / "results" / "README.md").read_text()
    assert "Training took" in page
    for picture in ("cartpole", "lessons"):
        assert (tmp_path / "results" / "cartpole" / f"{picture}.png").exists()


@needs_gymnasium
def test_the_same_seed_plays_the_same(tmp_path):
    from gan_augment.studies.policies import Policy, Stage

    policy, stage = Policy(units=4), Stage(3)
    parameters = policy.initial([0, 1])
    first, second, other = (stage.play(policy, parameters, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.states, second.states)
    np.testing.assert_array_equal(first.actions, second.actions)
    assert first.states.shape != other.states.shape or (first.states != other.states).any()
    assert len(first.actions) == first.returns.sum()
    assert first.advantages.mean() == pytest.approx(0, abs=1e-5)
    longest = first.returns.argmax()
    assert first.advantages[longest] == first.advantages.max()  # of its first step


def test_without_gymnasium_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(UserError, match=r"gan-augment\[cartpole\]"):
        run(Config(out=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_help_comes_at_once():
    process = subprocess.run(
        [sys.executable, "-m", "gan_augment.cartpole", "--help"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert "--inner-steps" in process.stdout
