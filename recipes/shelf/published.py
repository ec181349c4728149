"""Finds a recipe's published files in its folder `weights`."""

from pathlib import Path

__all__ = ["published_file", "published_hubs"]


def published_hubs(weights: Path, name: str) -> dict[str, Path]:
    """Return the published hubs: the files MODEL.none.onnx and MODEL.QUANT.SCHEME.onnx."""
    files = sorted(weights.glob(f"{name}.*.onnx"))
    return {file.name[len(name) + 1 : -len(".onnx")]: file for file in files}


def published_file(weights: Path, file: str) -> Path | None:
    """Return a published file, None if it does not exist."""
    path = weights / file
    return path if path.is_file() else None
