import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.integrate import quad
from scipy.special import expit

from gan_augment.augmenters import objectives
from gan_augment.common.errors import UserError
from gan_augment.studies import dirac, games

POINTS = np.random.default_rng(0).normal(size=(12, 2))
THETA, PSI = POINTS.T


def at(field, points=POINTS):
    return field(tf.constant(points)).numpy()


def slope(t):
    """f′(t)"""
    return expit(-t)


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (games.plain(), (-slope(PSI * THETA) * PSI, slope(PSI * THETA) * THETA)),
        (games.non_saturating(), (-slope(-PSI * THETA) * PSI, slope(PSI * THETA) * THETA)),
        (games.clipped_wasserstein(), (-PSI, THETA)),
        (games.wgan_gp(0.7), (-PSI, THETA - 0.7 * np.sign(PSI) * (abs(PSI) - 1))),
        (games.r1(0.7), (-slope(PSI * THETA) * PSI, slope(PSI * THETA) * THETA - 0.7 * PSI)),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_fields_are_those_of_the_paper(game, expected):
    np.testing.assert_allclose(at(game.field), np.stack(expected, axis=1), atol=1e-13)


@pytest.mark.parametrize("name", ["saturating", "non_saturating", "wasserstein"])
def test_the_games_are_the_objectives_that_images_are_trained_with(name):
    game = {
        "saturating": games.plain,
        "non_saturating": games.non_saturating,
        "wasserstein": games.clipped_wasserstein,
    }[name]()
    objective = getattr(objectives, name)
    for point in POINTS[:3]:
        theta, psi = map(tf.Variable, point)
        with tf.GradientTape(persistent=True) as tape:
            # There a logit is large for images held to be real, here D is for generated ones.
            fake, real = -psi * theta, 0.0 * psi
            losses = objective.generator(fake), objective.discriminator(real, fake)
        gradients = [tape.gradient(losses[0], theta), tape.gradient(losses[1], psi)]
        np.testing.assert_allclose(at(game.field, [point])[0], -np.array(gradients), atol=1e-13)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 3.0])
def test_noise_is_integrated_exactly(sigma):
    def expected(theta, psi):
        def mean(function):
            density = lambda e: math.exp(-e * e / 2) / math.sqrt(2 * math.pi)  # noqa: E731
            return quad(lambda e: function(sigma * e) * density(e), -12, 12, epsabs=1e-13)[0]

        fake = mean(lambda e: slope(psi * (theta + e)) * (theta + e))
        return -psi * mean(lambda e: slope(psi * (theta + e))), fake - mean(
            lambda e: slope(-psi * e) * e
        )

    found = at(games.instance_noise(sigma).field, POINTS[:4])
    np.testing.assert_allclose(found, [expected(*point) for point in POINTS[:4]], atol=1e-10)


@pytest.mark.parametrize("field", [games.plain().field, games.toy], ids=["plain", "toy"])
def test_conservative_field_is_the_slope_of_the_energy(field):
    def energy(points):
        return (at(field, points) ** 2).sum(axis=1) / 2

    step = 1e-6
    differences = [energy(POINTS + step * e) - energy(POINTS - step * e) for e in np.eye(2)]
    expected = -np.stack(differences, axis=1) / (2 * step)
    np.testing.assert_allclose(at(games.conservative(field)), expected, atol=1e-9)
    both = at(field) + 0.6 * expected
    np.testing.assert_allclose(at(games.combined(field, 0.6)), both, atol=1e-9)


STRENGTHS = (0.05, 0.3, 0.999999, 1.0, math.sqrt(2), 1.7, 4.0)


@pytest.mark.parametrize(
    "game",
    [
        games.plain(),
        games.non_saturating(),
        games.clipped_wasserstein(),
        *(make(s) for make in (games.r1, games.instance_noise, games.consensus) for s in STRENGTHS),
    ],
    ids=lambda game: game.label,
)
def test_eigenvalues_are_the_closed_forms(game):
    found = dirac._paired(games.eigenvalues(game.field), np.array(game.closed_form))
    np.testing.assert_allclose(found, game.closed_form, atol=1e-6)


def test_closed_forms_of_the_literature():
    np.testing.assert_allclose(games.r1(0.6).closed_form, (-0.3 + 0.4j, -0.3 - 0.4j))
    np.testing.assert_allclose(games.consensus(2.0).closed_form, (-0.5 + 0.5j, -0.5 - 0.5j))
    np.testing.assert_allclose(games.instance_noise(math.sqrt(2)).closed_form, (-0.5, -0.5))


@pytest.mark.parametrize("game", [games.plain(), games.r1(0.3), games.consensus(1.0)])
def test_eigenvalues_of_simultaneous_steps_follow_from_those_of_the_field(game):
    expected = max(abs(1 + 0.2 * value) for value in game.closed_form)
    assert games.spectral_radius(game, "simultaneous", 0.2) == pytest.approx(expected, abs=1e-12)


def test_alternating_steps_of_the_plain_game_stay_on_the_circle_up_to_step_four():
    assert games.spectral_radius(games.plain(), "alternating", 3.9) == pytest.approx(1, abs=1e-9)
    assert games.spectral_radius(games.plain(), "alternating", 4.1) > 1.3


def test_simultaneous_steps_of_the_plain_game_spiral_outwards_at_every_step():
    path = games.play(games.plain(), "simultaneous", POINTS, 0.1, 400)
    assert path.shape == (401, 12, 2)
    assert (np.diff(np.linalg.norm(path, axis=-1), axis=0) > 0).all()


def test_alternating_steps_move_the_generator_first():
    path = games.play(games.clipped_wasserstein(), "alternating", (0.5, 0.3), 0.1, 1)[:, 0]
    np.testing.assert_allclose(path, [(0.5, 0.3), (0.47, 0.347)])


def test_clipping_projects_after_each_update():
    for scheme in games.SCHEMES:
        path = games.play(games.clipped_wasserstein(0.5), scheme, (1.0, 0.45), 0.1, 300)
        assert abs(path[..., 1]).max() == 0.5


def test_table_predicts_and_observes():
    chosen = [
        games.plain(), games.non_saturating(), games.clipped_wasserstein(), games.wgan_gp(0.5),
        games.wgan_gp(3.0), games.r1(0.5), games.instance_noise(0.2), games.instance_noise(1.0),
        games.consensus(1.0), games.consensus(3.0),
    ]  # fmt: skip
    table = dirac.table(chosen, h=0.2, steps=2000).set_index(["game", "value"])
    kinds = [f"{kind}_{scheme}" for scheme in games.SCHEMES for kind in ("predicted", "observed")]
    said = {
        (name if math.isnan(value) else (name, value)): tuple(row[kinds])
        for (name, value), row in table.iterrows()
    }
    no = "does not converge"
    assert said == {
        "plain": (no, "moves away", "undecided", "cycles"),
        "non-saturating": (no, "cycles", "undecided", "comes nearer"),
        ("Wasserstein", 1.0): (no, "cycles", "undecided", "cycles"),
        ("WGAN-GP", 0.5): ("no Jacobian", "cycles") * 2,
        ("WGAN-GP", 3.0): ("no Jacobian", "settles elsewhere") * 2,
        ("R1", 0.5): ("converges",) * 4,
        ("instance noise", 0.2): (no, "cycles", "converges", "comes nearer"),
        ("instance noise", 1.0): ("converges",) * 4,
        ("consensus", 1.0): ("converges",) * 4,
        # Too much consensus: (0, 0) attracts, but not from as far as (1, 1).
        ("consensus", 3.0): ("converges", "moves away") * 2,
    }
    smooth = table.index.get_level_values("game") != "WGAN-GP"
    assert (table.loc[smooth, "difference"] < 1e-6).all()
    assert table.loc[~smooth, ["difference", "eigenvalue_1"]].isna().all(axis=None)
    # Where WGAN-GP settles is θ = −γ, not the data.
    assert table["distance_simultaneous"].iloc[4] == pytest.approx(3, abs=1e-6)


def test_too_little_noise_is_half_the_step():
    enough = math.sqrt(0.1 / 2)
    radius = [
        games.spectral_radius(games.instance_noise(share * enough), "simultaneous", 0.1)
        for share in (0.99, 1.01)
    ]
    assert radius[0] > 1 > radius[1]


@pytest.mark.parametrize(
    ("distances", "word"),
    [
        (np.exp(-np.arange(400) / 20), "converges"),
        (1 + np.exp(-np.arange(400) / 20), "settles elsewhere"),
        (1 + np.arange(400) / 400, "moves away"),
        (2 - np.arange(400) / 400, "comes nearer"),
        (1 + np.arange(400) / 1e5, "moves away"),  # by 0.1 %, but at every step
        (1 + 0.1 * np.sin(np.arange(400)), "cycles"),
        (np.full(400, np.nan), "moves away"),
    ],
)
def test_what_is_observed(distances, word):
    turn = np.zeros(400) if word == "settles elsewhere" else np.arange(400) / 8
    path = distances[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert dirac.observed(path) == word


def test_portraits_carry_field_paths_and_equilibria():
    (drawn,) = dirac.game_portraits([games.r1(0.5)], steps=20, reach=2.0)
    assert drawn.title == "R1, γ = 0.5"
    assert {name: path.shape for name, path in drawn.paths.items()} == {
        "simultaneous": (21, 2), "alternating": (21, 2),
    }  # fmt: skip
    i, j = 3, 11
    point = [(drawn.axis[j], drawn.axis[i])]
    np.testing.assert_allclose(drawn.velocity[i, j], at(games.r1(0.5).field, point)[0])


def test_consensus_makes_centres_of_the_toy_field_attract_and_leaves_saddles():
    plain, conservative, combined = dirac.toy_portraits(0.6)
    np.testing.assert_allclose(np.unique(plain.growth.round(9)), [0, 1])
    assert (conservative.growth < -0.99).all()
    centres = abs(plain.growth) < 1e-9
    np.testing.assert_allclose(combined.growth[centres], -0.6)
    np.testing.assert_allclose(combined.growth[~centres], 0.4)
    # Above 1 the saddles attract too: "spurious equilibrium points" of the survey.
    assert (dirac.toy_portraits(1.1)[2].growth < 0).all()


@pytest.mark.parametrize(
    "make", [games.r1, games.wgan_gp, games.instance_noise, games.consensus,
             games.clipped_wasserstein],
)  # fmt: skip
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_senseless_strengths_are_refused(make, value):
    with pytest.raises(UserError, match="positive"):
        make(value)


def test_a_table_without_steps_is_refused():
    with pytest.raises(UserError, match="steps"):
        dirac.table([games.plain()], steps=2)
