"""Float hubs by PyTorch: on the CPU here, so that all but CUDA itself is seen."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from networks import residual_network  # noqa: E402
from quantization import quantized  # noqa: E402
from random_graphs import random_feeds  # noqa: E402

from compilers.hub import HUB  # noqa: E402
from compilers.quantize.qat.graph_module import FloatNetwork  # noqa: E402
from compilers.reference import run_graph  # noqa: E402
from compilers.schemes import W8A8_SYM  # noqa: E402
from compilers.torch_executor import CUDA_FLOAT16, CUDA_FLOAT32  # noqa: E402
from compilers.torch_run import TorchRun  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import HubError, ToolchainError  # noqa: E402
from zoo.fixed_batch import fix_batch  # noqa: E402

GRAPH = residual_network()
without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")


@pytest.mark.parametrize(("dtype", "off"), [(torch.float32, 1e-5), (torch.float16, 2e-2)])
def test_it_computes_what_the_reference_does(dtype, off):
    run = TorchRun(FloatNetwork(GRAPH), "cpu", dtype)
    for seed, batch in enumerate((3, 3, 1, 2)):  # as many as there are, the last batch has fewer
        feeds = random_feeds(GRAPH, seed, batch=batch)
        found, wanted = run(feeds)["landmarks"], run_graph(GRAPH, feeds)["landmarks"]
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, atol=off * np.abs(wanted).max())


def test_a_published_network_is_one_graph():
    """Where it were several, each would be a launch of its own."""
    hub = registry.load("recipe", "pfld_0.25x.300w68").hubs["none"]
    network = FloatNetwork(HUB.read(hub.read_bytes(), str(hub)))
    inputs = ({network.graph.inputs[0]: torch.zeros(2, 3, 112, 112)},)
    traced = torch.export.export(network, inputs, strict=False).module()
    compiled = torch.compile(traced, backend="eager", fullgraph=True, dynamic=False)
    with torch.no_grad():
        assert torch.equal(compiled(*inputs)["landmarks"], network(*inputs)["landmarks"])


@without_gpu
@pytest.mark.parametrize("executor", [CUDA_FLOAT32, CUDA_FLOAT16])
def test_without_a_gpu_it_says_what_to_do(executor, tmp_path):
    with pytest.raises(
        ToolchainError,
        match=rf"^{executor.name}: PyTorch \S+ finds no NVIDIA GPU; install one with CUDA",
    ):
        executor.load(tmp_path, "float.onnx")


def test_integers_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    (tmp_path / "hub.onnx").write_bytes(HUB.write(quantized(GRAPH, W8A8_SYM)))
    with pytest.raises(HubError, match=r"hub\.onnx: holds integers, which torch-cuda does not"):
        CUDA_FLOAT32.load(tmp_path, "hub.onnx")


@pytest.mark.parametrize(("name", "off"), [("torch-cpu", 1e-5), ("torch-cpu-bf16", 2e-2)])
def test_a_file_of_one_sample_takes_several(name, off, tmp_path):
    fixed = fix_batch(GRAPH)
    (tmp_path / "one.onnx").write_bytes(HUB.write(fixed))
    run = registry.load("executor", name).load(tmp_path, "one.onnx")
    feeds = random_feeds(GRAPH, 0, batch=3)
    wanted = run_graph(GRAPH, feeds)["landmarks"]
    found = run(feeds)["landmarks"]
    np.testing.assert_allclose(found, wanted, atol=off * np.abs(wanted).max())
    with torch.autocast("cpu", torch.bfloat16):  # that of a training around it changes nothing
        assert np.array_equal(run(feeds)["landmarks"], found)
