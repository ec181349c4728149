"""The vocabulary of the edge model zoo: recipes and targets meet here; the rest is plugins."""

__version__ = "0.1.0"
