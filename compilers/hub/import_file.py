"""Any user's ONNX file as a Graph for any batch."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from onnx import ModelProto, numpy_helper

from compilers.hub.batch_first import batch_first
from compilers.hub.canonical import canonical
from compilers.hub.decode import inputs_of
from compilers.hub.exporter_forms import fuse_exporter_forms
from compilers.hub.infer_shapes import infer_shapes, renew_outputs
from compilers.hub.model_file import load_model
from compilers.hub.read import PASSES, read
from compilers.hub.simplify import simplified, simplify
from compilers.hub.take_inputs import take_inputs
from compilers.hub.write import write
from compilers.passes.absorb_transposes import absorb_transposes
from compilers.passes.flush_subnormals import flush_subnormals
from compilers.passes.open_batch import open_batch
from zoo.contract import FileInput
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Graph

__all__ = ["import_file", "import_model"]


def import_file(file: Path, inputs: Mapping[str, FileInput]) -> Graph:
    """Return the file's computation per sample, as a Graph for batches of any size.

    inputs: by name; they set dynamic axes, and say which layout and type the file has.
    A dynamic batch is read as one sample, since that is what an app feeds; a fixed one is made
    dynamic. Raises HubError, or UnsupportedOpError with the node at fault.
    """
    return import_model(load_model(file), inputs, str(file))


def import_model(model: ModelProto, inputs: Mapping[str, FileInput], where: str) -> Graph:
    """Return a model's Graph like `import_file`; the model is changed."""
    take_inputs(model, inputs, where)
    canonical(model, where)
    _fix_to_one_sample(model, inputs)
    renew_outputs(model)  # Some shapes are only known once the sizes are,
    found = simplified(model, where)
    try:
        return _graph(found.model, where)
    except HubError as error:
        if not found.fault:
            raise
        raise type(error)(
            f"{error} (onnxsim could not simplify the file: {found.fault})"
        ) from error


def _graph(model: ModelProto, where: str) -> Graph:
    """Return a simplified model's Graph."""
    renew_outputs(model)  # others once the constants are folded.
    batch_first(model)
    fuse_exporter_forms(model)
    graph = _read(model, where)
    try:
        _demand_open_rows(graph)
        return open_batch(flush_subnormals(graph))
    except HubError as error:
        raise type(error)(f"{where}: {error}") from error


def _demand_open_rows(graph: Graph) -> None:
    """Raise UnsupportedOpError for a mask with a row that excludes every position.

    A softmax of that row is not a number, and a later choice of other numbers could not undo that:
    it is computed as a product.
    """
    for node in graph.nodes:
        for name in node.inputs:
            data = graph.tensors[name].data
            if data is None or data.ndim == 0 or data.shape[-1] < 2:
                continue
            if np.isneginf(np.asarray(data, np.float64)).all(axis=-1).any():
                raise UnsupportedOpError(
                    f"node '{node.name}': its constant '{name}' excludes every position of a row "
                    "(-inf), so a softmax there is not a number; leave a position open, or use "
                    "a finite number such as -10000"
                )


def _read(model: ModelProto, where: str) -> Graph:
    """Return the graph without the detour of a picture [N, H, W, C].

    A float network is then simplified anew: what scales the picture is now beside a convolution.
    """
    content = model.SerializeToString(deterministic=True)
    # Between QDQ pairs, while these are no integers yet.
    graph = read(content, where, (absorb_transposes, *PASSES))
    before = sum(node.op_type == "Transpose" for node in model.graph.node)
    after = sum(node.op == "transpose" for node in graph.nodes)
    if after == before or graph.is_quantized:
        return graph
    return read(simplify(write(graph), where), where)


def _fix_to_one_sample(model: ModelProto, inputs: Mapping[str, FileInput]) -> None:
    """Fix the dynamic axes of the inputs: the batch to one, others as in `inputs`.

    Axes without an entry stay dynamic.
    """
    _keep_batch_of_squeezes(model)
    for value in inputs_of(model):
        dims = value.type.tensor_type.shape.dim
        sizes = (1, *inputs.get(value.name, FileInput()).shape)
        sizes = sizes if len(sizes) == len(dims) else sizes[:1]
        for dim, size in zip(dims, sizes, strict=False):
            if dim.dim_value < 1:
                dim.dim_value = size


def _keep_batch_of_squeezes(model: ModelProto) -> None:
    """Set the axes of each Squeeze without any, so that it does not drop a batch of one."""
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
