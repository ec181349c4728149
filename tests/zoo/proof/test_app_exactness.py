"""How exactly an app must repeat its artifact."""

from types import SimpleNamespace

import pytest

from zoo.artifact import Exactness
from zoo.proof.proof import app_exactness

APP = SimpleNamespace(stand_in="C code for the chip", stand_in_differs="")
"""An app that runs on a stand-in with the same integers."""


@pytest.mark.parametrize(
    ("artifact", "bound"),
    [
        (Exactness(0, "lsb", "exact"), 0),
        (Exactness(1e-4, "lsb", "its reals are rounded"), 1e-4),
        (Exactness(3, "lsb", "its integers may differ"), 0),
    ],
)
def test_a_stand_in_may_differ_by_the_rounding_of_the_artifacts_reals(artifact, bound):
    evidence = SimpleNamespace(is_quantized=True, exactness=artifact)
    found = app_exactness(APP, evidence, board_bound=7)
    assert (found.bound, found.unit) == (bound, "lsb")
    assert (artifact.why in found.why) == bool(bound)
