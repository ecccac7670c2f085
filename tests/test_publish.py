import itertools
import json
import subprocess
import sys
import time

import pandas as pd
import pytest

from gan_augment.common.errors import UserError
from gan_augment.publish import Config, publish

DATA = {"name": "mnist", "train_images": 60000, "test_images": 10000, "source": "a file",
        "content_hash": "f" * 64}  # fmt: skip


@pytest.fixture
def make_run(tmp_path):
    """A finished run: arms real, gan and repeat at `sizes`, all accuracies near `accuracy`."""

    def make(name, sizes=(500,), accuracy=0.9, members=3, told=None, **options):
        directory = tmp_path / "runs" / name
        directory.mkdir(parents=True)
        arms = [("real", 0.0), ("gan", 1.0), ("repeat", 1.0)]
        rows = [
            {"alpha": 2.0, "size": size, "gan_seed": 0, "arm": arm, "ratio": ratio,
             "member": member, "gan_steps": 1000, "optimizer_steps": 480,
             "classifier_epochs": 15,
             "accuracy_report": accuracy + 0.001 * member + 1e-9,
             "accuracy_corrected": accuracy + 0.001 * member, "accuracy_last": accuracy}
            for size, (arm, ratio), member in itertools.product(sizes, arms, range(members))
        ]  # fmt: skip
        pd.DataFrame(rows).to_csv(directory / "scores.csv", index=False)
        (directory / "samples.png").write_bytes(name.encode())
        about = {"experiment": "mnist", "sizes": sizes, "protocol": "corrected", "data": DATA,
                 "steps": 1000, "command": f"run {name}", "versions": {"keras": "3.15.1"},
                 "selection": ["sizes", "protocol"], "complete": True}  # fmt: skip
        (directory / "options.json").write_text(json.dumps(about | options | (told or {})))
        return directory

    return make


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def published(results):
    return pd.read_csv(results / "mnist" / "scores.csv")


def commands(results):
    return {run["command"] for run in json.loads((results / "mnist" / "runs.json").read_text())}


def test_runs_of_different_cells_are_merged(make_run, results):
    runs = make_run("a"), make_run("b", sizes=(1000,), steps=500)
    publish(Config(runs, results))
    scores = published(results)
    assert dict(scores["size"].value_counts()) == {500: 9, 1000: 9}
    assert scores["accuracy_report"].iloc[0] == 0.9  # five digits, no more
    assert commands(results) == {"run a", "run b"}
    assert sorted(p.read_text() for p in results.glob("mnist/samples_*.png")) == ["a", "b"]
    table = pd.read_csv(results / "mnist" / "table_4.csv")
    assert set(table.loc[table["gan n_members"] > 0, "size"]) == {500, 1000}
    assert "run a" in (results / "README.md").read_text()
    assert {path.name for path in results.iterdir()} == {"mnist", "README.md", "index.html"}


def test_a_later_run_joins_what_is_published(make_run, results):
    publish(Config((make_run("a"),), results))
    publish(Config((make_run("b", sizes=(1000,)),), results))
    assert set(published(results)["size"]) == {500, 1000}


def test_the_same_options_replace_what_was_published(make_run, results):
    publish(Config((make_run("a", accuracy=0.8),), results))
    publish(Config((make_run("again", accuracy=0.9),), results))
    scores = published(results)
    assert len(scores) == 9
    assert scores["accuracy_corrected"].min() == 0.9
    assert commands(results) == {"run again"}


def test_a_selection_of_more_cells_replaces_only_its_own(make_run, results):
    publish(Config((make_run("a", sizes=(500, 1000), accuracy=0.8),), results))
    publish(Config((make_run("b", sizes=(1000, 2000), accuracy=0.9),), results))
    best = published(results).groupby("size")["accuracy_corrected"].min()
    assert dict(best) == {500: 0.8, 1000: 0.9, 2000: 0.9}


def test_the_same_cell_with_other_options_is_refused(make_run, results):
    publish(Config((make_run("a"),), results))
    before = published(results)
    other = make_run("b", sizes=(500, 1000), steps=500)
    with pytest.raises(UserError, match=r"'run b'.*'run a'.*500 images.*differ in steps"):
        publish(Config((other,), results))
    pd.testing.assert_frame_equal(published(results), before)
    publish(Config((other,), results, replace=True))
    assert commands(results) == {"run b"}
    assert len(published(results)) == 18


def test_two_runs_at_once_must_agree_too(make_run, results):
    with pytest.raises(UserError, match="differ in steps"):
        publish(Config((make_run("a"), make_run("b", steps=500)), results))
    assert not results.exists()


def test_other_data_are_refused(make_run, results):
    publish(Config((make_run("a"),), results))
    with pytest.raises(UserError, match="other data"):
        publish(Config((make_run("b", sizes=(1000,), data=DATA | {"content_hash": "0"}),), results))


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda run: (run / "scores.csv").unlink(), "no scores.csv"),
        (lambda run: (run / "options.json").unlink(), "no options.json"),
        (lambda run: (run / "options.json").write_text("{"), "damaged"),
        (lambda run: (run / "scores.csv").write_text("a,b\n1,2\n"), "lacks"),
    ],
)
def test_what_is_not_a_finished_run_is_refused(make_run, results, spoil, match):
    run = make_run("a")
    spoil(run)
    with pytest.raises(UserError, match=match):
        publish(Config((run,), results))
    assert not results.exists()


def test_an_unfinished_run_is_refused(make_run, results):
    with pytest.raises(UserError, match="not a finished run"):
        publish(Config((make_run("a", told={"complete": False}),), results))


def test_without_a_run_everything_is_written_anew(make_run, results):
    publish(Config((make_run("a"),), results))
    page = (results / "README.md").read_text()
    files = {path.name: path.read_bytes() for path in (results / "mnist").iterdir()}
    (results / "README.md").write_text("spoilt by hand")
    (results / "mnist" / "table_4.csv").unlink()
    publish(Config((), results))
    assert (results / "README.md").read_text() == page
    assert {path.name: path.read_bytes() for path in (results / "mnist").iterdir()} == files


def test_nothing_to_publish_is_said(results):
    with pytest.raises(UserError, match="nothing is published"):
        publish(Config((), results))


def test_a_failure_leaves_what_was_published(make_run, results, monkeypatch):
    publish(Config((make_run("a"),), results))
    before = published(results)
    run = make_run("b", sizes=(1000,))
    monkeypatch.setattr("gan_augment.publish.shutil.copyfile", _full_disk)
    with pytest.raises(UserError, match="No space left"):
        publish(Config((run,), results))
    pd.testing.assert_frame_equal(published(results), before)
    assert {path.name for path in results.iterdir()} == {"mnist", "README.md", "index.html"}


def _full_disk(*_):
    raise OSError(28, "No space left on device")


def test_the_command_helps_at_once_and_fails_in_one_line(tmp_path):
    command = [sys.executable, "-m", "gan_augment.publish"]
    start = time.perf_counter()
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert time.perf_counter() - start < 5  # 2 s on a machine that does nothing else
    assert "finished runs" in helped.stdout
    failed = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert "no options.json" in failed.stderr
