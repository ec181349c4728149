"""A tiny network with two outputs as the K210's firmware gets it: as C, or as a kmodel."""

from pathlib import Path

import numpy as np
import pytest
from generated_c import to_c
from integer_graphs import IntegerForm, integer_graph

from codegen.app import App
from codegen.apps.k210 import K210
from compilers.op_table import find_op
from zoo.contract import Contract, Step, TensorSpec
from zoo.graph import Graph, Node, Tensor
from zoo.plugs import AppRequest
from zoo.target import Target
from zoo.tool import find_tool

TARGET = Target("board", "a board", "kmodel", "kmodel", "k210", {})
UNSIGNED = IntegerForm()
CONTRACT = Contract(
    input=TensorSpec("image", (3, 8, 8)),
    outputs=(TensorSpec("second", (3, 4, 4)), TensorSpec("first", (6,))),
    pre=(
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [8, 8]}),
        Step("normalize", {"mean": [128.0] * 3, "std": [128.0] * 3}),
    ),
)


def network(form: IntegerForm) -> Graph:
    """Return a network of two outputs, which the contract names in the other order."""
    random = np.random.default_rng(0)
    weight = random.standard_normal((6, 3)).astype(np.float32)
    pool = {"strides": (2, 2), "pads": (0, 0, 0, 0), "count_include_pad": 0, "keep_axes": 1}
    nodes = (
        Node("halve", "average_pool", ("image",), "second", {**pool, "kernel": (2, 2)}),
        Node(
            "mean",
            "average_pool",
            ("second",),
            "mean",
            {**pool, "kernel": (4, 4), "strides": (1, 1), "keep_axes": 0},
        ),
        Node("dense", "dense", ("mean", "w"), "first"),
    )
    tensors = {"image": Tensor("image", ("N", 3, 8, 8), layout="NCHW")}
    tensors["w"] = Tensor("w", weight.shape, data=weight)
    for node in nodes:
        shape = find_op(node.op).infer_shape(node, [tensors[name] for name in node.inputs])
        tensors[node.output] = Tensor(node.output, shape, layout="NCHW" if len(shape) > 2 else "")
    return integer_graph(Graph("two", ("image",), ("first", "second"), tensors, nodes), form)


def c_request(form: IntegerForm = UNSIGNED) -> AppRequest:
    """Return the request for the network as C."""
    artifact = to_c(network(form))
    return AppRequest("two", TARGET, CONTRACT, artifact.main, artifact.files)


def kpu_request(form: IntegerForm = UNSIGNED) -> AppRequest:
    """Return the request for a placeholder kmodel, with the C that stands in for it."""
    files = c_request(form).artifact_files
    stand_in = {f"stand_in/{name}": content for name, content in files.items()}
    kmodel = {"network.kmodel": b"LDMK\x04\0\0\0", "network.json": files["network.json"]}
    return AppRequest("two", TARGET, CONTRACT, "network.kmodel", {**kmodel, **stand_in})


def write_firmware(request: AppRequest, folder: Path, app: App = K210) -> Path:
    """Write the sources; return their folder."""
    for name, content in app.generate(request).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def demand_tools() -> None:
    """Skip the test without compiler and emulator."""
    for tool in K210.tools:
        if not find_tool(tool):
            pytest.skip(f"no {tool.name}; {tool.remedy} installs it")
