"""`zoo plugins --check` finds parts that load, but do not fit together."""

import pytest

from zoo.plug_audit import audit
from zoo.plugins import load_plugins

PLUGIN = """
import numpy as np
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.table_op import TableOp
from zoo.target import Target

BOARD = Target("toy", "", "onnx", "onnxruntime", "{app}", {{"ptq": "w8a8-asym"}}, package="deb")

class Bump(TableOp):
    name = "bump"
    onnx_types = ("Bump",)
    onnx_function = "Bump (x) => (y) {{ y = Mul (x, x) }}"

    def activate(self, node, x):
        return x * {factor}

OP = Bump()

@hookimpl
def register_targets():
    return [Descriptor("toy", "zoo_toys:BOARD")]

@hookimpl
def register_ops():
    return [Descriptor("bump", "zoo_toys:OP")]
"""


@pytest.fixture
def faults(install):
    """Return faults(app, factor): what is wrong with a plugin of a board and an op."""

    def faults(app, factor):
        install("zoo-toys", "zoo_toys", PLUGIN.format(app=app, factor=factor))
        (toys,) = (plugin for plugin in load_plugins().all if plugin.name == "zoo_toys")
        return audit(toys)

    return faults


def test_a_sound_plugin_has_no_faults(faults):
    assert faults("cpp-onnxruntime-arm", "x") == []


def test_each_part_that_does_not_fit_is_named(faults):
    assert sorted(faults("cpp-onnxruntime", 2)) == [
        "op 'bump': at x = -8 its `activate` returns -16, its onnx_function 64; both must compute "
        "the same function",
        "target 'toy': has package='deb', but app 'cpp-onnxruntime' has no settings for it; give "
        "the app packages={'deb': ...}, or the target package='tar.gz'",
    ]


def test_what_cannot_be_loaded_is_a_fault(faults):
    (fault,) = faults("cpp-ort", "x")
    assert "its app is the unknown app 'cpp-ort'" in fault


def test_the_zoo_itself_has_none():
    assert [fault for plugin in load_plugins().all for fault in audit(plugin)] == []
