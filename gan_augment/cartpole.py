"""Can a policy for CartPole be learned in one step?

Appenzeller & Daaboul (survey), section IV-D: a Generative Teaching Network that makes states and
actions instead of images (Such et al. 2019). "For a simple task like CartPole training the GTN
takes about as long as training a single learner with policy gradients. After the GTN is trained
however it can train a learner to achieve maximum performance in a single gradient descent step."

A teacher's update: a fresh policy takes its step, plays, and the policy gradient of what it won is
differentiated through that step. A plain policy's update: it plays, and follows the policy gradient
itself. Both are given as many updates and episodes, and are compared at equal time.

    pip install gan_augment[cartpole]
    python -m gan_augment.cartpole --quick       a look, under 5 minutes on two cores
    python -m gan_augment.cartpole

The same command again continues. Reported: the longest episode, 500 steps, after one step.

Policies have 64 tanh units, see states in units of how far they reach, and begin nearly
indifferent. That matters: of weight-normalised ones with preferences of their own, in plain units,
policies taught by any of four teachers stood for less than 70 steps after 150 updates.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

from gan_augment import experiment, reporting, studies
from gan_augment.common.checks import require_positive
from gan_augment.common.errors import UserError, run_command
from gan_augment.common.quiet import import_tensorflow


@dataclass(frozen=True)
class Config:
    """Options of the experiment."""

    updates: int = 300
    """Updates of a teacher, or of a plain policy."""
    episodes: int = 16
    """Episodes played for each of them."""
    inner_steps: int = 1
    """Steps that a fresh policy takes on generated states."""
    inner_batch: int = 64
    """States of a step."""
    learning_rates: tuple[float, ...] = (0.003, 0.01, 0.03)
    """Adam's, at the beginning: each is tried for both, and the best for each is compared."""
    gtn_seeds: int = 3
    """How often each is trained."""
    quick: bool = False
    """A look within minutes: one seed and rate, few updates."""
    out: Path = Path("runs/cartpole")
    """Directory of the run."""
    seed: int = 0
    """Seed of everything."""


QUICK = Config(updates=100, learning_rates=(0.01,), gtn_seeds=1, quick=True)
SELECTION = {"gtn_seeds", "learning_rates"}


def run(config: Config) -> None:
    """Run the experiment; what is finished in `config.out` is not done again."""
    import_tensorflow()
    require_positive(
        config,
        *("updates", "episodes", "inner_steps", "inner_batch", "learning_rates", "gtn_seeds"),
    )
    if not config.learning_rates:
        raise UserError("--learning-rates needs at least one value")
    studies.policies.Stage(1)  # refuses a machine without gymnasium before anything is done
    directory = experiment.claim(
        config.out, "cartpole", experiment.options_of(config), selection=SELECTION
    )
    study = studies.CartPoleStudy(
        directory.path,
        updates=config.updates,
        episodes=config.episodes,
        inner_steps=config.inner_steps,
        batch=config.inner_batch,
        rates=config.learning_rates,
        every=max(1, config.updates // 25),
        seed=config.seed,
    )
    study.run(config.gtn_seeds)
    curves = study.curves()
    rate = reporting.best_rates(curves)["taught"]
    reporting.write_cartpole(curves, study.lessons(rate), directory.path)
    directory.finish()
    print(reporting.cartpole_text(curves))
    print(f"Table and figures: {directory.path}")


parsed = functools.partial(
    experiment.parsed, name="cartpole", default=Config(), quick=QUICK, description=__doc__
)

if __name__ == "__main__":
    run_command(lambda: run(parsed(sys.argv[1:])))
