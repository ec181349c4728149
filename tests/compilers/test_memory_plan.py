"""The memory plan: no two tensors that are needed at once overlap, and little is wasted."""

from hypothesis import given
from hypothesis import strategies as st
from integer_graphs import FORMS, integer_graphs
from networks import residual_network
from quantization import quantized

from compilers.c.program import make_program
from compilers.memory_plan import Block, place
from compilers.schemes import W8A8_ASYM
from zoo.c_program import Argument, CProgram


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    lives = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
    return [
        Block(f"b{index}", draw(st.integers(1, 200)), min(life), max(life))
        for index, life in enumerate(lives)
    ]


@given(blocks())
def test_blocks_of_one_time_do_not_overlap(found):
    plan = place(found)
    for index, one in enumerate(found):
        assert plan.offsets[one.name] + one.size_bytes <= plan.arena_bytes
        for other in found[:index]:
            if one.first <= other.last and other.first <= one.last:
                first, second = sorted((one, other), key=lambda block: plan.offsets[block.name])
                end = plan.offsets[first.name] + first.size_bytes
                assert end <= plan.offsets[second.name]


@given(blocks())
def test_places_are_aligned(found):
    assert not any(offset % 16 for offset in place(found).offsets.values())


def buffers_of(program: CProgram, call_index: int) -> tuple[list[range], range]:
    """Return the addresses in the arena that a call reads, and those that it writes."""

    def addresses(operand: Argument) -> range:
        buffer = program.buffers[operand.tensor]
        if buffer.offset is None:
            return range(0)
        size = 1
        for length in buffer.shape:
            size *= length
        return range(buffer.offset, buffer.offset + size)

    call = program.calls[call_index]
    inputs = [addresses(operand) for operand in call.inputs if isinstance(operand, Argument)]
    return inputs, addresses(call.output)


def overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def test_a_residual_reuses_memory_in_place():
    program = make_program(quantized(residual_network(), W8A8_ASYM))
    (index,) = (i for i, call in enumerate(program.calls) if call.op == "add")
    inputs, output = buffers_of(program, index)
    assert output in inputs


def test_a_reshape_takes_no_memory_and_no_time():
    program = make_program(quantized(residual_network(), W8A8_ASYM))
    assert "reshape" not in {call.op for call in program.calls}
    assert program.buffers["flat"].offset == program.buffers["pooled"].offset


def test_the_arena_is_the_largest_sum_of_what_is_needed_at_once():
    program = make_program(quantized(residual_network(), W8A8_ASYM))
    # The concat reads two images of 4 channels and writes one of 8.
    assert program.arena_bytes == (4 + 4 + 8) * 36


# The kernels of windows and moves read inputs after they have written outputs.
@given(integer_graphs(FORMS))
def test_only_element_wise_kernels_write_where_they_read(graph):
    if graph.tensors[graph.inputs[0]].shape[0] == 3:
        return
    program = make_program(graph)
    for index, call in enumerate(program.calls):
        inputs, output = buffers_of(program, index)
        for place_in_call, read in enumerate(inputs):
            if overlap(read, output):
                assert place_in_call in call.in_place
                assert read == output
