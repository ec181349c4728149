"""The first stage: a stranger's file as it lies there, and what its result depends on."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from own_inputs import SCALING, picture_network, save

from compilers.hub import HUB
from zoo.build.pipeline import STAGES
from zoo.build.plan import Plan
from zoo.build.stages import hub
from zoo.contract import Constant, Contract, SignalSpec, Step, TensorSpec
from zoo.errors import VerifyError
from zoo.proof.certificate import Check
from zoo.recipe import Recipe
from zoo.target import Target

PRE = (
    Step("crop", {"scale": 1.0}),
    Step("resize", {"size": [4, 6]}),
    Step("normalize", {"mean": [127.5] * 3, "std": [127.5] * 3}),
)
CONTRACT = Contract(TensorSpec("image", (3, 4, 6)), (TensorSpec("out", (2, 8, 12)),), PRE)


@pytest.fixture
def plan(tmp_path):
    """Return a plan for a file of opset 9 with open axes, unsorted, its weights beside it."""
    weight = np.random.default_rng(0).normal(0, 1, (2, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Upsample", ["a", "scales"], ["out"], mode="linear"),
            helper.make_node("Conv", ["image", "weight"], ["a"], pads=[1, 1, 1, 1]),
        ],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", 2, "h", "w"])],
        [
            numpy_helper.from_array(weight, "weight"),
            numpy_helper.from_array(np.float32([1, 1, 2, 2]), "scales"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=4)
    file = tmp_path / "net.onnx"
    options = {"save_as_external_data": True, "location": "net.onnx.data", "size_threshold": 200}
    onnx.save(model, file, **options)
    return Plan(
        recipe=Recipe("net", "user", "", CONTRACT),
        target=Target("board", "", "", "", "", {}),
        quant="none",
        scheme="float32",
        float_hub=file,
        quant_hub=None,
        calibration=None,
        calibration_count=0,
        calibrator="",
        quantization_bound=0.0,
    )


def test_the_hub_is_complete_and_of_the_contract(plan, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    hub.run(plan, {}, out)
    graph = HUB.read((out / "float.onnx").read_bytes(), "float.onnx")
    assert graph.tensors["image"].shape == ("N", 3, 4, 6)
    assert [node.op for node in graph.nodes] == ["conv", "resize"]
    assert graph.nodes[1].attributes["coordinate_transformation_mode"] == "asymmetric"


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_file_of_bytes_is_run_as_it_is(plan, tmp_path, layout):
    file = save(picture_network(layout, "uint8", SCALING), tmp_path / "bytes.onnx")
    steps = (
        Step("stretch", {"size": [6, 5]}),
        Step("normalize", {"mean": [0] * 3, "std": [1] * 3}),
    )
    contract = Contract(
        TensorSpec("x", (3, 6, 5)),
        (TensorSpec("y", (4, 6, 5)),),
        steps,
        layout=layout,
        dtype="uint8",
    )
    (tmp_path / "out").mkdir()
    recipe = replace(plan.recipe, contract=contract)
    hub.run(replace(plan, recipe=recipe, float_hub=file), {}, tmp_path / "out")
    graph = HUB.read((tmp_path / "out/float.onnx").read_bytes(), "float.onnx")
    assert graph.tensors["x"].shape == ("N", 3, 6, 5)


@pytest.mark.parametrize("value", [((2.0,),), ((2.0,), (3.0,))])
def test_a_constant_is_fed_to_the_file_and_folded_into_the_hub(plan, tmp_path, value):
    model = picture_network()
    model.graph.node[0].output[0] = "before"
    model.graph.node.append(helper.make_node("Mul", ["before", "gain"], ["y"]))
    rows = ["M", 1]
    model.graph.input.append(helper.make_tensor_value_info("gain", TensorProto.FLOAT, rows))
    model.graph.node.insert(1, helper.make_node("ReduceMax", ["gain"], ["most"], axes=[0, 1]))
    model.graph.node[2].input[1] = "most"
    file = save(model, tmp_path / "gain.onnx")
    contract = Contract(
        TensorSpec("x", (3, 6, 5)),
        (TensorSpec("y", (4, 6, 5)),),
        (Step("stretch", {"size": [6, 5]}), PRE[-1]),
        constants=(Constant("gain", value),),
    )
    (tmp_path / "out").mkdir()
    recipe = replace(plan.recipe, contract=contract)
    hub.run(replace(plan, recipe=recipe, float_hub=file), {}, tmp_path / "out")
    graph = HUB.read((tmp_path / "out/float.onnx").read_bytes(), "float.onnx")
    assert graph.inputs == ("x",)


def test_a_signal_of_frames_bands_and_one_channel(plan, tmp_path):
    model = onnx.parser.parse_model(
        """<ir_version: 8, opset_import: ["" : 17]>
        net (float[N,4,2,1] x) => (float[N,1,4,2] y) {
            t = Transpose <perm = [0, 3, 1, 2]> (x)
            y = Sigmoid (t)
        }"""
    )
    contract = Contract(
        TensorSpec("x", (1, 4, 2)),
        (TensorSpec("y", (1, 4, 2)),),
        (Step("segment", {"length": 8}), Step("waveform")),
        layout="nhwc",
        signal=SignalSpec(16000),
    )
    (tmp_path / "out").mkdir()
    recipe = replace(plan.recipe, contract=contract)
    file = save(model, tmp_path / "sound.onnx")
    hub.run(replace(plan, recipe=recipe, float_hub=file), {}, tmp_path / "out")
    graph = HUB.read((tmp_path / "out/float.onnx").read_bytes(), "float.onnx")
    assert [node.op for node in graph.nodes] == ["sigmoid"]


def test_a_wrong_import_ends_the_build_at_once(plan, tmp_path, monkeypatch):
    wrong = Check("user's file -> float hub", "relative", 0.5, 0.1, 1e-4, 9, "")
    monkeypatch.setattr(hub, "check_source", lambda *_: wrong)
    with pytest.raises(VerifyError, match=r"net\.onnx: the imported network differs .* by 0\.5"):
        hub.run(plan, {}, tmp_path)


@pytest.mark.parametrize("name", ["hub", "verify"])
def test_weights_beside_the_file_are_inputs(plan, tmp_path, name):
    (stage,) = (stage for stage in STAGES if stage.name == name)
    files = stage.files(plan)
    assert files["float_hub"] == plan.float_hub
    assert files["weights net.onnx.data"] == tmp_path / "net.onnx.data"
