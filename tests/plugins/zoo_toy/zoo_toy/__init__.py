"""A model, a board, a contract step and a data set for the edge model zoo."""
