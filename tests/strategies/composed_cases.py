"""Ops that the DPU computes as others, with the ops that they become."""

import numpy as np
from build_graph import build_graph

from zoo.graph import Graph, Node

__all__ = ["CASES", "IMAGE", "one", "two"]

IMAGE = (4, 6, 5)


def one(op: str, constant: tuple[int, ...] | None = None, first: bool = False) -> Graph:
    values = np.random.default_rng(0).standard_normal(constant or ()).astype(np.float32)
    constants = {} if constant is None else {"c": values}
    inputs = (*constants, "x") if first else ("x", *constants)
    return build_graph({"x": ("N", *IMAGE)}, [Node("n", op, inputs, "y")], ("y",), constants)


def two(op: str, first: tuple[int, ...], second: tuple[int, ...]) -> Graph:
    inputs = {"a": ("N", *first), "b": ("N", *second)}
    return build_graph(inputs, [Node("n", op, ("a", "b"), "y", {})], ("y",))


CASES = {
    "hardswish": (one("hardswish"), ["hard_sigmoid", "mul"]),
    "prelu": (one("prelu", (4, 1, 1)), ["conv", "conv", "conv", "add"]),
    "prelu of one slope": (one("prelu", (1,)), ["conv", "conv", "conv", "add"]),
    "sub": (two("sub", IMAGE, IMAGE), ["conv", "add"]),
    "sub of a constant": (one("sub", (4, 1, 1)), ["conv"]),
    "scale": (one("mul", (1, 4, 1, 1)), ["conv"]),
    "scale by one": (one("mul", (), first=True), ["conv"]),
    "shift": (one("add", (4, 1, 1), first=True), ["conv"]),
    "gate": (two("mul", IMAGE, (4, 1, 1)), ["resize", "mul"]),
    "plane": (two("mul", (1, 6, 5), IMAGE), ["conv", "mul"]),
    "number": (two("add", (1, 1, 1), IMAGE), ["conv", "resize", "add"]),
    "both": (two("add", (1, 6, 5), (4, 1, 1)), ["conv", "resize", "add"]),
}
