"""Writes zoo_toy/toy.onnx, the same bytes each time: python make_toy.py"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper, parser
from zoo_toy.toy_bump import OP as TOY_BUMP
from zoo_toy.toy_depth_to_space import OP as TOY_DEPTH_TO_SPACE

FILE = Path(__file__).parent / "zoo_toy" / "toy.onnx"
OPSET, DOMAIN = 21, "zoo"
OPS = (TOY_BUMP, TOY_DEPTH_TO_SPACE)


def model() -> ModelProto:
    """Return two convolutions and two heads with random weights, two ops of the plugin between."""
    nodes = [
        helper.make_node("Conv", ["image", "w1", "b1"], ["c1"], "conv1", strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"], "relu1"),
        helper.make_node("ToyDepthToSpace", ["r1"], ["d1"], "spread", domain=DOMAIN),
        helper.make_node("Conv", ["d1", "w2", "b2"], ["c2"], "conv2", strides=[2, 2]),
        helper.make_node("ToyBump", ["c2"], ["bumps"], "bump", domain=DOMAIN),
        helper.make_node("Flatten", ["bumps"], ["flat"], "flatten"),
        *_head("score"),
        *_head("position"),
    ]
    outputs = {"score": 1, "position": 2}
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size])
            for name, size in outputs.items()
        ],
        [numpy_helper.from_array(values, name) for name, values in _weights()],
    )
    head = f'<domain: "{DOMAIN}", opset_import: ["": {OPSET}]>'
    return helper.make_model(
        graph,
        functions=[parser.parse_function(f"{head} {op.onnx_function}") for op in OPS],
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(DOMAIN, 1)],
        ir_version=10,
        producer_name="toy",
    )


def _head(name: str) -> Iterator[NodeProto]:
    inputs = ["flat", f"w_{name}", f"b_{name}"]
    yield helper.make_node("Gemm", inputs, [f"{name}_logit"], f"dense_{name}", transB=1)
    yield helper.make_node("Sigmoid", [f"{name}_logit"], [name], f"sigmoid_{name}")


def _weights() -> Iterator[tuple[str, NDArray[np.float32]]]:
    generator = np.random.Generator(np.random.PCG64(0))
    shapes = {"1": (4, 3, 3, 3), "2": (6, 1, 3, 3), "_score": (1, 216), "_position": (2, 216)}
    for name, shape in shapes.items():
        spread = 1 / np.sqrt(np.prod(shape[1:]))
        yield f"w{name}", (generator.standard_normal(shape) * spread).astype(np.float32)
        yield f"b{name}", (generator.standard_normal(shape[0]) * 0.1).astype(np.float32)


if __name__ == "__main__":
    checker.check_model(model(), full_check=True)
    FILE.write_bytes(model().SerializeToString(deterministic=True))
