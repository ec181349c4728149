"""The op of ONNX's Trilu: what is below the diagonal, or above it, becomes 0."""

import numpy as np

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.op import OnnxCall, Op, Parsed


class Triangle(Op):
    name = "kind_triangle"
    onnx_types = ("Trilu",)
    shares_quantization = True
    rounds = False

    def parse(self, call):
        return Parsed((call.inputs[0],), {"upper": int(call.attributes.get("upper", 1))})

    def express(self, node, inputs):
        return OnnxCall("Trilu", {"upper": node.attributes["upper"]}, tuple(inputs))

    def infer_shape(self, node, inputs):  # noqa: ARG002
        return inputs[0].shape

    def run_float(self, node, inputs):
        return np.triu(inputs[0]) if node.attributes["upper"] else np.tril(inputs[0])

    def run_integer(self, node, inputs, tensors, output):  # noqa: ARG002
        zero = np.asarray(output.quantization.zero_point[0], inputs[0].dtype)
        kept = self.run_float(node, [np.ones(inputs[0].shape, bool)])
        return np.where(kept, inputs[0], zero)


OP = Triangle()


@hookimpl
def register_ops():
    return [Descriptor("kind_triangle", "kind_op:OP")]
