"""Core types of the edge model zoo, shared by recipes and targets; everything else is a plugin."""

import os

__version__ = "0.1.0"

# ONNX Runtime sends telemetry unless this is set before it is loaded (docs/privacy.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
