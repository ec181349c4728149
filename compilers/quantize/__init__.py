"""Quantization on the Graph: one stage per file, values in and values out."""
