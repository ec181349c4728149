"""What a .kmodel does not say of its inputs and outputs: names and quantizations."""

import json

from zoo.graph import Graph, Tensor, quantization_of

__all__ = ["border_json"]


def border_json(graph: Graph) -> bytes:
    """Return the facts as JSON, inputs and outputs in the file's order."""
    border = graph.border
    facts = {
        "name": graph.name,
        "inputs": [_fact(name, border.inputs[name]) for name in graph.inputs],
        "outputs": [_fact(name, border.outputs[name]) for name in graph.outputs],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def _fact(name: str, tensor: Tensor) -> dict[str, object]:
    """Return what a caller must know about an input or output: real = scale * (q - zero_point)."""
    grid = quantization_of(tensor)
    return {
        "name": name,
        "shape": [int(size) for size in tensor.shape[1:]],
        "ctype": "uint8_t",
        "scale": grid.scale[0],
        "zero_point": grid.zero_point[0],
        "rounding": "half_even",
    }
