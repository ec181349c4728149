"""Times the published networks and writes the tables: python scripts/latency_tables.py PAGE [JSON]

JSON: what `zoo bench --out` wrote, instead of timing. The tables are between the lines
`<!-- latencies -->` and `<!-- end of latencies -->`. Needs PyTorch for the networks with random
weights (classifiers.py).
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BEGIN, END = "<!-- latencies -->\n", "<!-- end of latencies -->\n"
MODELS = ("pfld_1.0x.300w68", "pfld_0.5x.300w68", "pfld_0.25x.300w68", "facedet_320.wider")
TARGETS = ("x86:ort", "rpi4", "c99")
RUNTIMES = {"onnxruntime": "ONNX Runtime", "litert": "LiteRT", "openvino": "OpenVINO", "c": "C"}
PACKAGES = ("onnxruntime", "ai-edge-litert", "openvino")
FORMATS = {
    "float32": "float",
    "w8a8-asym": "8 bits",
    "quantize_static": "8 bits by `quantize_static`",
}

Row = Mapping[str, Any]
Cell = Callable[[Row], str]


def command(out: Path, files: Sequence[Path] = ()) -> list[str]:
    """Return the words of `zoo bench` for all runtimes that are installed here.

    files: of further networks.
    """
    targets = (word for target in TARGETS for word in ("--target", target))
    others = ("--also-in", "openvino") if find_spec("openvino") else ()
    words = (
        *MODELS,
        *map(str, files),
        *targets,
        "--baseline",
        *others,
        "--runs",
        "20",
        "--out",
        str(out),
    )
    return [sys.executable, "-m", "zoo", "bench", *words]


def tables(found: Mapping[str, Any]) -> str:
    """Return a table of times and one of work per time, from the JSON."""
    rows = found["latencies"]
    parts = (
        "\n".join((f"{title}:", "", *_table(rows, cell)))
        for title, cell in TABLES.items()
        if any(map(cell, rows))
    )
    return "\n\n".join((_where(found["machine"]), *parts))


def put(page: str, text: str) -> str:
    """Return a page with `text` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n\n{END}{after}"


def _where(machine: Mapping[str, str]) -> str:
    installed = (f"{name} {version(name)}" for name in PACKAGES if find_spec(_module(name)))
    return f"One thread, {machine['processor']}, {', '.join(installed)}."


def _module(package: str) -> str:
    return package.replace("-", "_")


def _table(rows: Sequence[Row], cell: Cell) -> Iterator[str]:
    rows = [row for row in rows if cell(row)]
    by_place = {(row["model"], row["scheme"], row["runtime"]): row for row in rows}
    used = [name for name in RUNTIMES if any(row["runtime"] == name for row in rows)]
    yield f"| network | {' | '.join(RUNTIMES[name] for name in used)} |"
    yield f"|---|{'---|' * len(used)}"
    for model, scheme in dict.fromkeys((row["model"], row["scheme"]) for row in rows):
        places = (by_place.get((model, scheme, name)) for name in used)
        cells = ("" if row is None else cell(row) for row in places)
        yield f"| {model}, {FORMATS[scheme]} | {' | '.join(cells)} |"


def _work(row: Row) -> str:
    return f"{row['macs'] / (1e6 * row['min_ms']):.0f}"


def _share(row: Row) -> str:
    return f"{row['of_peak']:.2f} of {row['peak_macs_per_ns']}" if row.get("of_peak") else ""


TABLES = {
    "Fastest run and median in milliseconds": lambda r: f"{r['min_ms']:.2f}, {r['median_ms']:.2f}",
    "Multiply-adds per nanosecond, in the fastest run": _work,
    "Share of the multiply-adds per nanosecond that the processor can do": _share,
}


def _measured() -> str:
    with TemporaryDirectory(prefix="zoo-latency-") as folder:
        # On demand: PyTorch takes seconds to load.
        from classifiers import CLASSIFIERS, write_classifier

        files = [write_classifier(name, Path(folder)) for name in CLASSIFIERS]
        out = Path(folder) / "latency.json"
        subprocess.run(command(out, files), check=True)
        return out.read_text("utf-8")


if __name__ == "__main__":
    page, *measured = map(Path, sys.argv[1:])
    content = measured[0].read_text("utf-8") if measured else _measured()
    page.write_text(put(page.read_text("utf-8"), tables(json.loads(content))), "utf-8")
