"""Models that can be trained, one folder per family, and the shelf that they share."""
