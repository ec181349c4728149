"""Times commands of `zoo` and writes the table: python scripts/build_times.py PAGE

The table is between the lines `<!-- build times -->` and `<!-- end of build times -->`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter

from zoo.build.object_cache import objects_folder
from zoo.zig import zig_cache_folder

BEGIN, END = "<!-- build times -->\n", "<!-- end of build times -->\n"
RUNS = 3
MODEL = "pfld_0.25x.300w68"
_COMPLETION = {
    "_ZOO_COMPLETE": "bash_complete",
    "COMP_WORDS": "zoo build pf",
    "COMP_CWORD": "2",
}
"""As the shell asks for the names that begin with pf."""
BUILD = ("build", MODEL, "--target", "x86", "--quant", "ptq")


@dataclass(frozen=True)
class Time:
    """Seconds that passed, and of processor time, of all processes together."""

    wall_s: float
    cpu_s: float


def timed(words: tuple[str, ...], folder: Path, variables: Mapping[str, str]) -> Time:
    """Run `zoo` once with its cache in a folder. variables: further ones of its environment."""
    out = ("--out", str(folder / "dist")) if words == BUILD else ()
    environment = {**os.environ, "ZOO_CACHE": str(folder / "cache"), **variables}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each run would compile all modules again
    command = [sys.executable, "-m", "zoo", *words, *out]
    began, before = perf_counter(), _cpu_s()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return Time(perf_counter() - began, _cpu_s() - before)


def measured() -> Iterator[tuple[str, Time]]:
    """Yield what was done, and the fastest of its runs."""
    with TemporaryDirectory(prefix="zoo-times-") as place:
        folder = Path(place)
        for words in (("--help",), ("list",), ("show", MODEL)):
            runs = [timed(words, folder, {}) for _ in range(RUNS)]
            yield f"`zoo {' '.join(words)}`", _fastest(runs)
        runs = [timed((), folder, _COMPLETION) for _ in range(RUNS)]
        yield "completion of a model's name", _fastest(runs)
        yield "build, the first for this kind of board", timed(BUILD, folder, _no_objects(folder))
        yield "build, empty cache", _fastest([_cold() for _ in range(RUNS)])
        again = [timed(BUILD, folder, {}) for _ in range(RUNS)]
        yield "build, nothing changed", _fastest(again)


def table(rows: Iterator[tuple[str, Time]]) -> str:
    """Return the table in Markdown."""
    lines = (f"| {what} | {time.wall_s:.2f} | {time.cpu_s:.2f} |" for what, time in rows)
    return "\n".join(("| | seconds | of processor time |", "|---|---|---|", *lines))


def put(page: str, text: str) -> str:
    """Return a page with `text` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n\n{END}{after}"


def _cold() -> Time:
    with TemporaryDirectory(prefix="zoo-times-") as folder:
        return timed(BUILD, Path(folder), {})


def _no_objects(folder: Path) -> Mapping[str, str]:
    """Return variables for Zig with all that its cache holds but the programs' objects."""
    cache = folder / "zig"
    cache.mkdir()
    for path in zig_cache_folder().iterdir():
        if path != objects_folder():
            (cache / path.name).symlink_to(path)
    return {"ZIG_GLOBAL_CACHE_DIR": str(cache)}


def _fastest(times: list[Time]) -> Time:
    return min(times, key=lambda time: time.cpu_s)


def _cpu_s() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    page = Path(sys.argv[1])
    text = table(measured())
    page.write_text(put(page.read_text("utf-8"), text), "utf-8")
