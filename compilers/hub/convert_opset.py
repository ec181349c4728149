"""Files of other opsets, brought to one that the hub reads."""

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto

from compilers.hub.decode import OPSETS
from zoo.errors import HubError

__all__ = ["convert_opset"]

_OLDEST = 7  # the converter knows nothing before
_FROM_BEFORE, _FROM_AFTER = 17, OPSETS.stop - 1


def convert_opset(content: bytes, where: str) -> bytes:
    """Return the same file where its opset is read, else a converted one.

    Raises HubError where ONNX's version converter cannot do it. Broken files are left to the
    reader.
    """
    try:
        model = onnx.load_from_string(content)
    except DecodeError:
        return content
    opset = _opset(model)
    if opset in OPSETS or opset < _OLDEST:
        return content
    wanted = _FROM_BEFORE if opset < OPSETS.start else _FROM_AFTER
    try:
        converted: bytes = onnx.version_converter.convert_version(model, wanted).SerializeToString()
    # The converter is native code with errors of many types.
    except Exception as error:
        raise HubError(
            f"{where}: ONNX opset {opset} cannot be converted to {wanted} ({error}); export with "
            f"an opset from {OPSETS.start} to {OPSETS.stop - 1}"
        ) from error
    return converted


def _opset(model: ModelProto) -> int:
    versions = {entry.domain: entry.version for entry in model.opset_import}
    return int(versions.get("", versions.get("ai.onnx", 0)))
