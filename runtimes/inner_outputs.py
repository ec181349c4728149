"""An ONNX file with other outputs: tensors inside it."""

from collections.abc import Sequence

from onnx import ModelProto, ValueInfoProto

__all__ = ["with_outputs"]


def with_outputs(content: bytes, names: Sequence[str]) -> bytes:
    """Return the file with only those of these tensors as outputs that its nodes compute."""
    model = ModelProto.FromString(content)
    computed = {name for node in model.graph.node for name in node.output}
    del model.graph.output[:]
    # ONNX Runtime infers types and shapes.
    model.graph.output.extend(ValueInfoProto(name=name) for name in names if name in computed)
    changed: bytes = model.SerializeToString()
    return changed
