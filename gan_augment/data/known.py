"""The named data sets: what they hold, and what their files should look like."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gan_augment.common.errors import UserError
from gan_augment.data.images import LabeledImages

SPLITS = ("train", "test")
DIGITS = tuple("0123456789")
FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
FASHION += ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
OBJECTS = ("airplane", "automobile", "bird", "cat", "deer")
OBJECTS += ("dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class KnownSet:
    """A data set with a published train and test split, or one without labels.

    `first_labels` holds the first ten labels of each split in the published order: MNIST and
    Fashion-MNIST come in files of the same names, and these tell one from the other. A set without
    labels is `unlabelled`, the name of its npz file and of the array in it; it has one class and
    only a train split.
    """

    name: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    first_labels: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unlabelled: tuple[str, str] | None = None

    @property
    def advice(self) -> str:
        """What to do when it is not there."""
        if not self.unlabelled:
            return f"run `python -m gan_augment.prepare {self.name}`"
        file, key = self.unlabelled
        shape = ", ".join(map(str, self.image_shape[:2]))
        return (
            f"put {file} into the data directory (GAN_AUGMENT_DATA), with the images as its array "
            f"{key}, uint8 [n, {shape}]"
        )

    def make(self, images: np.ndarray, labels: np.ndarray, source: object) -> LabeledImages:
        """Turn raw arrays into `LabeledImages`; `source` names the file in what goes wrong.

        Grey images without a channel axis get one; labels may be [n] or [n, 1] of any integer
        type. Raises `UserError` when they are not what this set is made of.
        """
        if images.ndim == 3 and self.image_shape[-1] == 1:
            images = images[..., None]
        if images.dtype != np.uint8 or images.shape[1:] != self.image_shape:
            raise UserError(
                f"{source} should hold uint8 images of {self.image_shape} for {self.name}, "
                f"but holds {images.dtype} {images.shape}"
            )
        if labels.dtype.kind not in "iu" or labels.shape not in {(len(images),), (len(images), 1)}:
            raise UserError(
                f"{source} should hold {len(images)} integer labels, one for each image, "
                f"but holds {labels.dtype} {labels.shape}"
            )
        labels = labels.reshape(-1)
        if not len(labels):
            raise UserError(f"{source} holds no images")
        if labels.min() < 0 or labels.max() >= len(self.class_names):
            raise UserError(
                f"{source} holds labels from {labels.min()} to {labels.max()}, but {self.name} "
                f"has {len(self.class_names)} classes"
            )
        return LabeledImages(
            np.ascontiguousarray(images), labels.astype(np.int32), self.class_names
        )


KNOWN = {
    known.name: known
    for known in (
        KnownSet(
            "mnist",
            DIGITS,
            (28, 28, 1),
            {"train": (5, 0, 4, 1, 9, 2, 1, 3, 1, 4), "test": (7, 2, 1, 0, 4, 1, 4, 9, 5, 9)},
        ),
        KnownSet(
            "fashion_mnist",
            FASHION,
            (28, 28, 1),
            {"train": (9, 0, 0, 3, 0, 2, 7, 2, 5, 5), "test": (9, 2, 1, 1, 6, 1, 4, 6, 5, 7)},
        ),
        KnownSet(
            "cifar10",
            OBJECTS,
            (32, 32, 3),
        ),
        KnownSet("faces", ("face",), (64, 64, 1), unlabelled=("faces64.npz", "x")),
    )
}
