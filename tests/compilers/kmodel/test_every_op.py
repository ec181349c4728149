"""Every op in each of its uses: the reference's integers, or a refusal by name."""

import json

import numpy as np
from every_op import every_case
from kpu_graphs import K210
from random_graphs import random_feeds

from compilers.kmodel.border import border_json
from compilers.kmodel.executor import KmodelRun
from compilers.kmodel.lower import lower
from compilers.reference import run_graph
from zoo.errors import RefusedError
from zoo.lowering import Refusal

CASES = every_case("two stage")

REFUSED = (
    # The KPU's windows and strides.
    *("wide", "dilated", "depthwise", "depthwise 5x2", "max global", "max windows"),
    *("mean windows 0", "mean windows 1"),
    # Composed of other ops by the scheme before they get here.
    *("add constant", "sub constant", "mul constant", "mul by channel", "prelu", "prelu of rows"),
    # Neither the KPU's nor its runtime's.
    *("matmul constant", "softmax 1", "softmax 2", "softmax 3", "softmax flat"),
    *("transpose windows", "depth to space DCR", "depth to space CRD", "space to depth"),
)


def outcome(name: str) -> str:
    graph = CASES[name].graph
    try:
        model = lower(graph, K210).model
    except Refusal:
        return "refused"
    except RefusedError:
        return "another scheme"
    feeds = random_feeds(graph, 3)
    found = KmodelRun(model, json.loads(border_json(graph)), name)(feeds)
    wanted = run_graph(graph, feeds)
    return "exact" if all(np.array_equal(found[n], wanted[n]) for n in wanted) else "differs"


def test_every_op_is_exact_or_refused():
    found = {name: outcome(name) for name in CASES}
    assert [name for name, result in found.items() if result == "differs"] == []
    refused = {name for name, result in found.items() if result == "refused"}
    resized = {name for name in CASES if name.startswith("resize")} - {"resize asymmetric floor"}
    assert refused == {*REFUSED, *resized}
    others = {name for name, result in found.items() if result == "another scheme"}
    assert {name.split()[0] for name in others} == {"add", "sub", "mul", "matmul"}
