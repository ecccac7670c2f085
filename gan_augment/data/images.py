"""`LabeledImages`: what every room of the package hands to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan_augment.common.errors import UserError


@dataclass(frozen=True)
class LabeledImages:
    """Labelled images of one size: `images` uint8 [n, h, w, c], `labels` int32 [n], `class_names`.

    Label k means `class_names[k]`. Raises `ValueError` when the parts do not fit each other.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self):
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                f"images must be uint8 [n, h, w, c], not {self.images.dtype} {self.images.shape}"
            )
        if self.labels.dtype != np.int32 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"labels must be int32 [{len(self.images)}], "
                f"not {self.labels.dtype} {self.labels.shape}"
            )
        object.__setattr__(self, "class_names", tuple(map(str, self.class_names)))
        if len(self) and not 0 <= self.labels.min() <= self.labels.max() < self.num_classes:
            raise ValueError(
                f"labels run from {self.labels.min()} to {self.labels.max()}, "
                f"but there are {self.num_classes} class names"
            )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.images.shape[1:]

    @property
    def num_classes(self) -> int:
        """Number of class names; a class may have no image."""
        return len(self.class_names)

    def counts(self) -> np.ndarray:
        """Number of images of each class, int [num_classes]."""
        return np.bincount(self.labels, minlength=self.num_classes)

    def scaled(self) -> np.ndarray:
        """Images as float32 in [−1, 1], the range of a tanh generator."""
        return to_float(self.images.astype(np.float32))

    @classmethod
    def from_scaled(
        cls, images: np.ndarray, labels: np.ndarray, class_names: Sequence[str]
    ) -> LabeledImages:
        """Make uint8 images of float ones in [−1, 1]; values outside are clipped."""
        return cls(to_uint8(images), np.asarray(labels, np.int32), tuple(class_names))

    def take(self, indices: np.ndarray) -> LabeledImages:
        """Return the images at `indices` (integers or a mask), in that order."""
        return replace(self, images=self.images[indices], labels=self.labels[indices])

    def of_class(self, label: int) -> LabeledImages:
        """Return the images of class `label`."""
        return self.take(self.labels == label)

    def sample(self, n: int, seed: int, *, stratified: bool = False) -> LabeledImages:
        """Draw `n` images at random without replacement, in random order.

        With `stratified` every class gets its share of `n` (largest remainders get the rest);
        without, shares are left to chance, as in Abadi 2020. Raises `UserError` if `n` is not
        between 1 and the number of images.
        """
        if not 1 <= n <= len(self):
            raise UserError(f"a sample of {n} was asked for, but there are {len(self)} images")
        rng = np.random.default_rng(seed)
        if not stratified:
            return self.take(rng.permutation(len(self))[:n])
        exact = self.counts() * n / len(self)
        share = np.floor(exact).astype(int)
        share[np.argsort(share - exact, kind="stable")[: n - share.sum()]] += 1
        chosen = [
            rng.permutation(np.flatnonzero(self.labels == label))[:k]
            for label, k in enumerate(share)
        ]
        return self.take(rng.permutation(np.concatenate(chosen)))

    def split(self, fraction: float, seed: int) -> tuple[LabeledImages, LabeledImages]:
        """Split at random, class by class, into (rest, part); `part` has about `fraction` of each.

        Every class of at least two images has at least one on either side. 0 < fraction < 1.
        """
        if not 0 < fraction < 1:
            raise UserError(f"a split takes a fraction between 0 and 1, not {fraction}")
        rng = np.random.default_rng(seed)
        in_part = np.zeros(len(self), bool)
        for label, count in enumerate(self.counts()):
            k = round(count * fraction)
            if count > 1:
                k = min(max(k, 1), count - 1)
            in_part[rng.permutation(np.flatnonzero(self.labels == label))[:k]] = True
        return self.take(~in_part), self.take(in_part)

    def content_hash(self) -> str:
        """SHA-256 (hex) of shape, pixels, labels and class names: equal sets, equal hash."""
        content = ContentHash()
        content.update(self)
        return content.hexdigest()


class ContentHash:
    """`LabeledImages.content_hash` of a set that comes in parts, in order."""

    def __init__(self):
        self.pixels, self.labels, self.kind = hashlib.sha256(), hashlib.sha256(), None

    def update(self, part: LabeledImages) -> None:
        """Add a part; all are of one image shape and have the same class names."""
        self.pixels.update(np.ascontiguousarray(part.images))
        self.labels.update(np.ascontiguousarray(part.labels.astype("<i4")))
        self.kind = (tuple(map(int, part.image_shape)), part.class_names)

    def hexdigest(self) -> str:
        """Return the hash of all parts so far."""
        parts = (self.kind, self.pixels.hexdigest(), self.labels.hexdigest())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def to_float(images):
    """Map 0…255 to [−1, 1], float32; takes a NumPy array or, in a graph, a tensor."""
    if not isinstance(images, np.ndarray):
        import tensorflow as tf

        images = tf.cast(images, tf.float32)
    return images / np.float32(127.5) - np.float32(1)


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Turn float images in [−1, 1] into uint8; the inverse of `LabeledImages.scaled`."""
    return np.clip(np.rint((np.asarray(images) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def concatenate(parts: Sequence[LabeledImages]) -> LabeledImages:
    """Join sets of the same image shape and class names, in order."""
    first = parts[0]
    for part in parts[1:]:
        if part.image_shape != first.image_shape or part.class_names != first.class_names:
            raise ValueError("only sets of the same image shape and class names can be joined")
    return replace(
        first,
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
    )


def mix(real: LabeledImages, synthetic: LabeledImages, ratio: float) -> LabeledImages:
    """Add `ratio`·len(real) synthetic images to the real ones, as even over classes as can be.

    The images taken are the first of each class, so the set for a smaller ratio is contained in
    that for a larger one. Raises `UserError` for a negative ratio or too few synthetic images.
    """
    if ratio < 0:
        raise UserError(f"the ratio of synthetic to real images cannot be negative, but is {ratio}")
    return concatenate([real, balanced(synthetic, round(ratio * len(real)))])


def interleaved(images: LabeledImages, seed) -> LabeledImages:
    """Mix the classes at random and keep the order within each class.

    So the first images of a class are the same however many follow them.
    """
    labels = np.random.default_rng(seed).permutation(images.labels)
    rows = np.empty(len(images), int)
    for label in np.unique(labels):
        rows[labels == label] = np.flatnonzero(images.labels == label)
    return images.take(rows)


def balanced(images: LabeledImages, n: int) -> LabeledImages:
    """Take `n` images, the first of each class, with class counts that differ by at most one.

    Classes that have no image at all are left out. Raises `UserError` if some class has too few.
    """
    present = np.flatnonzero(images.counts())
    share = np.full(len(present), n // max(len(present), 1))
    share[: n - share.sum()] += 1
    for label, k in zip(present, share):
        if k > images.counts()[label]:
            raise UserError(
                f"{n} synthetic images need {k} of class {images.class_names[label]!r}, "
                f"but there are {images.counts()[label]}; generate more of each class"
            )
    chosen = [np.flatnonzero(images.labels == label)[:k] for label, k in zip(present, share)]
    return images.take(np.concatenate([*chosen, np.zeros(0, int)]).astype(int))
