"""OpenVINO: the ONNX model, with what is known of OpenVINO's arithmetic."""
