"""Means, slopes and hard sigmoids as a chip computes them: by M / 2**S instead of any number.

For means, sum * M >> S instead of sum / count, M / 2**S is the chip's own for some kernels, else
the nearest to 1 / count with S < ceil(log2(count * 2**bits)), the smallest such S (Vitis AI's
quantizer, 7 bits). Leaky rectifiers have the chip's only slope.
Hard sigmoids by 1 / 6 become the chip's relu6(x + 3) * M / 2**S.
"""

import math
from fractions import Fraction

from compilers.op_parts.arguments import integers, real
from compilers.ops.average_pool import divides_unevenly
from zoo.graph import Graph, Node
from zoo.scheme import Scheme

__all__ = ["choose_reciprocals", "choose_slopes", "gate_of", "reciprocal_of"]


def choose_reciprocals(graph: Graph, scheme: Scheme) -> Graph:
    """Return the graph whose average pools have the scheme's reciprocals.

    A pool with several counts keeps its true means, which a chip may then refuse.
    """
    if scheme.mean_bits is None:
        return graph
    return graph.replace(_with_reciprocal(node, scheme) for node in graph.nodes)


def choose_slopes(graph: Graph, scheme: Scheme) -> Graph:
    """Return the graph with leaky rectifiers and hard sigmoids rounded to the scheme's slopes.

    They are, if the scheme's is the nearest: PyTorch's usual 0.1 becomes 26 / 2**8 on the DPU,
    1.6 % more, and 1 / 6 becomes 2731 / 2**14, 0.012 % more. Other slopes are kept; a chip may then
    refuse them.
    """
    if scheme.leaky_slope is None and scheme.hard_sigmoid is None:
        return graph
    return graph.replace(_with_gate(_with_slope(node, scheme), scheme) for node in graph.nodes)


def gate_of(scheme: Scheme) -> tuple[float, float]:
    """Return alpha and beta of the scheme's only hard sigmoid."""
    assert scheme.hard_sigmoid is not None
    multiplier, shift, _ = scheme.hard_sigmoid
    return multiplier / 2**shift, 3 * multiplier / 2**shift


def reciprocal_of(kernel: tuple[int, int], scheme: Scheme) -> tuple[int, int]:
    """Return (M, S), M odd. kernel: (height, width); scheme: one with `mean_bits`."""
    for height, width, multiplier, shift in scheme.mean_factors:
        if kernel == (height, width):
            return _reduced(Fraction(multiplier, 2**shift))
    count, bits = math.prod(kernel), scheme.mean_bits or 0
    # Python rounds ties to even, as the chip's own quantizer does.
    shifts = range(max(math.ceil(math.log2(count << bits)), 1))
    candidates = [Fraction(round(2**shift / count), 2**shift) for shift in shifts]
    return _reduced(min(candidates, key=lambda factor: abs(factor - Fraction(1, count))))


def _with_reciprocal(node: Node, scheme: Scheme) -> Node:
    if node.op != "average_pool" or divides_unevenly(node):
        return node
    height, width = integers(node, "kernel")
    return node.with_attributes(reciprocal=reciprocal_of((height, width), scheme))


def _reduced(factor: Fraction) -> tuple[int, int]:
    """Return (M, S) with factor = M / 2**S."""
    return factor.numerator, factor.denominator.bit_length() - 1


def _with_slope(node: Node, scheme: Scheme) -> Node:
    if node.op != "leaky_relu" or scheme.leaky_slope is None:
        return node
    multiplier, shift = scheme.leaky_slope
    if round(real(node, "alpha") * 2**shift) != multiplier:
        return node
    return node.with_attributes(alpha=multiplier / 2**shift)


def _with_gate(node: Node, scheme: Scheme) -> Node:
    if node.op != "hard_sigmoid" or scheme.hard_sigmoid is None:
        return node
    own, wanted = (real(node, "alpha"), real(node, "beta")), gate_of(scheme)
    if any(abs(a - b) > 2.0**-12 for a, b in zip(own, wanted, strict=True)):
        return node
    return node.with_attributes(alpha=wanted[0], beta=wanted[1])
