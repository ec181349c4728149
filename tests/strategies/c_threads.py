"""Generated C run by several threads that share each layer."""

import ctypes
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread

import numpy as np
from generated_c import write_c
from host_compilers import CC

from runtimes.executors.c import CRun
from zoo.graph import Graph

__all__ = ["run_in_threads"]

_WAIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Part(ctypes.Structure):
    """NetworkPart."""

    _fields_ = (
        ("index", ctypes.c_int32),
        ("count", ctypes.c_int32),
        ("wait", _WAIT),
        ("meeting", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
    )


def run_in_threads(
    graph: Graph, feeds: Mapping[str, np.ndarray], counts: Sequence[int]
) -> list[dict[str, np.ndarray]]:
    """Return the outputs as `generated_c.run_c` does, for each number of threads."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        main = write_c(graph, folder)
        sources = sorted(map(str, folder.glob("network*.c")))
        flags = ("-std=c99", "-O1", "-shared", "-fPIC", "-DNETWORK_THREADS", "-Wall", "-Werror")
        library = folder / "network.so"
        subprocess.run([*CC.split(), *flags, *sources, "-o", str(library)], check=True)
        loaded, facts = ctypes.CDLL(str(library)), json.loads(main.read_text())
        runs = [CRun(lambda i, o, n=n: _bound(loaded, n, i, o), facts, str(main)) for n in counts]
        return [run(feeds) for run in runs]


def _bound(
    library: ctypes.CDLL, count: int, inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]
) -> Callable[[], None]:
    def run() -> None:
        for sample in range(len(inputs[0])):
            data = [a[sample].ctypes.data_as(ctypes.c_void_p) for a in (*inputs, *outputs)]
            library.network_run(*data)  # finds out what the processor can do
            for output in outputs:
                output[sample] = 77
            _run_parts(library, count, data)

    return run


def _run_parts(library: ctypes.CDLL, count: int, data: Sequence[ctypes.c_void_p]) -> None:
    barrier = Barrier(count)
    wait = _WAIT(lambda _: barrier.wait() and None)
    scratches = [np.zeros(1 << 20, np.int32) for _ in range(count)]
    parts = [
        _Part(index, count, wait, None, scratch.ctypes.data)
        for index, scratch in enumerate(scratches)
    ]
    threads = [
        Thread(target=library.network_run_part, args=(ctypes.byref(part), *data)) for part in parts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
