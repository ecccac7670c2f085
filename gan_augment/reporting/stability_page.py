"""What results/README.md says of the stability studies (Appenzeller & Daaboul, section III)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from gan_augment.common.files import read_json
from gan_augment.metrics.significance import DOES_NOT_HOLD, HOLDS, UNDECIDED, estimate, verdict
from gan_augment.reporting import stability
from gan_augment.reporting.convergence import SCHEME_COLORS, pair
from gan_augment.reporting.text import NOTHING, difference, markdown

SOURCE = (
    "D. Appenzeller and K. Daaboul, *Generative Adversarial Networks for Data Augmentation*, "
    "Karlsruhe Institute of Technology, section III"
)


def convergence_section(directory: Path) -> Iterator[str]:
    """Yield the parts about the Dirac-GAN and the ring of Gaussians."""
    table = pd.read_csv(directory / "eigenvalues.csv")
    for column in table.columns[table.columns.str.match("(eigenvalue|closed_form)_")]:
        table[column] = np.array([complex(text) for text in table[column].astype(str)])
    ring = pd.read_csv(directory / "ring.csv")
    name = directory.name
    yield "## convergence: does the two-player game converge?"
    yield SOURCE + ", Figures 3 to 6."
    yield _dirac_claims(table)
    yield "### The Dirac-GAN"
    yield _eigenvalue_table(table)
    first = table.iloc[0]
    yield (
        f"Eigenvalues of the field's Jacobian at the equilibrium, by automatic differentiation; "
        f"the largest difference from the closed forms is {table['difference'].max():.0e}. "
        f"Predicted: from the eigenvalues of a step of h = {first['h']:g}. Observed: one trajectory"
        f" of {first['steps']:,} steps from ({first['start_theta']:g}, {first['start_psi']:g}). "
        f"All numbers: [eigenvalues.csv]({name}/eigenvalues.csv)."
    )
    yield f"![Figure 3]({name}/figure_3.png)"
    yield "*Figure 3: trajectories of the Dirac-GAN, and their distance to the equilibrium.*"
    yield f"![Figure 3, illustration]({name}/figure_3_illustration.png)"
    yield "*Figure 3, as in the survey: the discriminator drives the generator past the data.*"
    yield f"![Figures 4 and 5]({name}/figure_4_5.png)"
    yield "*Figures 4 and 5: without overlap many discriminators are perfect; with noise, one is.*"
    yield f"![Figure 6]({name}/figure_6.png)"
    yield (
        "*Figure 6: the survey's toy field, the conservative field made of it, and both together. "
        "The conservative field rests in more points than v: also where the Jacobian is singular.*"
    )
    yield "### A ring of eight Gaussians"
    yield markdown(stability.RING_HEADER, stability.ring_rows(ring), left=(0,))
    yield (
        f"After {ring['step'].max():,} steps, mean and worst of {ring['gan_seed'].nunique()} "
        "seeds; on modes: share of samples within three standard deviations of a mode. "
        "Coefficients that are named were chosen by hand, by a look at one seed; all others are "
        "the defaults. "
        f"By step: [ring.csv]({name}/ring.csv)."
    )
    yield f"![ring]({name}/ring.png)"
    yield "*Samples of the first seed.*"


def collapse_section(directory: Path) -> Iterator[str]:
    """Yield the parts about the collapse study."""
    scores, costs = pd.read_csv(directory / "scores.csv"), read_json(directory / "costs.json")
    options = read_json(directory / "runs.json")[0]["options"]
    name = directory.name
    yield "## collapse: which stabilisers keep a DCGAN from collapsing?"
    yield SOURCE + ", tried on images (the survey has no numbers of its own)."
    yield (
        f"One DCGAN (α = {options['alpha']:g}) a class on {options['size']} real images of "
        f"{options['data']['name']}, {options['steps']:,} steps each in {options['precision']}, "
        f"{_seeds(scores)} with a sample each: short, and a training whose images are still all "
        "alike then counts as collapsed, whatever it would have come to. *batch-norm*: batch "
        "normalisation in the generator, which *none* and the other variants lack; weight "
        "normalisation makes it mean-only."
    )
    yield _collapse_verdict(scores, costs)
    yield markdown(stability.COLLAPSE_HEADER, stability.collapse_rows(scores, costs), left=(0,))
    yield stability.COLLAPSE_LEGEND + f" All scores: [scores.csv]({name}/scores.csv)."
    yield f"![collapse]({name}/collapse.png)"
    yield "*Generated images of the first seed, not chosen.*"


def _eigenvalue_table(table: pd.DataFrame) -> str:
    header = ["game", "eigenvalues", "closed form"]
    header += [
        f"{scheme}: {what}" for scheme in SCHEME_COLORS for what in ("predicted", "observed")
    ]
    rows = []
    for _, row in table.iterrows():
        found = pair(row["eigenvalue_1"], row["eigenvalue_2"])
        known = pair(row["closed_form_1"], row["closed_form_2"])
        judged = [
            row[f"{what}_{scheme}"]
            for scheme in SCHEME_COLORS
            for what in ("predicted", "observed")
        ]
        rows.append([_game(row), found, known, *judged])
    return markdown(header, rows, left=(0,))


def _game(row) -> str:
    parameter = row["parameter"]
    return row["game"] + (f", {parameter} = {row['value']:g}" if isinstance(parameter, str) else "")


DIRAC_CLAIMS = (
    ("A plain GAN need not converge (III-A).", "plain", False),
    ("Instance noise makes training converge (III-A1).", "instance noise", True),
    ("Consensus optimisation makes it converge (III-A2).", "consensus", True),
    ("A gradient penalty ensures convergence (III), as R1.", "R1", True),
    ("A gradient penalty ensures convergence (III), as WGAN-GP.", "WGAN-GP", True),
)


def _dirac_claims(table: pd.DataFrame) -> str:
    """Judge the survey's claims on the Dirac-GAN by what was observed at every strength tried."""
    rows = []
    for claim, game, converges in DIRAC_CLAIMS:
        part = table[table["game"] == game]
        outcomes = [
            (f"{_game(row)}, {scheme}", row[f"observed_{scheme}"])
            for _, row in part.iterrows()
            for scheme in SCHEME_COLORS
        ]
        right = [(outcome == "converges") == converges for _, outcome in outcomes]
        judged = HOLDS if all(right) else DOES_NOT_HOLD
        if any(right) and not all(right):
            judged = f"{HOLDS} in {sum(right)} of {len(right)} cases"
        against = [
            f"{label}: {outcome}" for (label, outcome), fits in zip(outcomes, right) if not fits
        ]
        rows.append([claim, "; ".join(against) or NOTHING, f"**{judged}**"])
    return markdown(["claim", "cases against it", "verdict, on the Dirac-GAN"], rows, left=(0, 1))


def _seeds(scores: pd.DataFrame) -> str:
    numbers = scores[scores["variant"] != "real"].groupby("variant")["gan_seed"].nunique()
    few, many = numbers.min(), numbers.max()
    return f"{many} GAN seeds" if few == many else f"{few} to {many} GAN seeds"


def _share_collapsed(table: pd.DataFrame) -> float:
    """Return which share of the plain game's trainings collapses; 0 if there are none."""
    plain = table[table.index == "none"]
    return float((plain["collapsed"] / plain["trainings"]).sum())


def _collapse_verdict(scores: pd.DataFrame, costs: dict) -> str:
    table = stability.collapse_table(scores, costs).set_index("variant")
    sentences = []
    for plain in stability.PLAIN:
        if plain in table.index:
            row = table.loc[plain]
            sentences.append(
                f"- *{plain}*: {row['collapsed']:.0f} of {row['trainings']:.0f} trainings collapse;"
                f" GAN-train accuracy {100 * row['accuracy']:.1f} %."
            )
    alone = table[table["gain"].notna() & (table.index.map(stability.baseline) == "none")]
    fewer = alone[alone["collapsed"] / alone["trainings"] < _share_collapsed(table) / 2]
    if len(fewer):
        told = (
            f"{variant} {row['collapsed']:.0f} of {row['trainings']:.0f}"
            for variant, row in fewer.sort_values("collapsed").iterrows()
        )
        sentences.append(f"- Less than half as many collapse as of *none*: {', '.join(told)}.")
    outcomes = {HOLDS: [], UNDECIDED: [], DOES_NOT_HOLD: []}
    accuracies = scores.set_index(["variant", "gan_seed", "member"])["accuracy"]
    for variant in table.index[table["gain"].notna()]:
        gain = estimate(accuracies[variant] - accuracies[stability.baseline(variant)])
        found = difference(gain.mean, gain.low, gain.high, gain.interval_over)
        outcomes[verdict(gain, 1)].append(f"{variant} {found}")
    for outcome, said in (
        (HOLDS, "Better images (GAN-train accuracy) than without the stabiliser"),
        (UNDECIDED, "Undecided with so many seeds"),
        (DOES_NOT_HOLD, "No better, or worse"),
    ):
        if outcomes[outcome]:
            sentences.append(f"- {said}: {'; '.join(outcomes[outcome])}.")
    chosen = stability.recommended(scores, costs)
    if chosen:
        cost = costs.get(chosen, np.nan)
        price = f"; a step takes {cost:.2f} times as long" if cost == cost else ""
        sentences.append(
            f"- **Recommended: {chosen}**, the best images of those variants that never collapsed "
            f"and beat the game without stabilisers by an interval that excludes 0{price}."
        )
        sentences.append(
            f"- With {table['gain'].notna().sum()} variants, and intervals of 95 % each, one may "
            f"beat it by luck. Those whose steps take more than {stability.MOST_COST:g} times as "
            "long are not recommended: they had more time for as many steps."
        )
    return "**Verdict.**\n\n" + "\n".join(sentences)
