"""A distribution with five boards whose app is a text, and networks small enough to build many."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BOARDS = tuple(f"board{number}" for number in range(5))
QUANTS = ("none", "fp16")
TARGETS = '[Descriptor(f"board{n}", f"matrix_boards_plugin:BOARD{n}") for n in range(5)]'
SOURCE = """
import os
from pathlib import Path
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import AppGenerator
from zoo.target import Target


class App(AppGenerator):
    name = "text"
    stand_in = ""
    not_here = "it is a text"

    def generate(self, request):
        with Path(os.environ["GENERATED"]).open("a") as log:
            log.write(f"{request.model} {request.target.name} {os.getpid()}\\n")
        if request.model == "broken":
            raise ValueError("no text for it")
        return {"app.txt": request.model.encode()}

    def build(self, source, out):
        raise AssertionError("it is not built")

    def companions(self, request, facts):
        return {"README.md": b"# a text\\n"}

    def libraries(self):
        return ()

    def run(self, program, artifact, golden):
        raise AssertionError("it is not run")


APP = App()


@hookimpl
def register_apps():
    return [Descriptor("text", "matrix_boards_plugin:APP")]


@hookimpl
def register_targets():
    return [Descriptor(f"board{n}", f"matrix_boards_plugin:BOARD{n}") for n in range(5)]


def _board(name):
    schemes = {"none": "float32", "fp16": "float16"}
    return Target(name, "a board", "onnx", "onnxruntime", "text", schemes, refuses={"qat": "no"})


BOARD0, BOARD1, BOARD2, BOARD3, BOARD4 = (_board(f"board{n}") for n in range(5))
"""
CONTRACT = """
input = {name = "image", shape = [3, 16, 16]}
outputs = [{name = "score", shape = [1]}]
pre = [
    {name = "crop", scale = 1.0},
    {name = "resize", size = [16, 16]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


def write_networks(folder: Path, names: tuple[str, ...]) -> str:
    """Write networks and their contract; return the list of them for a matrix."""
    (folder / "net.toml").write_text(CONTRACT)
    for number, name in enumerate(names):
        (folder / f"{name}.onnx").write_bytes(_network(1.0 + number))
    tables = (f'{{model = "{name}.onnx", contract = "net.toml"}}' for name in names)
    return f"models = [{', '.join(tables)}]\n"


def _network(weight: float) -> bytes:
    weights = numpy_helper.from_array(np.full((1, 3), weight, np.float32), "weight")
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"], "pool"),
        helper.make_node("Flatten", ["mean"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "weight"], ["score"], "dense", transB=1),
    ]
    values = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16]),
        helper.make_tensor_value_info("score", TensorProto.FLOAT, ["N", 1]),
    ]
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], [weights])
    opset = [helper.make_opsetid("", 17)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return model.SerializeToString()
