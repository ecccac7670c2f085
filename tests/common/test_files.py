import pytest

from gan_augment.common.errors import UserError
from gan_augment.common.files import read_json, write_json, written_whole
from gan_augment.common.log import MetricsLog


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail_half_way():
        with written_whole(path) as aside:
            aside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"), written_whole(tmp_path / "file" / "x"):
        pass


def test_damaged_json_is_named(tmp_path):
    path = tmp_path / "options.json"
    write_json(path, {"α": 1})
    assert read_json(path) == {"α": 1}
    path.write_text("{")
    with pytest.raises(UserError, match=r"options\.json is damaged"):
        read_json(path)


def test_log_survives_a_kill_in_the_middle_of_a_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    log = MetricsLog(path)
    log.append({"step": 1})
    log.append({"step": 2})
    path.write_text(path.read_text() + '{"step": 3, "d_lo')
    again = MetricsLog(path)
    again.append({"step": 3})
    assert MetricsLog(path).records == [{"step": 1}, {"step": 2}, {"step": 3}]


def test_log_drops_what_is_later_than_a_checkpoint(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl")
    for step in range(4):
        log.append({"step": step})
    log.keep(lambda record: record["step"] < 2)
    assert MetricsLog(tmp_path / "metrics.jsonl").records == [{"step": 0}, {"step": 1}]
