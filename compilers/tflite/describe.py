"""Describes a .tflite file for `zoo show FILE.tflite`."""

from collections import Counter
from collections.abc import Mapping

from compilers.tflite.decode import FileTensor, TfliteFile, decode

__all__ = ["DESCRIBER", "TfliteDescriber"]


class TfliteDescriber:
    """Reads any .tflite, from any program."""

    name = "tflite"
    suffix = ".tflite"

    def describe(self, content: bytes, where: str) -> Mapping[str, object]:
        """Return facts in JSON types; raises ArtifactError naming `where`."""
        file = decode(content, where)
        constants = [tensor for tensor in file.tensors if tensor.data]
        return {
            "kind": self.name,
            "name": file.name,
            "inputs": _tensors(file, file.inputs),
            "outputs": _tensors(file, file.outputs),
            "subgraphs": file.subgraphs,
            "ops": dict(Counter(op.code for op in file.ops).most_common()),
            "activations": _tensors(file, [i for op in file.ops for i in op.outputs]),
            "constants": dict(Counter(_kind(tensor) for tensor in constants).most_common()),
            "constant_bytes": sum(len(tensor.data) for tensor in constants),
            "metadata": {name: _text(bytes(data)) for name, data in file.metadata.items()},
        }


def _tensors(file: TfliteFile, indices: tuple[int, ...] | list[int]) -> dict[str, str]:
    """Return texts like '[1, 112, 112, 3] INT8, scale 0.0078125, zero point 0' by name."""
    tensors = (file.tensors[index] for index in indices if index >= 0)
    return {tensor.name: _line(tensor) for tensor in tensors}


def _line(tensor: FileTensor) -> str:
    line = f"{list(tensor.shape)} {tensor.dtype}"
    if len(tensor.scales) != 1:
        return line + (f", {len(tensor.scales)} scales" if tensor.scales else "")
    zero_points = tensor.zero_points or (0,)
    return f"{line}, scale {tensor.scales[0]:.9g}, zero point {zero_points[0]}"


def _kind(tensor: FileTensor) -> str:
    """Return a text like 'INT8 per channel', for counting constants."""
    return f"{tensor.dtype} per channel" if len(tensor.scales) > 1 else tensor.dtype


def _text(data: bytes) -> str:
    """Return a text, possibly padded with zeros, or the length of other data."""
    text = data.rstrip(b"\0").decode("utf-8", "replace")
    return text if text.isprintable() else f"{len(data)} bytes"


DESCRIBER = TfliteDescriber()
