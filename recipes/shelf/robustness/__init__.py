"""The suite `robustness` of landmark networks: one module for each kind of test."""
