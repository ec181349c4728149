"""Scheme dpu-pow2: torch, the hub in ONNX Runtime and the reference agree to the last bit."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_runtime import run_onnx
from quantization import contract_of, samples
from random_graphs import float_graphs, random_feeds

from compilers.hub import read, write
from compilers.ops.average_pool import divides_unevenly
from compilers.quantize.prepare import prepare
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.quantize.qat.train import read_back
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2
from zoo.graph import Graph


def _means_are_the_chips(graph: Graph) -> bool:
    return not any(n.op == "average_pool" and divides_unevenly(n) for n in graph.nodes)


@given(float_graphs().filter(_means_are_the_chips), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_all_forms_agree_to_the_last_bit(graph, seed):
    start = prepare(graph, DPU_POW2, samples(graph), contract_of(graph), "mse", threads=1)
    module = FakeQuantized(start)
    integer = read_back(module, graph.outputs)
    hub = write(integer)
    assert read(hub, "net.onnx") == integer
    feeds = random_feeds(graph, seed, batch=3)
    with torch.no_grad():
        trained = module({name: torch.from_numpy(x) for name, x in feeds.items()})
    onnx = run_onnx(hub, feeds)
    for name, wanted in run_graph(integer, feeds).items():
        assert np.array_equal(trained[name].numpy(), wanted)
        assert np.array_equal(onnx[name], wanted)
