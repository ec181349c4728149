import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.aspect_ratios import STEP

FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
NAMES = ("ear_left", "ear_right", "ear", "mar")
COUNTS = {"ibug68": 68, "wflw98": 98}


def ratios(points, layout):
    values = STEP.apply({"landmarks": points}, FRAME, {"layout": layout})
    return np.array([values[name] for name in NAMES])


def face68():
    """An open left eye (opening 4, width 10), a closed right one, a mouth (opening 6, width 12)."""
    points = np.zeros((68, 2))
    points[36:42] = [(0, 0), (3, 0), (7, 0), (10, 0), (7, 0), (3, 0)]
    points[42:48] = [(20, 0), (23, -2), (27, -2), (30, 0), (27, 2), (23, 2)]
    points[60:68] = [(0, 9), (3, 6), (6, 6), (9, 6), (12, 9), (9, 12), (6, 12), (3, 12)]
    return points


def test_ratios_of_a_drawn_face():
    assert ratios(face68(), "ibug68") == pytest.approx([0.4, 0.0, 0.2, 0.5])


def test_both_layouts_agree_on_the_mouth():
    points = np.zeros((98, 2))
    points[88:96] = face68()[60:68]
    assert ratios(points, "wflw98")[3] == pytest.approx(0.5)


def test_coinciding_corners_are_nan():
    assert np.isnan(ratios(np.zeros((68, 2)), "ibug68")).all()


@pytest.mark.toolchain
@pytest.mark.parametrize("layout", sorted(COUNTS))
@given(data=st.data())
def test_cpp_equals_numpy(cpp, layout, data):
    points = data.draw(arrays(np.float64, (COUNTS[layout], 2), elements=st.floats(-1e4, 1e4)))
    # Only the order of additions may differ: a few units in the last place.
    np.testing.assert_allclose(
        cpp.aspect_ratios(points, layout), ratios(points, layout), rtol=1e-15 * 4, atol=0
    )


def test_unknown_layout_is_refused():
    with pytest.raises(RecipeError, match="unknown layout 'wflw89'; did you mean wflw98"):
        STEP.complete({"layout": "wflw89"})


def test_landmarks_are_needed():
    with pytest.raises(RecipeError, match="layout 'wflw98' needs more landmarks"):
        ratios(np.zeros((68, 2)), "wflw98")
