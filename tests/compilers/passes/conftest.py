"""What every test of a pass checks."""

from collections.abc import Callable

import numpy as np
import pytest
from random_graphs import random_feeds

from compilers.reference import run_graph
from zoo.graph import Graph


@pytest.fixture
def same_outputs() -> Callable[[Graph, Graph, float], None]:
    """Check that two graphs compute the same from random inputs."""

    def check(before: Graph, after: Graph, tolerance: float = 0.0) -> None:
        feeds = random_feeds(before, seed=5, batch=3)
        expected, found = run_graph(before, feeds), run_graph(after, feeds)
        assert list(found) == list(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, rtol=tolerance, atol=tolerance)

    return check
