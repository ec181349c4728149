"""The estimate against the measurements that it is made from, and its sums."""

import pytest

from compilers.kmodel.frame_rate import Estimate, LayerWork, estimate

MEASURED = {
    # Width and height: milliseconds of 128 to 128 channels, 3x3, 16-bit weights, KPU at 300 MHz
    # (bbs.sipeed.com/t/topic/691).
    (4, 4): 0.339,
    (16, 4): 0.339,
    (16, 16): 0.417,
    (32, 16): 0.692,
    (32, 32): 1.138,
    (64, 32): 2.125,
    (64, 64): 3.891,
    (128, 64): 7.709,
    (128, 128): 14.778,
    (256, 256): 57.756,
}


def time_of(width: int, height: int) -> float:
    weights_bytes = 128 * 128 * 9 * 2
    layer = LayerWork("conv", "KPU", 128, 128, height, width, weights_bytes=weights_bytes)
    return estimate([layer], clock_hz=300e6).total_ms


@pytest.mark.parametrize("size", MEASURED)
def test_no_measured_time_is_missed_by_more_than_a_fifth(size):
    assert time_of(*size) == pytest.approx(MEASURED[size], rel=0.2)


def test_all_but_one_are_met_within_six_percent():
    close = [size for size, ms in MEASURED.items() if abs(time_of(*size) / ms - 1) < 0.06]
    assert sorted(MEASURED.keys() - close) == [(16, 16)]


def test_depthwise_layers_have_one_pair_for_each_channel():
    full, depthwise = (
        estimate([LayerWork("conv", "KPU", 64, 64, 56, 56, is_depthwise=is_depthwise)])
        for is_depthwise in (False, True)
    )
    assert full.total_ms == 64 * depthwise.total_ms


def test_a_layer_takes_the_longer_of_computing_and_reading_weights():
    (layer,) = estimate([LayerWork("conv", "KPU", 1, 1, 4, 4, weights_bytes=870_000)]).layers
    assert layer.compute_ms < layer.weights_ms == layer.total_ms == pytest.approx(1)


def test_transfers_and_the_cpu_come_on_top():
    work = [
        LayerWork("upload", "CPU", upload_bytes=700_000),
        LayerWork("last", "KPU", 0, 0, download_bytes=46_000),
        LayerWork("dequantize", "CPU", cpu_elements=131_000),
    ]
    found = estimate(work)
    assert [layer.total_ms for layer in found.layers] == pytest.approx([1, 1, 1])
    assert [layer.runs_on for layer in found.layers] == ["CPU", "KPU", "CPU"]
    assert found.total_ms == pytest.approx(3)
    assert found.frames_per_second == pytest.approx(1000 / 3)


def test_a_faster_clock_shortens_only_what_the_kpu_computes():
    work = [LayerWork("conv", "KPU", 64, 64, 64, 64, upload_bytes=700_000)]
    slow, fast = (estimate(work, clock_hz=clock).layers[0] for clock in (400e6, 800e6))
    assert fast.compute_ms == slow.compute_ms / 2
    assert fast.memory_ms == slow.memory_ms


def test_no_layers_take_no_time():
    assert Estimate(()).frames_per_second == float("inf")
