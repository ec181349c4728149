"""Weights, biases and shifts of the layers, as the checkpoint holds them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from compilers.ai8x.layer import Layer
from compilers.quantize.power_of_two import fix_point_of
from zoo.errors import RefusedError
from zoo.graph import Graph, quantization_of

__all__ = ["BIAS_BITS", "output_shift", "parameters_of"]

BIAS_BITS = 7
"""The accelerator counts a bias 2**7-fold."""

Tensors = dict[str, NDArray[np.float32]]


def parameters_of(graph: Graph, layers: Sequence[Layer]) -> Mapping[str, NDArray[np.float32]]:
    """Return the state dictionary.

    Per layer L: 'L.op.weight' [K, C, kh, kw] or [K, C], integers; 'L.op.bias' [K], the
    accelerator's integers times 2**(weight_bits - 1), absent if all are 0; 'L.weight_bits' and
    'L.output_shift' [1], and what the vendor's tool expects beside them.
    Raises RefusedError for a bias in other steps.
    """
    tensors: Tensors = {}
    for index, layer in enumerate(layers, 1):
        name = f"{'fc' if layer.is_dense else 'conv'}{index}"
        tensors |= {f"{name}.{key}": values for key, values in _parameters(graph, layer).items()}
    return tensors


def output_shift(graph: Graph, layer: Layer) -> int:
    """Return the checkpoint's output_shift; 0 where the sums are the output.

    With a right shift from the sums to the output, output_shift = weight_bits - 1 - shift.
    """
    grids = [quantization_of(graph.tensors[name]) for name in (*_names(layer), layer.node.output)]
    source, weight, *_, output = grids
    if output.bits > 8:
        return 0
    shift = fix_point_of(source) + fix_point_of(weight) - fix_point_of(output)
    return layer.weight_bits - 1 - shift


def _parameters(graph: Graph, layer: Layer) -> Tensors:
    weight, *bias = (graph.tensors[name] for name in layer.node.inputs[1:])
    settings = {
        "output_shift": output_shift(graph, layer),
        "weight_bits": layer.weight_bits,
        "bias_bits": 8,
        "quantize_activation": 1,
        "adjust_output_shift": 0,
    }
    tensors = {key: np.array([value], np.float32) for key, value in settings.items()}
    tensors["op.weight"] = np.asarray(weight.data, np.float32)
    if bias and layer.has_bias:
        if set(layer.node.integer.get("bias_shift", (0,))) != {BIAS_BITS}:
            raise RefusedError(
                f"node '{layer.node.name}' ({layer.node.op}): its bias is not in steps of "
                f"2**{BIAS_BITS} of its sums; quantize the float network with the scheme ai8x"
            )
        scaled = np.asarray(bias[0].data, np.float32) * 2.0 ** (layer.weight_bits - 1)
        tensors["op.bias"] = scaled.astype(np.float32)
    return tensors


def _names(layer: Layer) -> tuple[str, ...]:
    return layer.node.inputs[:2]
