"""Artifact 'tensorrt': ONNX as TensorRT fuses it, and an engine where one can be built."""
