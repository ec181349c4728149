"""The network for one sample: what open axes of its inputs are, and which size the batch has."""

from collections.abc import Mapping

import numpy as np
from onnx import ModelProto, numpy_helper

from compilers.hub.decode import inputs_of
from compilers.hub.infer_shapes import infer_shapes
from zoo.graph import Shape

__all__ = ["one_sample"]


def one_sample(model: ModelProto, shapes: Mapping[str, Shape]) -> None:
    """Fix the open axes of the inputs: the batch to one, others to those in `shapes`.

    shapes: without the batch, by input. What says nothing of an axis leaves it open.
    """
    _keep_batch_of_squeezes(model)
    for value in inputs_of(model):
        dims = value.type.tensor_type.shape.dim
        sizes = (1, *shapes.get(value.name, ()))
        sizes = sizes if len(sizes) == len(dims) else sizes[:1]
        for dim, size in zip(dims, sizes, strict=False):
            if dim.dim_value < 1 and isinstance(size, int):
                dim.dim_value = size


def _keep_batch_of_squeezes(model: ModelProto) -> None:
    """Name the axes of each Squeeze that names none: an open batch of one is not meant."""
    squeezes = [node for node in model.graph.node if node.op_type == "Squeeze"]
    bare = [node for node in squeezes if len(node.input) == 1]
    shapes = infer_shapes(model) if bare else {}
    for node in bare:
        dims = shapes[node.input[0]].dim if node.input[0] in shapes else ()
        if dims and dims[0].dim_value < 1:
            axes = np.array([axis for axis, dim in enumerate(dims) if dim.dim_value == 1])
            name = f"{node.output[0]}.squeezed"
            model.graph.initializer.append(numpy_helper.from_array(axes.astype(np.int64), name))
            node.input.append(name)
