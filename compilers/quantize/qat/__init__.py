"""Quantization-aware training on the Graph; the modules here, but for `quantizer`, need torch."""
