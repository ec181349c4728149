"""Fuzzes all parsers (Atheris) and what the app reads (libFuzzer), and prints a table.

    python scripts/fuzz.py MINUTES [NAME...] [--corpus build/fuzz]

The minutes are shared by all. Inputs that bring something new are kept in CORPUS/NAME for the next
run, faults in CORPUS/NAME-crash-*, NAME-timeout-* or NAME-oom-*; the exit status is then 1. To mend
one, put it into tests/fuzz/found/NAME.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT

HERE = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(HERE / "fuzz"), str(HERE / "strategies")]

from app_program import INPUTS, build_fuzz_app, fuzz_app_words, why_not  # noqa: E402
from parsers import PARSERS  # noqa: E402

LIMITS = ("-timeout=20", "-rss_limit_mb=2000", "-print_final_stats=1")


@dataclass(frozen=True)
class Found:
    """What a run told. edges: of the code that were reached."""

    runs: int
    edges: int
    is_fault: bool


def told(status: int, output: str) -> Found:
    """Return what libFuzzer printed."""
    runs = re.findall(r"stat::number_of_executed_units: (\d+)", output)
    edges = re.findall(r"^#\d+\s.*cov: (\d+)", output, re.MULTILINE)
    return Found(int(runs[-1]) if runs else 0, int(edges[-1]) if edges else 0, status != 0)


def fuzz(words: Sequence[str | Path], seconds: int, corpus: Path) -> Found:
    """Run a fuzzer for so long."""
    command = [*words, f"-max_total_time={seconds}", *LIMITS]
    done = subprocess.run(
        command, cwd=corpus, stdout=PIPE, stderr=STDOUT, text=True, errors="replace", check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:])
    return told(done.returncode, done.stdout)


def main() -> int:
    """Fuzz, print the table as it grows, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--corpus", type=Path, default=Path("build/fuzz"))
    asked = parser.parse_args()
    if why := why_not():
        print(f"fuzz: the app is left out: {why}", file=sys.stderr)
    # Some names are of both: Python reads pictures, and so does the app.
    work = [("parser", name) for name in PARSERS]
    work += [] if why else [("app", name) for name in INPUTS]
    known = {name for _, name in work}
    chosen = [(kind, name) for kind, name in work if not asked.names or name in asked.names]
    if unknown := set(asked.names) - known:
        parser.error(f"unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    return _table(chosen, asked.minutes, asked.corpus.absolute())


def _table(work: Sequence[tuple[str, str]], minutes: float, corpus: Path) -> int:
    seconds = max(1, round(60 * minutes / len(work)))
    faults = 0
    print("| reader | input | seconds | runs | edges | faults |\n|---|---|---|---|---|---|")
    program = Path()
    for kind, name in work:
        folder = corpus / kind
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "app" and not program.name:
            program = build_fuzz_app(corpus / "program")
        words: list[str | Path] = [sys.executable, HERE / "fuzz" / "fuzz_parser.py", folder, name]
        words = [*words, "--"] if kind == "parser" else fuzz_app_words(program, name, folder / name)
        found = fuzz(words, seconds, folder)
        faults += found.is_fault
        cells = (kind, name, seconds, f"{found.runs:,}", found.edges, int(found.is_fault))
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
