import itertools
import re

import pytest

from gan_augment.common.errors import UserError
from gan_augment.data.safe_names import class_name, folder_names

ODD = [
    *("../x", "a/b", "a\\b", "<script>", "CON", "con", "com1", "NUL", "🐈", "", ".", "..", ".git"),
    *(
        "a b",
        "-rf",
        "__pycache__",
        "_x2F_",
        "_",
        "x",
        "_x",
        "a_x41_",
        "é",
        "e\u0301",
        "naïve\n",
        "\0",
    ),
    *("test", "Test", "train-2", "my_dev", "eval", "evaluation", "crash test 3", "valley", "ätest"),
    *("=1+1", "100%", "~", "con.txt", "T-shirt/top", "\ud800", "'", '"', "a" * 60),
]


def test_names_are_plain_and_lead_back():
    names = folder_names(ODD)
    assert [class_name(name) for name in names] == ODD
    assert len({name.lower() for name in names}) == len(ODD)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", name), name
        assert not re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", name)


def test_ordinary_names_stay():
    names = ("cat", "T-shirt", "golden_retriever", "7", "contest", "Valentine", "device")
    assert folder_names(names) == names
    assert folder_names(["a/b", "Ankle boot"]) == ("a_x2F_b", "Ankle_x20_boot")


def test_names_that_differ_in_case():
    assert folder_names(["Cat", "cat"]) == ("_x43_at", "cat")
    assert folder_names(["Cat", "dog"]) == ("Cat", "dog")


def test_no_word_is_left_that_hugging_face_takes_for_a_part():
    words = ("train", "training", "validation", "valid", "dev", "val", "test", "testing", "eval")
    part = re.compile(rf"(^|[-._ 0-9])({'|'.join(words)})($|[-._ 0-9])")
    names = [
        f"{a}{word}{b}" for word in words for a in ("", "_", "A", "3") for b in ("", "-x", "B")
    ]
    for name in [*folder_names(names), *folder_names([*names, "Cat", "cat"])]:
        assert not part.search(name), name


def test_any_two_short_names_have_two_folders():
    names = [
        "".join(letters) for n in range(4) for letters in itertools.product("_xX2F/", repeat=n)
    ]
    folders = folder_names(names)
    assert len({folder.lower() for folder in folders}) == len(names)
    assert [class_name(folder) for folder in folders] == names


def test_too_long():
    with pytest.raises(UserError, match="too long to name a folder"):
        folder_names(["🐈" * 40])
