"""The text of every refusal; models are in ONNX's text form."""

import numpy as np
import onnx
import pytest

from compilers.hub import read, simplify
from zoo.errors import HubError, UnsupportedOpError

IMAGE = "float[N,3,4,4] x"


def _model(body: str, opset: int = 17, domains: str = "") -> onnx.ModelProto:
    header = f'<ir_version: 8, opset_import: ["" : {opset}{domains}]>'
    model = onnx.parser.parse_model(header + body)
    for output in model.graph.output:
        if not output.type.tensor_type.shape.dim:
            output.ClearField("type")
    return onnx.shape_inference.infer_shapes(model)


def _weight(model: onnx.ModelProto, name: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, np.float32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(array, name))


def _refusal(model: onnx.ModelProto) -> str:
    with pytest.raises(HubError) as caught:
        read(model.SerializeToString(), "net.onnx")
    return str(caught.value)


def test_no_onnx_at_all():
    with pytest.raises(HubError) as caught:
        read(b"\x89PNG picture", "net.onnx")
    assert str(caught.value).startswith("net.onnx: not an ONNX file, or a truncated one (")
    assert str(caught.value).endswith("); export or download it again")


def test_an_empty_file():
    with pytest.raises(HubError, match=r"^net\.onnx: not a valid ONNX model "):
        read(b"", "net.onnx")


def test_simplify_names_the_file_too():
    with pytest.raises(HubError, match=r"^face\.onnx: not an ONNX file"):
        simplify(b"\x89PNG picture", "face.onnx")


@pytest.mark.parametrize("opset", [12, 22])
def test_other_opsets(opset):
    assert _refusal(_model(f"net ({IMAGE}) => ({IMAGE[:-1]}y) {{y = Relu (x)}}", opset)) == (
        f"net.onnx: ONNX opset {opset}; supported are 13 to 21: export with one of them"
    )


def test_weights_in_another_file():
    model = _model(f"net ({IMAGE}) => (float y) {{y = Relu (x)}}")
    _weight(model, "w", (2,))
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    model.graph.initializer[0].external_data.add(key="location", value="net.data")
    assert _refusal(model) == (
        "net.onnx: the constant 'w' is in another file; save the model with its weights inside: "
        "onnx.save(model, path, save_as_external_data=False)"
    )


def test_sparse_weights():
    model = _model(f"net ({IMAGE}) => (float y) {{y = Relu (x)}}")
    model.graph.sparse_initializer.add().values.name = "w"
    assert _refusal(model) == (
        "net.onnx: the constant 'w' is sparse; only dense constants are supported: export it dense"
    )


def test_dynamic_height():
    text = "net (float[N,3,height,4] x) => (float[N,3,height,4] y) {y = Relu (x)}"
    assert _refusal(_model(text)) == (
        "net.onnx: input 'x' has a dynamic axis 2 (height); only axis 0, the batch, may be "
        "dynamic: export with a fixed shape, or state the shape in a contract; `zoo show` and "
        "`zoo contract init` take --size and --signal"
    )


def test_inputs_of_bytes():
    text = "net (uint8[N,3] x) => (uint8[N,3] y) {y = Identity (x)}"
    assert _refusal(_model(text)) == (
        "net.onnx: input 'x' is UINT8; inputs of a hub must be FLOAT, those of a user's file may "
        "also be FLOAT16 or UINT8: export in float32, or if it is always the same, state it among "
        "the contract's constants"
    )


def test_inputs_without_axes():
    assert _refusal(_model("net (float x) => (float y) {y = Relu (x)}")) == (
        "net.onnx: input 'x' has no axes; the first axis must be the batch: export with fixed "
        "shapes"
    )


def test_huge_inputs():
    size = 1 << 16
    text = f"net (float[N,1,{size},{size}] x) => (float[N,1,{size},{size}] y) {{y = Relu (x)}}"
    assert _refusal(_model(text)) == (
        f"net.onnx: tensor 'x' of shape ('N', 1, {size}, {size}) has more than 2147483647 values; "
        "check the network's input size"
    )


def test_unsupported_operators():
    model = _model(f"net ({IMAGE}) => (float y) {{[norm] y = Hardmax (x)}}")
    with pytest.raises(UnsupportedOpError) as caught:
        read(model.SerializeToString(), "net.onnx")
    assert str(caught.value) == (
        "net.onnx: node 'norm' (Hardmax): no op plugin reads ONNX operator 'Hardmax'; "
        "export the network without it, or add an op plugin (docs/plugins.md)"
    )


def test_operators_of_other_domains():
    text = f"net ({IMAGE}) => ({IMAGE[:-1]}y) {{[g] y = com.microsoft.Gelu (x)}}"
    assert _refusal(_model(text, domains=', "com.microsoft" : 1')).startswith(
        "net.onnx: node 'g' (Gelu): no op plugin reads ONNX operator 'com.microsoft.Gelu'"
    )


def test_control_flow():
    text = """net (float[N,3] x) => (float[N,3] y) <bool always = {1}> {
        [branch] y = If (always) <
            then_branch = one () => (float[N,3] a) {a = Relu (x)},
            else_branch = two () => (float[N,3] b) {b = Identity (x)}
        >
    }"""
    assert _refusal(_model(text)) == (
        "net.onnx: node 'branch' (If): it has the subgraph 'then_branch'; control flow is "
        "supported only where constants decide it: state an input that is always the same, such "
        "as a sample rate, among the contract's constants, or export with fixed shapes, or unroll "
        "it"
    )


def test_functions():
    model = _model(f"net ({IMAGE}) => ({IMAGE[:-1]}y) {{y = Relu (x)}}")
    body = [onnx.helper.make_node("Relu", ["a"], ["b"])]
    opsets = [onnx.helper.make_opsetid("", 17)]
    model.functions.append(onnx.helper.make_function("my", "Act", ["a"], ["b"], body, opsets))
    model.opset_import.append(onnx.helper.make_opsetid("my", 1))
    assert _refusal(model) == (
        "net.onnx: the model defines the function 'my.Act', which is not supported; inline it "
        "with onnx.inliner.inline_local_functions"
    )


def test_weights_in_half_precision():
    model = _model(f"net ({IMAGE}) => ({IMAGE[:-1]}y) {{y = Relu (x)}}")
    half = np.ones(2, np.float16)
    model.graph.initializer.append(onnx.numpy_helper.from_array(half, "w"))
    assert _refusal(model) == (
        "net.onnx: the constant 'w' is float16; supported are float32, float64, int64, int32, "
        "int8, uint8, int16, uint16, int4, uint4, bool: export in float32"
    )


def test_further_outputs():
    text = f"net ({IMAGE}) => (float y) {{d, mask = Dropout (x) \n f = Not (mask) \n y = Relu (d)}}"
    assert _refusal(_model(text)).endswith(
        "it reads 'mask', which is not the first output of an earlier node; further outputs "
        "(masks, indices) are not supported: export without them"
    )


def test_operators_whose_first_output_is_left_out():
    text = """net (float[N,3,4] x) => (float y) {[rnn] d, y = RNN <hidden_size = 1> (x, w, r)}"""
    model = _model(text)
    _weight(model, "w", (1, 1, 4))
    _weight(model, "r", (1, 1, 1))
    model.graph.node[0].output[0] = ""
    assert ": node 'rnn' (RNN): the first axis of 'x' ('N', 3, 4) counts its steps" in _refusal(
        model
    )


def test_dropout_in_training():
    text = f"""net ({IMAGE}) => ({IMAGE[:-1]}y) <bool t = {{1}}, float r = {{0.5}}> {{
        [drop] d = Dropout (x, r, t)
        y = Relu (d)
    }}"""
    assert _refusal(_model(text)) == (
        "net.onnx: node 'drop' (Dropout): Dropout is in training mode; it is supported only where "
        "it drops nothing: call model.eval() before the export"
    )


def test_nodes_of_constants():
    text = f"net ({IMAGE}) => (float y) <float[1] c = {{1}}> {{[f] a = Relu (c) \n y = Add (x, a)}}"
    assert _refusal(_model(text)) == (
        "net.onnx: node 'f' (Relu): it has only constant inputs, but simplification did not fold "
        "it; compute it before the export"
    )


def test_constant_outputs():
    text = f"net ({IMAGE}) => (float y, float[1] c) <float[1] c = {{1}}> {{y = Relu (x)}}"
    assert _refusal(_model(text)) == (
        "net.onnx: output 'c' is a constant; remove it from the outputs"
    )


def test_outputs_that_are_inputs():
    text = f"net ({IMAGE}) => (float y, float z) {{y = Relu (x) \n z = Identity (x)}}"
    assert _refusal(_model(text)) == (
        "net.onnx: output 'z' is a copy of 'x', which is an input or an output itself; drop one "
        "of them"
    )


def test_constants_of_doubles():
    text = """net (float[N,3] x) => (float y) {
        w = Constant <value_ints = [1, 2, 3]> ()
        [sum] y = Add (x, w)
    }"""
    message = _refusal(_model(text))
    assert message.startswith("net.onnx: not a valid ONNX model (")
    assert "node name: sum" in message


def test_training_mode():
    text = f"""net ({IMAGE}) => (float y, float m, float v)
        <float[3] s = {{1,1,1}}, float[3] b = {{1,1,1}}, float[3] e = {{1,1,1}}> {{
        [bn] y, m, v = BatchNormalization <training_mode = 1> (x, s, b, e, s)
    }}"""
    assert _refusal(_model(text)) == (
        "net.onnx: node 'bn' (BatchNormalization): BatchNormalization is in training mode; only "
        "trained statistics are supported: call model.eval() before the export"
    )
