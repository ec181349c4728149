"""Pictures, directories, raw frames and boxes for them."""

import json
import os
import shutil
import subprocess

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


@pytest.fixture
def folder(photos, tmp_path):
    """The photos in a folder that may be changed."""
    return shutil.copytree(photos, tmp_path / "photos")


def landmarks(finished):
    assert finished.status == 0, finished.error
    return [line["landmarks"] for line in finished.lines]


def test_directory_is_read_by_name(app, photos):
    finished = app.run("--source", photos, "--box", BOX)
    names = [line["source"].rsplit("/", 1)[1] for line in finished.lines]
    assert names == ["a.png", "b.png", "c.PNG"]
    assert [line["frame"] for line in finished.lines] == [0, 1, 2]


def test_odd_files_of_a_directory_are_left_out(app, folder):
    (folder / "._a.jpg").write_bytes(b"\0\5\x16\7")
    (folder / "bb.png").symlink_to("nowhere")
    (folder / "d.png").mkdir()
    os.mkfifo(folder / "e.bmp")
    finished = app.run("--source", folder, "--box", BOX)
    assert finished.status == 4
    names = [line["source"].rsplit("/", 1)[1] for line in finished.lines]
    assert names == ["a.png", "b.png", "c.PNG"]
    warnings = [line for line in finished.error.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 5
    assert f"skipped: {folder}/._a.jpg: cannot be read as a picture (its " in warnings[0]
    assert f"skipped: {folder}/d.png: no such picture" in warnings[2]
    assert f"skipped: {folder}/e.bmp: no such picture" in warnings[3]
    assert warnings[4] == "warning: 4 of 7 pictures cannot be read and are skipped"
    summary = app.run("--source", folder, "--json").lines[-1]["summary"]
    assert (summary["frames"], summary["skipped"]) == (3, 4)
    assert "skipped" not in app.run("--source", folder / "a.png", "--json").lines[-1]["summary"]


def test_a_directory_of_odd_files_only(app, tmp_path):
    (tmp_path / "a.png").touch()
    finished = app.run("--source", tmp_path)
    assert (finished.status, finished.lines) == (1, [])
    assert finished.error.endswith("error: 1 of 1 pictures cannot be read, so none remains\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("é.json", json.dumps({"é.png": [30, 20, 80, 80]})),
        ("mark.json", "\ufeff" + json.dumps({"é.png": [30, 20, 80, 80]}, ensure_ascii=False)),
        ("mark.csv", "\ufeffé.png,30,20,80,80\n"),
        ("quoted.csv", '"é.png",30,20,80,80\n'),
    ],
)
def test_boxes_as_other_programs_write_them(app, folder, tmp_path, name, content):
    (folder / "a.png").rename(tmp_path / "é.png")
    (tmp_path / name).write_text(content, "utf-8")
    finished = app.run("--source", tmp_path / "é.png", "--boxes", tmp_path / name)
    assert [line["box"] for line in finished.lines] == [[30, 20, 80, 80]], finished.error
    assert finished.lines[0]["source"] == str(tmp_path / "é.png")


def test_names_in_json_and_csv_are_any_text(app, folder, tmp_path):
    name = 'a "b", \\n.png'
    (folder / "a.png").rename(tmp_path / name)
    (tmp_path / "b.json").write_text(json.dumps({name: [30, 20, 80, 80]}))
    quotes = name.replace('"', '""')
    (tmp_path / "b.csv").write_text(f'"{quotes}",30,20,80,80\n')
    for boxes in ("b.json", "b.csv"):
        finished = app.run("--source", tmp_path / name, "--boxes", tmp_path / boxes)
        assert [line["box"] for line in finished.lines] == [[30, 20, 80, 80]], finished.error
        assert finished.lines[0]["source"] == str(tmp_path / name)


def test_a_name_that_is_no_utf8_is_json(app, folder, tmp_path):
    path = os.fsencode(tmp_path) + b"/x\xe9.png"
    os.rename(folder / "a.png", path)  # noqa: PTH104 (no text)
    words = ["--model", app.model, "--onnxruntime", app.runtime_library, "--source", path]
    finished = subprocess.run([app.program, *words], env={}, capture_output=True, check=True)
    record = json.loads(finished.stdout.decode("utf-8"))
    assert record["source"] == f"{tmp_path}/x\ufffd.png"


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


def test_numbers_of_frames_are_no_names_of_pictures(app, photos, tmp_path):
    frames = tmp_path / "0.rgb"
    frames.write_bytes(np.asarray(Image.open(photos / "a.png")).tobytes() * 2)
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps({"0.rgb": [1, 1, 9, 9], "0": [30, 20, 80, 80]}))
    finished = app.run("--source", f"raw:160x120:{frames}", "--boxes", boxes)
    assert [line["box"] for line in finished.lines] == [[30, 20, 80, 80]]
    assert f"{boxes}: has no box for frame '1'; give it one" in finished.error
    of_pictures = app.run("--source", photos, "--boxes", boxes)
    assert (of_pictures.status, of_pictures.lines) == (1, [])
    assert f"{boxes}: has no box for photo 'a.png'; give it one" in of_pictures.error


def test_a_picture_below_dev_or_in_a_pipe(app, photos):
    content = (photos / "a.png").read_bytes()
    (of_file,) = app.run("--source", photos / "a.png").lines
    words = ["--model", app.model, "--onnxruntime", app.runtime_library]
    for name in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        command = [app.program, *words, "--source", name]
        run = subprocess.run(command, input=content, capture_output=True, check=True)
        assert json.loads(run.stdout)["landmarks"] == of_file["landmarks"]


def test_one_box_serves_every_photo(app, photos):
    boxes = {tuple(line["box"]) for line in app.run("--source", photos, "--box", BOX).lines}
    assert boxes == {(30, 20, 80, 80)}


def test_source_names_are_escaped(app, photos, tmp_path):
    odd = tmp_path / 'a "quoted" \\ name.png'
    shutil.copy(photos / "a.png", odd)
    assert app.run("--source", odd).lines[0]["source"] == str(odd)
