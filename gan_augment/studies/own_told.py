"""What became of a trial on one's own images, as plain data and pictures for a report."""

from __future__ import annotations

from dataclasses import asdict, replace

import pandas as pd

from gan_augment.data.images import balanced
from gan_augment.studies.candidates import CONTROLS
from gan_augment.studies.own_images import OwnImages, is_done
from gan_augment.studies.own_quality import balanced_size, generated_quality
from gan_augment.studies.pictures import beside_nearest
from gan_augment.studies.verdict import compare, in_one_sentence, power_sentence

SHOWN = 24  # generated images beside the nearest real ones


def told(own: OwnImages) -> dict:
    """Return all that a trial found; scores and differences are shares, what there is not is None.

    Measures the quality of generated images, which takes some seconds; Ctrl-C leaves it out.
    """
    quality = own.unless_stopped("measuring the generated images", lambda: qualities(own))
    outcome, verdict, part = own.outcome, own.outcome.verdict, own.parts[0]
    advised = verdict.advised if verdict else CONTROLS[0]
    return {
        "complete": outcome.interrupted is None,
        "interrupted": outcome.interrupted,
        "verdict": verdict and in_one_sentence(verdict),
        "power": verdict and power_sentence(verdict, len(part.test)),
        "helps": bool(verdict and verdict.helps),
        "advised": {"name": advised.name, **asdict(advised)},
        "score": own.score,
        "question": verdict and verdict.question and verdict.question.told(),
        "steps": [step.told() for step in verdict.steps] if verdict else [],
        "candidates": candidates(own),
        "selection": selections(own),
        "generators": generators(own),
        "quality": quality or {},
        "splits": {
            "n": len(own.parts),
            "shared_test": own.shared_test,
            **{name: len(getattr(part, name)) for name in ("train", "validation", "test")},
        },
        "flip": outcome.flip,
        "seed": own.seed,
    }


def candidates(own: OwnImages) -> list[dict]:
    """Return a record for each candidate that was tried, the examined ones first."""
    if own.trial is None or not len(own.trial.scores("validation")):
        return []
    validation, test = own.trial.scores("validation"), own.trial.scores("test")
    first = (*CONTROLS, *own.outcome.chosen, *own.selections())
    tried = {each.name: each for each in (*first, *own.candidates(own.makers))}
    found = []
    for name, candidate in tried.items():
        chosen, examined = (part[part["set"] == name] for part in (validation, test))
        if len(chosen) or len(examined):
            found.append(
                {
                    "name": name,
                    **asdict(candidate),
                    "validation": chosen[own.score].mean() if len(chosen) else None,
                    **_examined(own, name, examined),
                    "trainings": len(chosen) + len(examined),
                }
            )
    return found


def _examined(own: OwnImages, name: str, scores: pd.DataFrame) -> dict:
    nothing = CONTROLS[0].name
    if own.outcome.verdict is None or scores["gan_seed"].nunique() < len(own.parts):
        return {"test": None, "test_sd": None, "least_recall": None, "over_nothing": None}
    over = compare(own.trial, name, nothing)
    return {
        "test": scores[own.score].mean(),
        "test_sd": scores[own.score].std(),
        "least_recall": scores["least_recall"].mean(),
        "over_nothing": None if name == nothing else over.told(),
    }


def selections(own: OwnImages) -> list[dict] | None:
    """Return what each judgement adds to the candidate that it was tried on, if any did."""
    if own.outcome.verdict is None or not own.select:
        return None
    pairs = []
    for each in own.selections():
        without = replace(each, selected=None)
        if is_done(own.trial, each) and is_done(own.trial, without):
            pairs.append((f"{each.selected}, {without.name}", each.name, without.name))
    return [{"name": by, **compare(own.trial, *pair).told()} for by, *pair in pairs]


def generators(own: OwnImages) -> list[dict]:
    """Return a record for each generator that was trained."""
    fitted = own.generators.fitted if own.generators else {}
    return [
        {
            "method": method,
            "trained_on": split,
            "steps": augmenter.longest_training,
            "attempts": augmenter.records,
            "failure": next(
                (a[-1]["failure"] for a in augmenter.records.values() if a[-1]["failure"]), None
            ),
        }
        for (method, split), augmenter in fitted.items()
    ]


def qualities(own: OwnImages) -> dict[str, dict]:
    """Measure the images of every method that was examined, made for the first split."""
    if own.outcome.verdict is None:
        return {}
    return {
        method: generated_quality(
            own.build,
            own.parts[0],
            own.generators.images(method, 0),
            steps=own.outcome.plan.classifier_steps,
            features="two_layer_cnn_own",
            seed=own.seed,
        )
        for method in dict.fromkeys(each.method for each in own.outcome.chosen)
    }


def shown(own: OwnImages) -> tuple:
    """Return real images, generated ones, and some of the latter with the nearest real image.

    They are of the first split; the last two are None where nothing was generated.
    """
    real = own.parts[0].train
    fitted = list(own.generators.fitted) if own.generators else []
    if not fitted:
        return real, None, None
    best = own.best()
    made = own.generators.images(best.method if best else fitted[0][0], 0)
    some = balanced(made, min(SHOWN, balanced_size(made)))
    return real, made, beside_nearest(real, some)
