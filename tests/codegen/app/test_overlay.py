import numpy as np
import pytest
from PIL import Image
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
BOX_COLOR, POINT_COLOR = (255, 200, 0), (60, 255, 90)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_overlay_shows_box_landmarks_and_values(app, tmp_path):
    photo = spot(200, 150, height=300, width=400)
    source = save(tmp_path / "photo.png", photo)
    out = tmp_path / "out"
    finished = app.run("--source", source, "--box", "120,80,150,140", "--overlay", out)
    assert finished.status == 0, finished.error
    drawn = pixels(out / "photo.png")
    assert drawn.shape == photo.shape
    for edge in (drawn[80, 120:270], drawn[219, 120:270], drawn[80:220, 120], drawn[80:220, 269]):
        # Landmarks may lie over it.
        assert (edge == BOX_COLOR).all(-1).mean() > 0.7
    for x, y in finished.lines[0]["landmarks"]:
        near = drawn[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2]
        assert (np.abs(near - POINT_COLOR).sum(-1) < 120).any(), (x, y)
    below = drawn[223:300, 120:270]
    assert (below == 255).all(-1).sum() > 100  # white letters
    above = drawn[:60]
    np.testing.assert_array_equal(above, photo[:60])


def test_source_is_not_changed(app, tmp_path):
    source = save(tmp_path / "photo.png", spot(60, 60))
    before = source.read_bytes()
    app.run("--source", source, "--overlay", tmp_path / "out")
    assert source.read_bytes() == before


def test_what_lies_outside_is_left_out(app, tmp_path):
    source = save(tmp_path / "photo.png", spot(60, 60, height=400, width=400))
    box = "-5000,-3000,9000,9000"
    finished = app.run("--source", source, "--box", box, "--overlay", tmp_path / "out")
    assert finished.status == 0, finished.error


def test_overlays_of_a_directory_keep_apart(app, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("a.png", "a.jpg"):
        save(tmp_path / "photos" / name, spot(60, 60))
    app.run("--source", tmp_path / "photos", "--overlay", tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["a.jpg.png", "a.png"]


def test_frames_of_one_source_are_numbered(app, tmp_path):
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(spot(60, 60).tobytes() * 2)
    app.run("--source", f"raw:160x120:{raw}", "--overlay", tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["frames_000000.png", "frames_000001.png"]
