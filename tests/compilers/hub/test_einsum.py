"""Einsum of two values is read as a product of matrices."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.shape_inference import infer_shapes
from onnx_runtime import run_onnx

from compilers.hub import read, write
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError

SIZES = dict(zip("nabcdefgh", (2, 2, 3, 1, 4, 2, 3, 5, 2), strict=True))


@dataclass(frozen=True)
class Case:
    """An equation. fixed: which values are constants."""

    equation: str
    fixed: tuple[bool, bool] = (False, False)

    @property
    def values(self) -> list[np.ndarray]:
        random = np.random.default_rng(4)
        words = self.equation.partition("->")[0].split(",")
        return [
            random.standard_normal([SIZES[c] for c in word]).astype(np.float32) for word in words
        ]

    @property
    def feeds(self) -> dict[str, np.ndarray]:
        named = zip("xy", self.values, self.fixed, strict=True)
        return {name: values for name, values, is_fixed in named if not is_fixed}

    @property
    def content(self) -> bytes:
        output = [SIZES[c] for c in self.equation.partition("->")[2]]
        named = list(zip("xy", self.values, self.fixed, strict=True))
        graph = helper.make_graph(
            [helper.make_node("Einsum", ["x", "y"], ["out"], "e", equation=self.equation)],
            "net",
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape)
                for n, v, f in named
                if not f
            ],
            [helper.make_tensor_value_info("out", TensorProto.FLOAT, output)],
            [numpy_helper.from_array(v, n) for n, v, f in named if f],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
        return infer_shapes(model).SerializeToString()


@st.composite
def cases(draw):
    """Any axes of each kind, in any order behind the batch; one value may be a constant."""
    letters = draw(st.permutations("abcdefgh"))
    one, two, three = sorted(draw(st.lists(st.integers(1, 5), min_size=3, max_size=3)))
    summed, shared = letters[:one], letters[one:two]
    rows, columns = letters[two:three], letters[6:]
    first, second, output = (
        "".join(draw(st.permutations([c for part in kinds for c in part])))
        for kinds in ((shared, summed, rows), (shared, summed, columns), (shared, rows, columns))
    )
    fixed = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    words = [
        word if is_fixed else f"n{word}"
        for word, is_fixed in zip((first, second), fixed, strict=True)
    ]
    return Case(f"{','.join(words)}->n{output}", fixed)


@given(cases())
@settings(max_examples=40, deadline=None)
def test_products_are_those_of_onnx_runtime(case):
    graph = read(case.content, "net.onnx")
    wanted = run_onnx(case.content, case.feeds)["out"]
    np.testing.assert_allclose(run_graph(graph, case.feeds)["out"], wanted, 1e-4, 1e-5)
    assert read(write(graph), "net.onnx") == graph


def test_attention_needs_a_transpose_and_two_products():
    def ops(equation: str) -> list[str]:
        return [node.op for node in read(Case(equation).content, "net.onnx").nodes]

    assert [op for op in ops("nabd,nahd->nabh") if op != "reshape"] == ["transpose", "matmul"]
    assert [op for op in ops("nabh,nahd->nabd") if op != "reshape"] == ["matmul"]


@pytest.mark.parametrize(
    "equation",
    ["nab,nab->nab", "nab,nbc->anc", "nab,nbc->nc", "naa,nab->nb", "ab,nb->na"],
)
def test_other_equations_are_refused(equation):
    with pytest.raises(
        UnsupportedOpError, match=r"^net.onnx: node 'e' \(Einsum\): its equation is"
    ):
        read(Case(equation).content, "net.onnx")
