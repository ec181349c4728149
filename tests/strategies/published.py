"""Published networks with ops that not all back ends have."""

__all__ = ["OWN_OPS", "TWO_STAGES"]

TWO_STAGES = "dan2_0.25x.300w68"
"""Ops of the zoo's own lie between its stages; C has them, and ONNX Runtime as functions."""
OWN_OPS = ("align_image", "landmark_heatmap", "turn_back")
