"""What keeps the accelerator from computing a layer, with a remedy for each."""

from collections.abc import Iterator, Sequence
from math import inf, prod

from compilers.ai8x.layer import PROCESSORS_OF_A_MEMORY, Layer
from compilers.ai8x.limits import Ai8xLimits
from compilers.op_parts.arguments import integer, integers
from compilers.op_parts.arithmetic import OPEN, clamp_of
from compilers.op_parts.window import size_words
from zoo.lowering import NodeView

__all__ = ["RELU", "Problem", "layer_problems", "network_problems"]

RELU = (0.0, inf)

Problem = tuple[str, str]
"""What was found and what is allowed; what to do."""


def layer_problems(view: NodeView, layer: Layer, limits: Ai8xLimits) -> Iterator[Problem]:
    """Yield each limit that a layer exceeds by itself. view: its convolution or dense node."""
    if layer.is_dense:
        yield from _flatten_problems(layer, limits)
    else:
        yield from _kernel_problems(view)
    if clamp_of(view.node) not in (OPEN, RELU) and not layer.relu:
        yield (
            f"it clips to {clamp_of(view.node)}; the accelerator clips at 0 or not at all",
            "use a ReLU",
        )
    if max(layer.channels, layer.outputs) > limits.channels_max:
        yield (
            f"it has {layer.channels} channels and {layer.outputs} outputs; at most "
            f"{limits.channels_max} are possible",
            "use fewer channels",
        )
    if layer.has_bias and layer.outputs > limits.biased_outputs_max:
        yield (
            f"{layer.outputs} outputs have a bias; at most {limits.biased_outputs_max} can",
            "leave out the bias, or use fewer outputs",
        )
    side = max(layer.height, layer.width) + 2 * layer.pad
    if side > limits.side_max:
        yield (
            f"its image of {layer.height}x{layer.width} has a side of {side} with pads; at most "
            f"{limits.side_max} are possible",
            "pool earlier, use a smaller input, or fold it (step 'fold', docs/contract.md)",
        )


def network_problems(layers: Sequence[Layer], limits: Ai8xLimits) -> Iterator[Problem]:
    """Yield each limit that a network exceeds with its last layer."""
    if len(layers) > limits.layers_max:
        yield (
            f"it is layer {len(layers)}; the accelerator has {limits.layers_max}",
            "leave out layers, or build it with --runtime c",
        )
    weights = sum(layer.weight_bytes for layer in layers)
    if weights > limits.weights_bytes:
        yield (
            f"with it the weights take {weights} bytes; the accelerator holds "
            f"{limits.weights_bytes}",
            "use fewer channels, or weights of 4, 2 or 1 bits (Override, docs/quantization.md)",
        )
    biases = sum(layer.bias_bytes for layer in layers)
    if biases > limits.bias_bytes:
        yield (
            f"with it the biases take {biases} bytes; the accelerator holds {limits.bias_bytes}",
            "leave out biases",
        )


def _flatten_problems(layer: Layer, limits: Ai8xLimits) -> Iterator[Problem]:
    if not layer.flatten:
        return
    pixels = prod(layer.pooled)
    values = layer.channels * pixels
    if values > limits.flatten_max or pixels > limits.flatten_pixels_max:
        yield (
            f"it reads {values} values of {pixels} pixels; at most {limits.flatten_max} and "
            f"{limits.flatten_pixels_max} are possible",
            "pool before it",
        )
    passes = -(-layer.channels // limits.processors)
    whole = PROCESSORS_OF_A_MEMORY * passes
    if passes > 1 and layer.channels % whole:
        yield (
            f"it flattens {layer.channels} channels, which the processors read in {passes} passes; "
            f"a multiple of {whole} is possible",
            f"use {layer.channels // whole * whole} or at most {limits.processors} channels",
        )


def _kernel_problems(view: NodeView) -> Iterator[tuple[str, str]]:
    node, kernel = view.node, tuple(int(size) for size in view.inputs[1].shape[2:])
    if integer(node, "group") != 1:
        yield (
            f"it has {integer(node, 'group')} groups; the accelerator's convolutions read every "
            "channel",
            "use a normal convolution instead of a depthwise or grouped one",
        )
    if kernel not in ((1, 1), (3, 3)) or set(integers(node, "dilations")) != {1}:
        yield (
            f"its kernel is {size_words(kernel, integers(node, 'dilations'))}; the accelerator has "
            "1x1 and 3x3",
            "use 3x3, twice for a 5x5, or 1x1",
        )
    if set(integers(node, "strides")) != {1}:
        yield (
            f"its strides are {integers(node, 'strides')}; the accelerator's are 1",
            "put a max pool before it instead",
        )
    pads = set(integers(node, "pads"))
    if len(pads) > 1 or max(pads) > (2 if kernel == (3, 3) else 0):
        yield (
            f"its pads are {integers(node, 'pads')}",
            "use the same on each side: 0 to 2 for 3x3, 0 for 1x1",
        )
