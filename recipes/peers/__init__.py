"""Third-party networks: their contracts, and comparisons with them."""
