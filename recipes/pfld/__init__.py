"""PFLD: Guo et al. 2019, "PFLD: A Practical Facial Landmark Detector" (arXiv:1902.10859)."""
