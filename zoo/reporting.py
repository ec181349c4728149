"""Progress of long-running work: libraries report it, callers may show it."""

import logging

__all__ = ["PROGRESS", "report"]

PROGRESS = logging.getLogger("zoo.progress")
"""Receives one INFO record per line; silent without a handler."""


def report(line: str) -> None:
    """Report progress."""
    PROGRESS.info(line)
