"""DepthToSpace and SpaceToDepth against ONNX Runtime."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.op_table import find_op
from zoo.errors import HubError, UnsupportedOpError
from zoo.op import OnnxCall

BLOCKS = st.integers(1, 3)
CASES = st.one_of(
    st.builds(
        lambda block, mode: (
            "depth_to_space",
            (2 * block**2, 3, 2),
            {"block": block, "mode": mode},
        ),
        BLOCKS,
        st.sampled_from(["DCR", "CRD"]),
    ),
    BLOCKS.map(lambda block: ("space_to_depth", (2, 3 * block, 2 * block), {"block": block})),
)


def _one(case, grid=None):
    op, sizes, attributes = case
    return OneNode(op, (activation(("N", *sizes), grid),), attributes, grid)


@given(case=CASES, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(case, seed):
    assert _one(case).difference(seed) == 0


@given(case=CASES, grid=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_integers_are_those_of_onnx_runtime(case, grid, seed):
    assert _one(case, grid).difference(seed) == 0
    assert _one(case, grid).comes_back


@given(case=CASES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(case, seed):
    assert torch_form_agrees(_one(case), seed)


@pytest.mark.parametrize("op", ["depth_to_space", "space_to_depth"])
def test_torch_gradients_are_true(op):
    attributes = {"block": 2, "mode": "CRD"} if op == "depth_to_space" else {"block": 2}
    assert torch_gradients_are_true(_one((op, (4, 2, 2), attributes)))


@pytest.mark.parametrize(
    ("op", "op_type", "message"),
    [
        (
            "depth_to_space",
            "DepthToSpace",
            r"DepthToSpace of 'x' \('N', 6, 3, 2\) has blocks of 2 and mode 'DCR'; only modes DCR "
            "and CRD are supported, and a multiple of 4 channels: export the file again$",
        ),
        (
            "space_to_depth",
            "SpaceToDepth",
            r"SpaceToDepth of 'x' \('N', 6, 3, 2\) has blocks of 2; they must divide height and "
            "width: pad the image$",
        ),
    ],
)
def test_blocks_that_do_not_fit_are_refused(op, op_type, message):
    x = activation(("N", 6, 3, 2))
    call = OnnxCall(op_type, {"blocksize": 2}, (x,), "a: node 'd'")
    with pytest.raises(UnsupportedOpError, match=f"^a: node 'd': {message}"):
        find_op(op).parse(call)
    with pytest.raises(
        HubError, match=rf"^node 'alone' \({op}\): .* cannot be split into blocks of 2 x 2"
    ):
        _ = _one((op, (6, 3, 2), {"block": 2})).output
