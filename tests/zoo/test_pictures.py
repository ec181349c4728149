import pytest
from PIL import Image

from zoo.contract import Contract, TensorSpec
from zoo.errors import DataError
from zoo.golden import golden_inputs
from zoo.picture import read_picture
from zoo.pictures import calibration_pictures
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


def test_missing_folder(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: no such folder; give one with pictures"):
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
