"""DAN: Kowalski et al. 2017, "Deep Alignment Network" (arXiv:1706.01789)."""
