"""The meaning of a file: exactly that of the Graph it was lowered from."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dpu_graphs import dpu_graphs
from hypothesis import given, settings
from quantization import samples

from compilers.hub import HUB
from compilers.reference import run_graph
from compilers.xmodel.decode import decode
from compilers.xmodel.encode import encode
from compilers.xmodel.executor import EXECUTOR, XmodelRun
from compilers.xmodel.lower import lower
from compilers.xmodel.vendor_compiler import COMPILED, QUANTIZED
from compilers.xmodel.xir import XirGraph
from zoo import registry
from zoo.errors import ArtifactError


def _run(graph: XirGraph, feeds: dict) -> dict:
    return XmodelRun(decode(encode(graph), "file"), "file")(feeds)


def test_is_registered():
    assert registry.load("executor", "xmodel") is EXECUTOR


def test_a_residual_network_is_exact(network, quantized_file, tmp_path):
    (tmp_path / QUANTIZED).write_bytes(quantized_file)
    run = EXECUTOR.load(tmp_path, QUANTIZED)
    for feeds in samples(network, count=4, seed=11):
        found, wanted = run(feeds), run_graph(network, feeds)
        assert found["landmarks"].dtype == np.float32
        np.testing.assert_array_equal(found["landmarks"], wanted["landmarks"])


@given(dpu_graphs())
@settings(max_examples=60)
def test_any_network_is_exact(graph):
    feeds = next(samples(graph, seed=5))
    found, wanted = _run(lower(graph), feeds), run_graph(graph, feeds)
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name])


def test_ties_of_a_mean_are_exact():
    """Sums that are halves behind sum / 49 * (49 * 21 / 1024), which float64 would not keep."""
    from compilers.xmodel.real_arrays import Reals

    sums = np.arange(-(2**15), 2**15, dtype=np.float64)
    reals = Reals(sums, 49).times(Reals(np.array([49 * 21 / 1024])))
    expected = np.floor_divide(sums.astype(np.int64) * 21 + 2, 4)
    np.testing.assert_array_equal(reals.round_half_up(8), expected)


def test_a_compiled_file_runs_as_what_it_was_compiled_from(
    network, quantized_file, compiled_file, tmp_path
):
    (tmp_path / COMPILED).write_bytes(compiled_file)
    with pytest.raises(ArtifactError, match="is compiled for the DPU and runs on the board only"):
        EXECUTOR.load(tmp_path, COMPILED)
    (tmp_path / QUANTIZED).write_bytes(quantized_file)
    feeds = next(samples(network))
    found = EXECUTOR.load(tmp_path, COMPILED)(feeds)
    np.testing.assert_array_equal(found["landmarks"], run_graph(network, feeds)["landmarks"])


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ArtifactError, match=r"absent.xmodel: cannot be read \(No such file"):
        EXECUTOR.load(tmp_path, "absent.xmodel")


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({}, "file: its input 'image' is missing; given: nothing"),
        (
            {"image": np.zeros((1, 3, 6, 5), np.float32)},
            "file: input 'image' has shape [1, 6, 5, 3], expected [1, 6, 6, 3] (NHWC, any batch)",
        ),
    ],
)
def test_wrong_inputs_are_told(lowered, feeds, message):
    with pytest.raises(ArtifactError, match=re.escape(message)):
        XmodelRun(lowered, "file")(feeds)


def _with_op(graph: XirGraph, name: str, **changes: object) -> XirGraph:
    ops = tuple(replace(op, **changes) if op.name == name else op for op in graph.ops)
    return replace(graph, ops=ops)


def test_an_op_without_a_meaning_is_told(lowered):
    with pytest.raises(ArtifactError, match="op 'stem' is a 'relu7', which is unknown here"):
        XmodelRun(_with_op(lowered, "stem", type="relu7"), "file")


def test_a_lacking_attribute_is_told(lowered):
    graph = _with_op(lowered, "joined", attributes={})
    run = XmodelRun(graph, "file")
    with pytest.raises(ArtifactError, match=r"op 'joined' \(concat\): lacks its attribute 'axis'"):
        run({"image": np.zeros((1, 3, 6, 6), np.float32)})


def test_what_cannot_be_computed_is_told(lowered):
    joined = next(op for op in lowered.ops if op.name == "joined")
    arguments = {"input": (*joined.arguments["input"], "stem.weight_fix")}
    run = XmodelRun(_with_op(lowered, "joined", arguments=arguments), "file")
    with pytest.raises(ArtifactError, match=r"op 'joined' \(concat\) cannot be computed \(all the"):
        run({"image": np.zeros((1, 3, 6, 6), np.float32)})


def _published() -> list[Path]:
    """Return the hubs of all recipes in the DPU's scheme."""
    recipes = [registry.load("recipe", name) for name in registry.names("recipe")]
    return [
        hub for recipe in recipes for key, hub in recipe.hubs.items() if key.endswith(".dpu-pow2")
    ]


@pytest.mark.parametrize("hub", _published(), ids=lambda hub: hub.name)
def test_a_published_network_is_exact(hub):
    graph = HUB.read(hub.read_bytes(), str(hub))
    pools = [node for node in graph.nodes if node.op == "average_pool"]
    if not all("reciprocal" in node.attributes for node in pools):
        pytest.skip(f"{hub.name} has true means, which no DPU computes")
    _, *shape = graph.tensors["image"].shape
    pixels = np.random.default_rng(0).integers(0, 256, (1, *shape))
    feeds = {"image": ((pixels - 128) / 128).astype(np.float32)}
    found, wanted = _run(lower(graph), feeds), run_graph(graph, feeds)
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name])
