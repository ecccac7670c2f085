from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from scipy.stats import norm

from gan_augment.common.errors import UserError
from gan_augment.reporting import convergence, overlap_figure

TURN = np.linspace(0.3, 5, 200)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)


def portrait(title, **more):
    axis = np.linspace(-2, 2, 9)
    theta, psi = np.meshgrid(axis, axis)
    velocity = np.stack([-psi, theta], axis=-1)
    return SimpleNamespace(title=title, axis=axis, velocity=velocity, **more)


def assert_drawn(file, width):
    pixels = imread(file)
    assert pixels.shape[1] >= width
    assert pixels[..., :3].std() > 0.03


def test_illustration_is_drawn(tmp_path):
    convergence.plot_illustration(CIRCLE, 0.1, tmp_path / "figure.png")
    assert_drawn(tmp_path / "figure.png", 1000)


def test_illustration_needs_a_swing(tmp_path):
    with pytest.raises(UserError, match="more steps"):
        convergence.plot_illustration(CIRCLE[:20], 0.1, tmp_path / "figure.png")
    assert not (tmp_path / "figure.png").exists()


def test_trajectories_have_a_column_a_game(tmp_path):
    paths = {"simultaneous": CIRCLE * TURN[:, None], "alternating": CIRCLE}
    games = [portrait(name, paths=paths) for name in ("one", "two, γ = 1")]
    convergence.plot_trajectories(games, tmp_path / "two.png", shown=50)
    convergence.plot_trajectories(games + games[:1], tmp_path / "three.png", shown=50)
    assert_drawn(tmp_path / "two.png", 500)
    assert imread(tmp_path / "three.png").shape[1] > 1.2 * imread(tmp_path / "two.png").shape[1]


def test_fields_are_drawn_with_every_kind_of_equilibrium(tmp_path):
    marked = {"equilibria": np.array([(-1, 0), (0, 0), (1, 0)]), "growth": np.array([-1, 0.0, 1])}
    convergence.plot_fields([portrait("a", **marked), portrait("b", **marked)], tmp_path / "f.png")
    assert_drawn(tmp_path / "f.png", 900)


def test_overlap_is_drawn(tmp_path):
    overlap_figure.plot_overlap(tmp_path / "figure.png")
    assert_drawn(tmp_path / "figure.png", 1000)


def test_noise_makes_a_density_of_a_bump_with_the_variances_added():
    bump, x = overlap_figure.Bump(0.5, 0.6), np.linspace(-6, 7, 2001)
    assert np.trapezoid(bump(x), x) == pytest.approx(1, abs=1e-4)
    variance = np.trapezoid(bump(x) * (x - 0.5) ** 2, x)
    noisy = np.exp(bump.noisy_log(x, 0.8))
    assert np.trapezoid(noisy, x) == pytest.approx(1, abs=1e-6)
    spread = np.trapezoid(noisy * (x - 0.5) ** 2, x)
    assert spread == pytest.approx(variance + 0.64, abs=1e-4)
    # A bump that is narrow beside the noise is a Gaussian.
    narrow = overlap_figure.Bump(0.5, 0.01).noisy_log(x, 0.8)
    np.testing.assert_allclose(narrow, norm.logpdf(x, 0.5, 0.8), atol=0.01)


def row(game, **changes):
    common = {"parameter": "γ", "value": 0.5, "h": 0.1, "steps": 5000, "start_theta": 1.0,
              "start_psi": 1.0, "difference": 1e-16}  # fmt: skip
    for scheme in ("simultaneous", "alternating"):
        common |= {f"radius_{scheme}": 1.00125, f"predicted_{scheme}": "does not converge",
                   f"observed_{scheme}": "cycles", f"distance_{scheme}": 1.4}  # fmt: skip
    for name in ("eigenvalue", "closed_form"):
        common |= {f"{name}_1": -0.25 + 0.433j, f"{name}_2": -0.25 - 0.433j}
    return {"game": game} | common | changes


def test_table_in_words():
    nothing = complex(np.nan, 0)
    unknown = dict.fromkeys(
        ["eigenvalue_1", "eigenvalue_2", "closed_form_1", "closed_form_2"], nothing
    )
    table = pd.DataFrame([
        row("R1", distance_alternating=1e-30),
        row("WGAN-GP", **unknown, difference=np.nan, radius_simultaneous=np.nan),
        row("plain", parameter="", value=np.nan),
    ])  # fmt: skip
    text = convergence.dirac_text(table)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[1].split("  ")[0] == "R1, γ = 0.5"
    assert lines[1].count("−0.25 ± 0.433i") == 2
    assert lines[1].endswith("1e−16")
    assert lines[2].split()[-3:] == ["–", "–", "–"]
    assert lines[3].startswith("plain  ")
    for said in ("< 1e−9", "1.0012", "5,000 steps from (1, 1)"):
        assert said in text
    assert text.count("does not converge") == 6


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        (0.5j, -0.5j, "±0.5i"),
        (-0.15 + 0.477j, -0.15 - 0.477j, "−0.15 ± 0.477i"),
        (-0.1339746 + 0j, -1.8660254 + 0j, "−0.134, −1.87"),
        (complex(np.nan, 0), complex(np.nan, 0), "–"),
    ],
)
def test_pairs_of_eigenvalues(first, second, text):
    assert convergence.pair(first, second) == text
