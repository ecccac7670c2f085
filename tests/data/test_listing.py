import numpy as np
import pytest
from strangers import fill, save, scene

from gan_augment.common.errors import UserError
from gan_augment.data.collection import read_collection


@pytest.fixture
def pictures(tmp_path):
    """A folder with pictures p0.png to p39.png."""
    for index in range(40):
        save(tmp_path / "pictures" / f"p{index}.png", scene(seed=index))
    return tmp_path


def write(folder, lines, name="set.csv", **options):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", **options)
    return path


def lines_of(count=40, label=lambda index: "ab"[index % 2]):
    return [f"pictures/p{index}.png,{label(index)}" for index in range(count)]


def test_paths_and_labels(pictures):
    table = write(pictures, ["file_name,label", *lines_of()])
    found = read_collection(table)
    assert found.images.class_names == ("a", "b")
    assert found.images.labels.tolist() == [0, 1] * 20
    assert found.names[3] == "pictures/p3.png"
    np.testing.assert_array_equal(found.images.images[3], scene(seed=3))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_headings_delimiters_marks_and_splits(pictures, delimiter):
    names = ["train", "Validation", "TEST", ""]
    rows = [
        delimiter.join([f'"x, ""{index % 2}"""', names[index % 4], f"pictures/p{index}.png"])
        for index in range(40)
    ]
    table = write(
        pictures, [delimiter.join(["Class", " Split ", "Image Path"]), *rows], encoding="utf-8-sig"
    )
    found = read_collection(table)
    assert found.images.class_names == ('x, "0"', 'x, "1"')
    assert found.splits.tolist() == ["train", "val", "test", ""] * 10


def test_the_first_column_may_have_the_mark(pictures):
    table = write(pictures, ["path,label", *lines_of()], encoding="utf-8-sig")
    assert len(read_collection(table).images) == 40


def test_rows_that_lead_nowhere_are_refused(pictures):
    save(pictures.parent / "outside.png")
    lines = ["path,label", *lines_of(38), "", "pictures/none.png,a", "../outside.png,a"]
    found = read_collection(write(pictures, lines))
    assert [(each.name, each.reason) for each in found.unreadable] == [
        ("pictures/none.png", "is not there"),
        ("../outside.png", "leads out of the folder"),
    ]
    assert len(found.images) == 38


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ("pictures/p39.png,", "pictures/p39.png", "has no label"),
        ("pictures/p39.png", "pictures/p39.png", "has no label"),
        (",a", "row 41", "has no path"),
        ("/etc/hostname,a", "/etc/hostname", "leads out of the folder"),
        ("pictures,a", "pictures", "is not a file"),
        ("x\0y.png,a", "x\0y.png", "cannot be found"),
        ("x" * 5000 + ",a", "x" * 5000, "cannot be found"),
    ],
)
def test_rows_that_say_nothing_are_refused(pictures, line, name, reason):
    found = read_collection(write(pictures, ["path,label", *lines_of(39), line]))
    assert len(found.images) == 39
    (unreadable,) = found.unreadable
    assert unreadable.name == name
    assert unreadable.reason.startswith(reason)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,colour\nx.png,red\n", "no column for the label: .* but says path, colour"),
        ("name,label\nx.png,a\n", "no column for the path"),
        ("", "no column for the path: .* but says nothing"),
        ("path,label\n", "names no classes"),
        ("path,label,split\npictures/p1.png,a,holdout\n", "the split 'holdout' in row 2"),
        ('path,label\n"x.png,a\n', "cannot be read as a CSV"),
        ("path,label\n" + "x" * 200_000 + ",a\n", "cannot be read as a CSV"),
    ],
)
def test_tables_that_are_none(pictures, text, message):
    (pictures / "set.csv").write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        read_collection(pictures / "set.csv")
    assert "\n" not in str(raised.value)


def test_a_table_that_is_no_text(pictures):
    (pictures / "set.csv").write_bytes(b"\xff\xfe\x00path")
    with pytest.raises(UserError, match="cannot be read as a CSV in UTF-8"):
        read_collection(pictures / "set.csv")
    with pytest.raises(UserError, match=r"there is no table .*none\.csv"):
        read_collection(pictures / "none.csv")


def test_most_files_missing(pictures):
    lines = ["path,label", *(line.replace("pictures/", "photos/") for line in lines_of())]
    with pytest.raises(UserError, match=r"40 cannot be read.*photos/p0\.png is not there"):
        read_collection(write(pictures, lines))


def test_a_table_in_the_data_directory(pictures):
    write(pictures, ["path,label", *lines_of()])
    assert len(read_collection("set.csv", pictures).images) == 40


def test_a_table_does_not_hide_a_folder(tmp_path):
    fill(tmp_path, count=2)
    (tmp_path / "set.csv").write_text("path,label\n")
    assert len(read_collection(tmp_path).images) == 4
