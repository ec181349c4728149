"""Resize by scales computes what it did by sizes, and ONNX Runtime optimises it."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx_runtime import run_onnx
from quantization import quantized, samples

from compilers.hub import HUB
from compilers.onnx.resize_by_scales import resize_by_scales
from compilers.schemes import W8A8_ASYM
from zoo.graph import Graph, Node, Tensor

MODES = (
    {"mode": "linear", "coordinate_transformation_mode": "half_pixel"},
    {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    },
)


def _upsampling(size_hw: tuple[int, int], mode: dict[str, str]) -> Graph:
    """A convolution between two resizes, so that ONNX Runtime moves it to NHWC."""
    weight = np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype(np.float32)
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
    shapes = {"x": (3, 7, 7), "mid": (4, 7, 7), "y": (4, *size_hw), "z": (4, *size_hw)}
    tensors = {n: Tensor(n, ("N", *shape), layout="NCHW") for n, shape in shapes.items()}
    tensors["w"] = Tensor("w", weight.shape, data=weight)
    tensors["w2"] = Tensor("w2", (4, 1, 3, 3), data=np.ones((4, 1, 3, 3), np.float32))
    nodes = (
        Node("conv", "conv", ("x", "w"), "mid", window),
        Node("up", "resize", ("mid",), "y", {"size_hw": size_hw, **mode}),
        Node("deep", "conv", ("y", "w2"), "z", {**window, "group": 4}),
    )
    return Graph("net", ("x",), ("z",), tensors, nodes)


def _by_both(
    size_hw: tuple[int, int], mode: dict[str, str]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the outputs by sizes and by scales, and the output's scale."""
    integer = quantized(_upsampling(size_hw, mode), W8A8_ASYM)
    by_sizes = HUB.write(integer)
    by_scales = resize_by_scales(by_sizes, integer)
    onnx.checker.check_model(by_scales, full_check=True)
    onnxruntime.InferenceSession(by_scales, providers=["CPUExecutionProvider"])
    feeds = next(samples(integer))
    step = integer.tensors["z_quantized"].quantization.scale[0]
    return run_onnx(by_sizes, feeds)["z"], run_onnx(by_scales, feeds)["z"], step


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode["mode"])
@pytest.mark.parametrize("size_hw", [(14, 14), (28, 7), (21, 35)])
def test_computes_the_same_and_loads_optimised(size_hw, mode):
    wanted, found, _ = _by_both(size_hw, mode)
    np.testing.assert_array_equal(found, wanted)


def test_a_ratio_that_float32_rounds_down_takes_the_next_scale():
    # floor(7 * float32(31 / 7)) is 30.
    wanted, found, step = _by_both((31, 62), MODES[0])
    assert np.abs(found - wanted).max() <= 1.001 * step
