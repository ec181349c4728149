"""What TensorRT says, kept instead of printed."""

from types import ModuleType
from typing import Any, Protocol

__all__ = ["Log", "keep_log"]

_ERRORS = ("INTERNAL_ERROR", "ERROR")


class Log(Protocol):
    """A logger as TensorRT takes it. lines: all that was said; errors: those that are errors."""

    lines: list[str]
    errors: list[str]


def keep_log(trt: ModuleType) -> Log:
    """Return a logger; its base comes with the module."""
    base: Any = trt.ILogger

    class KeptLog(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []
            self.errors: list[str] = []

        def log(self, severity: Any, message: str) -> None:  # noqa: ANN401
            self.lines.append(message)
            if severity.name in _ERRORS:
                self.errors.append(message)

    kept: Log = KeptLog()
    return kept
