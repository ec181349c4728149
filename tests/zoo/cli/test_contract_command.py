"""zoo contract: from a file to a contract that fits it."""

import json

import numpy as np
import onnx
import pytest
from chain_case import write_chain
from click.testing import CliRunner
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array
from own_inputs import SCALING, picture_network, save

from zoo.cli.main import cli
from zoo.contract import Constant, Contract, SignalSpec, Step, TensorSpec
from zoo.data.processing import rehearse
from zoo.errors import HubError, RecipeError, UsageError


def classifier(folder, channels=3, classes=10, last="", height=16):
    """Write a network that scores the colours of its input."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"], "pool"),
        helper.make_node("Flatten", ["mean"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "weight"], ["dense" if last else "out"], "dense"),
    ]
    if last:
        nodes.append(helper.make_node(last, ["dense"], ["out"], "last"))
    shapes = {"image": ["N", channels, height, 24], "out": ["N", classes]}
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    weight = from_array(np.ones((channels, classes), np.float32), "weight")
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], [weight])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "net.onnx")
    return folder / "net.onnx"


def zoo(*words):
    done = CliRunner().invoke(cli, list(map(str, words)), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.fixture
def first(tmp_path):
    """Return first(network's options) -> (contract's file, network's file)."""

    def write(**options):
        net, toml = classifier(tmp_path, **options), tmp_path / "contract.toml"
        zoo("contract", "init", net, "--out", toml)
        return toml, net

    return write


def test_the_first_contract_of_a_classifier_fits_it(first):
    toml, net = first()
    contract = Contract.from_toml(toml)
    assert contract.input == TensorSpec("image", (3, 16, 24))
    assert contract.outputs == (TensorSpec("out", (10,)),)
    assert [step.name for step in contract.pre] == ["stretch", "normalize"]
    assert contract.post == (
        Step("softmax", {"output": "out"}),
        Step("top_k", {"output": "probabilities", "count": 5}),
    )
    rehearse(contract)
    assert toml.read_text().count("GUESS") == 5
    assert "probabilities  float64 [10]" in zoo("contract", "check", toml, net)


def test_a_softmax_of_the_network_is_enough(first):
    toml, _ = first(last="Softmax", classes=3)
    assert Contract.from_toml(toml).post == (Step("top_k", {"output": "out", "count": 3}),)


def test_a_gray_network_gets_gray_pictures(first):
    contract = Contract.from_toml(first(channels=1)[0])
    assert [step.name for step in contract.pre] == ["stretch", "gray", "normalize"]
    rehearse(contract)


def test_a_network_of_one_number_has_no_classes(first):
    assert Contract.from_toml(first(classes=1)[0]).post == ()


def test_what_does_not_fit_is_told(first, tmp_path):
    toml, net = first()
    toml.write_text(toml.read_text().replace("shape = [10]", "shape = [11]"))
    message = r"output 'out' has shape \[11\] in the contract and \[10\] in the network"
    with pytest.raises(RecipeError, match=message):
        zoo("contract", "check", toml, net)
    dry = ["--target", "x86", "--quant", "none", "--dry-run", "--cache", tmp_path / "cache"]
    with pytest.raises(RecipeError, match=message):
        zoo("build", net, "--contract", toml, *dry)


def test_no_file_is_overwritten(first, tmp_path):
    toml, net = first()
    before = toml.read_text()
    with pytest.raises(UsageError, match=r"contract.toml: already exists; give another file"):
        zoo("contract", "init", net, "--out", toml)
    assert toml.read_text() == before
    with pytest.raises(UsageError, match=r"x.toml: there is no folder '.*none'; create it"):
        zoo("contract", "init", net, "--out", tmp_path / "none/x.toml")
    with pytest.raises(UsageError, match=r"no such file"):
        zoo("contract", "init", tmp_path / "none.onnx")
    with pytest.raises(
        UsageError, match=r"contract.toml: contracts are for \.onnx or \.tflite files"
    ):
        zoo("contract", "check", toml, toml)


def test_what_is_no_picture_is_refused(tmp_path):
    net, toml = classifier(tmp_path, channels=4), tmp_path / "contract.toml"
    with pytest.raises(RecipeError, match=r"net.onnx: input 'image' is float32 \[4, 16, 24\] \(wi"):
        zoo("contract", "init", net, "--out", toml)
    assert not toml.exists()


def test_an_open_size_is_guessed_or_given(tmp_path):
    net, toml = classifier(tmp_path, height="H"), tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml)
    assert "# GUESS: 224x224; the file leaves the size open." in toml.read_text()
    assert Contract.from_toml(toml).input.shape == (3, 224, 24)
    toml.unlink()
    zoo("contract", "init", net, "--out", toml, "--size", "64x24")
    assert "open" not in toml.read_text()
    assert Contract.from_toml(toml).input.shape == (3, 64, 24)
    rehearse(Contract.from_toml(toml))
    zoo("contract", "check", toml, net)


@pytest.mark.parametrize("size", ["64", "64x", "0x8", "64X24", "-1x5", "8x8x8"])
def test_what_is_no_size_is_refused(tmp_path, size):
    with pytest.raises(UsageError, match=f"--size {size}: expected height and width in pixels"):
        zoo("contract", "init", classifier(tmp_path), "--size", size)


def test_a_size_that_the_file_states_cannot_change(tmp_path):
    net, toml = classifier(tmp_path), tmp_path / "contract.toml"
    with pytest.raises(UsageError, match=r"'image' is \[3, 16, 24\], which --size cannot change"):
        zoo("contract", "init", net, "--out", toml, "--size", "64x24")
    assert not toml.exists()


def test_a_guess_that_does_not_fit_is_told(tmp_path):
    net, toml = classifier(tmp_path, height="H"), tmp_path / "contract.toml"
    model = onnx.load(net)
    model.graph.node[0].op_type = "Identity"
    onnx.save(model, net)
    with pytest.raises(
        HubError, match=r"\(guessed: 224x224; the file leaves the size open. --size"
    ):
        zoo("contract", "init", net, "--out", toml)


def test_what_the_file_says_itself_is_no_guess(tmp_path):
    net, toml = classifier(tmp_path, classes=2, height="H"), tmp_path / "contract.toml"
    model = onnx.load(net)
    notes = {"names": "{0: 'cat', 1: 'dog'}", "imgsz": "[48, 24]", "stride": "32"}
    helper.set_model_props(model, notes)
    onnx.save(model, net)
    zoo("contract", "init", net, "--out", toml)
    contract = Contract.from_toml(toml)
    assert contract.input.shape == (3, 48, 24)
    assert contract.pre[-1].parameters == {"mean": [0] * 3, "std": [255] * 3}
    assert contract.post[-1].parameters["labels"] == ["cat", "dog"]
    assert "# 48x24 is what the file's metadata says." in toml.read_text()
    assert "the file leaves the size open" not in toml.read_text()
    zoo("contract", "check", toml, net)


def detector(folder):
    """Write a network with the output of a YOLOv8 of two classes, for 32 x 32."""
    constants = {"w": np.ones((6, 3, 32, 32), np.float32), "to": np.array([1, 6, 21])}
    nodes = [
        helper.make_node("Conv", ["images", "w"], ["c"], "conv"),
        helper.make_node("Flatten", ["c"], ["f"], "flatten"),
        helper.make_node("Unsqueeze", ["f", "last"], ["u"], "column"),
        helper.make_node("Expand", ["u", "to"], ["output0"], "expand"),
    ]
    values = [
        helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 32, 32]),
        helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, 21]),
    ]
    tensors = [from_array(array, name) for name, array in constants.items()]
    tensors.append(from_array(np.array([2]), "last"))
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], tensors)
    opset = [helper.make_opsetid("", 17)]
    return save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "yolo.onnx")


def test_photos_of_a_yolo_are_fitted_into_its_input(tmp_path):
    net, toml = detector(tmp_path), tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml)
    contract = Contract.from_toml(toml)
    assert [step.name for step in contract.pre] == ["letterbox", "normalize"]
    assert contract.pre[-1].parameters == {"mean": [0] * 3, "std": [255] * 3}
    assert [step.name for step in contract.post] == ["boxes", "nms"]
    rehearse(contract)
    zoo("contract", "check", toml, net)


def listener(folder, shape):
    """Write a network that scores the mean of its input."""
    axes = list(range(1, len(shape) + 1))
    nodes = [
        helper.make_node("ReduceMean", ["sound"], ["mean"], "mean", axes=axes, keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "last"], ["column"], "column"),
        helper.make_node("Gemm", ["column", "weight"], ["out"], "dense"),
    ]
    values = [
        helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["N", *shape]),
        helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", 4]),
    ]
    constants = [
        from_array(np.ones((1, 4), np.float32), "weight"),
        from_array(np.array([1]), "last"),
    ]
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], constants)
    opset = [helper.make_opsetid("", 17)]
    return save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "sound.onnx")


@pytest.mark.parametrize(
    ("shape", "made", "steps"),
    [
        ((1, 4000), (1, 4000), ["segment", "waveform"]),
        ((1, "T"), (1, 8000), ["segment", "waveform"]),
        ((1, 98, 20), (1, 98, 20), ["segment", "log_mel"]),
        (("T", 20), (100, 20), ["segment", "log_mel"]),
        ((98, 20, 1), (1, 98, 20), ["segment", "log_mel"]),
    ],
)
def test_the_first_contract_of_a_signal(tmp_path, shape, made, steps):
    net, toml = listener(tmp_path, shape), tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml, "--signal", "8000")
    contract = Contract.from_toml(toml)
    assert contract.signal == SignalSpec(8000)
    assert contract.input == TensorSpec("sound", made)
    assert contract.layout == ("nhwc" if shape[-1] == 1 else "nchw")
    assert [step.name for step in contract.pre] == steps
    assert ("GUESS: a second; the file leaves" in toml.read_text()) == ("T" in shape)
    rehearse(contract)
    zoo("contract", "check", toml, net)


def test_what_is_no_signal_is_refused(tmp_path):
    with pytest.raises(
        RecipeError, match=r"net.onnx: input 'image' is float32 \[3, 16, 24\] \(with"
    ):
        zoo("contract", "init", classifier(tmp_path), "--out", tmp_path / "c", "--signal", "8000")
    with pytest.raises(UsageError, match="--signal: expected a rate in Hz above 0, without --size"):
        zoo("contract", "init", classifier(tmp_path), "--signal", "8000", "--size", "8x8")


def test_further_inputs_are_constants(tmp_path):
    model = onnx.load(classifier(tmp_path))
    shape = helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["N", 10])
    model.graph.input.append(shape)
    model.graph.node[2].output[0] = "before"
    model.graph.node.append(helper.make_node("Add", ["before", "bias"], ["out"], "shift"))
    net, toml = save(model, tmp_path / "net.onnx"), tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml)
    assert Contract.from_toml(toml).constants == (Constant("bias", ((1.0,) * 10,)),)
    assert "GUESS: their numbers." in toml.read_text()
    zoo("contract", "check", toml, net)
    text = toml.read_text()
    toml.write_text(text[: text.index("constants")] + text[text.index("pre = [") :])
    with pytest.raises(
        HubError, match=r"'bias' \(float32 \[\?, 10\]\) is not stated; .* constants ="
    ):
        zoo("contract", "check", toml, net)


def frames(folder, state):
    """Write a network of sound with a rate, and a state that it hands to the next frame."""
    nodes = [
        helper.make_node("Equal", ["sr", "k"], ["is_fast"], "is_fast"),
        helper.make_node(
            "If",
            ["is_fast"],
            ["chosen"],
            "choose",
            then_branch=branch("fast", "Relu"),
            else_branch=branch("slow", "Sigmoid"),
        ),
        helper.make_node("Add", ["chosen", state], ["out"], "shift"),
    ]
    values = [
        helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["N", 40]),
        helper.make_tensor_value_info(state, TensorProto.FLOAT, ["N", 40]),
        helper.make_tensor_value_info("sr", TensorProto.INT64, []),
        helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", 40]),
    ]
    rate = from_array(np.array(16000), "k")
    graph = helper.make_graph(nodes, "net", values[:3], values[3:], [rate])
    opset = [helper.make_opsetid("", 17)]
    return save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "vad.onnx")


def branch(name, op):
    made = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    return helper.make_graph([helper.make_node(op, ["sound"], [name], name)], name, [], [made])


@pytest.mark.parametrize(("state", "value"), [("h0", 0.0), ("hidden_state", 0.0), ("shift", 1.0)])
def test_a_state_is_zero_and_a_rate_is_that_of_the_signal(tmp_path, state, value):
    net, toml = frames(tmp_path, state), tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml, "--signal", "16000")
    constants = (Constant(state, ((value,) * 40,)), Constant("sr", 16000))
    assert Contract.from_toml(toml).constants == constants
    assert ("A state from frame to frame is not supported" in toml.read_text()) == (not value)
    zoo("contract", "check", toml, net)
    assert json.loads(zoo("show", net, "--signal", 16000, "--json"))["ops"]["clip"] == 1
    assert json.loads(zoo("show", net, "--signal", 8000, "--json"))["ops"]["sigmoid"] == 1


def test_a_size_or_rate_is_for_files(tmp_path):
    net = classifier(tmp_path, height="H")
    shown = json.loads(zoo("show", net, "--size", "64x24", "--json"))
    assert shown["inputs"]["image"] == ["N", 3, 64, 24]
    assert "nodes fit\n" in zoo("show", net, "--size", "64x24", "--target", "kv260")
    with pytest.raises(HubError, match="`zoo show` and `zoo contract init` take --size and"):
        zoo("show", net)
    with pytest.raises(
        UsageError, match=r"^--size and --signal are for \.onnx or \.tflite files, n"
    ):
        zoo("show", "pfld", "--size", "64x24")


@pytest.mark.parametrize("size", [(6, 5), ("H", "W")])
def test_pixels_with_channels_last(tmp_path, size):
    net = save(picture_network("nhwc", "uint8", SCALING, size), tmp_path / "net.onnx")
    toml = tmp_path / "contract.toml"
    zoo("contract", "init", net, "--out", toml)
    contract = Contract.from_toml(toml)
    height, width = (6, 5) if size == (6, 5) else (224, 224)
    assert contract.input == TensorSpec("x", (3, height, width))
    assert (contract.layout, contract.dtype) == ("nhwc", "uint8")
    assert "# GUESS: channels last, since the last axis is 3." in toml.read_text()
    rehearse(contract)
    zoo("contract", "check", toml, net)


def test_a_tflite_file_has_images_channels_last(tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT is missing: pip install edgezoo[litert]")
    from networks import residual_network
    from tflite_files import to_tflite

    net, toml = tmp_path / "net.tflite", tmp_path / "contract.toml"
    net.write_bytes(to_tflite(residual_network()).files["model.tflite"])
    zoo("contract", "init", net, "--out", toml)
    assert 'shape = [6, 6, 3], layout = "nhwc"' in toml.read_text()
    contract = Contract.from_toml(toml)
    assert contract.input == TensorSpec("image", (3, 6, 6))
    assert contract.outputs == (TensorSpec("landmarks", (10,)),)
    assert "landmarks" in zoo("contract", "check", toml, net)


def test_integers_of_a_tflite_file_tell_what_black_and_white_are(tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT is missing: pip install edgezoo[litert]")
    from written_tflite import Computed, FileOp, Grid, written

    shape, grid = (1, 16, 24, 3), Grid([2 / 255], [0])
    values = [Computed(name, shape, "INT8", grid) for name in "xy"]
    net, toml = tmp_path / "net.tflite", tmp_path / "contract.toml"
    net.write_bytes(written([FileOp("RELU", ["x"], ["y"])], values, {}))
    zoo("contract", "init", net, "--out", toml)
    normalize = Contract.from_toml(toml).pre[-1]
    assert normalize.parameters == {"mean": [128.0] * 3, "std": [127.5] * 3}


def test_a_softmax_in_integers_is_enough_too(tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT is missing: pip install edgezoo[litert]")
    from written_tflite import Computed, FileOp, Grid, written

    values = [
        Computed("x", (1, 2, 2, 1), "INT8", Grid([1.0], [-128])),
        Computed("r", (1, 4), "INT8", Grid([1.0], [-128])),
        Computed("y", (1, 4), "INT8", Grid([1 / 256], [-128])),
    ]
    ops = [
        FileOp("RESHAPE", ["x"], ["r"]),
        FileOp("SOFTMAX", ["r"], ["y"], "SoftmaxOptions", {"beta": 1.0}),
    ]
    net, toml = tmp_path / "net.tflite", tmp_path / "contract.toml"
    net.write_bytes(written(ops, values, {}))
    zoo("contract", "init", net, "--out", toml)
    contract = Contract.from_toml(toml)
    assert contract.pre[-1].parameters == {"mean": [0.0], "std": [1.0]}
    assert contract.post == (Step("top_k", {"output": "y", "count": 4}),)


def test_what_happens_over_time_is_listed(tmp_path):
    write_chain(tmp_path)
    toml = tmp_path / "landmarks.toml"
    far = 'event = "far", value = "brightness", when = "above", limits = [1, 1], sure = 2'
    rate = '{name = "rate", event = "far", adds = ["far_per_minute", "far_s"]}'
    toml.write_text(f'{toml.read_text()}track = [{{name = "interval", {far}}}, {rate}]\n')
    lines = [
        line.split(maxsplit=1)
        for line in zoo("contract", "check", toml, tmp_path / "landmarks.onnx").splitlines()
    ]
    assert ["far_per_minute", "float64 [] over time"] in lines
    assert ["far", "event over time"] in lines


def test_another_name_of_a_model_is_noted(zoo):
    words = ("--target", "x86", "--quant", "none", "--dry-run")
    note = "note: pfld is another name of pfld_1.0x.300w68"
    assert note in zoo("build", "pfld", *words).stderr
    assert "note:" not in zoo("build", "pfld_1.0x.300w68", *words).stderr
