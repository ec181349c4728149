"""Measures pruned networks beside widths trained from scratch, and draws them in docs/pruning.md.

    python scripts/pruning_curve.py TRAIN TEST [FOLDER]

TRAIN, TEST: labelled data. FOLDER: keeps the pruned networks; if it has pruned.onnx, those in it
are measured, such as those of a longer training. docs/pruning.json has what was measured; with no
words, the page is written from it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoo import registry
from zoo.build.plan import float_hub
from zoo.data.evaluation import Curve
from zoo.drawing.charts import curve_chart
from zoo.drawing.svg import Drawing, standalone
from zoo.graph import Graph
from zoo.macs import count_macs

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, MEASURED, IMAGE = DOCS / "pruning.md", DOCS / "pruning.json", DOCS / "images" / "pruning.svg"
BEGIN, END = "<!-- pruning -->\n", "<!-- end of pruning -->\n"
WHOLE = "pfld_1.0x.300w68"
WIDTHS = ("pfld_0.25x.300w68", "pfld_0.5x.300w68", WHOLE)
LAST = "pruned.onnx"
METRIC = "nme_interocular_percent"
SHARE, STEPS, EPOCHS = "0.2683", "3", "1"
"""The last step costs what pfld_0.5x costs."""
AXES = {"macs": (1e-6, "million multiply-accumulates"), "min_ms": (1, "ms, fastest run")}

Row = Mapping[str, Any]
"""A network: name, macs, parameters, epochs after each pruning ([] if trained), error in %, ms."""


def prune_words(data: Path, file: Path) -> tuple[str, ...]:
    """Return the words of `zoo` that write the last network to `file`, and others beside it."""
    steps = ("--macs", SHARE, "--steps", STEPS, "--each-step", "--count", "100")
    training = ("--epochs", EPOCHS, "--precision", "bf16-mixed")
    kept = ("--images", str(data), "--out", str(file))
    return ("prune", WHOLE, *steps, *training, *kept)


def measured(train: Path, test: Path, folder: Path) -> dict[str, Any]:
    """Return each network's costs and error, and the machine that took the times."""
    last = folder / LAST
    if not last.exists():
        run(prune_words(train, last))
    files = sorted(folder.glob(f"{last.stem}*.onnx"))
    contract = registry.load("recipe", WHOLE).contract.of_hub.to_toml()
    for file in files:
        file.with_suffix(".toml").write_text(contract, "utf-8")
    words = ("bench", *WIDTHS, *map(str, files), "--quant", "none", "--json")
    timed = json.loads(run(words))
    times = {row["model"]: row for row in timed["latencies"]}
    rows = [
        *(row(name, float_hub(registry.load("recipe", name)), times[name]) for name in WIDTHS),
        *(row(file.stem, file, times[file.stem], error_of(file, test)) for file in files),
    ]
    return {"machine": timed["machine"]["processor"], "networks": rows}


def row(name: str, file: Path, time: Row, error: float | None = None) -> Row:
    """Return what is known of a float network. error: None for the recorded one."""
    graph: Graph = registry.load("format", "onnx").read(file.read_bytes(), str(file))
    record = json.loads(graph.metadata.get("zoo.pruning", "{}"))
    return {
        "name": name,
        "macs": count_macs(graph),
        "parameters": sum(t.data.size for t in graph.tensors.values() if t.data is not None),
        "epochs": record.get("epochs", []),
        "error": recorded_error(name) if error is None else error,
        "min_ms": time["min_ms"],
        "median_ms": time["median_ms"],
    }


def recorded_error(name: str) -> float:
    """Return a published network's error, in per cent."""
    metrics = registry.load("recipe", name).metrics
    assert metrics is not None, f"{name} has no published metrics"
    return float(json.loads(metrics.read_text("utf-8"))["none"]["metrics"][METRIC])


def error_of(file: Path, data: Path) -> float:
    """Return a pruned network's error, in per cent."""
    words = ("eval", WHOLE, "--hub", str(file), "--quant", "none", "--data", str(data), "--json")
    (found,) = json.loads(run(words))
    return float(found["metrics"][METRIC])


def table(found: Mapping[str, Any]) -> str:
    """Return the measurements in Markdown, the largest network first."""
    rows = sorted(found["networks"], key=lambda one: -one["macs"])
    return "\n".join(
        (
            f"Float networks, one thread of {found['machine']}, ONNX Runtime:",
            "",
            "| network | epochs after each step | million MACs | parameters | ms | NME, % |",
            "|---|---|---|---|---|---|",
            *map(_line, rows),
        )
    )


def _line(one: Row) -> str:
    epochs = " + ".join(map(str, one["epochs"])) or "trained from scratch"
    costs = f"{one['macs'] / 1e6:.1f} | {one['parameters']:,} | {one['min_ms']:.2f}"
    return f"| {one['name']} | {epochs} | {costs} | {one['error']:.2f} |"


def drawing(found: Mapping[str, Any]) -> list[Drawing]:
    """Return a chart against each cost."""
    return [_chart(found["networks"], cost) for cost in AXES]


def _chart(rows: Sequence[Row], cost: str) -> Drawing:
    factor, axis = AXES[cost]
    least = next(one["error"] for one in rows if one["name"] == WHOLE)
    epochs = max((one["epochs"] for one in rows), key=len)
    names = (
        "trained from scratch: widths 0.25, 0.5 and 1",
        f"pruned from width 1, {' + '.join(map(str, epochs))} epochs",
    )
    groups = [[one for one in rows if bool(one["epochs"]) == pruned] for pruned in (False, True)]
    curves = [
        Curve(
            f"Error against {axis}",
            axis,
            "NME above that of width 1, points",
            1.08 * max(factor * one[cost] for one in rows),
            1.15 * max(one["error"] - least for one in rows),
            tuple(sorted((factor * one[cost], one["error"] - least) for one in group)),
        )
        for group in groups
    ]
    chosen = list(zip(names, curves, strict=True))
    return curve_chart(curves[0].name, chosen, is_marked=True)


def put(page: str, text: str) -> str:
    """Return a page with `text` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n\n{END}{after}"


def page(found: Mapping[str, Any]) -> str:
    """Return the part of the page: the drawing and the table."""
    shown = f"![{'; '.join(chart.title for chart in drawing(found))}](images/{IMAGE.name})"
    return f"{shown}\n\n{table(found)}"


def run(words: Sequence[str]) -> str:
    """Return what `zoo` prints."""
    command = [sys.executable, "-m", "zoo", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def folders(words: Sequence[str]) -> Iterator[Path]:
    """Yield the folder of the pruned networks."""
    if words:
        yield Path(words[0])
        return
    with TemporaryDirectory(prefix="zoo-pruning-") as place:
        yield Path(place)


if __name__ == "__main__":
    if sys.argv[1:]:
        train, test, *given = sys.argv[1:]
        for folder in folders(given):
            found = measured(Path(train), Path(test), folder)
        MEASURED.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    found = json.loads(MEASURED.read_text("utf-8"))
    IMAGE.write_text(standalone(drawing(found)), "utf-8")
    PAGE.write_text(put(PAGE.read_text("utf-8"), page(found)), "utf-8")
