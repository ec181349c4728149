"""Distillation from the float network."""

import logging
import re

import pytest
import torch
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.quantize.prepare import prepare
from compilers.quantize.qat.distil import Schedule, distil
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.quantize.qat.graph_module import FloatNetwork
from compilers.schemes import DPU_POW2, W4A8_ASYM

GRAPH = residual_network()
FEEDS = pixel_feeds(GRAPH, 96)
SAMPLES = {name: torch.from_numpy(values) for name, values in FEEDS.items()}


def _distilled(scheme, epochs: int, seed: int = 0, **rates: float) -> FakeQuantized:
    start = prepare(GRAPH, scheme, [FEEDS], contract_of(GRAPH, NORMALIZE), "mse", threads=1)
    module = FakeQuantized(start)
    schedule = Schedule(epochs, batch_size=24, **rates)
    distil(module, FloatNetwork(start.graph), SAMPLES, schedule, seed)
    return module


def _error(module: FakeQuantized) -> float:
    with torch.no_grad():
        found, wanted = module(SAMPLES), FloatNetwork(GRAPH)(SAMPLES)
    return float((found["landmarks"] - wanted["landmarks"]).square().mean())


@pytest.mark.parametrize("scheme", [DPU_POW2, W4A8_ASYM], ids=lambda scheme: scheme.name)
def test_the_quantized_network_comes_nearer_to_the_float_one(scheme):
    trained = _distilled(scheme, epochs=30, weight_rate=2e-3, scale_rate=2e-3)
    assert _error(trained) < 0.7 * _error(FakeQuantized(trained.start))


def test_the_same_seed_trains_alike():
    first, again = (_distilled(W4A8_ASYM, epochs=1).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    other = _distilled(W4A8_ASYM, epochs=1, seed=1).state_dict()
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_rates_of_zero_freeze():
    trained = _distilled(W4A8_ASYM, epochs=1, weight_rate=0.0, scale_rate=1e-3)
    untrained = FakeQuantized(trained.start)
    pairs = zip(trained.weight_parameters(), untrained.weight_parameters(), strict=True)
    assert all(torch.equal(after, before) for after, before in pairs)
    (growth,) = trained.scale_parameters()
    assert growth.abs().max() > 0


def test_epochs_are_reported(caplog):
    caplog.set_level(logging.INFO, "zoo.progress")
    _distilled(W4A8_ASYM, epochs=2)
    first, second = caplog.messages
    assert first.startswith("distillation, epoch 1 of 2: loss 0.")
    assert re.search(r", about \d+ s left$", first)
    assert second.startswith("distillation, epoch 2 of 2: loss 0.")
