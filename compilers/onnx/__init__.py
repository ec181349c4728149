"""Artifact 'onnx': a model for ONNX Runtime, in its fastest form."""
