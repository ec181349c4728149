"""Trainable models, one folder per family, and the shelf that they share."""
