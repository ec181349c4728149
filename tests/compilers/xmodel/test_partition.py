"""The device split of compiled files."""

from dataclasses import replace

from compiled_files import split_graph

from compilers.xmodel.dpu import Dpu
from compilers.xmodel.partition import (
    device_parts,
    fingerprints,
    is_compiled,
    off_the_dpu,
    splitting_ops,
)
from compilers.xmodel.stand_in import as_compiled


def test_the_op_that_splits_the_network_is_named():
    graph = split_graph()
    assert len(device_parts(graph, "DPU")) == 2
    assert [op.name for op in splitting_ops(graph)] == ["attention"]
    assert fingerprints(graph) == (7,)


def test_one_part_is_split_by_nothing(lowered):
    compiled = as_compiled(lowered, Dpu("DPU", 3, "3.5"))
    assert is_compiled(compiled)
    assert splitting_ops(compiled) == ()


def test_a_quantized_file_has_no_parts(lowered):
    assert not is_compiled(lowered)
    assert device_parts(lowered, "DPU") == ()
    assert fingerprints(lowered) == ()


def test_a_transpose_is_off_the_dpu(lowered):
    assert off_the_dpu(lowered.ops) == ()
    moved = replace(lowered.ops[-1], type="transpose")
    assert off_the_dpu((*lowered.ops[:-1], moved)) == (moved,)
