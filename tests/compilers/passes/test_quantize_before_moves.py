"""What an op computes is quantized before moves, where the file quantizes it behind them."""

from build_graph import build_graph

from compilers.passes.fold_qdq import fold_qdq
from compilers.passes.quantize_before_moves import quantize_before_moves
from zoo.graph import Graph, Node, Quantization

COARSE, FINE = Quantization((0.5,), (3,)), Quantization((0.25,), (3,))
IN = (Node("in", "quantize", ("x",), "q"), Node("deq", "dequantize", ("q",), "d"))
TURN, FLAT = {"permutation": (0, 2, 1)}, {"shape": (4,)}
OUT = (Node("quant", "quantize", ("r",), "s"), Node("out", "dequantize", ("s",), "y"))


def _graph(*nodes: Node, **quantizations: Quantization) -> Graph:
    grids = {"q": COARSE, "s": FINE, **quantizations}
    return build_graph({"x": ("N", 2, 2)}, (*IN, *nodes, *OUT), ("y",), {}, grids)


def test_an_op_is_quantized_before_each_move(same_outputs):
    tanh = Node("tanh", "tanh", ("d",), "t")
    turn, flat = (
        Node("turn", "transpose", ("t",), "m", TURN),
        Node("flat", "reshape", ("m",), "r", FLAT),
    )
    before = _graph(tanh, turn, flat)
    after = quantize_before_moves(before)
    same_outputs(before, after)
    assert [node.op for node in fold_qdq(before).nodes] == [
        *("quantize", "tanh", "transpose", "reshape", "dequantize"),
    ]
    assert fold_qdq(before).nodes[1].integer["table"]


def test_moves_of_integers_and_values_that_others_read_stay():
    moved = _graph(Node("turn", "transpose", ("d",), "r", TURN))
    assert quantize_before_moves(moved).nodes == moved.nodes
    shared = _graph(
        Node("tanh", "tanh", ("d",), "t"),
        Node("turn", "transpose", ("t",), "u", TURN),
        Node("sum", "add", ("t", "u"), "r"),
    )
    assert quantize_before_moves(shared).nodes == shared.nodes
