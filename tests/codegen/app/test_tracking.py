import numpy as np
import pytest
from spot_app import spot

pytestmark = pytest.mark.toolchain


def raw_file(path, centres):
    path.write_bytes(np.stack([spot(x, y) for x, y in centres]).tobytes())
    return f"raw:160x120:{path}"


def centres(finished):
    assert finished.status == 0, finished.error
    return np.array([np.mean(line["landmarks"], axis=0) for line in finished.lines])


def test_a_moving_face_is_followed(app, tmp_path):
    path = [(40 + 4 * step, 50 + 2 * step) for step in range(16)]
    source = raw_file(tmp_path / "moving.rgb", path)
    tracked = app.run("--source", source, "--box", "20,30,40,40", "--track")
    np.testing.assert_allclose(centres(tracked), path, atol=3)
    # The box that was given no longer shows the face at the end.
    fixed = app.run("--source", source, "--box", "20,30,40,40").lines[-1]["box"]
    assert fixed[0] + fixed[2] < path[-1][0]


def test_next_box_spans_the_last_landmarks(app, tmp_path):
    source = raw_file(tmp_path / "still.rgb", [(60, 60)] * 2)
    first, second = app.run("--source", source, "--box", "40,40,40,40", "--track").lines
    low, high = np.min(first["landmarks"], axis=0), np.max(first["landmarks"], axis=0)
    np.testing.assert_allclose(second["box"], [*(low + 0.5), *(high - low)], rtol=1e-7)


def test_a_lost_face_is_looked_for_again(app, tmp_path):
    # In the dark there are no landmarks; the box that was given is asked for again.
    source = raw_file(tmp_path / "dark.rgb", [(60, 60), (60, 60), (2000, 2000), (62, 60)])
    lines = app.run("--source", source, "--box", "40,40,40,40", "--track").lines
    assert lines[1]["box"] != [40, 40, 40, 40]
    assert lines[3]["box"] == [40, 40, 40, 40]


def test_a_face_that_leaves_the_photo_is_lost(app, tmp_path):
    source = raw_file(tmp_path / "left.rgb", [(3, 60), (3, 60)])
    lines = app.run("--source", source, "--box", "-39,40,40,40", "--track").lines
    centre = np.mean(lines[0]["landmarks"], axis=0)
    assert centre[0] < 0
    assert lines[1]["box"] == [-39, 40, 40, 40]
