import pytest

from zoo.counted import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 boxes"), (1, "1 box"), (2, "2 boxes"), (12345, "12,345 boxes")]
)
def test_one_and_several(count, words):
    assert counted(count, "box", "boxes") == words


def test_most_words_have_an_s():
    assert (counted(1, "face"), counted(3, "face")) == ("1 face", "3 faces")
