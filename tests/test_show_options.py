import sys

import pytest

from gan_augment import convergence, experiment, faces, mnist
from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json
from gan_augment.images import Config as OwnImages
from gan_augment.images import told_command
from gan_augment.reporting.film import Film
from gan_augment.training.onlookers import invited


def claim(path, **show):
    return experiment.claim(path, "faces", {"steps": 2}, selection=(), show=experiment.Show(**show))


def test_the_options_are_flags_of_the_command():
    assert faces.parsed([]).show == experiment.UNSEEN
    assert faces.parsed(["--film", "--quick"]).show == experiment.Show(film=True)
    assert "show" not in experiment.options_of(faces.parsed(["--film"]))


def test_a_run_may_be_continued_with_a_film(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["faces", "--steps", "2"])
    claim(tmp_path)
    before = read_json(tmp_path / "options.json")
    assert invited(tmp_path / "gan") == ()
    monkeypatch.setattr(sys, "argv", ["faces", "--film", "--steps", "2"])
    claim(tmp_path, film=True)
    assert "was begun without --film" in capsys.readouterr().err
    assert any(isinstance(each, Film) for each in invited(tmp_path / "gan"))
    assert read_json(tmp_path / "options.json") == before
    claim(tmp_path, film=True)
    assert capsys.readouterr().err == ""
    claim(tmp_path)
    assert invited(tmp_path / "gan") == ()


def test_a_new_run_with_a_film_is_not_warned_about(tmp_path, capsys):
    claim(tmp_path / "run", film=True)
    assert capsys.readouterr().err == ""


def test_where_there_is_nothing_to_see_it_is_refused(tmp_path):
    show = experiment.Show(film=True)
    with pytest.raises(UserError, match="need --images"):
        convergence.run(convergence.Config(show=show, out=tmp_path / "run"))
    with pytest.raises(UserError, match="has nothing for --film"):
        mnist.checked(mnist.Config(augmenter="teaching", steps=1, show=show))
    assert not (tmp_path / "run").exists()


def test_the_command_in_a_report_does_not_say_it():
    config = OwnImages("mnist", show=experiment.Show(film=True))
    assert told_command(config) == "python -m gan_augment.images mnist --minutes 10"
