"""Data sets, metrics and augmentation that model families share."""
