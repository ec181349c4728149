"""One .tflite file for each use of each op that is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from written_tflite import Computed, FileOp, Grid, written

__all__ = ["CASES", "Case"]

IMAGE = (1, 5, 6, 4)
RANDOM = np.random.default_rng(0)


def reals(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def ints(*values: object) -> np.ndarray:
    return np.array(values, np.int32)


@dataclass(frozen=True)
class Case:
    """An op of x. inputs: names and constants in order.  result: shapes of the outputs.

    grids: of all tensors, empty for reals.  integer: type of activations with a grid.
    """

    code: str
    result: Sequence[Sequence[int]]
    constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    inputs: str = "x"
    table: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    shape: Sequence[int] = IMAGE
    positive: bool = False

    grids: Mapping[str, Grid] = field(default_factory=dict)
    integer: str = "INT8"

    @property
    def outputs(self) -> list[str]:
        return ["y", "z"][: len(self.result)]

    @property
    def content(self) -> bytes:
        given = [None if name == "-" else name for name in self.inputs.split()]
        op = FileOp(self.code, given, self.outputs, self.table, self.options)
        shapes = zip(("x", *self.outputs), (self.shape, *self.result), strict=True)
        kind = self.integer if self.grids else "FLOAT32"
        values = [Computed(name, shape, kind, self.grids.get(name)) for name, shape in shapes]
        return written([op], values, self.constants, outputs=self.outputs, grids=self.grids)


def conv(padding: int = 0, stride: int = 1, fused: int = 0, dilation: int = 1) -> dict[str, int]:
    return {
        "padding": padding,
        "strideW": stride,
        "strideH": stride,
        "fusedActivationFunction": fused,
        "dilationWFactor": dilation,
        "dilationHFactor": dilation,
    }


def weights(*shape: int, bias: int) -> dict[str, np.ndarray]:
    return {"w": reals(*shape), "b": reals(bias)}


def pool(padding: int, height: int, width: int, stride: int) -> dict[str, int]:
    sizes = {"filterHeight": height, "filterWidth": width, "strideW": stride, "strideH": stride}
    return {"padding": padding, **sizes}


def alike(code: str, **kind: object) -> Case:
    return Case(code, [IMAGE], **kind)


def of_two(code: str, fused: int = 0, other: Sequence[int] = (4,), name: str = "") -> Case:
    table = f"{name or code.title()}Options"
    options = {"fusedActivationFunction": fused}
    values = {"c": np.abs(reals(*other)) + 0.5}
    return alike(code, constants=values, inputs="x c", table=table, options=options)


def cut(result: Sequence[int], begin: np.ndarray, **masks: int) -> Case:
    bounds = {"b": begin, "e": ints(1, 4, 6, 3), "s": ints(1, 1, 2, 1)}
    return Case("STRIDED_SLICE", [result], bounds, "x b e s", "StridedSliceOptions", masks)


def reduced(code: str, axes: np.ndarray, result: Sequence[int], keep: bool = False) -> Case:
    return Case(code, [result], {"a": axes}, "x a", "ReducerOptions", {"keepDims": keep})


CONV, DEPTHWISE, POOL = "Conv2DOptions", "DepthwiseConv2DOptions", "Pool2DOptions"
CASES = {
    "conv": Case("CONV_2D", [(1, 5, 6, 3)], weights(3, 3, 3, 4, bias=3), "x w b", CONV, conv()),
    "conv-strides": Case(
        "CONV_2D", [(1, 3, 3, 3)], weights(3, 3, 2, 4, bias=3), "x w b", CONV, conv(0, 2, 3)
    ),
    "conv-valid": Case(
        "CONV_2D", [(1, 3, 4, 3)], weights(3, 3, 3, 4, bias=3), "x w b", CONV, conv(1, 1, 1)
    ),
    "conv-dilated": Case(
        "CONV_2D", [(1, 5, 6, 3)], weights(3, 3, 3, 4, bias=3), "x w b", CONV, conv(0, 1, 2, 2)
    ),
    "conv-grouped": Case(
        "CONV_2D", [(1, 5, 6, 6)], weights(6, 3, 3, 2, bias=6), "x w b", CONV, conv()
    ),
    "depthwise": Case(
        "DEPTHWISE_CONV_2D",
        [(1, 3, 3, 4)],
        weights(1, 3, 3, 4, bias=4),
        "x w b",
        DEPTHWISE,
        {**conv(0, 2), "depthMultiplier": 1},
    ),
    "depthwise-multiplied": Case(
        "DEPTHWISE_CONV_2D",
        [(1, 5, 6, 8)],
        weights(1, 3, 3, 8, bias=8),
        "x w b",
        DEPTHWISE,
        {**conv(), "depthMultiplier": 2},
    ),
    **{
        f"transpose-conv-{padding}-{stride}-{height}": Case(
            "TRANSPOSE_CONV",
            [(1, height, width, 3)],
            {"s": ints(1, height, width, 3), "w": reals(3, 3, 3, 4)},
            "s w x",
            "TransposeConvOptions",
            {"padding": padding, "strideW": stride, "strideH": stride},
        )
        for padding, stride, height, width in (
            (0, 2, 10, 12),
            (0, 2, 9, 11),
            (1, 2, 11, 13),
            (0, 1, 5, 6),
        )
    },
    "transpose-conv-bias": Case(
        "TRANSPOSE_CONV",
        [(1, 10, 12, 3)],
        {"s": ints(1, 10, 12, 3), **weights(3, 4, 4, 4, bias=3)},
        "s w x b",
        "TransposeConvOptions",
        {"padding": 0, "strideW": 2, "strideH": 2, "fusedActivationFunction": 1},
    ),
    "dense": Case(
        "FULLY_CONNECTED", [(1, 3)], weights(3, 120, bias=3), "x w b", "FullyConnectedOptions"
    ),
    "dense-kept": Case(
        "FULLY_CONNECTED",
        [(1, 3)],
        {"w": reals(3, 7)},
        "x w -",
        "FullyConnectedOptions",
        {"fusedActivationFunction": 1, "keepNumDims": True},
        shape=(1, 7),
    ),
    "dense-rows": Case(
        "FULLY_CONNECTED",
        [(1, 5, 3)],
        weights(3, 4, bias=3),
        "x w b",
        "FullyConnectedOptions",
        {"keepNumDims": True},
        shape=(1, 5, 4),
    ),
    **{
        f"matmul-{len(shape)}-{first:d}{second:d}": Case(
            "BATCH_MATMUL",
            [(*shape[:-2], shape[-1 if first else -2], shape[-2 if second else -1])],
            {},
            "x x",
            "BatchMatMulOptions",
            {"adjX": first, "adjY": second},
            shape=shape,
        )
        for shape in ((1, 5, 4), (1, 3, 5, 4), (1, 2, 3, 5, 4))
        for first, second in ((False, True), (True, False))
    },
    "matmul-constant": Case(
        "BATCH_MATMUL", [(1, 5, 6, 3)], {"m": reals(1, 1, 4, 3)}, "x m", "BatchMatMulOptions"
    ),
    "max-pool": Case("MAX_POOL_2D", [(1, 3, 3, 4)], {}, "x", POOL, pool(0, 3, 2, 2)),
    "average-pool": Case("AVERAGE_POOL_2D", [(1, 3, 3, 4)], {}, "x", POOL, pool(0, 3, 2, 2)),
    "average-pool-valid": Case("AVERAGE_POOL_2D", [(1, 1, 1, 4)], {}, "x", POOL, pool(1, 5, 6, 1)),
    "pad": Case("PAD", [(1, 8, 7, 6)], {"p": ints([0, 0], [1, 2], [0, 1], [1, 1])}, "x p"),
    "pad-value": Case(
        "PADV2",
        [(1, 6, 6, 4)],
        {"p": ints([0, 0], [1, 0], [0, 0], [0, 0]), "v": np.array([-3], np.float32)},
        "x p v",
    ),
    "mirror-pad": Case(
        "MIRROR_PAD",
        [(1, 7, 9, 4)],
        {"p": ints([0, 0], [1, 1], [2, 1], [0, 0])},
        "x p",
        "MirrorPadOptions",
    ),
    **{
        f"{code}-{corners:d}{half:d}-{size}": Case(
            code,
            [(1, size, size + 1, 4)],
            {"s": ints(size, size + 1)},
            "x s",
            table,
            {"alignCorners": corners, "halfPixelCenters": half},
        )
        for code, table in (
            ("RESIZE_BILINEAR", "ResizeBilinearOptions"),
            ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions"),
        )
        for corners, half in ((False, False), (True, False), (False, True))
        for size in (3, 10, 13)
    },
    "mean": reduced("MEAN", ints(1, 2), (1, 4)),
    "mean-kept": reduced("MEAN", ints(1, 2), (1, 1, 1, 4), keep=True),
    "mean-of-rows": reduced("MEAN", ints(1), (1, 6, 4)),
    "sum-of-pixels": reduced("SUM", ints(1, 2), (1, 1, 1, 4), keep=True),
    "sum-of-columns": reduced("SUM", ints(2), (1, 5, 4)),
    "sum-of-channels": reduced("SUM", ints(-1), (1, 5, 6)),
    "max-of-columns": reduced("REDUCE_MAX", ints(2), (1, 5, 4)),
    "min-kept": reduced("REDUCE_MIN", ints(3), (1, 5, 6, 1), keep=True),
    "reshape": Case("RESHAPE", [(1, 30, 4)], {"s": ints(1, 30, 4)}, "x s"),
    "reshape-flat": Case("RESHAPE", [(1, 120)], {"s": ints(1, 120)}, "x s"),
    "reshape-to-image": Case("RESHAPE", [(1, 2, 15, 4)], {"s": ints(1, 2, 15, 4)}, "x s"),
    "reshape-five": Case("RESHAPE", [(1, 5, 2, 3, 4)], {"s": ints(1, 5, 2, 3, 4)}, "x s"),
    "squeeze": Case(
        "SQUEEZE",
        [(1, 6, 4)],
        {},
        "x",
        "SqueezeOptions",
        {"squeezeDims": np.array([1], np.int32)},
        shape=(1, 1, 6, 4),
    ),
    "expand": Case("EXPAND_DIMS", [(1, 6, 1, 4)], {"a": ints(2)}, "x a", shape=(1, 6, 4)),
    "concat": Case(
        "CONCATENATION", [(1, 5, 6, 8)], {}, "x x", "ConcatenationOptions", {"axis": -1}
    ),
    "concat-rows": Case(
        "CONCATENATION", [(1, 10, 6, 4)], {}, "x x", "ConcatenationOptions", {"axis": 1}
    ),
    "pack": Case(
        "PACK",
        [(1, 3, 2, 4)],
        {},
        "x x",
        "PackOptions",
        {"valuesCount": 2, "axis": 2},
        shape=(1, 3, 4),
    ),
    "unpack": Case(
        "UNPACK", [(1, 5, 4)] * 2, {}, "x", "UnpackOptions", {"num": 2, "axis": 2}, (1, 5, 2, 4)
    ),
    "split": Case(
        "SPLIT", [(1, 5, 6, 2)] * 2, {"a": ints(3)[0]}, "a x", "SplitOptions", {"numSplits": 2}
    ),
    "split-sizes": Case(
        "SPLIT_V",
        [(1, 1, 6, 4), (1, 4, 6, 4)],
        {"s": ints(1, -1), "a": ints(1)[0]},
        "x s a",
        "SplitVOptions",
        {"numSplits": 2},
    ),
    "slice": Case(
        "SLICE", [(1, 2, 6, 3)], {"b": ints(0, 1, 0, 1), "s": ints(1, 2, -1, 3)}, "x b s"
    ),
    "strided-slice": cut((1, 3, 3, 2), ints(0, 1, 0, 1)),
    "strided-slice-masks": cut(
        (1, 3, 4), ints(0, 2, 9, 3), beginMask=12, endMask=12, shrinkAxisMask=2
    ),
    "gather": Case(
        "GATHER", [(1, 5, 6, 3)], {"i": ints(2, 0, 2)}, "x i", "GatherOptions", {"axis": 3}
    ),
    "gather-one": Case(
        "GATHER", [(1, 6, 4)], {"i": ints(2)[0]}, "x i", "GatherOptions", {"axis": 1}
    ),
    "transpose": Case("TRANSPOSE", [(1, 4, 6, 5)], {"p": ints(0, 3, 2, 1)}, "x p"),
    "transpose-rows": Case("TRANSPOSE", [(1, 4, 6)], {"p": ints(0, 2, 1)}, "x p", shape=(1, 6, 4)),
    "depth-to-space": Case(
        "DEPTH_TO_SPACE",
        [(1, 10, 12, 2)],
        {},
        "x",
        "DepthToSpaceOptions",
        {"blockSize": 2},
        shape=(1, 5, 6, 8),
    ),
    "space-to-depth": Case(
        "SPACE_TO_DEPTH",
        [(1, 2, 3, 16)],
        {},
        "x",
        "SpaceToDepthOptions",
        {"blockSize": 2},
        (1, 4, 6, 4),
    ),
    "add": of_two("ADD", fused=1),
    "add-row": of_two("ADD", other=(6, 4)),
    "sub": of_two("SUB", fused=3, other=(1, 5, 6, 1)),
    "mul": of_two("MUL", other=()),
    "div": of_two("DIV"),
    "div-by-one": of_two("DIV", other=(1,)),
    "square-of-difference": alike("SQUARED_DIFFERENCE", constants={"c": reals(4)}, inputs="x c"),
    "maximum": alike("MAXIMUM", constants={"c": np.float32([0.5])}, inputs="x c"),
    "minimum": alike("MINIMUM", constants={"c": np.float32([0.5])}, inputs="x c"),
    "pow": alike("POW", constants={"c": np.float32([1.5])}, inputs="x c", positive=True),
    "prelu": alike("PRELU", constants={"a": reals(1, 1, 4)}, inputs="x a"),
    "leaky-relu": alike("LEAKY_RELU", table="LeakyReluOptions", options={"alpha": 0.3}),
    "gelu": alike("GELU", table="GeluOptions", options={"approximate": False}),
    "gelu-tanh": alike("GELU", table="GeluOptions", options={"approximate": True}),
    "softmax": alike("SOFTMAX", table="SoftmaxOptions", options={"beta": 1.0}),
    "softmax-sharp": Case("SOFTMAX", [(1, 7)], {}, "x", "SoftmaxOptions", {"beta": 2.0}, (1, 7)),
    "log-softmax": Case("LOG_SOFTMAX", [(1, 7)], shape=(1, 7)),
    "l2": Case("L2_NORMALIZATION", [(1, 7)], {}, "x", "L2NormOptions", {}, (1, 7)),
    **{
        code: alike(code, positive=code in ("LOG", "RSQRT", "SQRT"))
        for code in (
            *("ABS", "COS", "ELU", "EXP", "HARD_SWISH", "LOG", "LOGISTIC", "NEG", "RELU", "RELU6"),
            *("RELU_0_TO_1", "RELU_N1_TO_1", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH"),
        )
    },
}
