"""Cards of models in bundles: no link leads nowhere."""

import pytest

from zoo.build.model_card import bundled_card

FILES = {"LICENSE.300w68.txt": "licences/weights.txt"}


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (
            "see [LICENSE.300w68.txt](LICENSE.300w68.txt).",
            "see [LICENSE.300w68.txt](licences/weights.txt).",
        ),
        (
            "[average_face.json](../../shelf/landmarks/average_face.json) states",
            "average_face.json states",
        ),
        ("[paper](https://example.org/a.pdf)", "[paper](https://example.org/a.pdf)"),
        ("[below](#licence)", "[below](#licence)"),
        ("no link", "no link"),
        (
            "error (docs/accuracy.md)\n",
            "error (docs/accuracy.md)\n\n"
            "Pages in `docs/` are in the repository of edgezoo, not in this bundle.\n",
        ),
    ],
)
def test_links_lead_to_the_bundles_files_or_become_words(card, expected):
    assert bundled_card(card, FILES, is_published=True) == expected


def test_a_card_says_first_that_its_figures_are_of_other_networks():
    card = "# toy\n\nAn error of 3 %.\n"
    title, note, text = bundled_card(card, {}, is_published=False).rstrip().split("\n\n")
    assert (title, text) == ("# toy", "An error of 3 %.")
    assert note.startswith("**The figures below are not of this bundle's network**")
