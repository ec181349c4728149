"""The proof that each step of a build computes what the one before it does."""
