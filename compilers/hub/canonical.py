"""Any ONNX file in the form that is read: float32, sorted, of an opset that the hub knows."""

from onnx import ModelProto

from compilers.hub.change_opset import change_opset
from compilers.hub.decode import INVALID, check
from compilers.hub.infer_shapes import infer_shapes
from compilers.hub.model_file import graphs_of
from compilers.hub.sort_nodes import sort_nodes
from compilers.hub.widen_halves import widen_halves
from zoo.errors import HubError

__all__ = ["canonical"]


def canonical(model: ModelProto, where: str) -> None:
    """Bring a model into that form; raises HubError where it is broken or cannot be.

    What it says of the shapes of values that it computes may be stale: it is forgotten.
    """
    try:
        for graph in graphs_of(model.graph):
            sort_nodes(graph)
            del graph.value_info[:]
        widen_halves(model)
        change_opset(model, where)
        _renew_outputs(model)
    # Old forms are read before they are checked.
    except (*INVALID, LookupError, TypeError) as error:
        raise HubError(
            f"{where}: not a valid ONNX model ({error}); export or download it again"
        ) from error
    check(model, where)


def _renew_outputs(model: ModelProto) -> None:
    """Give the outputs the shapes that ONNX infers; where it cannot, they keep their own."""
    shapes = infer_shapes(model)
    for output in model.graph.output:
        if output.name in shapes:
            output.type.tensor_type.shape.CopyFrom(shapes[output.name])
