"""Artifact 'onnx': a model for ONNX Runtime, in the form that it runs fastest."""
