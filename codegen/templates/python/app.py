"""The app in Python. It needs numpy, Python 3.10 or newer, and the board image's VART and XIR.

python3 app.py --source photo.png --box 40,32,120,140

Prints the same JSON line for a picture as the C++ program. That one is faster, reads other
picture formats and cameras, and tracks faces.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from contract import CONTRACT, MODEL_FILE, postprocess, preprocess
from dpu import Dpu, DpuError
from numpy.typing import NDArray
from png import read_png

_MODEL = Path(__file__).resolve().parents[3] / "model" / MODEL_FILE


def main() -> int:
    """Look at one picture; return the exit status."""
    words = _parse()
    try:
        shapes = {output["name"]: output["shape"] for output in CONTRACT["outputs"]}
        dpu = Dpu(words.model, CONTRACT["input"]["name"], shapes)
        print(json.dumps(look(dpu, words.source, words.box)), flush=True)
    except (DpuError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def look(dpu: Dpu, source: Path, box: tuple[float, ...] | None) -> Mapping[str, Any]:
    """Return what the network says about a part of a picture; box: None for all of it."""
    image_hwc = read_png(source)
    height, width = image_hwc.shape[:2]
    x, y, w, h = box or (0.0, 0.0, float(width), float(height))
    if not (x < width and y < height and x + w > 0 and y + h > 0):
        raise ValueError(f"--box: box {x:g},{y:g},{w:g},{h:g} shows no part of {source}")
    begin = time.perf_counter()
    frame = preprocess(image_hwc, (x, y, w, h))
    if frame.input_chw is None:
        raise ValueError("contract: its steps make no input for the network")
    inference = time.perf_counter()
    outputs = dpu.run(frame.input_chw)
    inference_s = time.perf_counter() - inference
    values = postprocess(outputs, frame)
    latency_s = time.perf_counter() - begin
    return {
        "source": str(source),
        "frame": 0,
        "face" if "landmarks" in values else "region": 0,
        "box": [x, y, w, h],
        **{name: _json(value) for name, value in sorted(values.items())},
        "latency_ms": 1000 * latency_s,
        "inference_ms": 1000 * inference_s,
    }


def _json(value: NDArray[Any]) -> Any:  # noqa: ANN401 (a number, a text or nested lists of them)
    """Return nested lists; None for nan and infinity, which JSON lacks."""
    if np.ndim(value) > 0:
        return [_json(item) for item in value]
    leaf = np.asarray(value).item()
    return None if isinstance(leaf, float) and not math.isfinite(leaf) else leaf


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"{MODEL_FILE} on AMD's DPU")
    parser.add_argument("--source", type=Path, required=True, help="a PNG picture")
    parser.add_argument("--box", type=_box, help="X,Y,W,H in pixels; default: the whole picture")
    parser.add_argument("--model", type=Path, default=_MODEL, help="a compiled .xmodel")
    return parser.parse_args()


def _box(text: str) -> tuple[float, ...]:
    box = tuple(float(number) for number in text.split(","))
    if len(box) != 4:
        raise ValueError(text)
    return box


if __name__ == "__main__":
    sys.exit(main())
