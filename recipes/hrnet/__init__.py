"""HRNet: Sun et al. 2019, "High-Resolution Representations for Labeling Pixels and Regions"."""
