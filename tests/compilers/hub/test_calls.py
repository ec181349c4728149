"""Models whose functions are many times what the file is."""

import pytest
from onnx import TensorProto, helper

from compilers.hub.model_file import parse_model
from zoo.errors import HubError

DOMAIN = "its"
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]


def call(name, inputs, outputs, domain=DOMAIN, **attributes):
    return helper.make_node(name, inputs, outputs, domain=domain, **attributes)


def function(name, *nodes):
    return helper.make_function(DOMAIN, name, ["x"], ["y"], nodes, OPSETS)


def model(functions, node):
    value = helper.make_tensor_value_info
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        [node], "g", [value("image", floats, [1])], [value("out", floats, [1])]
    )
    made = helper.make_model(graph, opset_imports=OPSETS, functions=functions, ir_version=8)
    return made.SerializeToString()


def nested(count):
    """Each function calls the one before twice."""
    functions = [function("f0", call("Relu", ["x"], ["y"], ""))]
    for index in range(1, count):
        name = f"f{index - 1}"
        functions.append(function(f"f{index}", call(name, ["x"], ["t"]), call(name, ["t"], ["y"])))
    return model(functions, call(f"f{count - 1}", ["image"], ["out"]))


def test_functions_that_double():
    assert len(parse_model(nested(19), "a.onnx").functions) == 19
    for count in (22, 31, 1500):
        with pytest.raises(HubError, match=r"a.onnx: with its functions inlined it has more than"):
            parse_model(nested(count), "a.onnx")


def test_functions_within_subgraphs_count():
    branch = helper.make_graph([call("f21", ["image"], ["out"])], "b", [], [])
    content = model(
        [*parse_model(nested(20), "a.onnx").functions],
        call("If", ["image"], ["out"], "", then_branch=branch, else_branch=branch),
    )
    assert parse_model(content, "a.onnx")  # 'f21' is none of its functions
    branch.node[0].op_type = "f19"
    content = model(
        [*parse_model(nested(20), "a.onnx").functions],
        call("If", ["image"], ["out"], "", then_branch=branch, else_branch=branch),
    )
    with pytest.raises(HubError, match=r"with its functions inlined it has more than 1,000,000"):
        parse_model(content, "a.onnx")


def test_functions_that_call_themselves():
    functions = [function("a", call("b", ["x"], ["y"])), function("b", call("a", ["x"], ["y"]))]
    with pytest.raises(HubError, match=r"a.onnx: its function 'its.[ab]' calls itself; export"):
        parse_model(model(functions, call("a", ["image"], ["out"])), "a.onnx")
