"""Drawings as SVG, from values, for reports, files and notebooks."""
