"""Reports: what is known of bundles and models, as one page."""
