"""A card for each preset, made of its dictionary and of what was recorded with its weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gan_augment.common.versions import version_sets
from gan_augment.reporting.text import percent, points
from gan_augment.zoo import catalogue

USES = {
    "siblings": (
        'siblings = zoo.load("{name}").fit(images)  # a few images of each class, LabeledImages',
        "more = generate(siblings, per_class=100)",
    ),
    "network": ('network = zoo.load("{name}")  # a functional keras.Model',),
}
MAKES_IMAGES = ('images = generate("{name}", per_class=100)  # LabeledImages, without a data set',)


def card(name: str) -> str:
    """Return the card of a preset as Markdown; raises `UserError` if there is none."""
    preset = catalogue.preset(name)
    facts = preset["weights"]
    parts = [f"# {name}", f"{preset['title']}. {preset['about']}", _origin(preset, facts)]
    parts += ["## Use", _use(name, preset["kind"])]
    if not facts:
        parts.append(
            "No weights ship with this preset: `weights=None` gives an untrained network, and "
            f"`python -m gan_augment.zoo {name} --add RUN` makes weights from a finished run."
        )
    elif facts["scores"]:
        parts += ["## Scores", *_scores(preset["scores"], facts["scores"])]
    parts += ["## Limits and failures", "\n".join(f"- {each}" for each in _limits(preset, facts))]
    return "\n\n".join(parts) + "\n"


def _origin(preset: Mapping, facts: Mapping | None) -> str:
    options = ", ".join(f"{key} = {value}" for key, value in preset["options"].items())
    rows = {
        "from": preset["from"],
        "trained on": preset["data"],
        "licence of the data": preset["licence"],
        "classes": ", ".join(preset["class_names"]),
        "network": f"`gan_augment.{preset['network'].replace(':', '.')}`: {options}",
    }
    if facts:
        sets = version_sets(facts["versions"])
        used = "; ".join(", ".join(f"{k} {v}" for k, v in each.items()) for each in sets)
        files = f"{len(facts['files'])} file{'s' if len(facts['files']) > 1 else ''}"
        apart = facts["difference"]
        rows |= {
            "made by": f"`{facts['command']}`",
            "seed": str(facts["seed"]),
            "run": f"{facts['run']}, as in results/*/runs.json",
            "versions": used,
            "parameters": f"{facts['parameters']:,}",
            "weights": f"float16, {facts['bytes'] / 1e6:.1f} MB in {files}",
            "against the run's float32 weights": (
                f"{apart['mean']:.2g} {apart['unit']} apart on average, {apart['largest']:.2g} at "
                "most"
            ),
        }
    return _table(["", ""], rows.items())


def _use(name: str, kind: str) -> str:
    lines = [each.format(name=name) for each in USES.get(kind, MAKES_IMAGES)]
    return "\n".join(["```python", "from gan_augment import generate, zoo", "", *lines, "```"])


def _scores(wanted: Mapping, found: Sequence[Mapping]) -> list[str]:
    columns = wanted["columns"]
    rows = [
        [
            *(str(row[key]) for key in wanted["rows"]),
            *(
                f"{percent(row[c]['mean'])} ± {percent(row[c]['sd'])} (n = {row[c]['n']})"
                for c in columns
            ),
        ]
        for row in found
    ]
    return [wanted["about"], _table([*wanted["rows"], *columns], rows)]


def _limits(preset: Mapping, facts: Mapping | None) -> Iterable[str]:
    yield from preset["limits"]
    if not facts:
        return
    if "compared" in preset.get("scores", {}):
        yield _compared(preset["scores"], facts["scores"])
    tried = [each for several in facts["attempts"].values() for each in several]
    failed = [each for each in tried if each["failure"]]
    if failed:
        fates = ", ".join(sorted({each["failure"] for each in failed}))
        yield f"{len(failed)} of {len(tried)} trainings failed ({fates}) and were begun anew."
    elif tried:
        whose = "Its training has not" if len(tried) == 1 else f"None of {len(tried)} trainings has"
        yield f"{whose} collapsed or diverged."


def _compared(wanted: Mapping, found: Sequence[Mapping]) -> str:
    """Say how much better or worse one row is than others, in points of the first column."""
    column = wanted["columns"][0]

    def mean(key):
        return next(
            row[column]["mean"] for row in found if [row[k] for k in wanted["rows"]] == list(key)
        )

    one, others = wanted["compared"]["one"], wanted["compared"]["others"]
    told = " and ".join(
        f"{points(mean(one) - mean(other), 1)} points against {_called(other)}" for other in others
    )
    return f"What its images do to a classifier ({column}), {_called(one)}: {told}."


def _called(key: Sequence) -> str:
    return " at ratio ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in key)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
