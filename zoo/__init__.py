"""The vocabulary of the edge model zoo: recipes and targets meet here; the rest is plugins."""

import os

__version__ = "0.1.0"

# ONNX Runtime sends usage data to its maker, unless told before it is loaded (docs/privacy.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
