import json
import os
import subprocess
import sys

import pytest

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.training.run import RunDirectory, command_line


def test_the_same_options_continue_and_finish(tmp_path):
    RunDirectory(tmp_path / "run", "mnist", {"sizes": (500,)}, facts={"command": "x"})
    run = RunDirectory(tmp_path / "run", "mnist", {"sizes": (500,)})
    assert read_json(tmp_path / "run" / "options.json")["complete"] is False
    run.finish()
    about = read_json(tmp_path / "run" / "options.json")
    assert about["complete"] is True
    assert about["experiment"] == "mnist"
    assert about["sizes"] == [500]
    (versions,) = about["versions"]
    assert versions["python"]


def test_other_options_are_refused_with_the_difference_named(tmp_path):
    RunDirectory(tmp_path, "mnist", {"epochs": 2000, "sizes": [500]}, selection={"sizes"})
    with pytest.raises(UserError, match="epochs = 2000, not 10"):
        RunDirectory(tmp_path, "mnist", {"epochs": 10, "sizes": [500]}, selection={"sizes"})
    RunDirectory(tmp_path, "mnist", {"epochs": 2000, "sizes": [500, 1000]}, selection={"sizes"})
    with pytest.raises(UserError, match="experiment = 'mnist', not 'faces'"):
        RunDirectory(tmp_path, "faces", {"epochs": 2000, "sizes": [500]})


def test_a_directory_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(UserError, match="not the directory of a run"):
        RunDirectory(tmp_path, "mnist", {})


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="choose another --out"):
        RunDirectory(tmp_path / "file", "mnist", {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="choose another --out"):
        RunDirectory(tmp_path / "run", "mnist", {})


def test_a_directory_that_another_process_works_in_is_refused(tmp_path):
    work = "import sys; from gan_augment.training.run import RunDirectory as Run; "
    work += f"run = Run({str(tmp_path)!r}, 'mnist', {{}}); print('working', flush=True); "
    command = [sys.executable, "-c", work + "sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(UserError, match=f"process {other.pid} works in .*another --out"):
            RunDirectory(tmp_path, "mnist", {})
        RunDirectory(tmp_path, "mnist", {}, read_only=True)
    RunDirectory(tmp_path, "mnist", {})


def test_a_recorded_command_names_no_local_path():
    line = command_line(
        "mnist", ["--alpha", "1", "2", "--out", "/home/me/x", "--seed", "1"], local=("out",)
    )
    assert line == "python -m gan_augment.mnist --alpha 1 2 --seed 1"


def test_the_commands_of_all_calls_are_recorded_once(tmp_path):
    for sizes in ([500], [1000], [500]):
        command = f"x --sizes {sizes[0]}"
        run = RunDirectory(
            tmp_path, "mnist", {"sizes": sizes}, selection={"sizes"}, facts={"command": command}
        )
    assert run.about["command"] == "x --sizes 500 && x --sizes 1000"


def call_with(monkeypatch, versions, path, **options):
    monkeypatch.setattr("gan_augment.training.run.versions", lambda: versions)
    return RunDirectory(path, "mnist", {"steps": 2}, **options)


def test_other_versions_are_recorded_and_said_once(tmp_path, monkeypatch, capsys):
    first, second = {"keras": "3.15.1", "numpy": "2"}, {"keras": "3.15.2", "numpy": "2"}
    call_with(monkeypatch, first, tmp_path).finish()
    call_with(monkeypatch, first, tmp_path)
    assert capsys.readouterr().err == ""
    call_with(monkeypatch, second, tmp_path).finish()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: ")
    assert "(keras 3.15.1, now 3.15.2)" in line
    assert "numpy" not in line
    call_with(monkeypatch, second, tmp_path)
    call_with(monkeypatch, first, tmp_path)
    assert capsys.readouterr().err == ""
    assert read_json(tmp_path / "options.json")["versions"] == [first, second]


def test_a_run_with_one_set_of_versions_and_no_list_is_continued(tmp_path, monkeypatch, capsys):
    first, second = {"keras": "3.15.1"}, {"keras": "3.15.1", "numpy": "2"}
    call_with(monkeypatch, first, tmp_path)
    about = read_json(tmp_path / "options.json")
    (tmp_path / "options.json").write_text(json.dumps(about | {"versions": first}))
    assert call_with(monkeypatch, first, tmp_path).about["versions"] == [first]
    (tmp_path / "options.json").write_text(json.dumps(about | {"versions": first}))
    assert call_with(monkeypatch, second, tmp_path).about["versions"] == [first, second]
    assert "(numpy unknown, now 2)" in capsys.readouterr().err


def test_read_only_compares_and_writes_nothing(tmp_path, monkeypatch, capsys):
    call_with(monkeypatch, {"keras": "1"}, tmp_path / "new", read_only=True).finish()
    assert not list((tmp_path / "new").iterdir())
    call_with(monkeypatch, {"keras": "1"}, tmp_path / "run").finish()
    before = (tmp_path / "run" / "options.json").read_text()
    call_with(monkeypatch, {"keras": "2"}, tmp_path / "run", read_only=True)
    assert (tmp_path / "run" / "options.json").read_text() == before
    assert capsys.readouterr().err == ""
    with pytest.raises(UserError, match="steps = 2, not 3"):
        RunDirectory(tmp_path / "run", "mnist", {"steps": 3}, read_only=True)
