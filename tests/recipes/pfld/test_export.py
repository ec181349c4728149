"""The hub computes what the torch network computes, under the contract's names."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.checkpoint import build_net  # noqa: E402
from recipes.pfld.export import export  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from zoo import registry  # noqa: E402

NAME = "pfld_0.25x.300w68+pose"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights whose batch norms do something."""
    net = build_net(VARIANTS[NAME], seed=3)
    generator = torch.Generator().manual_seed(0)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5, generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
            module.bias.data.uniform_(-0.5, 0.5, generator=generator)
    path = tmp_path_factory.mktemp("weights") / "w.safetensors"
    save_state(net.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def hub(weights: Path) -> bytes:
    return export(registry.load("recipe", NAME), weights)


def test_hub_and_torch_agree(hub: bytes, weights: Path) -> None:
    from recipes.pfld.checkpoint import load_net

    session = onnxruntime.InferenceSession(hub, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).uniform(-1, 1, (3, 3, 112, 112)).astype(np.float32)
    with torch.no_grad():
        expected = load_net(VARIANTS[NAME], weights).eval()(torch.from_numpy(image))
    found = session.run(["landmarks", "pose"], {"image": image})
    for wanted, got in zip(expected, found, strict=True):
        assert got.shape == tuple(wanted.shape)
        np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-4, atol=1e-5 * np.abs(got).max())


def test_names_shapes_and_metadata(hub: bytes) -> None:
    model = onnx.load_from_string(hub)
    (image,) = model.graph.input
    dimensions = image.type.tensor_type.shape.dim
    assert image.name == "image"
    assert dimensions[0].dim_param == "N"
    assert [d.dim_value for d in dimensions[1:]] == [3, 112, 112]
    assert [output.name for output in model.graph.output] == ["landmarks", "pose"]
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["zoo.model"] == NAME
    assert metadata["zoo.contract"] == registry.load("recipe", NAME).hub_metadata["zoo.contract"]


def test_batch_norms_are_folded_and_no_path_is_told(hub: bytes) -> None:
    model = onnx.load_from_string(hub)
    assert {node.op_type for node in model.graph.node} <= {
        *("Conv", "Relu", "Add", "ReduceMean", "GlobalAveragePool"),
        *("Concat", "Reshape", "Flatten", "Gemm"),
    }
    assert b"net.py" not in hub


def test_random_weights_are_the_same_each_time() -> None:
    recipe = registry.load("recipe", "pfld_0.25x.wflw98")
    assert export(recipe, None) == export(replace(recipe), None)
