"""From a finished run to a preset's weights, and to the facts about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from gan_augment.augmenters.base import generate
from gan_augment.augmenters.saved import ABOUT, load_generator, networks_of
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json
from gan_augment.common.versions import version_sets, versions
from gan_augment.publish import told_by
from gan_augment.reporting.pictures import sample_grid
from gan_augment.training.checkpoint import load_weights
from gan_augment.zoo import catalogue
from gan_augment.zoo.halves import save_halved, sha256_of
from gan_augment.zoo.networks import SUFFIX, Networks, built, fill, finished, without_optimizer

COMPARED = 64  # images of each class, or outputs
SHOWN = 10  # images of each class in samples.png


def add(name: str, run: Path, into: Path | None = None) -> Path:
    """Give the preset `name` the weights of a finished run; return where they are.

    Writes the networks as float16, facts.json and, of what generates images by itself, samples.png
    to `into`, by default the place from which they ship. The facts are of three sorts: how the run
    came about (command, options, seed, versions, `run`: its short name in results/), what is in
    the files (hashes, sizes, how far outputs are from those of the run's own weights), and how it
    went (every training's attempts, scores). Raises `UserError` for a run that is unfinished, of
    another experiment, made with other options, or without what the preset names.
    """
    preset = catalogue.preset(name)
    into = Path(into or catalogue.SHIPPED / name)
    told = told_by(Path(run))
    if told["experiment"] != preset["experiment"]:
        raise UserError(
            f"{run} is a run of {told['experiment']}, and {name} is made by {preset['experiment']}"
        )
    for option, value in preset.get("requires", {}).items():
        if told["options"].get(option) != value:
            raise UserError(
                f"{run} was made with {option} = {told['options'].get(option)!r}, and {name} needs "
                f"{value!r}; choose another run"
            )
    place = Path(run) / preset["trained"]
    networks = trained(preset, place)
    for part, network in networks.items():
        save_halved(network, into / f"{part}{SUFFIX}")
    files = [into / f"{part}{SUFFIX}" for part in networks]
    facts = {
        **{key: told[key] for key in ("run", "command", "options")},
        "seed": told["options"].get("seed"),
        "versions": version_sets(told["versions"]),
        "converted_with": versions(),
        "files": {file.name: sha256_of(file) for file in files},
        "bytes": sum(file.stat().st_size for file in files),
        "parameters": sum(network.count_params() for network in networks.values()),
        "attempts": attempts(networks, place),
        "scores": scores(Path(run), preset["scores"]) if "scores" in preset else [],
    }
    again = built(preset)
    fill(again, into, facts)
    facts["difference"] = difference(preset, networks, again)
    write_json(into / catalogue.FACTS, facts)
    shown = finished(preset, again, {})
    if hasattr(shown, "class_names"):
        sample_grid({preset["title"]: generate(shown, SHOWN, seed=0)}, SHOWN, into / "samples.png")
    return into


def trained(preset: Mapping, place: Path) -> Networks:
    """Return a preset's networks with the weights that a run left in `place`."""
    networks = built(preset)
    if (place / ABOUT).is_file():
        saved = networks_of(load_generator(place)).values()
        try:
            for network, other in zip(networks.values(), saved):
                network.set_weights(other.get_weights())
        except ValueError as error:
            raise UserError(f"{place} holds other networks than the preset says") from error
        return networks
    for part, network in networks.items():
        load_weights(network, place if place.suffix == ".h5" else place / f"{part}{SUFFIX}")
        without_optimizer(network)
    return networks


def attempts(networks: Networks, place: Path) -> dict[str, list[dict]]:
    """Return by network every attempt to train it, as far as the run says: steps, spread, fate."""
    told = {part: place / f"{part}.json" for part in networks}
    kept = ("attempt", "step", "spread", "failure")
    return {
        part: [{key: each[key] for key in kept if key in each} for each in read_json(file)]
        for part, file in told.items()
        if file.is_file()
    }


def scores(run: Path, wanted: Mapping) -> list[dict]:
    """Return the rows of a run's table that a preset asks for, with mean, sd and n of each column.

    Raises `UserError` if there are none.
    """
    file = run / wanted["file"]
    try:
        table = pd.read_csv(file)
        for column, values in wanted["where"].items():
            table = table[table[column].isin(values)]
        groups = list(table.groupby(list(wanted["rows"])))
    except (OSError, KeyError) as error:
        raise UserError(f"{file} has not got the preset's scores ({error})") from error
    if not groups:
        raise UserError(f"{file} has no row that the preset's scores ask for")
    return [
        {
            **rows[list(wanted["rows"])].head(1).to_dict("records")[0],
            **{column: _summary(rows[column]) for column in wanted["columns"]},
        }
        for _, rows in groups
    ]


def _summary(values: pd.Series) -> dict[str, float]:
    sd = values.std(ddof=1) if len(values) > 1 else 0.0
    return {"mean": float(values.mean()), "sd": float(sd), "n": len(values)}


def difference(preset: Mapping, networks: Networks, others: Networks) -> dict:
    """Return how far apart what two sets of networks make for the same seed is.

    In grey levels of 255 if they are an augmenter that needs no images, else in units of the
    network's outputs.
    """
    augmenter, other = (finished(preset, each, {}) for each in (networks, others))
    if hasattr(augmenter, "class_names"):
        made = [generate(each, COMPARED, seed=0).images for each in (augmenter, other)]
        unit = "grey levels"
    else:
        made = [_outputs(each["class-all"]) for each in (networks, others)]
        unit = "outputs"
    apart = np.abs(np.subtract(*(each.astype(np.float64) for each in made)))
    return {"mean": float(apart.mean()), "largest": float(apart.max()), "unit": unit}


def _outputs(network) -> np.ndarray:
    """Return a network's outputs for some inputs between −1 and 1, always the same."""
    inputs = [
        tf.random.stateless_uniform([COMPARED, *each.shape[1:]], [0, k], -1.0, 1.0)
        for k, each in enumerate(network.inputs)
    ]
    return network(inputs if len(inputs) > 1 else inputs[0], training=False).numpy()
