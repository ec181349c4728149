"""The user's own file is run as it is, and compared with what was imported."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.parser import parse_model

from compilers.hub import import_file, write
from zoo.contract import Contract, Step, TensorSpec
from zoo.errors import HubError, VerifyError
from zoo.proof.source_check import SOURCE_STEP, check_source, demand_same, own_noise, random_inputs

SCALE = {"mean": [127.5] * 3, "std": [63.75] * 3}
CONTRACT = Contract(
    TensorSpec("x", (3, 8, 8)),
    (TensorSpec("y", (3, 16, 16)),),
    (Step("crop", {}), Step("resize", {"size": [8, 8]}), Step("normalize", SCALE)),
)


def upsample(batch: int | str, opset: int = 8, half: bool = False) -> onnx.ModelProto:
    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    slope = numpy_helper.from_array(np.array([0.1], np.float16 if half else np.float32), "slope")
    nodes = [
        helper.make_node("PRelu", ["x", "slope"], ["a"]),
        helper.make_node("Upsample", ["a"], ["y"], mode="linear", scales=[1.0, 1.0, 2.0, 2.0]),
    ]
    graph = helper.make_graph(
        nodes if opset < 9 else nodes[:1],
        "net",
        [helper.make_tensor_value_info("x", kind, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info("y" if opset < 9 else "a", kind, None)],
        [slope],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=4)


@pytest.fixture
def check(tmp_path):
    """Return check(model, hub): the Check of a file, by default with its own import."""

    def check(model, hub=None):
        source, float_hub = tmp_path / "source.onnx", tmp_path / "float.onnx"
        source.write_bytes(model.SerializeToString())
        float_hub.write_bytes(hub or write(import_file(source, {})))
        return check_source(source, float_hub, {"x": random_inputs(CONTRACT)}, CONTRACT)

    return check


@pytest.mark.parametrize("batch", ["N", 1, 3])
def test_a_true_import_holds(check, batch):
    found = check(upsample(batch))
    demand_same(found, "net.onnx")
    assert (found.step, found.unit, found.how, found.bound) == (
        SOURCE_STEP,
        "relative",
        "re-run",
        1e-4,
    )
    assert found.values == 4 * 3 * 16 * 16


def test_a_file_that_amplifies_rounding_is_not_called_a_wrong_import(check, tmp_path):
    """(x + 4096) - 4096 loses half of the bits of x."""
    model = parse_model(
        """<ir_version: 8, opset_import: ["" : 18]>
        net (float[N,3,8,8] x) => (float[N,3,8,8] y)
        <float c = {4096.0}> { a = Add (x, c)  y = Sub (a, c) }"""
    )
    source = _saved(model, tmp_path / "source.onnx")
    noise = own_noise(source, {"x": random_inputs(CONTRACT)}, CONTRACT)
    assert noise[0] == "y"
    assert noise[1] > 1e-4
    found = replace(check(upsample("N")), largest=2 * noise[1])
    with pytest.raises(VerifyError) as caught:
        demand_same(found, "net.onnx", noise)
    assert str(caught.value) == (
        f"net.onnx: its import cannot be proven, since its output 'y' changes by {noise[1]:g} of "
        "its largest number if the inputs change by one step of float32; the imported network "
        f"differs by {found.largest:g} relative, allowed: 0.0001; drop that output, or train the "
        "network so that its numbers do not cancel out"
    )
    with pytest.raises(VerifyError, match="because its import is wrong"):
        demand_same(replace(found, largest=0.5), "net.onnx", noise)


def test_another_interpolation_does_not(check, tmp_path):
    right = import_file(_saved(upsample("N"), tmp_path / "right.onnx"), {})
    node = right.nodes[-1].with_attributes(coordinate_transformation_mode="half_pixel")
    found = check(upsample("N"), write(right.replace((*right.nodes[:-1], node))))
    assert found.largest > 0.1
    with pytest.raises(VerifyError) as caught:
        demand_same(found, "net.onnx")
    assert str(caught.value) == (
        f"net.onnx: the imported network differs from the file by {found.largest:g} relative, "
        "allowed: 0.0001; report the file, because its import is wrong, and export or convert it "
        "again"
    )


def test_float16_is_given_its_own_bound(check):
    found = check(upsample("N", opset=16, half=True))
    assert found.holds
    assert (found.bound, found.why) == (1e-2, "the file computes in float16, the hub in float32")
    assert found.largest > 0


def test_random_inputs_span_what_pictures_become():
    inputs = random_inputs(CONTRACT)
    assert inputs.shape == (4, 3, 8, 8)
    assert inputs.dtype == np.float32
    assert (inputs >= -2).all()
    assert (inputs <= 2).all()
    assert np.ptp(inputs) > 3.8
    np.testing.assert_array_equal(inputs, random_inputs(CONTRACT))


def test_a_file_that_onnx_runtime_does_not_know(check, tmp_path):
    right = write(import_file(_saved(upsample("N"), tmp_path / "right.onnx"), {}))
    model = upsample("N")
    model.opset_import[0].version = 999
    with pytest.raises(HubError) as caught:
        check(model, right)
    assert "source.onnx: ONNX Runtime " in str(caught.value)
    assert " cannot run it (" in str(caught.value)
    assert str(caught.value).endswith(
        "), so the import cannot be checked against it; export it again, with opset 13 to 21"
    )


def _saved(model, path):
    path.write_bytes(model.SerializeToString())
    return path


def test_a_file_that_gives_nan_itself_is_said_to(check):
    model = upsample("N", opset=13)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.append(helper.make_node("Log", ["x"], ["a"]))
    with pytest.raises(
        VerifyError, match=r"its output 'a' is NaN for some inputs .*, in its own run"
    ):
        check(model)
