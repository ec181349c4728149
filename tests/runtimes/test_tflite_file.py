"""What is inside a .tflite file while it runs."""

import numpy as np
import pytest
from networks import residual_network
from quantization import quantized
from random_graphs import random_feeds
from tflite_files import INTEGER_BORDER, TARGET, to_tflite

from compilers.reference import run_all
from compilers.schemes import DPU_POW2
from runtimes.executors.litert import EXECUTOR
from runtimes.tflite_file import with_outputs

GRAPH = quantized(residual_network(), DPU_POW2)
INTEGERS = [t.name for t in GRAPH.tensors.values() if t.quantization and not t.is_constant]
FEEDS = random_feeds(GRAPH, seed=2)


@pytest.mark.parametrize("target", [TARGET, INTEGER_BORDER], ids=["float", "integer"])
def test_every_integer_activation_of_the_network_is_told(tmp_path, target):
    (tmp_path / "model.tflite").write_bytes(to_tflite(GRAPH, target).files["model.tflite"])
    inside = EXECUTOR.load_inside(tmp_path, "model.tflite", [*INTEGERS, "not there"])(FEEDS)
    assert set(inside) == set(INTEGERS)
    wanted = run_all(GRAPH, FEEDS)
    for name, value in inside.items():
        assert value.dtype == np.int8
        np.testing.assert_array_equal(value, wanted[name], name)


def test_only_the_list_of_outputs_changes():
    content = to_tflite(GRAPH).files["model.tflite"]
    changed = with_outputs(content, INTEGERS)
    differing = [
        i for i, (old, new) in enumerate(zip(content, changed, strict=False)) if old != new
    ]
    assert len(changed) > len(content)
    assert max(differing) - min(differing) < 4
