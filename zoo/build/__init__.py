"""From a wish to a bundle: the plan, its stages, and the cache that they write to."""
