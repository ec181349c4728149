import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.head_pose import STEP, head_angles

FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
# Brow ends, eye corners, nostrils, mouth corners, chin; roughly millimetres.
FACE = np.array(
    [
        [-68, -68, -44], [68, -68, -44], [-53, -55, -40], [-18, -54, -44], [18, -54, -44],
        [53, -55, -40], [-20, -14, -62], [20, -14, -62], [-28, 21, -50], [28, 21, -50],
        [0, 74, -41],
    ],
    float,
)  # fmt: skip

angles = st.tuples(st.floats(-85, 85), st.floats(-85, 85), st.floats(-175, 175))


def turned(yaw, pitch, roll, scale=1.0, shift=(0.0, 0.0)):
    """The face's points after the docstring's rotation, seen from far away."""
    (cy, cp, cr), (sy, sp, sr) = (f(np.radians([-yaw, -pitch, roll])) for f in (np.cos, np.sin))
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    rotation = about_z @ about_y @ about_x
    return scale * (FACE @ rotation.T)[:, :2] + shift


@given(angles, st.floats(0.1, 10), st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_recovers_a_rotation(angles, scale, shift):
    found = head_angles(turned(*angles, scale, shift), FACE)
    np.testing.assert_allclose(found, angles, atol=1e-6)


@pytest.mark.parametrize(
    ("angles", "nose_goes"),
    [((30, 0, 0), (1, 0)), ((0, 30, 0), (0, -1))],
    ids=["yaw > 0 looks right", "pitch > 0 looks up"],
)
def test_signs_of_yaw_and_pitch(angles, nose_goes):
    nostrils, eyes = turned(*angles)[6:8].mean(0), turned(*angles)[2:6].mean(0)
    straight = turned(0, 0, 0)
    moved = (nostrils - eyes) - (straight[6:8].mean(0) - straight[2:6].mean(0))
    assert moved @ nose_goes > 0


def test_roll_is_clockwise():
    eyes = turned(0, 0, 30)[[2, 5]]
    assert eyes[1, 1] > eyes[0, 1]  # the eye at the picture's right has sunk


def test_many_faces_at_once():
    both = np.stack([turned(10, 20, 30), turned(-5, 0, 5)])
    np.testing.assert_allclose(head_angles(both, FACE), [[10, 20, 30], [-5, 0, 5]], atol=1e-9)


def test_points_on_a_line_are_nan():
    points = np.linspace(0, 1, len(FACE))[:, None] * [3.0, 4.0]
    assert np.isnan(head_angles(points, FACE)).all()


@pytest.mark.toolchain
@given(angles=angles, noise=arrays(np.float64, FACE[:, :2].shape, elements=st.floats(-3, 3)))
def test_cpp_equals_numpy(cpp, angles, noise):
    points = turned(*angles) + noise
    # Degrees; numpy inverts by LAPACK, C++ by cofactors.
    np.testing.assert_allclose(cpp.head_pose(points, FACE), head_angles(points, FACE), atol=1e-8)


@pytest.mark.toolchain
def test_cpp_gives_nan_for_points_at_one_place(cpp):
    assert np.isnan(cpp.head_pose(np.ones((len(FACE), 2)), FACE)).all()


def test_step_takes_the_points_by_index():
    landmarks = np.zeros((20, 2))
    landmarks[5:16] = turned(10, 20, 30)
    parameters = STEP.complete({"points": list(range(5, 16)), "face": FACE.tolist()})
    found = STEP.apply({"landmarks": landmarks}, FRAME, parameters)
    np.testing.assert_allclose(found["head_pose"], [10, 20, 30], atol=1e-9)


def test_flat_face_is_refused():
    flat = np.column_stack([FACE[:, :2], np.zeros(len(FACE))]).tolist()
    with pytest.raises(
        RecipeError, match=r"face must be a list of \[x, y, z\], one for each of the 11"
    ):
        STEP.complete({"points": list(range(11)), "face": flat})


@pytest.mark.parametrize("face", [[], "face", [[1, 2]], [[0, 0, "z"]] * 11, FACE[:10].tolist()])
def test_malformed_face_is_refused(face):
    with pytest.raises(RecipeError, match=r"face must be a list of \[x, y, z\]"):
        STEP.complete({"points": list(range(11)), "face": face})


@pytest.mark.parametrize("points", [[], [-1], [1.5], 3])
def test_malformed_points_are_refused(points):
    with pytest.raises(RecipeError, match=r"points is .*; expected a list of landmark indices"):
        STEP.complete({"points": points, "face": FACE.tolist()})


def test_missing_points_are_refused():
    with pytest.raises(RecipeError, match="point 70 is not among the landmarks"):
        STEP.apply({"landmarks": np.zeros((68, 2))}, FRAME, {"points": [70], "face": [[0, 0, 0]]})
