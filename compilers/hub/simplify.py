"""Simplification of any ONNX file by onnxsim, before it is read."""

import onnx
import onnxsim

from compilers.hub.decode import decode
from zoo.errors import HubError

__all__ = ["simplify"]

# Twin ops may be quantized differently; merged, one of them would feed two quantizers.
_SKIPPED = ("eliminate_common_subexpression",)


def simplify(content: bytes, where: str) -> bytes:
    """Return an equivalent file with constants folded and no-ops gone, metadata unchanged.

    Raises HubError where the file is broken.
    """
    model = decode(content, where)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    try:
        simplified, same = onnxsim.simplify(model, skipped_optimizers=list(_SKIPPED))
    # onnxsim is a wrapper of native code and raises what that raises.
    except Exception as error:
        raise HubError(
            f"{where}: onnxsim cannot simplify the network ({error}); check that ONNX Runtime "
            "runs it, or export it again"
        ) from error
    if not same:
        raise HubError(f"{where}: onnxsim changed what the network computes; export it again")
    # onnxsim adds a description of its own work.
    onnx.helper.set_model_props(simplified, metadata)
    content_bytes: bytes = simplified.SerializeToString(deterministic=True)
    return content_bytes
