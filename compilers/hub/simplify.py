"""Simplifies any ONNX file with onnxsim, before it is read."""

from contextlib import redirect_stdout
from io import StringIO

import onnx
from onnx import ModelProto

from compilers.hub.canonical import canonical
from compilers.hub.decode import inputs_of
from compilers.hub.model_file import parse_model
from zoo.errors import HubError

__all__ = ["simplified", "simplify"]

_SKIPPED = (
    # Identical ops may be quantized differently; merged, one would feed two quantizers.
    "eliminate_common_subexpression",
    # It reshapes [N, T, C] to [N * T, C], which mixes the samples of a batch.
    "fuse_matmul_add_bias_into_gemm_batched",
)


def simplify(content: bytes, where: str) -> bytes:
    """Return an equivalent file of opset 13 to 21, with constants folded and no-ops removed.

    Metadata are unchanged. Both files are run on random inputs and compared, unless a shape is
    dynamic beyond its batch. Raises HubError if the file is broken or the results differ.
    """
    model = parse_model(content, where)
    canonical(model, where)
    result: bytes = simplified(model, where).SerializeToString(deterministic=True)
    return result


def simplified(model: ModelProto, where: str) -> ModelProto:
    """Return the result of `simplify` for a model in canonical form.

    A model that onnxsim cannot run is unchanged; the import then names the unsupported node.
    """
    # It loads PyTorch if installed, which would slow down reading a hub.
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
    # It wraps native code and passes its exceptions on.
    except Exception:
        return model
    if not same:
        raise HubError(
            f"{where}: onnxsim changed what the network computes; simplify it by hand, or export "
            "it again"
        )
    # onnxsim adds its own description.
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(simpler, metadata)
    return simpler


def _shapes_of_one_sample(model: ModelProto) -> dict[str, list[int]] | None:
    """Return input shapes with a batch of one, None if other axes are dynamic."""
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in inputs_of(model)
    }
    if any(size < 1 for shape in shapes.values() for size in shape[1:]):
        return None
    return {name: [max(size, 1) for size in shape] for name, shape in shapes.items()}
