"""Whole .tflite files become Graphs, or are refused with the op at fault."""

import re
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given, settings
from networks import residual_network
from random_graphs import float_graphs, random_feeds
from tflite_files import TARGET, to_tflite
from written_tflite import Computed, FileOp, Grid, written

from compilers.reference import run_graph
from compilers.tflite.compiler import COMPILER
from compilers.tflite.importer import IMPORTER
from zoo.errors import ArtifactError, HubError, UnsupportedOpError
from zoo.graph import Graph
from zoo.user_file import find_importer

ROWS = (1, 4)


def imported(content: bytes, folder) -> Graph:
    (folder / "net.tflite").write_bytes(content)
    return IMPORTER.import_file(folder / "net.tflite", {})


def relu(source: str = "x", result: str = "y") -> FileOp:
    return FileOp("RELU", [source], [result])


def rows(*names: str, **kind: object) -> list[Computed]:
    return [Computed(name, ROWS, **kind) for name in names]


@given(graph=float_graphs())
@settings(max_examples=40, deadline=None)
def test_what_the_zoo_writes_comes_back(tmp_path_factory, graph):
    assume({graph.tensors[name].shape[0] for name in graph.inputs} == {"N"})
    with suppress(UnsupportedOpError):
        content = to_tflite(graph).files["model.tflite"]
        found, feeds = (
            imported(content, tmp_path_factory.mktemp("net")),
            random_feeds(graph, seed=0),
        )
        assert found.inputs == graph.inputs
        wanted = run_graph(graph, feeds)
        for name, value in run_graph(found, feeds).items():
            np.testing.assert_allclose(value, wanted[name], rtol=1e-5, atol=1e-5)


def test_weights_in_float16_are_widened(tmp_path):
    graph = residual_network()
    content = COMPILER.lower(graph, TARGET, "float16").files["model.tflite"]
    found = imported(content, tmp_path)
    weight = next(t for name, t in found.tensors.items() if name.startswith("stem.weight"))
    half = graph.tensors["stem.weight"].data.astype(np.float16)
    np.testing.assert_array_equal(weight.data, half.astype(np.float32))
    assert not IMPORTER.is_quantized(tmp_path / "net.tflite")


def test_integers_that_a_file_widens_itself_are_reals(tmp_path):
    weight = np.array([[1, -2, 3, 4]] * 2, np.int8)
    ops = [
        FileOp("DEQUANTIZE", ["q"], ["w"]),
        FileOp("FULLY_CONNECTED", ["x", "w", None], ["y"], "FullyConnectedOptions"),
    ]
    computed = [*rows("x"), Computed("w", (2, 4)), Computed("y", (1, 2))]
    grid = Grid([0.5, 0.25], [0, 1])
    found = imported(written(ops, computed, {"q": weight}, grids={"q": grid}), tmp_path)
    wanted = (weight - np.array([[0], [1]])) * np.array([[0.5], [0.25]])
    values = run_graph(found, {"x": np.eye(4, dtype=np.float32)})["y"]
    np.testing.assert_array_equal(values, wanted.T)


def test_what_only_computes_shapes_is_not_read(tmp_path):
    ops = [
        FileOp("SHAPE", ["x"], ["s"], "ShapeOptions"),
        FileOp("RESHAPE", ["x", "s"], ["y"]),
    ]
    computed = [*rows("x"), Computed("s", (2,), "INT32"), Computed("y", (1, 2, 2))]
    assert [n.op for n in imported(written(ops, computed, {}), tmp_path).nodes] == ["reshape"]


def test_a_fixed_batch_is_opened(tmp_path):
    computed = [Computed(name, (3, 5, 6, 2)) for name in "xy"]
    found = imported(written([relu()], computed, {}), tmp_path)
    assert found.tensors["x"].shape == ("N", 2, 5, 6)


def test_a_file_is_known_by_what_it_holds(tmp_path):
    for name, wanted in (("net.bin", "tflite"), ("net.onnx", "tflite"), ("net.tflite", "tflite")):
        (tmp_path / name).write_bytes(written([relu()], rows("x", "y"), {}))
        assert find_importer(tmp_path / name).name == wanted


def custom(name: str) -> bytes:
    return written([FileOp("CUSTOM", ["x"], ["y"], custom=name)], rows("x", "y"), {})


def hybrid() -> bytes:
    op = FileOp("FULLY_CONNECTED", ["x", "w", None], ["y"], "FullyConnectedOptions")
    computed = [*rows("x"), Computed("y", (1, 2))]
    constants, grids = {"w": np.ones((2, 4), np.int8)}, {"w": Grid([0.5], [0])}
    return written([op], computed, constants, grids=grids)


def one(code: str, result: str = "FLOAT32", table: str = "", **options: object) -> bytes:
    computed = [*rows("x"), *rows("y", dtype=result)]
    return written([FileOp(code, ["x"], ["y"], table, options)], computed, {})


REFUSED = {
    "custom": (
        lambda: custom("Warp"),
        UnsupportedOpError,
        "op CUSTOM Warp of 'y': Warp is a custom op, of which the file does not say what it "
        "computes; convert the network without it",
    ),
    "flex": (
        lambda: custom("FlexErf"),
        UnsupportedOpError,
        "op CUSTOM FlexErf of 'y': FlexErf is an op of TensorFlow, which LiteRT has only with "
        "TensorFlow's library; convert the network with TFLite's own ops (TFLITE_BUILTINS)",
    ),
    "unknown": (
        lambda: one("CEIL"),
        UnsupportedOpError,
        "op CEIL of 'y': this op is not read; convert the network without it (docs/tflite.md",
    ),
    "dynamic range": (
        hybrid,
        UnsupportedOpError,
        "op FULLY_CONNECTED of 'y': its weight is quantized, what it reads is not, so that LiteRT "
        "quantizes each input while it runs; convert the network in float, or with a",
    ),
    "type": (
        lambda: one("RELU", "INT64"),
        UnsupportedOpError,
        "tensor 'y' is INT64; the network may compute with FLOAT32 and quantized INT8, UINT8 and",
    ),
    "integers without steps": (
        lambda: one("RELU", "INT8"),
        UnsupportedOpError,
        "tensor 'y' is INT8 without a scale; the network may compute with",
    ),
    "activation": (
        lambda: one("L2_NORMALIZATION", table="L2NormOptions", fusedActivationFunction=5),
        UnsupportedOpError,
        "op L2_NORMALIZATION of 'y': its fused activation has the number 5; use RELU or RELU6",
    ),
    "missing input": (
        lambda: one("ADD"),
        UnsupportedOpError,
        "op ADD of 'y': it has no input 1; the file is damaged: convert the network again",
    ),
    "nothing computes it": (
        lambda: written([relu("z")], rows("x", "y", "z"), {}),
        HubError,
        "tensor 'z' is read before anything computes it; the file is damaged",
    ),
    "another shape": (
        lambda: written([relu()], [*rows("x"), Computed("y", (1, 5))], {}),
        HubError,
        "tensor 'y' has the shape [1, 5], what computes it gives [1, 4] (images as NCHW); the file",
    ),
    "output": (
        lambda: written([relu()], rows("x", "y", "z"), {}, outputs=["z"]),
        HubError,
        "output 'z' is not computed from the network's inputs; drop it from the outputs",
    ),
    "one name": (
        lambda: one("RELU").replace(b"\1\0\0\0y\0", b"\1\0\0\0x\0"),
        HubError,
        "two inputs or outputs are called 'x'; give each input and output its own name",
    ),
    "no file of this kind": (
        lambda: b"no file at all",
        ArtifactError,
        "not a .tflite file, or a damaged one",
    ),
}


@pytest.mark.parametrize(("content", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(tmp_path, content, error, message):
    with pytest.raises(error, match=re.escape(f"net.tflite: {message}")):
        imported(content(), tmp_path)
