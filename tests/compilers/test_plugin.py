"""What the room registers is there, under its own name."""

import pytest

from compilers import plugin
from compilers.op_table import find_onnx_type, find_op, onnx_types
from compilers.ops import functions
from zoo.errors import UnknownNameError
from zoo.op import Op
from zoo.registry import resolve

HOOKS = (
    plugin.register_ops,
    plugin.register_formats,
    plugin.register_schemes,
    plugin.register_pruners,
    plugin.register_quantizers,
    plugin.register_compilers,
    plugin.register_executors,
)
DESCRIPTORS = [descriptor for hook in HOOKS for descriptor in hook()]


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=lambda d: d.target)
def test_everything_has_the_name_it_is_registered_by(descriptor):
    assert resolve(descriptor.target).name == descriptor.name


def test_files_of_ops_are_found():
    names = {descriptor.name for descriptor in plugin.register_ops()}
    assert names >= {"conv", "dense", "add", "concat", "average_pool", "reshape", "quantize"}


def test_each_function_is_registered():
    ops = {descriptor.name for descriptor in plugin.register_ops()}
    found = {op.name for op in vars(functions).values() if isinstance(op, functions.Function)}
    assert len(found) > 10
    assert found <= ops


def test_ops_of_float_graphs_can_be_trained():
    ops = [resolve(descriptor.target) for descriptor in plugin.register_ops()]
    untrained = {op.name for op in ops if type(op).run_torch is Op.run_torch}
    assert untrained == {"quantize", "dequantize", "requantize"}


def test_each_onnx_type_is_read_by_one_op():
    ops = [resolve(descriptor.target) for descriptor in plugin.register_ops()]
    types = [op_type for op in ops for op_type in op.onnx_types]
    assert sorted(types) == sorted(set(types))
    assert set(types) <= set(onnx_types())


def test_ops_are_found_by_name_and_onnx_type():
    assert isinstance(find_op("conv"), Op)
    assert find_onnx_type("Conv") is find_op("conv")
    assert find_onnx_type("Loop") is None


def test_unknown_ops_suggest_near_names():
    with pytest.raises(UnknownNameError, match="unknown op 'conf'; did you mean conv"):
        find_op("conf")
