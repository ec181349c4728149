"""From a wish to a bundle: the plan, its stages, and their cache."""
