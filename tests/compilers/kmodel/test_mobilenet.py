"""The network that the format is for: MobileNetV2 0.5 at 224x224, wholly on the KPU."""

from collections import Counter

import pytest
from kpu_graphs import K210
from mobilenet_v2 import mobilenet_v2

from compilers.kmodel.encode import encode
from compilers.kmodel.lower import capabilities, lower, with_any_scales
from compilers.kmodel.steps import CpuStep
from compilers.schemes import KPU_U8

NETWORK = mobilenet_v2()


@pytest.fixture(scope="module")
def lowered():
    return lower(with_any_scales(NETWORK, KPU_U8), K210)


def test_every_node_runs_on_the_kpu():
    found = Counter((entry.op, entry.runs_on, entry.why) for entry in capabilities(NETWORK, K210))
    assert found == {("conv", "KPU", ""): 53, ("add", "KPU", ""): 10}


def test_the_cpu_only_dequantizes(lowered):
    on_cpu = [step.kind for step in lowered.placement.steps if isinstance(step, CpuStep)]
    assert on_cpu == ["dequantize"]
    assert len(lowered.placement.steps) == 53 + 10 + 1


def test_the_file_is_small(lowered):
    assert len(encode(lowered.model)) < 700_000


def test_its_images_are_no_more_than_a_depthwise_layer_needs(lowered):
    """48 channels of 112 x 112, twice: the KPU does not pool behind a depthwise layer."""
    assert lowered.placement.kpu_bytes == 2 * 48 * 112 * 128
    assert lowered.placement.main_bytes < 2000


def test_at_its_full_width_it_does_not_fit():
    (refused,) = [e for e in capabilities(mobilenet_v2(1.0), K210) if e.why]
    assert refused.op == "conv"
    assert "2752512 bytes of the KPU's memory are in use here" in refused.why
    assert refused.remedy == "use a smaller input or fewer channels"
