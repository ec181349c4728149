"""Quantization-aware training on the Graph; all modules here except `quantizer` need torch."""
