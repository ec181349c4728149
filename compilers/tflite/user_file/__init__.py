"""A user's .tflite file as an ONNX model, which the hub imports like any other."""
