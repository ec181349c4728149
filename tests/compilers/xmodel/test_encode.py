"""Files from values and back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from compilers.xmodel.decode import decode
from compilers.xmodel.encode import encode
from compilers.xmodel.xir import XirAttribute, XirGraph, XirOp, XirSubgraph, XirTensor

INT32, UINT32 = st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**32 - 1)
INT64, UINT64 = st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1)
FLOAT, DOUBLE = st.floats(width=32, allow_nan=False), st.floats(allow_nan=False)
TEXT = st.text(st.characters(codec="utf-8"), max_size=4)


def _tuples(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=3).map(tuple)


def _maps(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(TEXT, values, max_size=2)


KINDS = {
    "bool": st.booleans(),
    "int32": INT32,
    "uint32": UINT32,
    "int64": INT64,
    "uint64": UINT64,
    "float": FLOAT,
    "double": DOUBLE,
    "string": TEXT,
    "bytes": st.binary(max_size=5),
    "bool_vec": _tuples(st.booleans()),
    "int32_vec": _tuples(INT32),
    "uint32_vec": _tuples(UINT32),
    "int64_vec": _tuples(INT64),
    "uint64_vec": _tuples(UINT64),
    "float_vec": _tuples(FLOAT),
    "double_vec": _tuples(DOUBLE),
    "string_vec": _tuples(TEXT),
    "bytes_vec": _tuples(st.binary(max_size=5)),
    "map_string_2_int32": _maps(INT32),
    "map_string_2_uint32": _maps(UINT32),
    "map_string_2_int64": _maps(INT64),
    "map_string_2_uint64": _maps(UINT64),
    "map_string_2_string": _maps(TEXT),
    "map_string_2_bytes": _maps(st.binary(max_size=5)),
    "map_string_2_int32_vec": _maps(_tuples(INT32)),
    "map_string_2_uint32_vec": _maps(_tuples(UINT32)),
    "map_string_2_int64_vec": _maps(_tuples(INT64)),
    "map_string_2_uint64_vec": _maps(_tuples(UINT64)),
    "map_string_2_string_vec": _maps(_tuples(TEXT)),
}
ATTRIBUTES = st.dictionaries(
    TEXT,
    st.sampled_from(sorted(KINDS)).flatmap(
        lambda kind: KINDS[kind].map(lambda value: XirAttribute(kind, value))
    ),
    max_size=3,
)
TENSORS = st.builds(
    XirTensor,
    TEXT,
    _tuples(st.integers(0, 9)),
    st.sampled_from(("FLOAT32", "XINT8", "UINT8", "INT32")),
    ATTRIBUTES,
)
OPS = st.builds(
    XirOp,
    TEXT,
    TEXT,
    TENSORS,
    st.dictionaries(TEXT, st.lists(TEXT, min_size=1, max_size=2).map(tuple), max_size=2),
    ATTRIBUTES,
)
SUBGRAPHS = st.recursive(
    st.builds(XirSubgraph, TEXT, _tuples(TEXT), ATTRIBUTES),
    lambda below: st.builds(XirSubgraph, TEXT, _tuples(TEXT), ATTRIBUTES, _tuples(below)),
    max_leaves=4,
)
GRAPHS = st.builds(
    XirGraph, TEXT, st.lists(OPS, min_size=1, max_size=3).map(tuple), SUBGRAPHS, ATTRIBUTES
)


@given(GRAPHS)
def test_what_is_written_is_read_again(graph):
    assert decode(encode(graph), "file") == graph


@given(GRAPHS, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_bytes_do_not_depend_on_the_order_of_attributes(graph, random):
    shuffled = random.sample(sorted(graph.attributes.items()), len(graph.attributes))
    again = XirGraph(graph.name, graph.ops, graph.root, dict(shuffled))
    assert encode(again) == encode(graph)


def test_every_alternative_of_the_schema_is_tested():
    from compilers.xmodel.messages import ALTERNATIVES, file_descriptor

    (message,) = (m for m in file_descriptor().message_type if m.name == ALTERNATIVES)
    assert {field.name.removesuffix("_value") for field in message.field} == set(KINDS)
