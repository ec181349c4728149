"""Package formats of bundles: one module each."""
