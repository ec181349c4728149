"""Writes a float Graph as files readable without our code: network.json and constants.npz."""

import json
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from compilers.op_parts.arguments import integer, integers
from compilers.op_parts.arithmetic import OPEN, clamp_of
from compilers.op_parts.window import Window
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node

__all__ = ["describe", "module_name"]

_ACTIVATIONS = {OPEN: "", (0.0, inf): "relu", (0.0, 6.0): "relu6"}


def describe(graph: Graph, folder: Path) -> None:
    """Write a network with one input; each weighted node has a weight and a bias.

    Raises QuantizeError naming a node without a plain torch module.
    """
    nodes = [_described(graph, node, index) for index, node in enumerate(graph.nodes)]
    network = {"input": graph.inputs[0], "outputs": list(graph.outputs), "nodes": nodes}
    (folder / "network.json").write_text(json.dumps(network, indent=2))
    constants = {
        f"{module_name(index)}.{role}": np.asarray(graph.tensors[name].data)
        for index, node in enumerate(graph.nodes)
        for role, name in zip(("weight", "bias"), node.inputs[1:], strict=False)
        if graph.tensors[name].is_constant
    }
    np.savez(folder / "constants.npz", **constants)  # type: ignore[arg-type]  # arrays by name


def module_name(index: int) -> str:
    """Return the module name of the node with this index."""
    return f"n{index}"


def _described(graph: Graph, node: Node, index: int) -> Mapping[str, Any]:
    settings = _settings(graph, node)
    activation = _ACTIVATIONS.get(clamp_of(node))
    if settings is None or activation is None:
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): quantizer 'nndct' has no module that computes it; "
            "leave --quantizer out"
        )
    inputs = [name for name in node.inputs if not graph.tensors[name].is_constant]
    return {
        "name": module_name(index),
        "op": node.op,
        "inputs": inputs,
        "output": node.output,
        "activation": activation,
        "settings": settings,
    }


def _settings(graph: Graph, node: Node) -> Mapping[str, Any] | None:
    """Return the arguments of the torch module; None if there is none."""
    tensors = graph.inputs_of(node)
    if node.op in ("add", "mul"):
        return None if any(tensor.is_constant for tensor in tensors) else {}
    if node.op == "concat":
        return {} if integer(node, "axis") == 1 else None
    if node.op == "reshape":
        return {} if len(integers(node, "shape")) == 1 else None
    if node.op == "dense":
        outputs, inputs = tensors[1].shape
        return {"in_features": inputs, "out_features": outputs}
    if node.op in ("conv", "average_pool", "max_pool"):
        return _window_settings(graph, node)
    return None


def _window_settings(graph: Graph, node: Node) -> Mapping[str, Any] | None:
    weight = graph.tensors[node.inputs[1]].shape if node.op == "conv" else ()
    kernel = (int(weight[2]), int(weight[3])) if weight else None
    window = Window.from_node(node, kernel)
    if window.pads[:2] != window.pads[2:]:
        return None
    shared = {
        "kernel_size": window.kernel,
        "stride": window.strides,
        "padding": window.pads[:2],
    }
    if node.op == "average_pool":
        counts_pads = bool(integer(node, "count_include_pad"))
        return {**shared, "count_include_pad": counts_pads} if integer(node, "keep_axes") else None
    if node.op == "max_pool":
        return {**shared, "dilation": window.dilations}
    group = integer(node, "group")
    return {
        **shared,
        "dilation": window.dilations,
        "groups": group,
        "in_channels": int(weight[1]) * group,
        "out_channels": weight[0],
    }
