import pytest

from gan_augment.common.errors import UserError, run_command


def raising(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UserError("sizes must be positive, not -1"), 2, "error: sizes must be positive, not -1\n"),
        (KeyboardInterrupt(), 130, "interrupted: what is finished is kept"),
    ],
)
def test_mistakes_are_one_line_and_a_code(error, code, line, capsys):
    with pytest.raises(SystemExit) as ended:
        run_command(raising(error))
    assert ended.value.code == code
    assert capsys.readouterr().err.startswith(line)


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_command(raising(ZeroDivisionError()))
