import dataclasses
import gzip
import hashlib
import http.server
import io
import os
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gan_augment import prepare
from gan_augment.common.errors import UserError
from gan_augment.data import load

RNG = np.random.default_rng(0)
DIGITS = {split: RNG.integers(0, 256, (n, 28, 28), dtype=np.uint8) for split, n in
          (("train", 7), ("t10k", 3))}  # fmt: skip
COLOURS = RNG.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)


def idx_gz(array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes())


def mnist_files():
    files = {}
    for split, images in DIGITS.items():
        files[f"{split}-images-idx3-ubyte.gz"] = idx_gz(images)
        files[f"{split}-labels-idx1-ubyte.gz"] = idx_gz(np.arange(len(images)))
    return files


def cifar10_files():
    packed = io.BytesIO()
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for index, name in enumerate(names):
            rows = [
                bytes([row % 10]) + COLOURS[row].transpose(2, 0, 1).tobytes()
                for row in range(2 * index, 2 * index + 2)
            ]
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = 2 * 3073
            archive.addfile(member, io.BytesIO(b"".join(rows)))
    return {"cifar-10-binary.tar.gz": packed.getvalue()}


@pytest.fixture
def server(monkeypatch):
    """A server on 127.0.0.1 from which mnist and cifar10 come, small; its files can be changed."""
    files, requests = {}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            requests.append(self.path)
            data = files.get(self.path)
            self.send_response(200 if data else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            return data

        def do_GET(self):
            data = self.do_HEAD()
            if data and data.endswith(b"CUT"):  # promise all, send a part
                data = data[: len(data) // 2]
            self.wfile.write(data or b"")

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        base = f"http://127.0.0.1:{httpd.server_port}/"
        for name, contents in (("mnist", mnist_files()), ("cifar10", cifar10_files())):
            files.update({f"/{name}/{file}": data for file, data in contents.items()})
            checksums = {k: hashlib.sha256(data).hexdigest() for k, data in contents.items()}
            point_at(monkeypatch, name, f"{base}{name}/", checksums)
        httpd.files, httpd.requests = files, requests
        yield httpd
        httpd.shutdown()
        thread.join()


def point_at(monkeypatch, name, base, files=None):
    changes = {"base": base} | ({"files": files} if files else {})
    source = dataclasses.replace(prepare.SOURCES[name], **changes)
    monkeypatch.setitem(prepare.SOURCES, name, source)


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    for name in list(os.environ):
        if name == "GAN_AUGMENT_DATA" or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def bring(*names, data_dir=None):
    prepare.prepare(prepare.Config(names, data_dir))


@pytest.mark.usefixtures("server")
def test_what_is_downloaded_is_what_load_finds(tmp_path, capsys):
    bring("mnist", "cifar10", data_dir=tmp_path / "new")
    for split, prefix in (("train", "train"), ("test", "t10k")):
        images = load("mnist", tmp_path / "new", split=split)
        np.testing.assert_array_equal(images.images[..., 0], DIGITS[prefix])
        assert images.labels.tolist() == list(range(len(images)))
    train = load("cifar10", tmp_path / "new")
    test = load("cifar10", tmp_path / "new", split="test")
    np.testing.assert_array_equal(np.concatenate([train.images, test.images]), COLOURS)
    assert [*train.labels, *test.labels] == [row % 10 for row in range(12)]
    assert "mnist: 7 + 3 images in " in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"mnist.npz", "cifar10.npz"}


@pytest.mark.usefixtures("server")
def test_where_it_goes_without_a_data_directory(tmp_path, monkeypatch):
    bring("mnist")
    assert Path("~/.cache/gan_augment/mnist.npz").expanduser().is_file()
    assert len(load("mnist")) == 7
    monkeypatch.setenv("GAN_AUGMENT_DATA", str(tmp_path))
    bring("cifar10")
    assert (tmp_path / "cifar10.npz").is_file()


def test_what_is_prepared_is_left_alone(server, tmp_path, capsys):
    bring("mnist", data_dir=tmp_path)
    before = (tmp_path / "mnist.npz").stat()
    server.requests.clear()
    bring("mnist", "mnist", data_dir=tmp_path)
    assert server.requests == []
    assert (tmp_path / "mnist.npz").stat() == before
    assert capsys.readouterr().out.count("already prepared") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-5] + b"wrong", "its checksum is"),
        (lambda data: data + b"CUT", "broke off after [0-9]+ of [0-9]+ bytes"),
        (lambda data: b"", "Not Found"),
    ],
)
def test_a_bad_download_leaves_nothing_and_the_others_are_brought(server, tmp_path, change, reason):
    file = "/mnist/t10k-labels-idx1-ubyte.gz"
    server.files[file] = change(server.files[file])
    with pytest.raises(UserError, match=reason) as raised:
        bring("mnist", "cifar10", data_dir=tmp_path)
    assert "could not download mnist (" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["cifar10.npz"]


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def silent_port():
    """A port that takes connections and never answers, like a network that swallows packets."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_without_a_network_every_set_is_named_in_time(
    monkeypatch, tmp_path, closed_port, silent_port
):
    monkeypatch.setattr(prepare, "ANSWER_SECONDS", 0.5)
    point_at(monkeypatch, "mnist", f"http://127.0.0.1:{closed_port}/")
    point_at(monkeypatch, "fashion_mnist", f"http://127.0.0.1:{silent_port}/")
    point_at(monkeypatch, "cifar10", "http://no-such-host.invalid/")
    start = time.monotonic()
    with pytest.raises(UserError) as raised:
        bring("mnist", "fashion_mnist", "cifar10", data_dir=tmp_path)
    assert time.monotonic() - start < 3
    message = str(raised.value)
    for name in ("mnist", "fashion_mnist", "cifar10"):
        assert f"{name} (no answer from {prepare.SOURCES[name].base}" in message
        assert f"{name}.npz" in message
    assert f"into {tmp_path} by hand" in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_the_time_for_all_servers_is_under_ten_seconds():
    assert prepare.ANSWER_SECONDS < 8


def test_a_name_look_up_that_hangs_does_not(monkeypatch, tmp_path):
    monkeypatch.setattr(prepare, "ANSWER_SECONDS", 0.2)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: over.wait(20) and [])
    start = time.monotonic()
    with pytest.raises(UserError, match=r"mnist \(no answer from .*cifar10 \(no answer from"):
        bring("mnist", "cifar10", data_dir=tmp_path)
    assert time.monotonic() - start < 3
    over.set()


def test_unknown_and_missing_names(tmp_path):
    with pytest.raises(UserError, match="no data set 'mnits'; did you mean mnist"):
        bring("mnits", data_dir=tmp_path)
    with pytest.raises(UserError, match="name what to prepare: mnist, fashion_mnist, cifar10"):
        bring(data_dir=tmp_path)


def test_a_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        bring("mnist", data_dir=tmp_path / "file" / "inside")


def run(*arguments):
    command = [sys.executable, "-m", "gan_augment.prepare", *arguments]
    root = Path(__file__).parents[1]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)


def test_command_line(tmp_path):
    done = run("--help")
    assert done.returncode == 0
    assert "--data-dir" in done.stdout
    done = run("mnits", "--data-dir", str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: there is no data set 'mnits'")


def test_help_does_not_wait_for_tensorflow():
    code = (
        "import sys; import gan_augment.prepare; "
        "print({'tensorflow', 'tensorflow_datasets', 'keras', 'mlxtend'} & set(sys.modules))"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout == "set()\n"


def test_what_cannot_be_downloaded_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"faces cannot be downloaded: put faces64\.npz into"):
        prepare.prepare(prepare.Config(names=("faces",), data_dir=tmp_path))
