"""The work of each layer of a network, from its shapes alone."""

import pytest
from kpu_graphs import K210
from mobilenet_v2 import mobilenet_v2
from quantization import quantized

from compilers.kmodel.compiler import COMPILER
from compilers.kmodel.frame_rate import estimate
from compilers.kmodel.layer_work import layer_works
from compilers.kmodel.lower import lower
from compilers.kmodel.steps import KpuStep
from compilers.schemes import KPU_U8
from zoo.errors import RefusedError
from zoo.target import Target

NETWORK = mobilenet_v2(0.1, 128)


@pytest.fixture(scope="module")
def works():
    return layer_works(NETWORK, K210)


def test_every_layer_of_the_file_is_counted(works):
    steps = lower(quantized(NETWORK, KPU_U8), K210).placement.steps
    layers = [step for step in steps if isinstance(step, KpuStep)]
    counted = [work for work in works if work.output_channels]
    assert [(work.name, work.height, work.width) for work in counted] == [
        (step.node, *step.source_image[1:]) for step in layers
    ]


def test_the_picture_goes_to_the_kpu_first_and_the_results_come_back_last(works):
    assert (works[0].name, works[0].upload_bytes) == (NETWORK.inputs[0], 3 * 128 * 128)
    assert works[-1].runs_on == "CPU"
    assert works[-1].cpu_elements == works[-2].download_bytes > 0
    assert not any(work.download_bytes for work in works[:-2])


def test_a_stride_is_computed_at_full_size(works):
    """The KPU convolves every pixel, and leaves out those that the stride skips."""
    first = next(work for work in works if work.output_channels)
    assert (first.input_channels, first.height, first.width) == (3, 128, 128)


def test_the_scheme_does_not_matter(works):
    assert layer_works(quantized(NETWORK, KPU_U8), K210) == works


def test_the_compiler_gives_the_times_of_its_target(works):
    times = COMPILER.estimated_times(NETWORK, K210)
    assert [time.total_ms for time in times] == [
        layer.total_ms for layer in estimate(works, 400e6).layers
    ]


def test_a_clock_that_is_none_is_refused():
    facts = {**K210.facts, "kpu_clock_hz": "fast"}
    target = Target("board", "a board", "kmodel", "kmodel", "k210", K210.schemes, facts=facts)
    with pytest.raises(RefusedError, match="board: its fact kpu_clock_hz is 'fast'; expected hert"):
        COMPILER.estimated_times(NETWORK, target)
