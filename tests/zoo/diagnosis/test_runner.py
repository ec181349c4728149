"""Running a Graph on pictures."""

import numpy as np
import pytest
from networks import residual_network
from quantization import pixel_feeds

from zoo.diagnosis.runner import Runner
from zoo.fixed_batch import fix_batch

GRAPH = residual_network()
RUNNER = Runner("image", pixel_feeds(GRAPH, 7)["image"])


@pytest.mark.parametrize("batch", [1, 3, 16])
def test_a_fixed_batch_is_filled_and_cut(batch):
    found = RUNNER.outputs(fix_batch(GRAPH, batch))["landmarks"]
    np.testing.assert_allclose(found, RUNNER.outputs(GRAPH)["landmarks"], rtol=1e-5, atol=1e-6)


def test_any_activation_can_be_seen():
    found = list(RUNNER.batches(GRAPH, ["stem", "image"]))
    assert sum(len(values["stem"]) for values in found) == 7
    np.testing.assert_array_equal(found[0]["image"], RUNNER.samples[:4])
