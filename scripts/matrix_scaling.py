"""Builds a matrix with several numbers of workers, each with an empty cache, and prints a table.

    python scripts/matrix_scaling.py MATRIX [WORKERS...]

Seconds include starting the workers. What a machine can gain is bounded by its cores, which
compilers and ONNX Runtime use with a single worker, too: cores and load are printed beside.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from zoo.build.cache import Cache
from zoo.build.matrix import Cell, read_matrix
from zoo.build.matrix_build import MatrixBuild
from zoo.errors import WorkerError
from zoo.workers.local import LocalWorkers


def seconds(cells: Sequence[Cell], count: int) -> float:
    """Return how long all cells take; raises WorkerError if one has no bundle."""
    with TemporaryDirectory() as name:
        start = monotonic()
        with LocalWorkers(count) as workers:
            folder = Path(name)
            for one in MatrixBuild(Cache(folder / "cache"), workers, folder / "dist").build(cells):
                if not one.packages:
                    raise WorkerError(f"{' '.join(one.cell.row.values())}: {one.reason}")
        return monotonic() - start


def main(matrix: Path, counts: Sequence[int]) -> None:
    """Print the table as it is measured."""
    cells = read_matrix(matrix)
    cores = len(os.sched_getaffinity(0))
    print(f"{len(cells)} bundles, {cores} cores, load before {os.getloadavg()[0]:.1f}\n")
    print("| workers | seconds | bundles per minute | speed-up |\n| --- | --- | --- | --- |")
    first = 0.0
    for count in counts:
        found = seconds(cells, count)
        first = first or found
        print(f"| {count} | {found:.0f} | {60 * len(cells) / found:.1f} | {first / found:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or [1, 2, 4])
