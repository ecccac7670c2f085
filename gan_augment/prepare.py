"""Download data sets; no other command does.

    python -m gan_augment.prepare mnist cifar10

Each set is fetched from where TensorFlow Datasets fetches it, verified by SHA-256, and kept as
`<name>.npz` in the data directory, where `gan_augment.load` finds it: `--data-dir`, else
GAN_AUGMENT_DATA, else ~/.cache/gan_augment. A set that is there already is left alone. Without a
network it says so within seconds. About 12 MB for mnist, 31 MB for fashion_mnist, 170 MB for
cifar10.
"""

from __future__ import annotations

import hashlib
import http.client
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from gan_augment.common.errors import UserError, run_command
from gan_augment.common.progress import progress_bar
from gan_augment.data import idx, sources
from gan_augment.data.known import KNOWN

ANSWER_SECONDS = 6.0  # for all servers together to answer, name look-up included
STALL_SECONDS = 30.0  # without a byte, in a download that has begun
BLOCK = 1 << 18


def unpack_idx(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of the four gzipped idx files in `folder`."""
    return {
        f"{letter}_{split}": idx.read_array(folder / f"{prefix}-{kind}-ubyte.gz", ndim)
        for split, prefix in idx.PREFIXES.items()
        for letter, kind, ndim in (("x", "images-idx3", 3), ("y", "labels-idx1", 1))
    }


def unpack_cifar10(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of CIFAR-10's binary version: rows of a label and three colour planes."""
    batches = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}
    arrays = {}
    with tarfile.open(folder / "cifar-10-binary.tar.gz") as archive:
        data = {Path(member.name).name: archive.extractfile(member) for member in archive}
        for split, names in batches.items():
            rows = np.frombuffer(b"".join(data[name].read() for name in names), np.uint8)
            rows = rows.reshape(-1, 1 + 3 * 32 * 32)
            arrays[f"x_{split}"] = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
            arrays[f"y_{split}"] = rows[:, 0]
    return arrays


@dataclass(frozen=True)
class Source:
    """Where a set comes from: the SHA-256 of each file under `base`, and how to unpack them."""

    base: str
    files: dict[str, str]
    unpack: Callable[[Path], dict[str, np.ndarray]]


# the checksums are those published with TensorFlow Datasets 4.9
SOURCES = {
    "mnist": Source(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",  # noqa: E501
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",  # noqa: E501
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",  # noqa: E501
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",  # noqa: E501
        },
        unpack_idx,
    ),
    "fashion_mnist": Source(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        {
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",  # noqa: E501
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",  # noqa: E501
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",  # noqa: E501
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",  # noqa: E501
        },
        unpack_idx,
    ),
    "cifar10": Source(
        "https://www.cs.toronto.edu/~kriz/",
        {
            "cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",  # noqa: E501
        },
        unpack_cifar10,
    ),
}


@dataclass
class Config:
    """Download named data sets, so that everything else can work without a network."""

    names: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="NAME …", help_behavior_hint=""),
    ]
    """Any of mnist, fashion_mnist, cifar10."""
    data_dir: Path | None = None
    """Where to keep them; else GAN_AUGMENT_DATA, else ~/.cache/gan_augment."""


def prepare(config: Config) -> None:
    """Bring every set named; raises `UserError` naming all that could not be brought, and why."""
    if not config.names:
        raise UserError(f"name what to prepare: {', '.join(SOURCES)}")
    for name in config.names:
        if name in KNOWN and name not in SOURCES:
            raise UserError(f"{name} cannot be downloaded: {KNOWN[name].advice}")
        if name not in SOURCES:
            raise UserError(f"there is no data set {name!r}; {sources.nearest_known(name)}")
    place = sources.data_directory(config.data_dir) or sources.cache_directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the data directory {place} cannot be made ({error})") from error

    missing = []
    for name in dict.fromkeys(config.names):
        path = place / f"{name}.npz"
        if path.exists():
            print(f"{name}: already prepared, {path} (delete it to download it again)")
        else:
            missing.append(name)
    failures = unreachable(missing)
    for name in missing:
        if name in failures:
            continue
        try:
            bring(name, place)
        except (OSError, EOFError, http.client.HTTPException, tarfile.TarError, UserError) as error:
            failures[name] = reason_of(error)
    if failures:
        reasons = "; ".join(f"{name} ({reason})" for name, reason in failures.items())
        files = " and ".join(f"{name}.npz" for name in failures)
        raise UserError(
            f"could not download {reasons}: connect to the internet, or put {files} with the "
            f"arrays x_train, y_train, x_test and y_test into {place} by hand"
        )


def unreachable(names: Iterable[str]) -> dict[str, str]:
    """Return name -> reason for the sets whose server does not answer within ANSWER_SECONDS.

    All are asked at once, in threads that are left behind when the time is over: a name look-up
    cannot be given a time limit.
    """
    reasons = {name: f"no answer from {SOURCES[name].base}" for name in names}

    def ask(name: str) -> None:
        source = SOURCES[name]
        request = urllib.request.Request(source.base + next(iter(source.files)), method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=ANSWER_SECONDS).close()
            del reasons[name]
        except urllib.error.HTTPError:  # it answers; what is wrong, the download will tell
            del reasons[name]
        except (OSError, http.client.HTTPException) as error:
            reasons[name] = f"no answer from {source.base}: {reason_of(error)}"

    threads = [threading.Thread(target=ask, args=(name,), daemon=True) for name in reasons]
    deadline = time.monotonic() + ANSWER_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(reasons)


def bring(name: str, place: Path) -> None:
    """Download, verify and unpack a set, then put it at `place/<name>.npz` in one piece."""
    source, known = SOURCES[name], KNOWN[name]
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=place) as aside:
        for file, checksum in source.files.items():
            download(source.base + file, Path(aside, file), checksum)
        arrays = source.unpack(Path(aside))
        sizes = [
            len(known.make(arrays[f"x_{split}"], arrays[f"y_{split}"], source.base))
            for split in ("train", "test")
        ]
        whole = Path(aside, f"{name}.npz")
        np.savez(whole, **arrays)  # not compressed: loads several times faster
        whole.replace(place / whole.name)
    print(f"{name}: {sizes[0]:,} + {sizes[1]:,} images in {place / whole.name}")


def download(url: str, path: Path, checksum: str) -> None:
    """Fetch `url` into `path` with a progress bar; raises `OSError` or `UserError`."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=STALL_SECONDS) as response, path.open("wb") as file:
        expected = int(response.headers.get("Content-Length") or 0) or None
        with progress_bar(description=path.name, total=expected, unit="B") as bar:
            bar.unit_scale = True
            while block := response.read(BLOCK):
                file.write(block)
                digest.update(block)
                bar.update(len(block))
        size = file.tell()
    if expected is not None and size != expected:
        raise UserError(f"{url} broke off after {size} of {expected} bytes")
    if digest.hexdigest() != checksum:
        raise UserError(f"{url} is not the file it was: its checksum is {digest.hexdigest()}")


def reason_of(error: Exception) -> str:
    """Return what went wrong in a few words."""
    return str(getattr(error, "reason", None) or error or type(error).__name__)


def main() -> None:
    """Run the command."""
    run_command(lambda: prepare(tyro.cli(Config, prog="python -m gan_augment.prepare")))


if __name__ == "__main__":
    main()
