"""A hypothesis strategy: products of matrices with repeated axes, behind transposes and moves."""

from hypothesis import strategies as st
from integer_graphs import IntegerForm, integer_graph

from compilers.op_table import find_op
from zoo.graph import Graph, Node, Shape, Tensor

__all__ = ["graphs"]


@st.composite
def graphs(draw: st.DrawFn, in_integers: bool = True) -> Graph:
    """Two inputs, maybe transposed, their product, and maybe a softmax and a second product."""
    outer = draw(st.lists(st.integers(1, 3), max_size=2))
    rows, depth, columns = (draw(st.integers(1, 6)) for _ in range(3))
    growth = _Growth()
    operands = []
    for name, matrix in (("a", (rows, depth)), ("b", (depth, columns))):
        repeats = [draw(st.sampled_from([size, size, 1])) for size in outer]
        operands.append(growth.operand(name, ("N", *repeats, *matrix), draw(st.booleans())))
    product = growth.add("product", "matmul", operands)
    if draw(st.booleans()):
        rank = len(growth.tensors[product].shape)
        weights = growth.add("weights", "softmax", [product], {"axis": rank - 1})
        order = (*range(rank - 2), rank - 1, rank - 2)
        turned = growth.add("turned", "transpose", [operands[1]], {"permutation": order})
        product = growth.add("product2", "matmul", [weights, turned])
    graph = Graph("products", ("a", "b"), (product,), growth.tensors, tuple(growth.nodes))
    return integer_graph(graph, IntegerForm()) if in_integers else graph


class _Growth:
    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.nodes: list[Node] = []

    def operand(self, name: str, shape: Shape, is_turned: bool) -> str:
        """Add an input, and return it in that shape, maybe behind a transpose."""
        if not is_turned:
            self.tensors[name] = _activation(name, shape)
            return name
        rank = len(shape)
        order = (*range(rank - 2), rank - 1, rank - 2)
        self.tensors[name] = _activation(name, tuple(shape[axis] for axis in order))
        return self.add(f"{name}.turned", "transpose", [name], {"permutation": order})

    def add(self, name: str, op: str, inputs: list[str], attributes: dict | None = None) -> str:
        node = Node(name, op, tuple(inputs), name, attributes or {})
        shape = find_op(op).infer_shape(node, [self.tensors[n] for n in inputs])
        self.nodes.append(node)
        self.tensors[name] = _activation(name, shape)
        return name


def _activation(name: str, shape: Shape) -> Tensor:
    return Tensor(name, shape, layout="NCHW" if len(shape) == 4 else "")
