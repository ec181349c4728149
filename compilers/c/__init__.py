"""Artifact 'c': an integer network as portable C99, for any processor with a C compiler."""
