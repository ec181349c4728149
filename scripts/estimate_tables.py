"""Writes how far `zoo estimate` is off: python scripts/estimate_tables.py PAGE PERFORMANCE

PAGE: docs/estimate.md, the tables between its marks.  PERFORMANCE: docs/performance.md, whose
median times are compared. Needs PyTorch for the networks with random weights (classifiers.py).
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

BEGIN, END = "<!-- estimates -->\n", "<!-- end of estimates -->\n"
FORMATS = {"float": "none", "8 bits": "ptq"}
COLUMNS = {"ONNX Runtime": "x86:ort", "C": "x86:c"}
PUBLISHED_FPS = {
    "mobilenet_v1_0.25_128": 2428.88,
    "mobilenet_v1_0.5_160": 1492.12,
    "mobilenet_v1": 425.57,
    "mobilenet_v2": 336.82,
    "resnet18": 239.61,
    "resnet50": 87.96,
}
"""Frames per second of one B4096 of a KV260 at 300 MHz, several threads.

Vitis AI 2.5, model_zoo/README.md, "Performance on Kria KV260 SOM": tf_mobilenetv1_0.25, _0.5, _1.0,
tf_mobilenetv2_1.0, pt_vehicle-color-classification (ResNet-18), pt_resnet50.
"""


def measured(page: str) -> Iterator[tuple[str, str, str, float]]:
    """Yield (model, quantization, target, median in ms) of the first table of latencies."""
    lines = iter(page.partition("<!-- latencies -->")[2].splitlines())
    header = _cells(next(line for line in lines if line.startswith("| network")))
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        name, *times = _cells(line)
        model, _, form = name.partition(", ")
        for column, target in COLUMNS.items():
            cell = times[header.index(column) - 1]
            if cell and form in FORMATS:
                yield model, FORMATS[form], target, float(cell.split(", ")[1])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def estimated_ms(model: str, quant: str, target: str) -> float:
    """Return what `zoo estimate` says."""
    words = ("estimate", model, "--target", target, "--quant", quant, "--json")
    done = subprocess.run(
        [sys.executable, "-m", "zoo", *words], check=True, capture_output=True, text=True
    )
    time_ms: float = json.loads(done.stdout)["latencies"][0]["median_ms"]
    return time_ms


def table(title: str, rows: Sequence[tuple[str, float, float]]) -> str:
    """Return a table of names, measured and estimated times."""
    lines = [
        f"| {title} | measured, ms | estimated, ms | estimated / measured |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {known:.2f} | {found:.2f} | {found / known:.2f} |"
        for name, known, found in rows
    ]
    return "\n".join(lines)


def put(page: str, text: str) -> str:
    """Return a page with `text` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n\n{END}{after}"


def _tables(performance: str) -> Iterator[str]:
    # On demand: PyTorch takes seconds to load.
    from classifiers import CLASSIFIERS, FURTHER, write_classifier

    with TemporaryDirectory(prefix="zoo-estimate-") as folder:
        files = {n: str(write_classifier(n, Path(folder))) for n in (*CLASSIFIERS, *FURTHER)}
        for column, target in COLUMNS.items():
            rows = [
                (f"{model}, {quant}", known, estimated_ms(files.get(model, model), quant, place))
                for model, quant, place, known in measured(performance)
                if place == target
            ]
            yield table(f"`{target}`, {column}", rows)
        board = [
            (name, 1000 / fps, estimated_ms(files[name], "ptq", "kv260"))
            for name, fps in PUBLISHED_FPS.items()
        ]
        yield table("`kv260`, AMD's figures", board)


if __name__ == "__main__":
    page, performance = map(Path, sys.argv[1:])
    text = "\n\n".join(_tables(performance.read_text("utf-8")))
    page.write_text(put(page.read_text("utf-8"), text), "utf-8")
