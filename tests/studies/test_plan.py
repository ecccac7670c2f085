import pytest

from gan_augment.common.errors import UserError
from gan_augment.studies.plan import ENOUGH, GENERATORS, Costs, plan_for

FAST = Costs(gan_start=5, gan_step=0.001, classifier_step=0.002)
TRIAL = {"images": 400, "generators": 4, "trainings": 60}


def test_a_fast_machine_takes_a_wide_generator_and_a_slow_one_a_narrow_one():
    slow = Costs(gan_start=10, gan_step=0.03, classifier_step=0.01)
    assert plan_for(600, FAST, **TRIAL).gan_width == 1
    assert plan_for(600, slow, **TRIAL).gan_width == 0.25


@pytest.mark.parametrize("minutes", [4, 10, 30])
@pytest.mark.parametrize("step", [0.003, 0.01, 0.03])
def test_the_plan_fits_into_its_shares(minutes, step):
    costs = Costs(gan_start=5, gan_step=step, classifier_step=step)
    plan = plan_for(60 * minutes, costs, **TRIAL)
    of_one = costs.gan_start + plan.gan_steps * step * (plan.gan_width / 0.25) ** 2
    assert 4 * of_one <= GENERATORS * 60 * minutes
    assert 60 * plan.classifier_steps * step <= 0.4 * 60 * minutes
    if plan.gan_width > 0.25:
        assert plan.gan_steps >= ENOUGH


def test_time_without_end_is_not_used_up():
    plan = plan_for(1e6, FAST, **TRIAL)
    assert plan.gan_steps == 3000
    assert plan.classifier_steps == 40 * 400 // 32
    assert "3,000 steps" in str(plan)


def test_too_little_time_says_how_much_it_takes():
    slow = Costs(gan_start=60, gan_step=1, classifier_step=1)
    with pytest.raises(UserError, match="--minutes 126 or more"):
        plan_for(180, slow, images=400, generators=4, trainings=60)
