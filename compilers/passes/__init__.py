"""Graph in, Graph out: one rewrite per file."""
