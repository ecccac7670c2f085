"""What numbers of a trial on one's own images mean, in words; for its page and its last lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gan_augment.reporting.text import interval, points

SCORES = {"accuracy": "accuracy", "recall": "mean recall of the classes"}

# Of generated images at least as near to a training image as the nearest 1 % of held-out ones are;
# and of the chance to be nearer than a held-out one. Rules of thumb: 0.01 and 0.5 mean no copies.
MOST_ARE_COPIES, SOME_MAY_BE, OFTEN_NEARER = 0.5, 0.05, 0.75

QUALITY = {
    "gan_train": ("GAN-train", "Trained on generated images alone, scored on real ones."),
    "gan_test": ("GAN-test", "Trained on real images, scored on generated ones: low means that "
                 "they do not look like their class."),
    "kid": ("KID", "Distance between real and generated features; 0 if they cannot be told apart."),
    "precision": ("precision", "Share of generated images that lie among real ones."),
    "recall": ("recall", "Share of real images that lie among generated ones: variety."),
    "density": ("density", "How densely real images surround a generated one; about 1 is right."),
    "coverage": ("coverage", "Share of real images that have a generated one near them."),
}  # fmt: skip
COPYING = {
    "ratio": ("distance ratio", "Distance to the nearest training image, over that of held-out "
              "real images; near 0 is copying, 1 is not."),
    "nearer": ("nearer", "Chance that a generated image is nearer to a training image than a "
               "held-out one is; one half without copying."),
    "very_near": ("very near", "Share as near as only 1 % of held-out images are; about 1 % "
                  "without copying."),
}  # fmt: skip
MEANINGS = {
    "nothing": "the real images alone, in half as many steps",
    "equal steps": "the real images alone, in as many steps as all others",
    "classical": "shifted, turned, scaled, lightened or darkened a little, anew at every step",
    "randaugment": "two changes of a list for every image, anew at every step",
    "conditional": "images of one GAN that is told the class",
    "per-class": "images of a GAN for each class",
    "bagan": "images of a GAN for few and uneven classes that begins as an auto-encoder",
    "dagan": "images of a GAN that varies a given image",
    "vae": "images of a variational auto-encoder",
}
FATES = {
    "collapsed": "all its images came out alike",
    "diverged": "its losses ran away",
    "won": "its discriminator could no longer be deceived",
}


def unbroken(text: str) -> str:
    """Keep "R = 1" on one line."""
    return re.sub(r"\b(\w) = (\S)", "\\1\u00a0=\u00a0\\2", text)


def number(value: float | None) -> float:
    """Return a number of verdict.json, where NaN is null."""
    return float("nan") if value is None else float(value)


def difference(found: Mapping | None) -> str:
    """Say a difference with its interval in points: "+1.2 [+0.4, +2.0]"; "–" if there is none."""
    mean, low, high = (number((found or {}).get(key)) for key in ("mean", "low", "high"))
    span = interval(low, high, "splits", digits=1)
    return f"{points(mean, digits=1)} {span}".rstrip()


def sign(found: Mapping | None) -> int:
    """+1 or −1 if the interval excludes 0, else 0; without an interval 0."""
    low, high = (number((found or {}).get(key)) for key in ("low", "high"))
    return int(low > 0) - int(high < 0)


def answer(facts: Mapping) -> tuple[str, str]:
    """Return a class for the style, and in two or three words whether generated images help."""
    if not facts.get("question"):
        return "none", "No answer" if facts.get("interrupted") else "No generator was tried"
    if facts.get("helps"):
        return "helps", "They help"
    return ("hurts", "They fall short") if sign(facts["question"]) < 0 else ("open", "No sure gain")


def what_to_do(facts: Mapping) -> list[str]:
    """Say in sentences what the advice asks for; none if there is no verdict."""
    advised, plan = facts.get("advised"), facts.get("plan") or {}
    if not (advised and facts.get("verdict")):
        return []
    sentences = []
    if advised.get("method"):
        ratio = advised.get("ratio")
        amount = (
            "until every class has as many images as the largest"
            if ratio is None
            else f"{ratio:g} for each real one, as many of each class"
        )
        sentences.append(f"Add images of the generator “{advised['method']}”: {amount}.")
    elif not advised.get("transform"):
        sentences.append("Train on the real images alone.")
    if transform := advised.get("transform"):
        sentences.append(f"Change every image at random each time it is used ({transform}).")
    if steps := plan.get("classifier_steps"):
        steps = steps // 2 if advised.get("short") else steps
        why = "; twice as many were not better for sure" if advised.get("short") else ", as here"
        sentences.append(f"Train for about {steps:,} steps{why}.")
    return sentences


def copying(found: Mapping | None) -> list[str]:
    """Say in sentences what `metrics.Memorization` found."""
    if not found:
        return []
    ratio, nearer, very_near = (number(found.get(key)) for key in COPYING)
    if nearer != nearer or very_near != very_near:
        return []
    if ratio != ratio:
        return [
            "Half or more of the held-out real images have an exact twin among the training "
            "images, so copying by the generator cannot be told from that."
        ]
    if very_near >= MOST_ARE_COPIES:
        said = (
            "Most generated images are as good as copies of training images: they add nothing new, "
            "and they give away what is in the training images."
        )
    elif very_near >= SOME_MAY_BE or nearer >= OFTEN_NEARER:
        said = (
            "Generated images are nearer to training images than new real ones are: some may be "
            "copies (smooth images are near to everything, too), so look at the pairs."
        )
    else:
        said = "Nothing points to copies of training images."
    return [
        said,
        f"The distance from a generated image to the nearest training image is {ratio:.2g} times "
        f"that of real images which no generator saw; {100 * nearer:.0f} % are nearer than such "
        f"an image (50 % without copying), and {100 * very_near:.1f} % as near as only 1 % of "
        "those are.",
    ]


def fate(generator: Mapping) -> str:
    """Say how the training of a generator went; `attempts` are a list, or one for each class."""
    attempts = generator.get("attempts") or []
    each = attempts.values() if isinstance(attempts, Mapping) else [attempts]
    restarts = sum(max(0, len(tries) - 1) for tries in each)
    went = f" after {generator['steps']:,} steps" if generator.get("steps") else ""
    went += f" and {counted(restarts, 'restart')}" if restarts else ""
    if failure := generator.get("failure"):
        return f"{failure}{went}" + (f": {FATES[failure]}" if failure in FATES else "")
    return f"healthy{went}"


def trained_on(generator: Mapping) -> str:
    """Say which images a generator saw, if that is known: ", split 1", ", all images"."""
    seen = generator.get("trained_on")
    if seen is None:
        return ""
    return f", split {seen + 1}" if isinstance(seen, int) else f", {seen} images"


def duration(seconds: float) -> str:
    """Return "9 min 48 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return "1 image", "2 images"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
