"""Which images are copies of each other: the same pixels, or saved anew, resized, brightened.

**The measure.** Every image is averaged to 16 × 16 cells (or as many as it has pixels). Of two
images the one is fitted to the other by a gain and an offset; what remains, as root mean square
over cells and channels, is compared with the contrast s (standard deviation) of the flatter one.
They are near copies if it is at most 3 levels (of 255) + 0.04 s. If neither has three lookalikes
or more that are no copies, 4 levels + 0.07 s will do: among photographs, hardly among digits. It
is never more than 0.2 s, nor may means differ by more than 48 levels or contrasts by a factor above
1.5: the same thing in another light is another picture. Lookalikes are those that correlate by more
than 0.97 when averaged to 8 × 8 cells; no others are compared. Images that are nearly of one tone
are compared by their pixels alone.

**What it found** (`python tests/benchmarks/near_copies.py`). Of 60,000 MNIST digits 54 in 24
groups; of 2,000 none; of the 820 views in ETH-80, which are 20 degrees or so apart, none; of 20,000
CIFAR-10 images 4 in 2 pairs. Of planted copies nearly all that were saved as JPEG at quality 75
(92 % in CIFAR-10, else 100 %) or WebP, were 3/4 as large in between (93 % of MNIST), 10 % brighter
or 20 % darker; of those at quality 50 in CIFAR-10 76 %.

**What it misses.** Copies that are cut, turned, mirrored, moved by more than a pixel or written
upon; of small images with thin strokes (28 × 28) those that were half as large in between; bright
images that were brightened until they are white. And it cannot know that two photographs show the
same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from gan_augment.common.progress import progress_bar

CELLS = 16
COARSE = 8  # cells by which pairs are found
ALIKE = 0.97  # correlation of coarse cells above which a pair is looked at
STRICT, LOOSE = (3.0, 0.04), (4.0, 0.07)  # levels and share of the contrast that may remain
MOST = 0.2  # of the contrast
CROWD = 3  # lookalikes of an image from which on the strict limit holds
MEAN, CONTRAST = 48.0, 1.5
FLAT = 4.0  # levels of contrast within channels, below which there is nothing to compare
TILE = 2048  # images whose pairs are looked at together
PARTNERS = 8  # of an image in a tile that are looked at, the most alike
LARGEST = 60_000  # images whose pairs are looked at: 1.8 billion


def exact_copies(images: np.ndarray) -> np.ndarray:
    """Return a number int32 [n] for each of uint8 images [n, h, w, c]: equal pixels, equal number.

    Numbers count up from 0 in the order in which they first appear.
    """
    digests = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images]
    return renumbered(np.unique(np.array(digests, "V16"), return_inverse=True)[1].reshape(-1))


def near_copies(images: np.ndarray) -> np.ndarray:
    """Return a number int32 [n] for each of uint8 images [n, h, w, c]: copies share one.

    A copy of a copy is a copy, exact ones are too. Numbers are as those of `exact_copies`. Memory
    grows with n, time with n²; of more than 60,000 images only exact copies are found.
    """
    groups = exact_copies(images)
    if len(images) > LARGEST or len(images) < 2:
        return groups
    cells = _cells(images, CELLS)
    flat = is_flat(cells)
    cells = cells.reshape(len(cells), -1)
    means, spread = cells.mean(axis=1), cells.std(axis=1)
    fine, coarse = _unit(cells), _unit(_cells(images, COARSE).reshape(len(images), -1))
    fine[flat] = coarse[flat] = 0
    crowd, doubtful = np.zeros(len(images), int), []
    tiles = list(_tiles(len(images)))
    with progress_bar(description="looking for copies", total=len(tiles), unit="tile") as bar:
        for rows, columns in tiles:
            i, j = _alike(coarse[rows], coarse[columns], groups[rows], groups[columns])
            i, j = i + rows.start, j + columns.start
            excess = _excess(fine, means, spread, i, j)
            copies, others = excess[0] <= 0, excess[1] > 0
            doubtful.append(np.stack([i, j])[:, ~copies & ~others])
            crowd += np.bincount(np.concatenate([i[others], j[others]]), minlength=len(crowd))
            groups = _joined(groups, i[copies], j[copies])
            bar.update(1)
    i, j = np.concatenate(doubtful, axis=1)
    alone = np.maximum(crowd[i], crowd[j]) < CROWD
    return renumbered(_joined(groups, i[alone], j[alone]))


def joined_by_name(groups: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Make one group of all images that share a name in `names` ("": none), numbered as before."""
    if not len(names):
        return groups
    _, numbers = np.unique(np.array(names, object), return_inverse=True)
    numbers = numbers.reshape(-1)
    order = np.argsort(numbers, kind="stable")
    named = np.array([bool(names[row]) for row in order])
    same = (numbers[order[1:]] == numbers[order[:-1]]) & named[1:]
    return renumbered(_joined(groups, order[:-1][same], order[1:][same]))


def is_flat(cells: np.ndarray) -> np.ndarray:
    """Tell which images, float [n, h, w, c], are nearly of one tone."""
    deviations = cells - cells.mean(axis=(1, 2), keepdims=True)
    return np.sqrt(np.square(deviations).mean(axis=(1, 2, 3))) < FLAT


def renumbered(groups: np.ndarray) -> np.ndarray:
    """Number groups from 0 in the order in which they first appear, int32."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[inverse.reshape(-1)]


def _tiles(n: int) -> Iterator[tuple[slice, slice]]:
    """Cut the pairs of n images into tiles on and above the diagonal."""
    parts = [slice(start, min(start + TILE, n)) for start in range(0, n, TILE)]
    return ((rows, columns) for k, rows in enumerate(parts) for columns in parts[k:])


def _cells(images: np.ndarray, cells: int) -> np.ndarray:
    """Average images to cells × cells, as float32, some at a time."""
    down, across = (_averaging(side, min(side, cells)) for side in images.shape[1:3])
    out = np.empty((len(images), len(down), len(across), images.shape[-1]), np.float32)
    for start in range(0, len(images), TILE):
        part = images[start : start + TILE].astype(np.float32)
        part = np.tensordot(part, down, (1, 1))  # [n, w, c, cells]
        out[start : start + TILE] = np.tensordot(part, across, (1, 1)).transpose(0, 2, 3, 1)
    return out


def _averaging(side: int, cells: int) -> np.ndarray:
    """Return the matrix [cells, side] that averages pixels; a pixel may lie in two cells."""
    edges = np.linspace(0, side, cells + 1)
    pixels = np.arange(side)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.maximum(covered, 0) * cells / side).astype(np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Remove mean and length of vectors [n, d], in place of a fit by gain and offset."""
    vectors = vectors - vectors.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-6)


def _alike(
    x: np.ndarray, y: np.ndarray, groups_x: np.ndarray, groups_y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of a tile that may be copies and are not known to be."""
    likeness = x @ y.T
    likeness[groups_x[:, None] == groups_y] = 0
    i, j = np.nonzero(likeness > ALIKE)
    if len(i) > PARTNERS * len(x) and len(y) > PARTNERS:
        # else images with many lookalikes would cost more than all others together
        best = np.argpartition(-likeness, PARTNERS, axis=1)[:, :PARTNERS]
        row, place = np.nonzero(np.take_along_axis(likeness, best, axis=1) > ALIKE)
        i, j = row, best[row, place]
    return i, j


def _excess(
    fine: np.ndarray, means: np.ndarray, spread: np.ndarray, i: np.ndarray, j: np.ndarray
) -> np.ndarray:
    """Return by how much each of n pairs exceeds the strict and the loose limit, [2, n]."""
    excess = np.empty((2, len(i)))
    for start in range(0, len(i), TILE):
        part = slice(start, start + TILE)
        a, b = i[part], j[part]
        fit = np.einsum("nd,nd->n", fine[a], fine[b])
        flatter, other = np.minimum(spread[a], spread[b]), np.maximum(spread[a], spread[b])
        remains = flatter * np.sqrt(np.maximum(1 - fit * fit, 0))
        differs = (np.abs(means[a] - means[b]) > MEAN) | (other > CONTRAST * flatter)
        for row, (levels, share) in enumerate((STRICT, LOOSE)):
            limit = np.minimum(levels + share * flatter, MOST * flatter)
            excess[row, part] = np.where(differs, np.inf, remains - limit)
    return excess


def _joined(groups: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Make one group of those of i[k] and j[k], for every k."""
    if not len(i):
        return groups
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = groups.max() + 1
    links = coo_array((np.ones(len(i), bool), (groups[i], groups[j])), (n, n))
    return connected_components(links, directed=False)[1][groups]
