"""Windows against loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.op_parts.window import Window, sizes
from zoo.errors import HubError, UnsupportedOpError
from zoo.op import OnnxCall

PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
WINDOWS = st.builds(
    Window, PAIRS, PAIRS, st.tuples(*[st.integers(0, 2)] * 4), st.tuples(*[st.integers(1, 2)] * 2)
)
IMAGE = np.arange(1, 61, dtype=np.float32).reshape(1, 2, 5, 6)


@given(window=WINDOWS)
def test_patches_are_what_each_output_sees(window):
    padded = window.pad(IMAGE, value=-1)
    height, width = window.output_hw((5, 6), "test")
    patches = window.patches(padded)
    assert patches.shape == (1, 2, height, width, *window.kernel)
    for (i, j), seen in window.taps(padded):
        for y in range(height):
            for x in range(width):
                row = y * window.strides[0] + i * window.dilations[0] - window.pads[0]
                column = x * window.strides[1] + j * window.dilations[1] - window.pads[1]
                inside = 0 <= row < 5 and 0 <= column < 6
                expected = IMAGE[0, 1, row, column] if inside else -1
                assert seen[0, 1, y, x] == patches[0, 1, y, x, i, j] == expected


@pytest.mark.parametrize(
    ("mode", "pads"), [("SAME_UPPER", (0, 1, 1, 1)), ("SAME_LOWER", (1, 1, 0, 1))]
)
def test_same_pads(mode, pads):
    call = OnnxCall("Conv", {"auto_pad": mode, "strides": (2, 1)})
    window = Window.from_call(call, (2, 3), (5, 5))
    assert window.pads == pads
    assert window.output_hw((5, 5), "test") == (3, 5)


def test_sizes_must_be_fixed():
    with pytest.raises(HubError, match=r"^node: height and width \('H', 4\) must be fixed$"):
        Window((1, 1)).output_hw(("H", 4), "node")


@pytest.mark.parametrize("value", [None, (2,), (2, 0), (1, 2, 3)])
def test_sizes_are_two_positive_integers(value):
    attributes = {} if value is None else {"kernel_shape": value}
    with pytest.raises(UnsupportedOpError) as caught:
        sizes(OnnxCall("MaxPool", attributes, (), "net.onnx: node 'p'"), "kernel_shape")
    assert str(caught.value) == (
        f"net.onnx: node 'p': MaxPool has kernel_shape {value}; expected two positive integers "
        "(height, width): only 2-D windows are supported"
    )


def test_pads_that_no_memory_holds():
    window = Window((2, 2), pads=(0, 2**40, 0, 0))
    with pytest.raises(HubError) as caught:
        window.output_hw((4, 4), "node 'pool' (max_pool)")
    assert str(caught.value) == (
        f"node 'pool' (max_pool): its padded input has (4, {2**40 + 4}) pixels, more than "
        "2147483647 in all; check its pads and kernel"
    )
