"""ONNX Runtime as the second opinion: no graph optimisation, every tensor visible."""

from collections.abc import Mapping

import numpy as np
import onnx
import onnxruntime

__all__ = ["run_onnx"]


def run_onnx(
    content: bytes, feeds: Mapping[str, np.ndarray], names: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Return tensors of an ONNX model by name; the outputs where no names are given."""
    if names:
        model = onnx.load_from_string(content)
        known = {output.name for output in model.graph.output}
        model.graph.output.extend(
            onnx.ValueInfoProto(name=name) for name in names if name not in known
        )
        content = model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    wanted = list(names) or [output.name for output in session.get_outputs()]
    return dict(zip(wanted, session.run(wanted, dict(feeds)), strict=True))
