"""Compares pytorch_nndct's exported .xmodel with the fix points it reported."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from compilers.xmodel.decode import decode
from zoo.reporting import report

__all__ = ["check_export"]


def check_export(folder: Path, parameters: Mapping[str, int]) -> None:
    """Report the fix points of weights and biases in the folder's export.

    It may have changed some to keep shifts legal. Names differ, so the points are only counted.
    Raises ArtifactError for a broken file; a missing file is allowed, since only CPU builds export
    one.
    """
    for file in sorted(folder.glob("*.xmodel")):
        ops = decode(file.read_bytes(), file.name).ops
        constants = {op.name for op in ops if op.type == "const"}
        exported = Counter(
            op.attribute("fix_point")
            for op in ops
            if op.type == "fix" and constants.issuperset(op.arguments.get("input", ()))
        )
        changed = (Counter(parameters.values()) - exported).total()
        report(
            f"{file.name}: pytorch_nndct's own export has {changed} of {len(parameters)} fix "
            "points of weights and biases elsewhere"
        )
