"""calibration.json: what the stage that quantizes tells the later ones of how it did."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["quantization_notes", "read_calibration", "write_calibration"]

_FILE = "calibration.json"


def write_calibration(out: Path, facts: Mapping[str, object]) -> None:
    """Write facts as `read_calibration` returns them."""
    (out / _FILE).write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", "utf-8")


def read_calibration(folder: Path) -> Mapping[str, Any]:
    """Return how a network was quantized: calibrator, candidates, losses, notes; or {}."""
    found: Mapping[str, Any] = json.loads((folder / _FILE).read_text("utf-8"))
    return found


def quantization_notes(folder: Path) -> tuple[str, ...]:
    """Return notes for users about how a network was quantized."""
    return tuple(read_calibration(folder).get("notes", ()))
