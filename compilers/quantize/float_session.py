"""Runs a Graph in ONNX Runtime, to observe its intermediate values while quantizing."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from compilers.hub import HUB
from zoo.graph import Graph
from zoo.plugs import Feeds

__all__ = ["FloatSession"]

_FATAL_ONLY = 4
"""Of ONNX Runtime's own lines: what it prints of an error is in the exception, too."""


class FloatSession:
    """A graph loaded to compute some of its tensors; an integer one runs exactly as written.

    Threads split rows, never a sum, so results do not depend on the number of threads.
    """

    def __init__(self, graph: Graph, tensors: Iterable[str], threads: int) -> None:
        self._names = list(tensors)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _FATAL_ONLY
        if graph.is_quantized:  # fused integer kernels saturate on some processors
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        # Between runs numpy works; idle threads must not spin.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        content = HUB.write(replace(graph, outputs=tuple(self._names)))
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the tensors by name."""
        return dict(zip(self._names, self._session.run(self._names, dict(feeds)), strict=True))
