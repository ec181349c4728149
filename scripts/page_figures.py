"""The table of docs/browser.md: sizes and times of pages, beside the same network as native C.

    python scripts/page_figures.py BUNDLE.tar.gz...

Times are the fastest of all runs, of the network alone, on one thread; clocks of browsers step by
0.1 ms. Page and native code run by turns.
"""

import base64
import gzip
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from codegen.page import PROGRAM_MARK
from codegen.page_run import page_in_chromium
from zoo import registry
from zoo.bundle.bundle import Bundle, unpack
from zoo.contract import Contract
from zoo.plugs import BareRun

ROUNDS, RUNS = 20, 10
HEAD = (
    "| page | kB | kB, gzip | WebAssembly, kB | network, ms | native C, ms |\n"
    "|---|---|---|---|---|---|"
)
TIMED = f"""(async () => {{
  const times = [];
  for (let run = 0; run < {RUNS}; ++run) {{
    const answer = await page.program.look(page.picture, page.examples[0].box);
    times.push(answer.records[0].inference_ms);
  }}
  return Math.min(...times);
}})()"""


def main(archives: list[Path]) -> None:
    """Print the table."""
    print(HEAD)
    for archive in archives:
        with TemporaryDirectory(prefix="zoo-page-") as folder:
            print(row(unpack(archive, Path(folder))))


def row(bundle: Bundle) -> str:
    """Return the figures of a bundle's page."""
    file = bundle.folder / bundle.manifest.program
    content = file.read_bytes()
    module = re.search(re.escape(PROGRAM_MARK).encode() + b"([^<]*)", content)
    assert module is not None
    sizes = (len(content), len(gzip.compress(content)), len(base64.b64decode(module[1])))
    native = native_times(bundle)
    with page_in_chromium(file.as_uri()) as tab:
        times = [(tab.evaluate(TIMED), next(native)) for _ in range(ROUNDS)]
    page_ms, native_ms = (min(each) for each in zip(*times, strict=True))
    figures = (*(f"{size / 1000:,.0f}" for size in sizes), f"{page_ms:.1f}", f"{native_ms:.2f}")
    return f"| {' | '.join((bundle.manifest.models[0].name, *figures))} |"


def native_times(bundle: Bundle) -> Iterator[float]:
    """Yield the milliseconds of the same C code for this machine, the fastest of some runs."""
    main_file = bundle.folder / bundle.manifest.artifacts[0].main
    run = registry.load("executor", "c").load(main_file.parent, main_file.name)
    assert isinstance(run, BareRun)
    contract = Contract.from_json(bundle.manifest.models[0].contract, str(bundle.folder))
    stored = run.store({contract.input.name: np.zeros((1, *contract.input.shape), np.float32)})
    while True:
        times = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            run.invoke(stored)
            times.append(1000 * (time.perf_counter() - begin))
        yield min(times)


if __name__ == "__main__":
    main(list(map(Path, sys.argv[1:])))
