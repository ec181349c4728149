"""Simplification of any ONNX file by onnxsim, before it is read."""

from contextlib import redirect_stdout
from io import StringIO

import onnx
from onnx import ModelProto

from compilers.hub.canonical import canonical
from compilers.hub.decode import inputs_of
from compilers.hub.model_file import parse_model
from zoo.errors import HubError

__all__ = ["simplified", "simplify"]

# Twin ops may be quantized differently; merged, one of them would feed two quantizers.
_SKIPPED = ("eliminate_common_subexpression",)


def simplify(content: bytes, where: str) -> bytes:
    """Return an equivalent file of opset 13 to 21, constants folded and no-ops gone.

    Metadata stay as they are. What simplification changes is checked by running both files on
    random inputs, unless a shape is dynamic beyond its batch. Raises HubError where the file is
    broken, or they differ.
    """
    model = parse_model(content, where)
    canonical(model, where)
    result: bytes = simplified(model, where).SerializeToString(deterministic=True)
    return result


def simplified(model: ModelProto, where: str) -> ModelProto:
    """Return what `simplify` does, of a model in canonical form.

    One that onnxsim cannot run stays as it is: what the import lacks it tells by the node.
    """
    # It loads PyTorch where that is installed, which reading a hub need not wait for.
    import onnxsim

    shapes = _shapes_of_one_sample(model)
    simpler: ModelProto
    try:
        # onnxsim prints its progress; standard output belongs to the command line.
        with redirect_stdout(StringIO()):
            simpler, same = onnxsim.simplify(
                model,
                check_n=int(shapes is not None),
                test_input_shapes=shapes,
                skipped_optimizers=list(_SKIPPED),
            )
    # It wraps native code and raises what that raises.
    except Exception:
        return model
    if not same:
        raise HubError(
            f"{where}: simplified by onnxsim, the network computes something else; simplify it by "
            "hand, or export it again"
        )
    # onnxsim adds a description of its own work.
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(simpler, metadata)
    return simpler


def _shapes_of_one_sample(model: ModelProto) -> dict[str, list[int]] | None:
    """Return input shapes with a batch of one, None where other axes are dynamic."""
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in inputs_of(model)
    }
    if any(size < 1 for shape in shapes.values() for size in shape[1:]):
        return None
    return {name: [max(size, 1) for size in shape] for name, shape in shapes.items()}
