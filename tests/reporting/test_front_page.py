from pathlib import Path

from gan_augment.augmenters.stabilizers import RECOMMENDED
from gan_augment.reporting import write_front
from gan_augment.reporting.front_page import FOOTNOTE, front, starred

ROOT = Path(__file__).parents[2]
COMMANDS = """\
| command | what it does |
| --- | --- |
| `python -m gan_augment.mnist` | digits |
| `python -m gan_augment.convergence` | why GANs fail (and when) |
| `python -m gan_augment.gtn`, `python -m gan_augment.cartpole` | teaching |
| `python -m gan_augment.images DIR` | your own (*) |
| `python -m gan_augment.zoo [NAME]` | trained generators |"""
MARKS = "# A\n\n<!-- reports -->\nold\n<!-- /reports -->\n\nrest \\1\n"


def test_the_tables_of_the_readme_are_up_to_date():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert front(text, ROOT, ROOT / "results") == text, "run python -m gan_augment.publish"
    for name in ("commands", "reports", "methods"):
        _, _, block = text.partition(f"<!-- {name} -->")
        assert "| --- |" in block.partition(f"<!-- /{name} -->")[0].replace(":---", "---")


def test_only_what_is_between_the_marks_changes(tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    (results / "README.md").write_text("# Results\n")
    readme = tmp_path / "README.md"
    readme.write_text(MARKS)
    assert write_front(readme, results) == readme
    text = readme.read_text()
    assert text.startswith("# A\n\n<!-- reports -->\n\n| report |")
    assert text.endswith("|\n\n<!-- /reports -->\n\nrest \\1\n")
    assert "old" not in text
    assert write_front(readme, results) is None


def test_commands_without_results_have_a_star():
    page = "# Results\n\n## collapse: a\n\n## gtn: b\n\n### images: no chapter\n"
    table = starred(COMMANDS, page)
    rows = table.splitlines()
    assert [row.endswith(" (*) |") for row in rows[2:7]] == [True, False, False, True, False]
    assert rows[7:] == ["", FOOTNOTE]
    assert "\n".join(rows[:7]).replace(" (*)", "") == COMMANDS.replace(" (*)", "")
    assert starred(table, page) == table
    assert starred(table, f"{page}\n## mnist-vae: c\n\n## images: d\n") == COMMANDS.replace(
        " (*)", ""
    )


def test_a_readme_without_marks_is_left_alone(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "README.md").write_text("# Results\n")
    readme = tmp_path / "README.md"
    assert write_front(readme, tmp_path / "results") is None
    readme.write_text("Somebody else's.\n")
    assert write_front(readme, tmp_path / "results") is None
    assert readme.read_text() == "Somebody else's.\n"


def test_the_tool_follows_what_the_published_study_recommends():
    page = (ROOT / "results" / "README.md").read_text()
    assert f"**Recommended: {'+'.join(('batch-norm', *RECOMMENDED))}**" in page
