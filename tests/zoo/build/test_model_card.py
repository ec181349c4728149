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
    assert bundled_card(card, FILES) == expected
