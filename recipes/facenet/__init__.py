"""Face or no face: small classifiers for the MAX78000 (Analog Devices)."""
