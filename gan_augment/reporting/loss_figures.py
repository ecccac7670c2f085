"""Figures of the study of Priyaa & Verma: curves by epoch, generated images, confusion matrices."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from gan_augment.common.errors import UserError
from gan_augment.reporting.figures import LOOKS, STYLE, Look, new_figure, save, shared_legend
from gan_augment.reporting.loss_tables import PROTOCOLS, Row, Scores
from gan_augment.reporting.pictures import image_panels

CURVES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "test_accuracy": "test accuracy, %",
}
ROTATION = Look("#CC79A7", "v")
BLUES = ("#9ecae1", "#56B4E9", "#0072B2", "#08306b")  # of GAN-N, by N
GENERATOR_LOSSES = {
    "d_loss": ("#0072B2", "discriminator loss"),
    "g_loss": ("#D55E00", "generator loss"),
    "loss": ("#000000", "loss"),
    "reconstruction": ("#009E73", "reconstruction"),
    "divergence": ("#E69F00", "divergence"),
}


def plot_curves(curves: pd.DataFrame, found: Scores, path: Path) -> None:
    """Figure 6: losses of the classifier and test accuracy by epoch, means of all members.

    A row of panels for each protocol and model; `curves` are those of `studies.LossCurves`.
    """
    curves = curves[curves["size"] == found.size]
    lines = [(protocol, model) for protocol in found.protocols for model in found.models or [""]]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(10.5, 2.7 * len(lines) + 0.6)
        panels = figure.subplots(len(lines), len(CURVES), squeeze=False, sharex=True)
        for row_of_panels, (protocol, model) in zip(panels, lines):
            of = curves[curves["protocol"] == protocol]
            rows = found.of_model(model)
            looks = _looks(rows)
            for axes, (measure, title) in zip(row_of_panels, CURVES.items()):
                for row in rows:
                    part = of[(of[["arm", "generated", "model"]] == _columns(row)).all(axis=1)]
                    mean = part.groupby("epoch")[measure].mean()
                    look, scale = looks[row], 100 if measure.endswith("accuracy") else 1
                    style = {"color": look.color, "linestyle": look.line, "linewidth": 1.3}
                    axes.plot(mean.index, scale * mean, label=row.label(), **style)
                axes.set_title(title)
                axes.tick_params(labelbottom=True)
            row_of_panels[0].set_ylabel(_title(protocol, model, found.models))
        for axes in panels[-1]:
            axes.set_xlabel("epoch of the classifier")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        shared_legend(figure, panels.ravel(), 5)
        save(figure, path)


def _columns(row: Row) -> pd.Series:
    return pd.Series({"arm": row.arm, "generated": row.generated, "model": row.model})


def _looks(rows: Sequence[Row]) -> dict[Row, Look]:
    """Colours of the arms as elsewhere; those of GAN-N get darker with N."""
    numbers = sorted({row.generated for row in rows if row.arm == "gan"})
    shades = dict(zip(numbers, BLUES[-len(numbers) :] if len(numbers) <= len(BLUES) else ()))
    looks = {**LOOKS, "rotation": ROTATION}
    return {
        row: Look(shades[row.generated], "o")
        if row.arm == "gan" and row.generated in shades
        else looks[row.arm]
        for row in rows
    }


def plot_generator_losses(shown: Sequence[Mapping], path: Path) -> None:
    """Losses by epoch while each generator trained; `shown` is that of `studies.LossCurves`."""
    with matplotlib.rc_context(STYLE):
        across = min(len(shown), 3)
        down = -(-len(shown) // across)
        figure = new_figure(3.4 * across + 0.3, 2.7 * down + 0.4)
        panels = figure.subplots(down, across, squeeze=False).ravel()
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        for axes, record in zip(panels, shown):
            last = max(report["attempt"] for report in record["losses"])
            frame = pd.DataFrame([r for r in record["losses"] if r["attempt"] == last])
            epochs = frame["step"] / _steps_of_epoch(record)
            for name, (color, label) in GENERATOR_LOSSES.items():
                if name in frame:
                    axes.plot(epochs, frame[name], color=color, linewidth=1.0, label=label)
            axes.set_title(f"{record['model']}, {PROTOCOLS[record['protocol']]}")
            axes.set_xlabel("epoch of the generator")
        shared_legend(figure, panels, 5)
        save(figure, path)


def plot_snapshots(shown: Sequence[Mapping], path: Path) -> None:
    """Figures 7 to 10: samples from latents that stay the same, after some epochs of training.

    A row of panels for each generator; a row of images for each class.
    """
    columns = max(len(record["snapshots"]) for record in shown)
    if not columns:
        raise UserError("no generator kept samples while it trained; train it in another --out")
    panels = {}
    for record in shown:
        blank = np.full_like(next(iter(record["snapshots"].values())), 255)
        steps = sorted(record["snapshots"])
        for step in steps:
            epoch = step / _steps_of_epoch(record)
            title = f"{record['model']}\n{record['protocol']}, epoch {_epoch(epoch)}"
            panels[title] = record["snapshots"][step]
        for gap in range(columns - len(steps)):  # so that each generator has its own row
            panels[f"{record['model']}\n{record['protocol']}{' ' * (gap + 1)}"] = blank
    image_panels(panels, path, labels=shown[0]["class_names"], across=columns)


def plot_samples(shown: Sequence[Mapping], path: Path) -> None:
    """Figure 11: generated images, not chosen, a panel for each generator."""
    panels = {f"{record['model']}, {record['protocol']}": record["end"] for record in shown}
    image_panels(panels, path, labels=shown[0]["class_names"], across=4)


def plot_confusions(
    confusions: pd.DataFrame, found: Scores, class_names: Sequence[str], path: Path
) -> None:
    """Draw confusion matrices in per cent of the true class, at the best epochs.

    A row for each protocol: the baseline, and each model's GAN-N with the most images.
    """
    confusions = confusions[confusions["size"] == found.size]
    most = [
        max((row for row in found.rows if (row.arm, row.model) == ("gan", model)), default=None)
        for model in found.models
    ]
    rows = [row for row in found.rows if row.arm == "real"] + [row for row in most if row]
    style = STYLE | {"axes.grid": False, "axes.titlelocation": "center"}
    with matplotlib.rc_context(style):
        figure = new_figure(3.6 * len(rows) + 0.4, 3.6 * len(found.protocols))
        panels = figure.subplots(len(found.protocols), len(rows), squeeze=False)
        for protocol, row_of_panels in zip(found.protocols, panels):
            of = confusions[confusions["protocol"] == protocol]
            for axes, row in zip(row_of_panels, rows):
                part = of[(of[["arm", "generated", "model"]] == _columns(row)).all(axis=1)]
                axes.set_title(f"{found.label(row)}\n{PROTOCOLS[protocol]}")
                if part.empty:
                    axes.set_visible(False)
                    continue
                counts = part.pivot(index="true", columns="predicted", values="images").to_numpy()
                _matrix(axes, 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1))
                axes.set_xticks(range(len(class_names)), class_names, rotation=90)
                axes.set_yticks(range(len(class_names)), class_names)
            row_of_panels[0].set_ylabel("true class")
        for axes in panels[-1]:
            axes.set_xlabel("predicted class")
        save(figure, path)


def _matrix(axes, shares: np.ndarray) -> None:
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    if len(shares) > 12:  # too small to read
        return
    for (true, predicted), share in np.ndenumerate(shares):
        color = "white" if share > 55 else "#333333"
        place = {"ha": "center", "va": "center", "fontsize": 6, "color": color}
        axes.text(predicted, true, f"{share:.0f}", **place)


def _steps_of_epoch(record: Mapping) -> float:
    return max(record["images"] / record["batch_size"], 1)


def _epoch(epoch: float) -> str:
    """Spell an epoch out: "0.43", "7.8", "104"."""
    return f"{epoch:.2g}" if epoch < 10 else f"{epoch:.0f}"


def _title(protocol: str, model: str, models: Sequence[str]) -> str:
    return f"{PROTOCOLS[protocol]}\n{model}" if len(models) > 1 else PROTOCOLS[protocol]
