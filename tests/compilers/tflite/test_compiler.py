"""What a .tflite file holds, and what the compiler does not take."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation, constant
from quantization import quantized
from tflite_files import TARGET, to_tflite

from compilers.schemes import W8A8_ASYM, W8A8_SYM
from compilers.tflite.compiler import COMPILER, FLOAT32
from zoo import registry
from zoo.artifact import float_requantization
from zoo.errors import RefusedError, ToolchainError, UnsupportedOpError
from zoo.graph import Graph, Quantization, Tensor
from zoo.lowering import lowered_ops
from zoo.tool import install_extra

GRID = Quantization((0.05,), (3,))
WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0)}
IMAGE = activation(("N", 2, 4, 4))
STATISTICS = tuple(constant([1.0, 2.0], name) for name in ("scale", "bias", "mean", "variance"))
MEAN = {**WINDOW, "kernel": (6, 6), "count_include_pad": 0}


def _model(content: bytes) -> Any:
    from ai_edge_litert import schema_py_generated

    return schema_py_generated.ModelT.InitFromPackedBuf(content)


def _ops(content: bytes) -> list[str]:
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    names = {value: name for name, value in vars(BuiltinOperator).items() if name[0] != "_"}
    model = _model(content)
    codes = [names[code.builtinCode] for code in model.operatorCodes]
    return [codes[op.opcodeIndex] for op in model.subgraphs[0].operators]


def test_is_registered():
    assert registry.load("compiler", "tflite") is COMPILER


def test_one_file_the_same_each_time():
    graph = quantized(residual_network(), W8A8_ASYM)
    artifact = to_tflite(graph)
    assert (artifact.kind, artifact.main) == ("tflite", "model.tflite")
    assert list(artifact.files) == ["model.tflite"]
    assert artifact.files == to_tflite(graph).files
    assert artifact.files["model.tflite"][4:8] == b"TFL3"


def test_the_exactness_says_why():
    graph = quantized(residual_network(), W8A8_ASYM)
    exactness = to_tflite(graph).exactness
    assert exactness.bound == 2 * float_requantization(graph).bound
    assert exactness.unit == "lsb"
    assert "XNNPACK's ADD and QUANTIZE" in exactness.why
    assert to_tflite(residual_network()).exactness == FLOAT32


def test_relus_are_fused_and_only_unequal_scales_requantized():
    content = to_tflite(quantized(residual_network(), W8A8_ASYM)).files["model.tflite"]
    layers = ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "ADD"]
    head = ["CONCATENATION", "RELU6", "MEAN", "RESHAPE", "FULLY_CONNECTED", "DEQUANTIZE"]
    ops = _ops(content)
    assert ops[:5] == ["QUANTIZE", *layers]
    assert ops[-6:] == head
    assert set(ops[5:-6]) <= {"QUANTIZE"}


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM], ids=lambda scheme: scheme.name)
def test_scales_zero_points_and_weights_are_the_hubs(scheme):
    graph = quantized(residual_network(), scheme)
    model = _model(to_tflite(graph).files["model.tflite"])
    found = {tensor.name.decode(): tensor for tensor in model.subgraphs[0].tensors}
    for name, tensor in graph.tensors.items():
        grid = tensor.quantization
        if grid is None:
            continue
        stored, offset = found[name].quantization, 0 if grid.signed else 128
        np.testing.assert_array_equal(stored.scale, np.array(grid.scale, np.float32))
        np.testing.assert_array_equal(stored.zeroPoint, np.array(grid.zero_point) - offset)
        if tensor.data is not None:
            content = model.buffers[found[name].buffer].data.tobytes()
            assert sorted(np.frombuffer(content, tensor.dtype)) == sorted(tensor.data.ravel())


def test_the_file_tells_layouts_and_the_graphs_metadata():
    model = _model(to_tflite(residual_network()).files["model.tflite"])
    texts = {
        entry.name.decode(): model.buffers[entry.buffer].data.tobytes() for entry in model.metadata
    }
    assert json.loads(texts["zoo.layouts"]) == {"image": "NHWC"}
    assert texts["zoo.model"] == b"test"
    (index,) = model.subgraphs[0].inputs
    image = model.subgraphs[0].tensors[index]
    assert (image.name, list(image.shape)) == (b"image", [1, 6, 6, 3])


def test_buffers_begin_at_multiples_of_16_bytes():
    from ai_edge_litert.schema_py_generated import Model

    content = to_tflite(quantized(residual_network(), W8A8_ASYM)).files["model.tflite"]
    model = Model.GetRootAs(content)
    buffers = [model.Buffers(index) for index in range(1, model.BuffersLength())]
    starts = {buffer._tab.Vector(buffer._tab.Offset(4)) % 16 for buffer in buffers}
    assert starts == {0}


def test_pads_of_pytorch_with_stride_2_are_an_op_of_their_own():
    weight = Tensor("w", (4, 3, 3, 3), data=np.ones((4, 3, 3, 3), np.float32))
    attributes = {"strides": (2, 2), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}

    def ops(size: int) -> list[str]:
        case = OneNode("conv", (activation(("N", 3, size, size)), weight), attributes)
        return _ops(to_tflite(case.graph).files["model.tflite"])

    assert ops(8) == ["PAD", "CONV_2D"]
    assert ops(7) == ["CONV_2D"]


def _dense(weight: np.ndarray, grid: Quantization, stored: Quantization = GRID) -> Graph:
    fixed = Tensor("w", weight.shape, grid.dtype, "", grid, weight.astype(grid.dtype))
    return OneNode("dense", (activation(("N", weight.shape[1]), GRID), fixed), {}, stored).graph


def _one(op: str, attributes: dict, shape: tuple = ("N", 4, 6, 6)) -> Graph:
    return OneNode(op, (activation(shape, GRID),), attributes, GRID).graph


REFUSED: dict[str, tuple[Callable[[], Graph], str]] = {
    "unknown op": (
        lambda: OneNode("batchnorm", (IMAGE, *STATISTICS), {"epsilon": 1e-5}).graph,
        r"\(batchnorm\): no lowering 'tflite/batchnorm' is registered; use abs or ",
    ),
    "unsigned weights": (
        lambda: _dense(np.full((2, 3), 200), Quantization((0.1,), (0,), signed=False)),
        r"\(dense\): weights minus their zero point reach from 200 to 200; "
        r"only -128 to 127 can be stored: quantize weights symmetrically$",
    ),
    "large sums": (
        lambda: _dense(np.full((1, 2**17), 127), Quantization((0.1,), (0,))),
        r"\(dense\): its sums over 131072 products may have more than 32 bits; split the "
        r"layer, or quantize it again$",
    ),
    "fine output": (
        lambda: _dense(
            np.full((1, 3), 1), Quantization((20.0,), (0,)), Quantization((1e-3,), (0,))
        ),
        r"\(dense\): a step of its sums is 1000 steps of its output; at most 255 are supported: "
        r"calibrate with inputs that make it positive$",
    ),
    "products half up": (
        lambda: (
            OneNode(
                "mul",
                (activation(("N", 4), GRID, "a"), activation(("N", 4), GRID, "b")),
                {},
                replace(GRID, rounding="half_up"),
            ).graph
        ),
        r"\(mul\): its products are rounded half up, LiteRT's MUL rounds them half to even; "
        r"quantize with another scheme, such as w8a8-asym$",
    ),
    "dilated pool": (
        lambda: _one("max_pool", {**WINDOW, "kernel": (2, 2), "dilations": (2, 2)}),
        r"\(max_pool\): its window has the dilations \(2, 2\); use dilation 1$",
    ),
    "factor without axes": (
        lambda: _one("average_pool", {**MEAN, "keep_axes": 0, "reciprocal": (57, 11)}),
        r"\(average_pool\): it multiplies by a factor of its own, and drops its axes; keep the "
        r"axes, and reshape after it$",
    ),
    "long factor": (
        lambda: _one("average_pool", {**MEAN, "keep_axes": 1, "reciprocal": (455, 14)}),
        r"\(average_pool\): its factor 455 has more than 7 bits; use a scheme with mean_bits "
        r"of 7 at most$",
    ),
    "matrices in six axes": (
        lambda: (
            OneNode(
                "matmul",
                (
                    activation(("N", 1, 1, 1, 2, 2), GRID),
                    activation(("N", 1, 1, 1, 2, 2), GRID, "b"),
                ),
                {},
                GRID,
            ).graph
        ),
        r"\(matmul\): its output has 6 axes, TFLite's products of matrices have up to 5; join ",
    ),
    "long rows": (
        lambda: (
            OneNode(
                "matmul",
                (activation(("N", 1, 40_000), GRID), activation(("N", 40_000, 1), GRID, "b")),
                {},
                GRID,
            ).graph
        ),
        r"\(matmul\): its sums over 40000 products may have more than 32 bits; at most 33025 ",
    ),
    "ranks": (
        lambda: (
            OneNode(
                "add", (activation(("N", 4, 6, 6), GRID), activation((6, 6), GRID, "b")), {}, GRID
            ).graph
        ),
        r"\(add\): 'b' \(6, 6\) meets a tensor with 4 axes, whose order differs in TFLite; "
        r"reshape it to as many axes$",
    ),
    "16 bits around another value": (
        lambda: (
            OneNode("requantize", (activation(("N", 4), replace(GRID, bits=16)),), {}, GRID).graph
        ),
        r"\(quantize\): 'x' has 16 bits that are not symmetric; LiteRT has 16-bit kernels for zero "
        r"point 0 only: use the scheme w8a16-sym$",
    ),
    "32 bits": (
        lambda: (
            OneNode("requantize", (activation(("N", 4), replace(GRID, bits=32)),), {}, GRID).graph
        ),
        r"\(quantize\): 'x' is int32; quantize activations to 8 or 16 bits$",
    ),
    "nearest": (
        lambda: _one(
            "resize",
            {
                "size_hw": (4, 9),
                "mode": "nearest",
                "nearest_mode": "ceil",
                "coordinate_transformation_mode": "asymmetric",
            },
        ),
        r"\(resize\): no setting of TFLite's takes the pixels of 'ceil' in 'asymmetric' from 6 x 6 "
        r"to \(4, 9\); use nearest_mode 'floor' and 'asymmetric', as PyTorch's mode='nearest'",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals_say_what_and_why(what):
    make, message = REFUSED[what]
    with pytest.raises(UnsupportedOpError, match=rf"^node '[\w/]+' {message}"):
        to_tflite(make())


def test_a_fixedin_place_of_an_activation_is_refused():
    graph = OneNode("sigmoid", (activation((1, 4)),)).graph
    constant = Tensor("x", (1, 4), data=np.zeros((1, 4), np.float32))
    graph = replace(graph, inputs=(), tensors={**graph.tensors, "x": constant})
    with pytest.raises(
        UnsupportedOpError,
        match=r"^node 'alone' \(sigmoid\): 'x' is a constant, but only computed tensors are "
        r"supported here; compute what depends on constants only before the export$",
    ):
        to_tflite(graph)


ALIGNMENT = {"align_image", "landmark_heatmap", "turn_back"}


def test_every_op_has_a_form_but_alignment_and_what_the_import_folds():
    lowered, names = lowered_ops("tflite"), registry.names("op")
    missing = {
        name for name in names if name not in lowered and not registry.load("op", name).family
    }
    assert missing == {"batchnorm", *ALIGNMENT}


def test_a_scheme_that_a_float_graph_lacks_is_refused():
    with pytest.raises(
        RefusedError,
        match=r"^board: graph 'residual' is float, the scheme 'w8a8-asym' needs integers; quantize "
        r"it first, or use float32 or float16$",
    ):
        COMPILER.lower(residual_network(), TARGET, "w8a8-asym")


def test_a_missing_schema_is_named_with_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    with pytest.raises(
        ToolchainError,
        match=r"^reading and writing \.tflite files needs LiteRT "
        r"\(.*\); "
        rf"{re.escape(install_extra('litert'))}$",
    ):
        to_tflite(residual_network())
