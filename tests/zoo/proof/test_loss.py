"""What quantization loses, and where."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from networks import residual_network
from quantization import pixel_feeds, quantized

from compilers.hub import HUB
from compilers.schemes import W8A8_ASYM
from zoo.errors import VerifyError
from zoo.proof import loss
from zoo.proof.certificate import LOSS, Certificate
from zoo.proof.loss import Networks, loss_checks, relative_loss

GRAPH = residual_network()


def test_an_output_that_became_constant_has_lost_a_half():
    random = np.random.default_rng(0)
    wanted = random.normal(0, 1, (2000, 7)) + np.array([-1, 0, 3, 2, 1, -4, 0])
    constant = np.broadcast_to(wanted.mean(axis=0), wanted.shape)
    assert relative_loss(wanted, constant) == pytest.approx(0.5)
    assert relative_loss(wanted, wanted + 0.1) == pytest.approx(0.05, rel=0.05)
    assert relative_loss(100 * wanted, 100 * constant) == pytest.approx(0.5)
    assert relative_loss(wanted, wanted) == 0


def test_what_8_bits_cannot_resolve_is_not_asked_for():
    wanted = np.linspace(-1, 1, 50) + np.random.default_rng(0).normal(0, 1e-6, (20, 50))
    step = 2 / 255
    assert relative_loss(wanted, np.round(wanted / step) * step) < 0.05


def test_few_samples_are_measured_by_all_their_numbers():
    wanted = np.array([[0.0, 10.0]])
    assert relative_loss(wanted, wanted + 1) == pytest.approx(0.1)


def test_a_rare_signal_that_is_gone_is_lost():
    wanted = np.zeros((50, 1000))
    wanted[7, 3] = 1
    assert relative_loss(wanted, np.zeros_like(wanted)) == pytest.approx(0.5, rel=0.02)


def test_an_output_that_never_varies_is_measured_by_its_magnitude():
    assert relative_loss(np.full((3, 1), 4.0), np.full((3, 1), 5.0)) == 0.25
    assert relative_loss(np.zeros((3, 1)), np.full((3, 1), 5.0)) == 5


def _checks(tmp_path, integer):
    (tmp_path / "float.onnx").write_bytes(HUB.write(GRAPH))
    (tmp_path / "hub.onnx").write_bytes(HUB.write(integer))
    networks = Networks(tmp_path / "float.onnx", tmp_path / "hub.onnx")
    images = pixel_feeds(GRAPH, 12)["image"]
    samples = [{"image": images[index : index + 1]} for index in range(12)]
    return list(loss_checks(networks, integer, samples, "12 drawn pictures"))


def test_a_refusal_names_output_layer_and_ways_out(tmp_path):
    integer = quantized(GRAPH, W8A8_ASYM)
    weight = integer.tensors["stem.weight"]
    broken = integer.replace(integer.nodes, [_zeroed(weight)])
    (check,) = _checks(tmp_path, broken)
    certificate = Certificate("m", "x86", "ptq", "w8a8-asym", (_bounded(check),))
    with pytest.raises(
        VerifyError,
        match=rf"step '{LOSS}, output 'landmarks', 12 drawn pictures' differs by .* of its "
        r"spread, allowed: 0\.1 \(limit for quantization; the largest loss is at node '.*' "
        r"\(conv\), .* before it and .* after\); try more or more representative pictures "
        r"for --calib, another --calibrator, or --quant qat, or allow the loss with "
        r"--max-quantization-error",
    ):
        certificate.demand()
    assert f"node '{_reader(broken, weight.name)}'" in check.why


def _zeroed(tensor):
    return replace(tensor, data=np.zeros_like(tensor.data))


def _bounded(check):
    return replace(check, bound=0.1)


def _reader(graph, name):
    return next(node.name for node in graph.nodes if name in node.inputs)


def test_equalised_layers_are_not_blamed(tmp_path):
    integer = quantized(GRAPH, replace(W8A8_ASYM, equalize=True), calibrator="minmax")
    (check,) = _checks(tmp_path, integer)
    before, after = (float(word) for word in check.why.split() if word[0].isdigit())
    assert before < after < 1


@pytest.mark.parametrize(
    ("photos", "words", "told"),
    [
        (3, "3 pictures held out", "20 samples of 3 pictures held out"),
        (20, "20 pictures held out", "20 pictures held out"),
        (19, "20 pictures held out", "20 pictures held out"),
    ],
)
def test_samples_of_a_metric_are_told_where_pictures_have_several(
    monkeypatch, tmp_path, photos, words, told
):
    def evaluate(_, run, *__):
        return SimpleNamespace(metrics={"accuracy_percent": run}, count=20)

    data = SimpleNamespace(name="crops:faces")
    monkeypatch.setattr(loss, "find_data", lambda *_: data)
    monkeypatch.setattr(loss.registry, "resolve", lambda _: evaluate)
    networks = SimpleNamespace(runs=(88.0, 89.5))
    recipe = SimpleNamespace(evaluate="", metric="accuracy_percent", more_is_better=True)
    recipe.as_registered = recipe
    paths = {tmp_path / f"{number}.png" for number in range(photos)}
    check = loss.metric_check(networks, recipe, tmp_path, paths, words)
    assert check.step == f"{LOSS}, accuracy_percent 88 -> 89.5, {told}"
    assert (check.largest, check.values) == (0, 20)
