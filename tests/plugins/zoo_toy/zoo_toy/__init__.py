"""A model, a board and a contract step for the edge model zoo."""
