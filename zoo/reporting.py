"""Progress of long work: libraries report it, whoever called them may show it."""

import logging

__all__ = ["PROGRESS", "report"]

PROGRESS = logging.getLogger("zoo.progress")
"""Gets one record of level INFO for each line; silent unless somebody listens."""


def report(line: str) -> None:
    """Tell how far the work has come."""
    PROGRESS.info(line)
