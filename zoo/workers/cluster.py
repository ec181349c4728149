"""An executor whose calls run on a Dask cluster."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from zoo.errors import MissingToolError, WorkerError

__all__ = ["cluster"]


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Connect to a scheduler; calls that are still there at the end are cancelled.

    address: such as 'tcp://host:8786', or 'tls://host:8786'. Dask's own settings have its keys, and
    how long a scheduler may take to answer. Raises ToolchainError without dask.distributed,
    WorkerError if there is no scheduler, or it has no workers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise MissingToolError(
            f"--scheduler {address} needs dask.distributed, in the versions that the cluster has: "
            "pip install 'edgezoo[dask]'"
        ) from error
    try:
        client = distributed.Client(address)
    except (OSError, ValueError) as error:
        raise WorkerError(
            f"--scheduler {address}: no Dask scheduler answers ({error}); start one with `dask "
            "scheduler`"
        ) from error
    with client:
        if not client.nthreads():
            raise WorkerError(
                f"--scheduler {address}: has no workers; start some with `dask worker {address} "
                "--nthreads 1`"
            )
        calls = client.get_executor(pure=False)
        try:
            yield calls
        finally:
            calls.shutdown(wait=False)
