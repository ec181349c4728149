"""Puts our landmark networks beside those of the phone thesis (Oulu 2020).

    python scripts/phone_tables.py FOLDER PAGE... [--data FACES68]

Each table stands between `<!-- phone: NAME -->` and `<!-- end of phone -->` in one of the pages.
'networks' comes from what is published beside the weights. The others come from JSON in FOLDER, and
stay as they are without it; --data measures what FOLDER has not, on FACES68/train and FACES68/test:

    boxes        boxes.json, of recipes.shelf.chain_accuracy
    stability    robustness.json, of `zoo eval --suite robustness`
    latency      latency-THREADS.json, of `zoo bench`
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recipes.shelf.publishing import parameters
from zoo import registry
from zoo.recipe import Recipe

Json = Any

NME = "nme_interocular_percent"
DETECTOR = "facedet"
SIGMAS = ("0.01", "0.1", "0.2")
_TABLE = re.compile(
    r"(?P<begin><!-- phone: (?P<name>\w+) -->\n)(?P<old>.*?)(?P<end><!-- end of phone -->\n)", re.S
)


@dataclass(frozen=True)
class Stated:
    """A network of the thesis. ours: how our networks like it begin.

    nme, nme_mtcnn: in percent, on 300-W's common test set, in ideal boxes and in MTCNN's.
    stability: in percent, by SIGMAS.
    """

    name: str
    ours: str
    nme: float
    nme_mtcnn: float
    parameters: int
    megabytes: float
    stability: tuple[float, float, float]


THESIS = (
    Stated("PFLD 0.25", "pfld_0.25x", 4.03, 4.99, 322_864, 1.2, (0.154, 0.957, 1.767)),
    Stated("PFLD 1.0", "pfld_1.0x", 4.01, 4.74, 1_236_544, 4.9, (0.162, 1.020, 1.818)),
    Stated("DAN, one stage", "dan1_", 3.69, 4.77, 11_150_664, 44.6, (0.131, 0.788, 2.213)),
    Stated("DAN, two stages", "dan2_", 3.58, 4.78, 23_108_444, 92.5, (0.124, 0.790, 2.042)),
    Stated("HRNet", "hrnet_", 3.54, 4.02, 9_737_688, 39.0, (0.271, 1.108, 2.390)),
)


def like(stated: Stated) -> list[Recipe]:
    """Return our networks of 68 landmarks like one of the thesis."""
    names = registry.names("recipe")
    ours = (n for n in names if n.startswith(stated.ours) and n.endswith(".300w68"))
    return [registry.load("recipe", name) for name in ours]


def published() -> list[str]:
    """Return the names of our networks like those of the thesis that have weights."""
    return [recipe.name for stated in THESIS for recipe in like(stated) if recipe.hubs]


def put(page: str, tables: Mapping[str, str]) -> str:
    """Return the page with the tables in their places; others stay as they are."""

    def table(found: re.Match[str]) -> str:
        text = f"\n{tables[found['name']]}\n\n" if found["name"] in tables else found["old"]
        return f"{found['begin']}{text}{found['end']}"

    return _TABLE.sub(table, page)


def networks() -> str:
    """Return the table of accuracy and size."""
    columns = ("NME, float, %", "8 bits, %", "parameters", "file, float, MB", "8 bits, MB")
    return _table(columns, (row for stated in THESIS for row in _networks(stated)))


def boxes(measured: Json) -> str:
    """Return the table of errors in ideal and in detected boxes."""
    found = {line["network"]: line for line in measured["networks"]}
    rows = (row for stated in THESIS for row in _boxes(stated, found))
    return _table(("ideal boxes, NME, %", "a detector's, %", "second pass, %"), rows)


def stability(measured: Sequence[Json]) -> str:
    """Return the table of the points' movement under noise."""
    found: dict[str, dict[str, float]] = {}
    for line in measured:
        if line["test"] == "noise":
            moved = found.setdefault(line["subject"], {})
            moved[line["condition"].split()[-1]] = line["metrics"]["stability_percent"]
    rows = (row for stated in THESIS for row in _stability(stated, found))
    return _table(tuple(f"sigma {sigma}" for sigma in SIGMAS), rows)


def latency(measured: Mapping[int, Json]) -> str:
    """Return the table of the fastest runs in milliseconds. measured: by threads."""
    found: dict[str, dict[int, float]] = {}
    for threads, bench in measured.items():
        for line in bench["latencies"]:
            name = f"{line['model']}, {'float' if line['scheme'] == 'float32' else '8 bits'}"
            found.setdefault(name, {})[threads] = line["min_ms"]
    columns = tuple(f"{threads} thread{'s'[: threads - 1]}, ms" for threads in measured)
    rows = ((n, *(f"{by[t]:.2f}" if t in by else "" for t in measured)) for n, by in found.items())
    return _table(columns, rows)


def _networks(stated: Stated) -> Iterator[tuple[str, ...]]:
    size = f"{stated.megabytes:.1f}"
    yield f"{stated.name} (thesis)", f"{stated.nme:.2f}", "", f"{stated.parameters:,}", size, ""
    for recipe in like(stated):
        if recipe.metrics is None:
            yield recipe.name, "not trained here", "", "", "", ""
            continue
        metrics = json.loads(recipe.metrics.read_text("utf-8"))
        small = next(hub for hub in ("qat.w8a8-asym", "ptq.w8a8-asym") if hub in metrics)
        nme = (f"{metrics[hub]['metrics'][NME]:.2f}" for hub in ("none", small))
        sizes = (f"{recipe.hubs[hub].stat().st_size / 1e6:.2f}" for hub in ("none", small))
        yield recipe.name, *nme, f"{parameters(recipe):,}", *sizes


def _boxes(stated: Stated, found: Mapping[str, Json]) -> Iterator[tuple[str, ...]]:
    yield f"{stated.name} (thesis)", f"{stated.nme:.2f}", f"{stated.nme_mtcnn:.2f}, MTCNN", ""
    for recipe in like(stated):
        if (line := found.get(recipe.name)) is not None:
            first, again = f"{line['corrected']:.2f}, {DETECTOR}", f"{line['second_pass']:.2f}"
            yield recipe.name, f"{line['labels']:.2f}", first, again


def _stability(
    stated: Stated, found: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[str, ...]]:
    yield f"{stated.name} (thesis)", *(f"{moved:.3f}" for moved in stated.stability)
    for recipe in like(stated):
        for subject, moved in found.items():
            model, quant, *_ = subject.split()
            if model == recipe.name:
                kind = "float" if quant == "none" else quant
                yield f"{model}, {kind}", *(f"{moved[sigma]:.3f}" for sigma in SIGMAS)


def _table(columns: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [("network", *columns), ("---",) * (len(columns) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measure(folder: Path, data: Path) -> None:
    """Write the JSON that the folder has not yet."""
    models, run = published(), [sys.executable, "-m"]
    each = [word for name in models for word in ("--network", name)]
    accuracy = [*run, "recipes.shelf.chain_accuracy", DETECTOR, f"{data}/train", f"{data}/test"]
    _keep(folder / "boxes.json", [*accuracy, *each, "--json"])
    suite = ["--suite", "robustness", "--quant", "none", "--quant", "ptq", "--form", "artifact"]
    evaluation = [*run, "zoo", "eval", *models, "--data", f"{data}/test"]
    _keep(folder / "robustness.json", [*evaluation, *suite, "--json"])
    for threads in sorted({1, 2, 4, os.cpu_count() or 1}):
        if threads <= (os.cpu_count() or 1):
            words = ["bench", *models, "--target", "x86:ort", "--threads", str(threads), "--json"]
            _keep(folder / f"latency-{threads}.json", [*run, "zoo", *words])


def _keep(file: Path, command: Sequence[str]) -> None:
    if not file.is_file():
        print(" ".join(command), file=sys.stderr, flush=True)
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        file.write_bytes(done.stdout)


def tables(folder: Path) -> dict[str, str]:
    """Return the tables of what is known, by name."""
    made = {"networks": networks()}
    for file, name, table in (
        ("boxes.json", "boxes", boxes),
        ("robustness.json", "stability", stability),
    ):
        if (folder / file).is_file():
            made[name] = table(json.loads((folder / file).read_text("utf-8")))
    timed = sorted((int(file.stem.split("-")[1]), file) for file in folder.glob("latency-*.json"))
    if timed:
        made["latency"] = latency({n: json.loads(file.read_text("utf-8")) for n, file in timed})
    return made


def main() -> None:
    """Update the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    if options.data:
        options.folder.mkdir(parents=True, exist_ok=True)
        measure(options.folder, options.data)
    made = tables(options.folder)
    for page in options.pages:
        page.write_text(put(page.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main()
