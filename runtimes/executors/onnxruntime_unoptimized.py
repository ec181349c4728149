"""Runs ONNX as written, node by node: the semantics of a hub, before any fusion."""

from runtimes.executors.onnxruntime import OnnxRuntimeExecutor

__all__ = ["EXECUTOR"]

EXECUTOR = OnnxRuntimeExecutor("onnxruntime-unoptimized", optimize=False)
