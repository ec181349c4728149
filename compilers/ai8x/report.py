"""The table of a network's costs on the accelerator."""

from collections.abc import Mapping, Sequence

from compilers.ai8x.layer import Layer
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.timing import (
    STARTUP_CYCLES,
    comparisons,
    expected_cycles,
    multiply_accumulates,
    vendor_cycles,
)
from zoo.cost import CostTable

__all__ = ["cost_table", "figures_of"]

_TOTAL = "total"


def cost_table(layers: Sequence[Layer], limits: Ai8xLimits) -> CostTable:
    """Return operations, bytes and times of each layer, and their sums."""
    rows = [_row(layer, limits) for layer in layers]
    total = {key: _sum(key, rows) for key in rows[0]} | {"layer": _TOTAL}
    if isinstance(total["ai8xize_cycles"], int):
        total["ai8xize_cycles"] += STARTUP_CYCLES
    weights, bias = (sum(int(str(row[f"{key}_bytes"])) for row in rows) for key in _MEMORIES)
    notes = (
        f"weights {weights:,} of {limits.weights_bytes:,} bytes "
        f"({100 * weights / limits.weights_bytes:.1f} %), bias {bias:,} of "
        f"{limits.bias_bytes:,} bytes",
        "expected_us: the slides' rule, (macc / kernel area + comp) / channels cycles of "
        f"{limits.clock_hz / 1e6:g} MHz; not measured",
        f"ai8xize_cycles: the vendor tool's estimate, in all {STARTUP_CYCLES} more to start",
    )
    return CostTable((*rows, total), notes)


def figures_of(table: CostTable) -> Mapping[str, int | None]:
    """Return the totals under the names of the vendor tool's summary; None for unknown ones."""
    keys = {
        "operations": "ops",
        "bytes of weights": "weight_bytes",
        "bytes of bias": "bias_bytes",
        "cycles": "ai8xize_cycles",
    }
    total = {name: table.rows[-1][key] for name, key in keys.items()}
    return {name: value if isinstance(value, int) else None for name, value in total.items()}


_MEMORIES = ("weight", "bias")


def _row(layer: Layer, limits: Ai8xLimits) -> Mapping[str, object]:
    macc, comp = multiply_accumulates(layer), comparisons(layer)
    return {
        "layer": layer.node.name,
        "ops": macc + comp,
        "macc": macc,
        "comp": comp,
        "weight_bytes": layer.weight_bytes,
        "bias_bytes": layer.bias_bytes,
        "expected_us": round(float(expected_cycles(layer) / limits.clock_hz * 10**6), 2),
        "ai8xize_cycles": vendor_cycles(layer, limits.processors),
    }


def _sum(key: str, rows: Sequence[Mapping[str, object]]) -> object:
    values = [row[key] for row in rows]
    numbers = [value for value in values if isinstance(value, int | float)]
    return round(sum(numbers), 2) if len(numbers) == len(values) else None
