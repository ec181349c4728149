import json
import os
from dataclasses import replace

import pytest
from PIL import Image

from zoo.contract import Contract, Step, TensorSpec
from zoo.data.pictures import calibration_pictures, count_note, region_note
from zoo.errors import DataError, UsageError
from zoo.picture import Picture, read_picture
from zoo.proof.golden import golden_inputs
from zoo.recipe import GoldenInput, Recipe

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (), ())
RECIPE = Recipe("toy", "toy", "", CONTRACT)


@pytest.fixture
def photos(tmp_path):
    """Ten pictures, the first pixel of each being its number."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for index in range(10):
        where = folder / "more" if index % 2 else folder
        Image.new("RGB", (6, 4), (index, 0, 0)).save(where / f"{index}.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def numbers(pictures):
    return [int(picture.read()[0, 0, 0]) for picture in pictures]


def test_calibration_is_spread_evenly_and_the_same_each_time(photos):
    chosen = calibration_pictures(RECIPE, photos, 4)
    assert numbers(chosen) == numbers(calibration_pictures(RECIPE, photos, 4))
    every = numbers(calibration_pictures(RECIPE, photos, 100))
    assert sorted(every) == list(range(10))
    assert numbers(chosen) == [every[index] for index in (0, 2, 5, 7)]


def test_odd_files_are_left_out_with_a_warning_and_a_count(photos, caplog):
    (photos / "._0.png").write_bytes(b"\0\5\x16\7")
    (photos / "broken.jpg").symlink_to("nowhere")
    (photos / "empty.bmp").touch()
    (photos / "folder.png").mkdir()
    os.mkfifo(photos / "pipe.png")
    (photos / "cut.png").write_bytes((photos / "0.png").read_bytes()[:-2])
    assert sorted(numbers(calibration_pictures(RECIPE, photos, 100))) == list(range(10))
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 7
    assert f"{photos / '._0.png'}: cannot be read as a picture (its format" in said[0]
    assert "folder.png: cannot be read (Is a directory)" in said[-3]
    assert said[-2] == f"skipped: {photos / 'pipe.png'}: is a pipe, no file"
    assert said[-1] == "6 of 16 files cannot be read and are skipped"


def test_few_pictures_are_warned_of():
    assert count_note(1) == (
        "calibration used 1 picture, which is few: give 100 or more, as varied as what the network "
        "will see"
    )
    assert count_note(99).startswith("calibration used 99 pictures, which")
    assert count_note(100) == ""


def test_an_odd_file_needs_no_box(tmp_path):
    Image.new("RGB", (6, 4)).save(tmp_path / "a.png")
    (tmp_path / "._a.png").write_bytes(b"\0\5\x16\7")
    (tmp_path / "boxes.json").write_text('\ufeff{"a": [1, 1, 2, 2]}', "utf-8")
    (found,) = calibration_pictures(RECIPE, tmp_path, 9)
    assert (found.path.name, found.box) == ("a.png", (1.0, 1.0, 2.0, 2.0))


def test_a_folder_of_odd_files_only(tmp_path):
    (tmp_path / "._a.jpg").write_bytes(b"\0\5\x16\7")
    with pytest.raises(DataError, match=r"none of 1 files can be read; .*\._a\.jpg: cannot be"):
        calibration_pictures(RECIPE, tmp_path, 5)


def test_recipe_that_knows_the_labels_gives_the_boxes(photos, install):
    source = (
        "from zoo.picture import Picture\n"
        "def pictures(recipe, folder):\n"
        "    return [Picture(folder / '2.png', (1.0, 1.0, 2.0, 2.0))]\n"
    )
    install("zoo-labels", "zoo_labels", source)
    recipe = Recipe("toy", "toy", "", CONTRACT, pictures="zoo_labels:pictures")
    (found,) = calibration_pictures(recipe, photos, 5)
    assert found.box == (1.0, 1.0, 2.0, 2.0)


def test_a_folder_of_labels_gives_its_boxes_to_everyone(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "images" / "a.png")
    (tmp_path / "annotations.csv").write_text("file,x0,y0,x1,y1\na.png,2,3,12,9\n")
    (found,) = calibration_pictures(RECIPE, tmp_path, 5)
    assert (found.path.name, found.box) == ("a.png", (2.5, 3.5, 10.0, 6.0))


def test_a_table_of_other_labels_is_no_data_set_of_faces(tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "images" / "a.png")
    (tmp_path / "annotations.csv").write_text("file,x,y,w,h\na.png,2,3,12,9\n")
    (found,) = calibration_pictures(RECIPE, tmp_path, 5)
    assert found.box is None


def test_boxes_beside_the_pictures_are_taken_as_the_app_does(photos):
    boxes = {f"{index}.png": [1, 1, 2, 2] for index in range(8)}
    boxes |= {"8": [[0, 0, 3, 3], [2, 1, 4, 3.5]], "9": []}
    (photos / "boxes.json").write_text(json.dumps(boxes))
    found = calibration_pictures(RECIPE, photos, 100)
    assert {p.box for p in found if p.path.stem == "8"} == {(0, 0, 3, 3), (2, 1, 4, 3.5)}
    assert len(found) == 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", r"boxes\.json: cannot be read as JSON"),
        ("[1]", r"boxes\.json: expected a table of boxes by photo"),
        (
            '{"0": [1, 2, 0, 4]}',
            r"boxes\.json: '0': is \[1, 2, 0, 4\]; a box is \[x, y, width, height",
        ),
        ('{"0": [1, 2, 3, NaN]}', r"'0': is \[1, 2, 3, nan\]; a box is"),
        ('{"0": "face"}', r"'0': is 'face'; a box is"),
        ('{"0": [1, 2, 3, 4]}', r"has no box for photo '\d\.png'; add one, or \[\]"),
        (json.dumps({str(i): [] for i in range(10)}), r"has no box for any picture"),
    ],
)
def test_wrong_boxes_are_named(photos, content, message):
    (photos / "boxes.json").write_text(content)
    with pytest.raises(DataError, match=message):
        calibration_pictures(RECIPE, photos, 100)


@pytest.mark.parametrize(
    ("scale", "box", "told"),
    [(1.2, None, True), (1.0, None, False), (1.2, (0.0, 0.0, 1.0, 1.0), False)],
)
def test_whole_pictures_are_told_where_the_contract_cuts(tmp_path, scale, box, told):
    contract = replace(CONTRACT, pre=(Step("crop", {"scale": scale}),))
    note = region_note(contract, [Picture(tmp_path / "a.png", box)])
    assert bool(note) == told
    assert not told or "crops 1.2 times a box:" in note


def test_missing_folder(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere: no such folder; give one with pictures"):
        calibration_pictures(RECIPE, tmp_path / "nowhere", 5)


def test_rendered_golden_inputs_are_the_same_on_every_machine(tmp_path):
    names = [golden.name for golden in golden_inputs(RECIPE, tmp_path)]
    assert names == ["rendered_ramp", "rendered_waves", "rendered_noise"]
    sums = [int(read_picture(tmp_path / f"{name}.png").sum()) for name in names]
    assert sums == [6448909, 9078784, 9784942]


def test_own_golden_inputs_are_copied_with_their_boxes(photos, tmp_path):
    golden = GoldenInput("zero", photos / "0.png", (1.0, 2.0, 3.0, 2.0))
    out = tmp_path / "out"
    out.mkdir()
    recipe = Recipe("toy", "toy", "", CONTRACT, golden=(golden,))
    (copied,) = golden_inputs(recipe, out)
    assert copied == GoldenInput("zero", out / "zero.png", golden.box)
    assert copied.image.read_bytes() == golden.image.read_bytes()
