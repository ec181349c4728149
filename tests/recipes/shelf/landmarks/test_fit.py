"""Quantization-aware training on drawn faces, as `zoo build --quant qat` runs it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from zoo import registry
from zoo.build.cache import Cache
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.graph import Graph

MakeFaces = Callable[..., Path]


@pytest.fixture
def quantize(make_faces: MakeFaces, tmp_path: Path) -> Callable[..., Graph]:
    """Return quantize(quant, seed, model): the integer graph, trained for an epoch if at all."""
    faces = make_faces(6)

    def run(quant: str, seed: int = 0, model: str = "pfld_0.25x.300w68") -> Graph:
        recipe, hub = registry.load("recipe", model), None
        if not recipe.hubs:
            hub = tmp_path / "random.onnx"
            hub.write_bytes(registry.resolve(recipe.export)(recipe, None))
        epochs = 1 if quant == "qat" else None
        wish = Wish(model, "x86", quant, hub=hub, calibration=faces, epochs=epochs, seed=seed)
        done = build(make_plan(wish), Cache(tmp_path / "cache"), stages=artifact_stages())
        hub = done["quantize"] / "hub.onnx"
        return registry.load("format", "onnx").read(hub.read_bytes(), str(hub))

    return run


def weights(graph: Graph) -> list[np.ndarray]:
    return [np.asarray(t.data) for t in graph.tensors.values() if t.dtype == "int8" and t.shape]


@pytest.mark.parametrize("model", ["pfld_0.25x.300w68", "hrnet_w4-64.300w68"])
def test_labels_teach_the_integer_network(quantize: Callable[..., Graph], model: str) -> None:
    trained = quantize("qat", model=model)
    assert trained.metadata["zoo.quantizer"] == "qat"
    calibrated = quantize("ptq", model=model)
    pairs = zip(weights(trained), weights(calibrated), strict=True)
    assert any((one != other).any() for one, other in pairs)


def test_the_seed_decides_everything(quantize: Callable[..., Graph], tmp_path: Path) -> None:
    first = quantize("qat", seed=1)
    Cache(tmp_path / "cache").clear()
    assert quantize("qat", seed=1) == first
    assert quantize("qat", seed=2) != first
