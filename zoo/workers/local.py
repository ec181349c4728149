"""An executor whose calls run in processes of this machine, which may be killed."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from zoo.errors import WorkerError
from zoo.program_end import descendants, ended

__all__ = ["LocalWorkers"]

_ATTEMPTS = 3
"""A call whose processes end this often is at fault itself, such as by needing too much memory."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class LocalWorkers(Executor):
    """A fixed number of processes; each starts with its first call.

    A call whose process ends runs again in a new one. Its future raises WorkerError if that
    happens three times, or if the function raised: a function should return its errors.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, "worker")
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        self._workers = [_Worker() for _ in range(count)]
        for worker in self._workers:
            self._free.put(worker)

    def submit(
        self,
        fn: Callable[Parameters, Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        """Run a module's function with values that can be pickled."""
        return self._threads.submit(self._call, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; without `wait` also those that have a call, at once."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """End; after an exception without waiting for calls."""
        self.shutdown(wait=kind is None, cancel_futures=True)

    def _call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:  # noqa: ANN401
        worker = self._free.get()
        try:
            return worker.call(function, args, kwargs)
        finally:
            self._free.put(worker)


class _Worker:
    """A process that is started when it is needed, and again when it has ended."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._lock = Lock()
        self._closed = False

    def call(self, *work: Any) -> Any:  # noqa: ANN401
        """Return the result of a function, its arguments and its keywords."""
        for _ in range(_ATTEMPTS):
            is_raised, result = False, None
            try:
                pipe = self._open()
                pipe.send(work)
                is_raised, result = pipe.recv()
            except (EOFError, ConnectionError):
                how = self._end()
                continue
            if is_raised:
                raise WorkerError(str(result))
            return result
        raise WorkerError(
            f"its process ended by {how}, {_ATTEMPTS} times; if the system killed it for want of "
            "memory, use fewer workers"
        )

    def close(self) -> None:
        """End the process, and all that it started."""
        with self._lock:
            self._closed, process = True, self._process
        if process is not None and process.pid is not None:
            _kill(process.pid)
            process.join()

    def _open(self) -> Connection:
        with self._lock:
            if self._closed:
                raise WorkerError("was ended")
            if self._pipe is None:
                # Not forked: the libraries of the caller have threads.
                context = multiprocessing.get_context("spawn")
                self._pipe, other = context.Pipe()
                self._process = context.Process(target=_serve, args=(other,))
                self._process.start()
                other.close()  # so that the process's end is the pipe's
            return self._pipe

    def _end(self) -> str:
        """Forget a process that ended; return how it did."""
        with self._lock:
            process, self._process, self._pipe = self._process, None, None
        if process is None:
            return "an error"
        process.join()
        return ended(process.exitcode or 0)


def _serve(pipe: Connection) -> None:
    """Run the calls that come through a pipe, to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the caller ends this process
    Thread(target=_end_with_caller, daemon=True).start()
    with suppress(EOFError):
        while True:
            function, args, kwargs = pipe.recv()
            try:
                pipe.send((False, function(*args, **kwargs)))
            except Exception:
                pipe.send((True, traceback.format_exc()))


def _end_with_caller() -> None:
    """End this process, in the midst of a call, too, when the one that started it has ended."""
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        _kill(os.getpid())


def _kill(process: int) -> None:
    """Kill a process and all that it and its children started."""
    for number in (*descendants(process), process):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
