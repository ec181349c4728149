"""The proof that each step of a build computes the same as the one before it."""
