"""Runs ONNX as it is written, node by node: what a hub means, before any fusion."""

from runtimes.executors.onnxruntime import OnnxRuntimeExecutor

__all__ = ["EXECUTOR"]

EXECUTOR = OnnxRuntimeExecutor("onnxruntime-unoptimized", optimize=False)
