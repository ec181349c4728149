"""Quantization-aware training as a whole."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.hub import HUB
from compilers.quantize.ptq import QUANTIZER as PTQ
from compilers.quantize.qat.agreement import STEP
from compilers.quantize.qat.quantizer import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, KPU_U8, Q9, W4A8_ASYM, W8A8_ASYM
from zoo import registry
from zoo.contract import TensorSpec
from zoo.errors import QuantizeError, ToolchainError
from zoo.graph import Node, Tensor
from zoo.plugs import QuantizeOptions
from zoo.proof.certificate import recorded_checks
from zoo.proof.loss import relative_loss

GRAPH = residual_network()
CONTRACT = contract_of(GRAPH, NORMALIZE)
FEEDS = pixel_feeds(GRAPH, 24)


def _with_pose_head():
    """Return the graph with a second output that only training needs."""
    weight = np.random.default_rng(1).standard_normal((3, 8)).astype(np.float32)
    tensors = {"pose.weight": Tensor("pose.weight", (3, 8), data=weight)}
    tensors |= {"pose": Tensor("pose", ("N", 3)), "turned": Tensor("turned", ("N", 8))}
    nodes = (
        Node("turn", "add", ("flat", "flat"), "turned"),
        Node("pose", "dense", ("turned", "pose.weight"), "pose"),
    )
    return replace(
        GRAPH,
        outputs=("landmarks", "pose"),
        tensors={**GRAPH.tensors, **tensors},
        nodes=(*GRAPH.nodes, *nodes),
    )


def _qat(graph=GRAPH, scheme=W8A8_ASYM, **options):
    return QUANTIZER.quantize(graph, scheme, [FEEDS], CONTRACT, QuantizeOptions(**options))


def test_is_registered():
    assert registry.load("quantizer", "qat") is QUANTIZER


@pytest.mark.parametrize("scheme", [KPU_U8, Q9], ids=lambda scheme: scheme.name)
def test_what_is_read_back_agrees_with_what_was_trained(scheme):
    trained = _qat(scheme=scheme, epochs=1, calibrator="minmax")
    checks = recorded_checks(trained.metadata, "net.onnx")
    assert [check.step for check in checks] == [f"{STEP}, each op alone", STEP]
    assert all(check.holds for check in checks)


def test_metadata_say_how_it_was_made():
    found = dict(_qat(epochs=1, seed=5, calibrator="percentile").metadata)
    checks = recorded_checks(found, "net.onnx")
    assert [check.step for check in checks] == [f"{STEP}, each op alone", STEP]
    assert all(check.how == "recorded" and check.holds for check in checks)
    del found["zoo.checks"]
    assert {key: value for key, value in found.items() if not key.endswith("sha256")} == {
        "zoo.model": "test",
        "zoo.scheme": "w8a8-asym",
        "zoo.quantizer": "qat",
        "zoo.calibrator": "percentile",
        "zoo.calibration_count": "24",
        "zoo.training": "distillation",
        "zoo.epochs": "1",
        "zoo.seed": "5",
    }
    assert len(found["zoo.calibration_sha256"]) == 64


def test_auto_starts_from_the_best_way():
    found = _qat(epochs=1).metadata
    best, *others = json.loads(found["zoo.tried"])
    assert (found["zoo.calibrator"], len(others)) == (best["calibrator"], 5)
    assert "zoo.bias_correction" not in found


def test_training_starts_near_the_best_integers_without_training():
    graph = residual_network(channels=16)
    options = QuantizeOptions(fit=lambda *_: None)
    wanted = run_graph(graph, FEEDS)["landmarks"]
    losses = []
    for quantizer in (QUANTIZER, PTQ):
        integers = quantizer.quantize(graph, W4A8_ASYM, [FEEDS], CONTRACT, options)
        losses.append(relative_loss(wanted, run_graph(integers, FEEDS)["landmarks"]))
    assert losses[0] < 1.2 * losses[1]


def test_the_result_is_a_hub_like_any_other():
    integer = _qat(scheme=DPU_POW2, epochs=1)
    assert HUB.read(HUB.write(integer), "hub") == integer
    (check,) = recorded_checks(integer.metadata, "net.onnx")
    assert (check.step, check.bound, check.holds) == (STEP, 0, True)


def test_a_fit_of_ones_own_trains_instead():
    def fit(module, float_module):
        feeds = {name: torch.from_numpy(values) for name, values in FEEDS.items()}
        assert module(feeds).keys() == float_module(feeds).keys() == {"landmarks"}
        with torch.no_grad():
            for parameter in module.weight_parameters():
                parameter.zero_()

    integer = _qat(fit=fit)
    assert integer.metadata["zoo.training"] == "recipe"
    assert "zoo.epochs" not in integer.metadata
    assert not run_graph(integer, FEEDS)["landmarks"].any()


def test_outputs_that_the_contract_does_not_name_are_trained_and_dropped():
    seen = []

    def fit(*networks):
        feeds = {name: torch.from_numpy(values) for name, values in FEEDS.items()}
        seen.append([list(network(feeds)) for network in networks])

    integer = _qat(_with_pose_head(), fit=fit)
    assert seen == [[["landmarks", "pose"]] * 2]
    assert integer.outputs == ("landmarks",)
    assert not {"pose", "turned", "pose.weight"} & set(integer.tensors)
    alone = _qat(fit=lambda *_: None)
    assert np.array_equal(*(run_graph(g, FEEDS)["landmarks"] for g in (integer, alone)))


def test_an_output_that_the_network_lacks_is_told():
    other = replace(CONTRACT, outputs=(TensorSpec("points", (10,)),))
    with pytest.raises(
        QuantizeError,
        match=r"^graph 'residual': the contract's output 'points' is not one of its outputs "
        "landmarks; name the contract's outputs as the network does$",
    ):
        QUANTIZER.quantize(GRAPH, W8A8_ASYM, [FEEDS], other, QuantizeOptions())


def test_missing_torch_is_told(monkeypatch):
    monkeypatch.setattr("compilers.quantize.qat.quantizer.find_spec", {}.get)
    with pytest.raises(
        ToolchainError,
        match=r"^quantization-aware training needs PyTorch: .*; --quant ptq does without$",
    ):
        _qat()


def test_powers_of_two_are_recorded_as_exact():
    (check,) = recorded_checks(_qat(scheme=DPU_POW2, epochs=1).metadata, "net.onnx")
    assert (check.largest, check.bound, check.unit) == (0, 0, "lsb")
    assert check.values == 24 * GRAPH.tensors["landmarks"].shape[1]
