"""The float hub computes what the network does, with the zoo's ops between the stages."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from onnx_runtime import run_onnx  # noqa: E402

from recipes.dan.checkpoint import build_net  # noqa: E402
from recipes.dan.export import export  # noqa: E402
from recipes.dan.recipe import recipe  # noqa: E402
from recipes.dan.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from zoo import registry  # noqa: E402

VARIANT = VARIANTS["dan2_0.25x.300w68"]


def test_two_stages_are_exported_as_they_were_trained(tmp_path):
    net = build_net(VARIANT).eval()
    with torch.no_grad():  # a first stage that finds a face, turned a little
        net.first.points.weight.mul_(0.05)
        net.first.points.bias.uniform_(-0.02, 0.02, generator=torch.Generator().manual_seed(0))
    weights = tmp_path / "dan2.safetensors"
    save_state(net.state_dict(), weights)
    hub = export(recipe(VARIANT), weights)
    image = torch.rand(3, 1, 112, 112, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        (wanted,) = net(image)
    found = run_onnx(hub, {"image": image.numpy()}, ("landmarks",))["landmarks"]
    assert np.abs(found - wanted.numpy()).max() < 1e-5
    graph = registry.load("format", "onnx").read(hub, "dan2.onnx")
    ops = [node.op for node in graph.nodes]
    assert [op for op in ops if op in ("align_image", "landmark_heatmap", "turn_back")] == [
        "align_image",
        "landmark_heatmap",
        "turn_back",
    ]
