"""Artifact 'tensorrt': ONNX in the form TensorRT fuses, and an engine if one can be built."""
