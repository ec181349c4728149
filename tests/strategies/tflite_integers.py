"""The cases of tflite_cases in integers."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from tflite_cases import Case
from written_tflite import Grid

__all__ = ["MOVING", "in_integers", "in_uint8"]


def in_integers(case: Case, x: np.ndarray, y: np.ndarray) -> Case:
    """Return the case with int8 tensors, whose steps are made for these inputs and outputs."""
    grid = _grid(x)
    output = grid if case.code in KEEPING else FIXED.get(case.code) or _grid(y)
    grids = {"x": grid, **dict.fromkeys(case.outputs, output)}
    quantized = dict(_quantized(case, grid))
    constants = {name: values for name, (values, _) in quantized.items()}
    of_constants = {name: own for name, (_, own) in quantized.items() if own is not None}
    return replace(case, constants=constants, grids={**grids, **of_constants})


def _quantized(case: Case, grid: Grid) -> Iterator[tuple[str, tuple[np.ndarray, Grid | None]]]:
    """Yield each constant's name with its integers and grid; integers are kept."""
    steps = np.ones(1)
    for name, values in case.constants.items():
        if values.dtype != np.float32:
            yield name, (values, None)
        elif name == "w":
            axis = 3 if case.code == "DEPTHWISE_CONV_2D" else 0
            others = tuple(i for i in range(values.ndim) if i != axis)
            steps = np.abs(values).max(axis=others) / 127
            shape = [len(steps) if i == axis else 1 for i in range(values.ndim)]
            stored = np.rint(values / steps.reshape(shape)).astype(np.int8)
            yield name, (stored, Grid(steps.tolist(), [0] * len(steps), axis))
        elif name == "b":
            sums = steps * grid.scale[0]
            stored = np.rint(values / sums).astype(np.int32)
            yield name, (stored, Grid(sums.tolist(), [0] * len(sums)))
        else:
            own = grid if case.code in KEEPING else _grid(values)
            levels = np.rint(values / own.scale[0]) + own.zero_point[0]
            yield name, (levels.clip(-128, 127).astype(np.int8), own)


def _grid(values: np.ndarray) -> Grid:
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    step = float(np.float32((high - low) / 255))
    return Grid([step], [round(-128 - low / step)])


MOVING = (
    *("CONCATENATION", "DEPTH_TO_SPACE", "EXPAND_DIMS", "GATHER", "PACK", "PAD", "PADV2"),
    *("RESHAPE", "SLICE", "SPACE_TO_DEPTH", "SPLIT", "SPLIT_V", "SQUEEZE", "STRIDED_SLICE"),
    *("TRANSPOSE", "UNPACK"),
)
KEEPING = (
    *MOVING,
    *("AVERAGE_POOL_2D", "MAXIMUM", "MAX_POOL_2D", "MINIMUM", "MIRROR_PAD", "REDUCE_MAX"),
    *("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"),
)
"""Their outputs have their inputs' steps."""

FIXED = {
    "LOGISTIC": Grid([1 / 256], [-128]),
    "SOFTMAX": Grid([1 / 256], [-128]),
    "TANH": Grid([1 / 128], [0]),
}
"""Steps that TFLite demands."""


def in_uint8(case: Case) -> Case:
    """Return a case of `in_integers` as older converters wrote it: uint8, one scale per tensor."""
    constants, grids = {}, {name: _raised(case.grids[name]) for name in ("x", *case.outputs)}
    for name, values in case.constants.items():
        constants[name] = values
        if values.dtype == np.int8:
            steps, grids[name] = _steps(case, name), _raised(_widest(case.grids[name]))
            levels = np.rint(values * steps / grids[name].scale[0])
            constants[name] = (levels + 128).astype(np.uint8)
    if "b" in constants:
        step = grids["x"].scale[0] * grids["w"].scale[0]
        constants["b"] = np.rint(case.constants["b"] * _steps(case, "b") / step).astype(np.int32)
        grids["b"] = Grid([step], [0])
    return replace(case, constants=constants, grids=grids, integer="UINT8")


def _steps(case: Case, name: str) -> np.ndarray:
    """Return a constant's scales in a shape that broadcasts."""
    grid, rank = case.grids[name], case.constants[name].ndim
    shape = [len(grid.scale) if axis == grid.axis else 1 for axis in range(rank)]
    return np.reshape(grid.scale, shape)


def _widest(grid: Grid) -> Grid:
    return Grid([max(grid.scale)], grid.zero_point[:1])


def _raised(grid: Grid) -> Grid:
    return Grid(grid.scale, [zero + 128 for zero in grid.zero_point])
