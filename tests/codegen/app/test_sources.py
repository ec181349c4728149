"""Pictures, directories, raw frames and boxes for them."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
BOX = "30,20,80,80"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for index, name in enumerate(["b.png", "a.png", "c.PNG"]):
        save(folder / name, spot(50 + 10 * index, 60))
    (folder / "notes.txt").write_text("no picture")
    return folder


def landmarks(finished):
    assert finished.status == 0, finished.error
    return [line["landmarks"] for line in finished.lines]


def test_directory_is_read_by_name(app, photos):
    finished = app.run("--source", photos, "--box", BOX)
    names = [line["source"].rsplit("/", 1)[1] for line in finished.lines]
    assert names == ["a.png", "b.png", "c.PNG"]
    assert [line["frame"] for line in finished.lines] == [0, 1, 2]


def test_photos_can_be_limited(app, photos):
    assert len(app.run("--source", photos, "--photos", 2).lines) == 2


def test_raw_frames_equal_pictures(app, photos, tmp_path):
    raw = tmp_path / "frames.rgb"
    pixels = [np.asarray(Image.open(photos / name)) for name in ("a.png", "b.png", "c.PNG")]
    raw.write_bytes(np.stack(pixels).tobytes())
    of_raw = landmarks(app.run("--source", f"raw:160x120:{raw}", "--box", BOX))
    assert of_raw == landmarks(app.run("--source", photos, "--box", BOX))


@pytest.mark.parametrize("suffix", ["bmp", "ppm"])
def test_other_lossless_formats_equal_png(app, photos, tmp_path, suffix):
    other = tmp_path / f"a.{suffix}"
    Image.open(photos / "a.png").save(other)
    of_png = landmarks(app.run("--source", photos / "a.png", "--box", BOX))
    assert landmarks(app.run("--source", other, "--box", BOX)) == of_png


def test_jpeg_is_nearly_the_same(app, photos, tmp_path):
    other = tmp_path / "a.jpg"
    Image.open(photos / "a.png").save(other, quality=98)
    of_png = landmarks(app.run("--source", photos / "a.png", "--box", BOX))
    np.testing.assert_allclose(
        landmarks(app.run("--source", other, "--box", BOX)), of_png, atol=0.5
    )


def test_boxes_by_photo(app, photos, tmp_path):
    boxes = {"a.png": [30, 20, 80, 80], "b": [[10, 10, 50, 60], [40.5, 30, 70, 70]], "c.PNG": []}
    as_json = tmp_path / "boxes.json"
    as_json.write_text(json.dumps(boxes))
    as_csv = tmp_path / "boxes.csv"
    as_csv.write_text(
        "file,x,y,width,height\na.png,30,20,80,80\nb,10,10,50,60\r\nb,40.5,30,70,70\n"
    )
    finished = app.run("--source", photos, "--boxes", as_json)
    assert finished.status == 0, finished.error
    found = [(line["frame"], line["face"], line["box"]) for line in finished.lines]
    assert found == [
        (0, 0, [30, 20, 80, 80]),
        (1, 0, [10, 10, 50, 60]),
        (1, 1, [40.5, 30, 70, 70]),
    ]
    of_csv = app.run("--source", photos, "--photos", 2, "--boxes", as_csv)
    assert landmarks(of_csv) == landmarks(finished)


def test_boxes_by_frame_number(app, photos, tmp_path):
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(np.asarray(Image.open(photos / "a.png")).tobytes() * 2)
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("0,30,20,80,80\n1,10,10,50,60\n")
    finished = app.run("--source", f"raw:160x120:{raw}", "--boxes", boxes)
    assert [line["box"] for line in finished.lines] == [[30, 20, 80, 80], [10, 10, 50, 60]]


def test_one_box_serves_every_photo(app, photos):
    boxes = {tuple(line["box"]) for line in app.run("--source", photos, "--box", BOX).lines}
    assert boxes == {(30, 20, 80, 80)}


def test_source_names_are_escaped(app, photos, tmp_path):
    odd = tmp_path / 'a "quoted" \\ name.png'
    shutil.copy(photos / "a.png", odd)
    assert app.run("--source", odd).lines[0]["source"] == str(odd)
