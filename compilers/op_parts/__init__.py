"""What op files, passes and the quantizer share: arithmetic of integers, windows, checks."""
