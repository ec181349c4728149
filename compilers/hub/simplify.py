"""Simplification of any ONNX file by onnxsim, before it is read."""

from contextlib import redirect_stdout
from io import StringIO

import onnx
import onnxsim
from onnx import ModelProto

from compilers.hub.convert_opset import convert_opset
from compilers.hub.decode import decode
from zoo.errors import HubError

__all__ = ["simplify"]

# Twin ops may be quantized differently; merged, one of them would feed two quantizers.
_SKIPPED = ("eliminate_common_subexpression",)


def simplify(content: bytes, where: str) -> bytes:
    """Return an equivalent file with constants folded and no-ops gone, metadata unchanged.

    Files of opsets before 13 or after 21 are converted first. What simplification changes is
    checked by running both files on random inputs, unless a shape is dynamic beyond its batch.
    Raises HubError where the file is broken, or they differ.
    """
    model = decode(convert_opset(content, where), where)
    simplified, same = _run_onnxsim(model, where)
    if not same:
        raise HubError(
            f"{where}: simplified by onnxsim, the network computes something else; simplify it by "
            "hand, or export it again"
        )
    # onnxsim adds a description of its own work.
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(simplified, metadata)
    result: bytes = simplified.SerializeToString(deterministic=True)
    return result


def _run_onnxsim(model: ModelProto, where: str) -> tuple[ModelProto, bool]:
    shapes = _shapes_of_one_sample(model)
    try:
        # onnxsim prints its progress; standard output belongs to the command line.
        with redirect_stdout(StringIO()):
            simplified, same = onnxsim.simplify(
                model,
                check_n=int(shapes is not None),
                test_input_shapes=shapes,
                skipped_optimizers=list(_SKIPPED),
            )
    # onnxsim wraps native code and raises what that raises.
    except Exception as error:
        raise HubError(
            f"{where}: onnxsim cannot simplify the network ({error}); check that ONNX Runtime "
            "runs it, or export it again"
        ) from error
    return simplified, same


def _shapes_of_one_sample(model: ModelProto) -> dict[str, list[int]] | None:
    """Return input shapes with a batch of one, None where other axes are dynamic."""
    constants = {proto.name for proto in model.graph.initializer}
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in model.graph.input
        if value.name not in constants
    }
    if any(size < 1 for shape in shapes.values() for size in shape[1:]):
        return None
    return {name: [max(size, 1) for size in shape] for name, shape in shapes.items()}
