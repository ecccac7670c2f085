import pytest

from gan_augment.reporting.headlines import NO_RESULTS, REPORTS, headline, in_short, reports_table
from gan_augment.reporting.studies import STUDIES

CLAIMS = """\
Source.

**Verdict** (corrected protocol, α = 2). Of the report's 3 claims, some.

- At 500 images: it helps.

### Claims, at α = 2

| Table | claim | ours | verdict |
| ---: | :--- | :--- | ---: |
| 1 | a | +1 | **holds** |
| 2 | b | not run | **not run** |
| 2 | *ours:* c | −1 | **does not hold** |

### Claims, at α = 1

| Table | claim | ours | verdict |
| ---: | :--- | :--- | ---: |
| 1 | a | +1 | **holds** |
| 2 | b | −1 | **holds in 4 of 6 cases** |

### Table 1

| α | verdict |
| ---: | ---: |
| 1 | **undecided** |
"""
FOUND = """\
**Verdict.**

- *none*: 17 of 30 collapse.
- **Recommended: r1**, the best.

| variant | collapsed |
| :--- | ---: |
| none | 17 |
"""


def test_claims_are_counted_by_table_without_ours():
    assert headline(CLAIMS) == (
        "of 2 claims 1 holds, 1 was not run (at α = 2); "
        "of 2 claims 1 holds, 1 holds in part (at α = 1)"
    )


def test_where_all_claims_are_ours_they_are_counted():
    only = "| claim | verdict |\n| :--- | ---: |\n| ours: a | **undecided** |\n"
    assert headline(only) == "of 1 claim 1 is undecided"


@pytest.mark.parametrize(
    ("chapter", "line"),
    [
        (FOUND, "**Recommended: r1**, the best."),
        (FOUND.replace("**Recommended: r1**", "r1"), "*none*: 17 of 30 collapse."),
        ("Text.\n\n**In numbers.** Spread 0.25 → 1. More.\n\n| a |\n", "Spread 0.25 → 1."),
        ("Text alone.", "pictures alone"),
    ],
)
def test_without_claims_the_finding_counts(chapter, line):
    assert headline(chapter) == line


def test_every_report_has_a_row_and_links_to_what_there_is():
    page = f"# Results\n\n## mnist: Abadi 2020, section 4 (MNIST)\n\n{CLAIMS}"
    rows = reports_table(page, "results/README.md").splitlines()[2:]
    assert len(rows) == len(REPORTS) == 5
    assert "[mnist](results/README.md#mnist-abadi-2020-section-4-mnist): of 2 claims" in rows[0]
    assert rows[0].endswith(f"<br>cifar10: {NO_RESULTS} |")
    assert all(row.endswith(f"{NO_RESULTS} |") for row in rows[1:])


def test_experiments_are_those_that_are_published():
    names = {name for report in REPORTS for name in report.experiments}
    assert names - {"mnist", "cifar10"} <= STUDIES.keys()
    assert STUDIES.keys() - names == {"images", "imbalance", "translation"}  # of no report


def test_the_page_begins_with_a_line_for_each_chapter():
    page = f"# Results\n\n## mnist: Abadi\n\n{CLAIMS}\n## collapse: which?\n\n{FOUND}"
    counts = "of 2 claims 1 holds, 1 was not run (at α = 2); of 2 claims 1 holds, 1 holds in part"
    assert in_short(page) == (
        f"**In short.**\n\n- [mnist](#mnist-abadi): {counts} (at α = 1). "
        "At 500 images: it helps.\n"
        "- [collapse](#collapse-which): **Recommended: r1**, the best."
    )
    assert in_short("# Results\n") == ""
