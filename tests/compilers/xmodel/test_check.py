"""Our own checks: what XIR does not notice."""

import re
from dataclasses import replace

import numpy as np
import pytest

from compilers.xmodel.check import check_quantized
from compilers.xmodel.xir import XirAttribute, XirGraph, XirSubgraph, attributes_of
from zoo.errors import ArtifactError

POINT = "joined_fix"
WEIGHT = "stem.weight"


def test_what_the_lowering_writes_is_sound(lowered):
    check_quantized(lowered, "file")


def _changed(graph: XirGraph, name: str, **changes: object) -> XirGraph:
    ops = tuple(replace(op, **changes) if op.name == name else op for op in graph.ops)
    return replace(graph, ops=ops)


def _attributes(graph: XirGraph, name: str, **values: object) -> XirGraph:
    (op,) = (op for op in graph.ops if op.name == name)
    return _changed(graph, name, attributes={**op.attributes, **attributes_of(values)})


def _tensor(graph: XirGraph, name: str, **changes: object) -> XirGraph:
    (op,) = (op for op in graph.ops if op.name == name)
    return _changed(graph, name, tensor=replace(op.tensor, **changes))


def _data(graph: XirGraph, value: float) -> XirGraph:
    (op,) = (op for op in graph.ops if op.name == WEIGHT)
    values = np.frombuffer(op.attribute("data"), "<f4").copy()
    values[0] = value
    return _attributes(graph, WEIGHT, data=values.tobytes())


def _without(graph: XirGraph, name: str) -> XirGraph:
    return replace(graph, ops=tuple(op for op in graph.ops if op.name != name))


def _reversed(graph: XirGraph) -> XirGraph:
    return replace(graph, ops=graph.ops[::-1])


def _returning(graph: XirGraph, *names: str) -> XirGraph:
    return replace(graph, attributes=attributes_of({"return_ops": names}))


BROKEN = {
    "order": (_reversed, "op 'landmarks_fix' (fix) reads 'landmarks' as its input, which no op "),
    "missing": (
        lambda g: _without(g, f"{WEIGHT}_fix"),
        f"reads '{WEIGHT}_fix' as its weights, which no op before it computes",
    ),
    "double": (
        lambda g: replace(g, ops=(*g.ops, g.ops[0])),
        "op 'image' (data) has the name of another op",
    ),
    "dtype": (
        lambda g: _tensor(g, "stem", dtype="INT8"),
        "op 'stem' (relu) computes INT8; a quantized file holds FLOAT32 only",
    ),
    "shape": (
        lambda g: _tensor(g, "stem", shape=(1, 0, 6, 4)),
        "op 'stem' (relu) has the shape [1, 0, 6, 4]; sizes are from 1",
    ),
    "constant's shape": (
        lambda g: _tensor(g, WEIGHT, shape=(4, 3, 9)),
        f"op '{WEIGHT}' (const) says the shape (4, 3, 3, 3), its tensor (4, 3, 9)",
    ),
    "constant's type": (
        lambda g: _attributes(g, WEIGHT, data_type="INT8"),
        f"op '{WEIGHT}' (const) holds INT8; a quantized file holds FLOAT32 only",
    ),
    "constant's kind": (
        lambda g: _attributes(g, WEIGHT, data="text"),
        f"op '{WEIGHT}' (const) holds its data as string; XIR has bytes there",
    ),
    "constant's length": (
        lambda g: _attributes(g, WEIGHT, data=b"\0" * 8),
        f"op '{WEIGHT}' (const) holds 8 bytes; its shape needs 432",
    ),
    "not finite": (
        lambda g: _data(g, np.inf),
        f"op '{WEIGHT}' (const) holds values that are not finite",
    ),
    "not on the grid": (
        lambda g: _data(g, 1e-5),
        f"op '{WEIGHT}' (const) holds values that are not k / 2**8 with k from -128 to 127",
    ),
    "out of range": (
        lambda g: _data(g, 128 / 2**8),
        f"op '{WEIGHT}' (const) holds values that are not k / 2**8 with k from -128 to 127",
    ),
    "fix point's kind": (
        lambda g: _attributes(g, POINT, fix_point=4.0),
        f"op '{POINT}' (fix) has the fix point 4.0; allowed are -126 to 126",
    ),
    "rounding": (
        lambda g: _attributes(g, POINT, round_mode="STD_ROUND"),
        f"op '{POINT}' (fix) has round_mode STD_ROUND; the DPU needs DPU_ROUND",
    ),
    "bits": (
        lambda g: _attributes(g, POINT, bit_width=4),
        f"op '{POINT}' (fix) has bit_width 4; the DPU needs 8",
    ),
    "fix without input": (
        lambda g: _changed(g, POINT, arguments={}),
        f"op '{POINT}' (fix) has no input, or several",
    ),
    "root": (
        lambda g: replace(g, root=XirSubgraph("root", ("image",))),
        "its root subgraph lists 1 ops, the file holds",
    ),
    "results": (
        lambda g: _returning(g, "nothing"),
        "it returns ['nothing'], which are not all ops of it",
    ),
    "results of another kind": (
        lambda g: replace(g, attributes=attributes_of({"return_ops": 3})),
        "it returns [], which are not all ops of it",
    ),
    "no results": (lambda g: replace(g, attributes={}), "it returns [], which are not all ops"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused(lowered, case):
    break_it, message = BROKEN[case]
    broken = break_it(lowered)
    assert broken != lowered
    with pytest.raises(ArtifactError, match="^file: .*" + re.escape(message)) as error:
        check_quantized(broken, "file")
    assert str(error.value).endswith("; build or quantize it again")


def test_the_broken_weight_is_on_the_grid_that_the_messages_name(lowered):
    (fix,) = (op for op in lowered.ops if op.name == f"{WEIGHT}_fix")
    assert fix.attributes["fix_point"] == XirAttribute("int32", 8)
