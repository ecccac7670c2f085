from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chromium import Browser, program

RATIOS = (0.25, 0.5, 0.75, 1.0, 2.0, 4.0)


def fake_scores(sizes=(500, 1000), alphas=(2.0,), gan_seeds=3, members=4, seed=0, ratios=RATIOS):
    """Scores as the ratio study writes them: steps give a little, GANs little more, affine much."""
    rng = np.random.default_rng(seed)
    rows = []
    for alpha, size, gan_seed in (
        (a, s, g) for a in alphas for s in sizes for g in range(gan_seeds)
    ):
        real = 0.97 - 2.7 / size**0.5
        sample, gan = rng.normal(0, 0.004), rng.normal(0, 0.003)
        fake = real - 2.6 / size**0.5 - 0.02 * abs(alpha - 2)
        steps = {r: 0.012 * np.log2(1 + r) * (500 / size) ** 0.5 for r in (0.0, *ratios)}
        arms = {("real", 0.0): real, ("affine", 0.0): real + 0.6 * (1 - real) * 0.6}
        for r in ratios:
            arms["repeat", r] = real + steps[r]
            arms["gan", r] = real + steps[r] + 0.004 - 0.002 * r + gan
            arms["affine", r] = real + 0.36 * (1 - real) + 1.3 * steps[r]
            arms["gan+affine", r] = arms["affine", r] - 0.003 * r + gan
        for r in (1.0, 2.0, 4.0):
            arms["synthetic", r] = fake + 3 * gan + steps.get(r, 0) / 2
            arms["synthetic+affine", r] = fake + 0.05 + 3 * gan
        for r in (2.0, 4.0):
            arms["synthetic-repeat", r] = fake + 3 * gan + steps.get(r, 0) / 3
        luck = rng.normal(0, 0.003, members) + sample
        for (arm, r), mean in arms.items():
            n = round(size * (r if arm.startswith("synthetic") else 1 + r))
            generated = arm.startswith(("gan", "synthetic"))
            for member in range(members):
                last = min(mean + luck[member] + rng.normal(0, 0.001), 0.999)
                rows.append(
                    {
                        "alpha": alpha, "size": size, "gan_seed": gan_seed, "arm": arm, "ratio": r,
                        "member": member, "gan_steps": 2000 if generated else 0,
                        "classifier_epochs": 15, "train_images": n,
                        "optimizer_steps": 15 * -(-n // 32), "accuracy_report": last + 0.004,
                        "accuracy_corrected": last, "accuracy_last": last - 0.001,
                        "epoch_report": 12, "epoch_corrected": 11,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def make_scores():
    return fake_scores


@pytest.fixture(params=["made up", "published"])
def mixed_scores(request):
    """Scores with three GAN seeds at 500 images and one at every other size."""
    if request.param == "made up":
        scores = fake_scores(sizes=(500, 1000), gan_seeds=3, members=3)
        return scores[(scores["size"] == 500) | (scores["gan_seed"] == 0)]
    path = Path(__file__).parents[2] / "results" / "mnist" / "scores.csv"
    if not path.exists():
        pytest.skip("nothing is published here")
    scores = pd.read_csv(path)
    scores = scores[(scores["gan_seed"] == 0) & (scores["alpha"] == scores["alpha"].min())]
    rng = np.random.default_rng(0)
    parts = [scores]
    for gan_seed in (1, 2):
        own = scores[scores["size"] == 500].assign(gan_seed=gan_seed)
        for name in ("accuracy_report", "accuracy_corrected", "accuracy_last"):
            own[name] += rng.normal(0, 0.01, len(own))
        parts.append(own)
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if program() is None:
        pytest.skip("there is no Chromium here to open the page with")
    browser = Browser(program(), tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()
