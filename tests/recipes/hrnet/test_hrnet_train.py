"""Training on drawn faces, whole, interrupted and continued; and the way to a board."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

import onnx  # noqa: E402
from click.testing import CliRunner  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

from recipes.hrnet.export import export  # noqa: E402
from recipes.hrnet.train import train  # noqa: E402
from recipes.pfld.recipe import WEIGHTS as PFLD_WEIGHTS  # noqa: E402
from recipes.shelf.landmarks.heatmap_task import HeatmapTask  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.cli.main import cli  # noqa: E402
from zoo.errors import RecipeError, UsageError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

# Lightning 2.6 with torch 2.13; none of them is ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*exists and is not empty.*:UserWarning"),
]

MakeFaces = Callable[..., Path]
NAME = "hrnet_w4-64.300w68"
TEACHER = PFLD_WEIGHTS / "pfld_0.25x.300w68.safetensors"


def options(out: Path, *data: Path, **words: str) -> TrainOptions:
    return TrainOptions(data, out, 0, "cpu", settings={"epochs": "2", "batch_size": "4", **words})


def test_a_taught_training_that_is_interrupted_ends_with_the_same_weights(
    make_faces: MakeFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, data = registry.load("recipe", NAME), (make_faces(6), make_faces(6, points=98))
    taught = replace(options(tmp_path / "whole", *data, pose_branch="true"), teachers=(TEACHER,))
    whole = train(recipe, taught)

    def break_off(task: HeatmapTask) -> None:
        if task.current_epoch == 1:
            raise RuntimeError("power cut")

    again = replace(taught, out=tmp_path / "resumed")
    with monkeypatch.context() as patch:
        patch.setattr(HeatmapTask, "on_train_epoch_start", break_off)
        with pytest.raises(RuntimeError, match="power cut"):
            train(recipe, again)
    assert train(recipe, again).read_bytes() == whole.read_bytes()
    log = (tmp_path / "whole" / "log" / "metrics.csv").read_text().splitlines()
    assert {"val_nme", "val_pose_deg"} <= set(log[0].split(","))
    alone = train(recipe, replace(taught, out=tmp_path / "alone", teachers=()))
    assert alone.read_bytes() != whole.read_bytes()


def test_going_on_from_an_earlier_training(make_faces: MakeFaces, tmp_path: Path) -> None:
    recipe, first = registry.load("recipe", NAME), tmp_path / "first"
    wanted = options(first, make_faces(6))
    before = load_file(train(recipe, wanted))
    still = {**wanted.settings, "learning_rate": "1e-12", "average_decay": "0"}
    again = replace(wanted, out=tmp_path / "again", start=first, settings=still)
    after = load_file(train(recipe, again))
    assert all(torch.allclose(after[n], before[n]) for n in before if n.endswith(".weight"))
    with pytest.raises(RecipeError, match=r"no such weights to start from; give the folder"):
        train(recipe, replace(wanted, out=tmp_path / "no", start=tmp_path))


def test_a_loss_of_places_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"setting 'loss': .* by squared differences; leave it"):
        train(registry.load("recipe", NAME), options(tmp_path, loss="wing"))


def test_it_learns_a_face(make_faces: MakeFaces, tmp_path: Path) -> None:
    """The loss of few faces, seen again and again, falls well below that of empty maps."""
    words = {"epochs": "15", "learning_rate": "1e-2", "augmentation": "gentle"}
    train(registry.load("recipe", NAME), options(tmp_path, make_faces(6), **words))
    header, *rows = (tmp_path / "log" / "metrics.csv").read_text().splitlines()
    column = header.split(",").index("train_loss")
    losses = [float(row.split(",")[column]) for row in rows if row.split(",")[column]]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.toolchain
def test_the_way_to_a_board(make_faces: MakeFaces, tmp_path: Path) -> None:
    data, hub = make_faces(8), tmp_path / "net.onnx"
    trained = train(registry.load("recipe", NAME), options(tmp_path / "run", data, epochs="1"))
    hub.write_bytes(export(registry.load("recipe", NAME), trained))
    used = {node.op_type for node in onnx.load(hub).graph.node}
    assert used == {"Conv", "Relu", "Add", "Resize", "Concat"}
    words = ("--hub", hub, "--calib", data, "--calibrator", "minmax", "--detector", "none")
    places = ("--out", tmp_path / "dist", "--cache", tmp_path / "cache")
    done = CliRunner().invoke(cli, [*map(str, ("build", NAME, "--target", "c99", *words, *places))])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "dist" / f"{NAME}-own.c99.ptq.tar.gz").is_file()
