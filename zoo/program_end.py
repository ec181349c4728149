"""How programs end, and why they do not start, in words; and what they started."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["descendants", "ended", "exit_status", "without_programs"]


def ended(status: int) -> str:
    """Return 'status 3', or 'signal SIGSEGV' for a status of `subprocess` below 0."""
    if status >= 0:
        return f"status {status}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def descendants(process: int) -> Iterator[int]:
    """Yield the running processes that a process or its children started (proc(5))."""
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, file.read_text().split()):
                yield from descendants(child)
                yield child


def exit_status(status: int) -> int:
    """Return an exit status as shells have it: 128 + n for signal n."""
    return status if status >= 0 else 128 - status


def without_programs(folder: Path) -> str:
    """Return what to do about a folder that is mounted noexec, '' for others."""
    with suppress(OSError):
        if os.statvfs(folder).f_flag & os.ST_NOEXEC:
            return (
                f"programs cannot run below {folder}, which is mounted noexec; name other folders "
                "by TMPDIR, or by --cache for builds"
            )
    return ""
