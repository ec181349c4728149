"""The suite `robustness` of landmark networks: one module per kind of test."""
