"""Sparse constants are expanded as LiteRT expands them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_tflite import Computed, FileOp, written

from compilers.reference import run_graph
from compilers.tflite.schema import schema
from compilers.tflite.sparse import Level, Sparsity, dense
from zoo import registry
from zoo.user_file import import_file

NONE = np.zeros(0, np.int32)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4))


def stored(array: np.ndarray, block: int) -> tuple[np.ndarray, Sparsity]:
    """Return a matrix by rows, of which blocks of columns that are zero are left out."""
    blocks = array.reshape(len(array), -1, block)
    kept = blocks.any(axis=2)
    segments = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int32)
    indices = np.nonzero(kept)[1].astype(np.int32)
    rows = Level(len(array), NONE, NONE), Level(0, segments, indices), Level(block, NONE, NONE)
    return blocks[kept].reshape(-1), Sparsity((0, 1, 2), (1,), rows)


@given(shape=SHAPES, block=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_matrix_comes_back(shape, block, seed):
    random = np.random.default_rng(seed)
    array = random.standard_normal((shape[0], shape[1] * block)).astype(np.float32)
    array *= np.repeat(random.random(shape) < 0.5, block, axis=1)
    values, sparsity = stored(array, block)
    np.testing.assert_array_equal(dense(values, array.shape, sparsity), array)


def test_columns_may_come_first():
    array = np.array([[0, 1], [2, 0], [0, 3]], np.float32)
    levels = (Level(2, NONE, NONE), Level(0, np.array([0, 1, 3]), np.array([1, 0, 2])))
    found = dense(np.float32([2, 1, 3]), (3, 2), Sparsity((1, 0), (), levels))
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("sparsity", "message"),
    [
        (Sparsity((0, 0), (), (Level(2, NONE, NONE),) * 2), r"the axes \[0, 0\], of \[\] in bl"),
        (Sparsity((0, 1), (), (Level(99, NONE, NONE),) * 2), "99 places are stored of 4"),
    ],
)
def test_contradictions_are_told(sparsity, message):
    with pytest.raises(ValueError, match=message):
        dense(np.zeros(4, np.float32), (2, 2), sparsity)


def test_litert_computes_the_same(tmp_path):
    weight = np.zeros((3, 8), np.float32)
    weight[0, 4:], weight[2, :4] = [1, 2, 3, 4], [-1, 0, 5, 0]
    values, sparsity = stored(weight, 4)
    ops = [
        FileOp("DENSIFY", ["sparse"], ["w"], "DensifyOptions"),
        FileOp("FULLY_CONNECTED", ["x", "w", None], ["y"], "FullyConnectedOptions"),
    ]
    computed = [Computed("x", (1, 8)), Computed("w", (3, 8)), Computed("y", (1, 3))]
    sparse = {"sparse": (weight.shape, _table(sparsity))}
    content = written(ops, computed, {"sparse": values}, sparse=sparse)
    (tmp_path / "net.tflite").write_bytes(content)
    run = registry.load("executor", "litert-source").load(tmp_path, "net.tflite")
    feeds = {"x": np.eye(8, dtype=np.float32)}
    found = run_graph(import_file(tmp_path / "net.tflite", {}), feeds)["y"]
    np.testing.assert_array_equal(found, weight.T)
    np.testing.assert_array_equal(run(feeds)["y"], weight.T)


def _table(sparsity: Sparsity) -> object:
    table = schema().SparsityParametersT()
    table.traversalOrder = np.array(sparsity.traversal, np.int32)
    table.blockMap = np.array(sparsity.blocks, np.int32)
    table.dimMetadata = [_level(level) for level in sparsity.levels]
    return table


def _level(level: Level) -> object:
    table = schema().DimensionMetadataT()
    if level.size:
        table.format, table.denseSize = schema().DimensionType.DENSE, level.size
        return table
    table.format = schema().DimensionType.SPARSE_CSR
    table.arraySegmentsType = table.arrayIndicesType = schema().SparseIndexVector.Int32Vector
    table.arraySegments, table.arrayIndices = schema().Int32VectorT(), schema().Int32VectorT()
    table.arraySegments.values, table.arrayIndices.values = level.segments, level.indices
    return table
