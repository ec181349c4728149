"""Turn back: offsets of landmarks, corrected in the frame of given places.

After the second stage of a Deep Alignment Network (Kowalski et al. 2017, arXiv:1706.01789, section
3). With T the similarity, T^-1(T(points) + correction) = points + (T^-1 without its shift) of the
correction: nothing but the correction is turned.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import fix_ratio, store
from compilers.op_parts.similarity import (
    ONNX_BACK,
    ONNX_SIMILARITY,
    PART_BITS,
    check_offsets,
    fix_offsets,
    integer_offsets,
    integer_places,
    integer_similarity,
    pairs,
    parse_places,
    places_of,
    similarity,
)
from zoo.fixed_point import round_shift
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class TurnBack(Op):
    """offsets + the correction, turned and scaled back, [N, 2 K].

    inputs: offsets [N, 2 K] of K points from their places, as fractions of the picture; correction
    [N, 2 K], in the frame of the similarity of compilers.op_parts.similarity.  attributes: places,
    (x0, y0, x1, ...).
    integer: places; <offset and correction>_<multiplier and shift>; multiplier, shift and range of
    the output, as in compilers.op_parts.arithmetic.
    """

    name = "turn_back"
    onnx_types = ("TurnBack",)
    onnx_function = f"""TurnBack <places> (offsets, correction) => (corrected) {{
        {ONNX_SIMILARITY}
        flat = Constant <value_ints = [0, -1]> ()
        {ONNX_BACK}
        upper = Concat <axis = 2> (c, minus_d)
        lower = Concat <axis = 2> (d, c)
        matrix = Concat <axis = 1> (upper, lower)
        corrections = Reshape (correction, sets)
        turned = MatMul (corrections, matrix)
        sums = Add (moves, turned)
        corrected = Reshape (sums, flat)
    }}"""

    def parse(self, call: OnnxCall) -> Parsed:
        """Read TurnBack of the domain 'zoo'."""
        return Parsed((operand(call), operand(call, 1)), {"places": parse_places(call)})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write TurnBack."""
        return OnnxCall("TurnBack", node.attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, 2 K]."""
        for tensor in inputs:
            check_offsets(node, tensor)
        return inputs[0].shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Turn in the offsets' precision."""
        offsets, correction = inputs
        places = places_of(node).reshape(-1, 2).astype(offsets.dtype)
        found = similarity(places + pairs(offsets), places, np.where)
        x, y = _turned(found.c, found.d, pairs(correction))
        moved: NDArray[Any] = offsets + np.stack([x, y], axis=2).reshape(offsets.shape)
        return moved

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Turn."""
        import torch

        offsets, correction = inputs
        places = torch.from_numpy(places_of(node).reshape(-1, 2)).to(offsets)
        found = similarity(places + pairs(offsets), places, torch.where)
        x, y = _turned(found.c, found.d, pairs(correction))
        return offsets + torch.stack([x, y], dim=2).reshape(offsets.shape)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Turn exactly, round to 2**-16, and rescale."""
        places = np.array(node.integer["places"], np.int64).reshape(-1, 2)
        offsets = integer_offsets(node, inputs[0], tensors[0], "offset")
        correction = integer_offsets(node, inputs[1], tensors[1], "correction")
        found = integer_similarity(places + pairs(offsets), places)
        x, y = _turned(found.c, found.d, pairs(correction))
        turned = round_shift(np.stack([x, y], axis=2), PART_BITS, "half_up")
        return store(node, offsets + turned.reshape(offsets.shape), output)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the places, and the factors of both inputs and of the output."""
        return {
            "places": integer_places(node),
            **fix_offsets(inputs[0], "offset"),
            **fix_offsets(inputs[1], "correction"),
            **fix_ratio(node, 2.0**-PART_BITS, output),
        }


def _turned(c: Any, d: Any, values: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return x and y under (c, d; -d, c), [N, K]. values: [N, K, 2]."""
    c, d, x, y = c[:, None], d[:, None], values[..., 0], values[..., 1]
    return c * x + d * y, c * y - d * x


OP = TurnBack()
