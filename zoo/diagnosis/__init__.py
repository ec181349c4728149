"""Where a network loses by quantization, why, and what helps."""
