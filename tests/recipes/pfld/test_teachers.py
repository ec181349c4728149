"""Teachers answer in the student's cuts."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from recipes.pfld.checkpoint import FAMILY  # noqa: E402
from recipes.pfld.net import Channels, Pfld  # noqa: E402
from recipes.pfld.recipe import WEIGHTS, recipe  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.landmark_evaluation import predict  # noqa: E402
from recipes.shelf.landmarks.teachers import find_teachers, folded, model_of  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.errors import RecipeError  # noqa: E402
from zoo.training import TrainOptions  # noqa: E402

STUDENT = VARIANTS["pfld_0.25x.300w68"]
RECIPE = recipe(STUDENT)
HUB, WEIGHT_FILE = RECIPE.hubs["none"], WEIGHTS / f"{STUDENT.name}.safetensors"
SIZE = 112


@pytest.fixture
def cut() -> torch.Tensor:
    """Return [1, 3, 112, 112]: a face as the student's contract cuts it."""
    photo, (x, y, width, height) = RECIPE.golden[0].image, RECIPE.golden[0].box
    side, scale = max(width, height), float(RECIPE.contract.step("crop").parameters["scale"])
    left, top = x + width / 2 - scale * side / 2, y + height / 2 - scale * side / 2
    frame = (left, top, left + scale * side, top + scale * side)
    face = Image.open(photo).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR, frame)
    return torch.from_numpy(np.asarray(face).copy()).permute(2, 0, 1)[None] / 255


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Return the student's own contract, as somebody else would have written it."""
    steps = {step.name: step.parameters for step in (*RECIPE.contract.pre, *RECIPE.contract.post)}
    mean = np.asarray(steps["landmarks"]["mean"]).tolist()
    file = tmp_path / "peer.toml"
    file.write_text(
        f"""
        input = {{name = "{RECIPE.contract.input.name}", shape = [3, 112, 112]}}
        outputs = [{{name = "landmarks", shape = [136]}}]
        pre = [
            {{name = "crop", scale = {steps["crop"]["scale"]}}},
            {{name = "resize", size = [112, 112]}},
            {{name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]}},
        ]
        post = [{{name = "landmarks", output = "landmarks", count = 68, mean = {mean}}}]
        """,
        "utf-8",
    )
    return file


def taught(cut: torch.Tensor, **teachers: object) -> torch.Tensor:
    options = TrainOptions((), Path(), **teachers)  # type: ignore[arg-type]
    (teacher,) = find_teachers(options, [STUDENT.points], RECIPE.contract, FAMILY).values()
    return teacher(cut)


def test_none_was_asked_for() -> None:
    assert find_teachers(TrainOptions((), Path()), [STUDENT.points], RECIPE.contract, FAMILY) == {}


def test_a_relative_and_the_same_network_by_its_contract(cut: torch.Tensor, contract: Path) -> None:
    own = taught(cut, teachers=(WEIGHT_FILE,))
    peer = taught(cut, peers=((HUB, contract),))
    assert SIZE * (own - peer).abs().max() < 0.2  # pixels; the peer's cut is made of bytes
    both = taught(cut, teachers=(WEIGHT_FILE,), peers=((HUB, contract),))
    torch.testing.assert_close(both, (own + peer) / 2)


def test_a_float_network_teaches_as_its_weights_do(cut: torch.Tensor, tmp_path: Path) -> None:
    own = taught(cut, teachers=(WEIGHT_FILE,))
    found = taught(cut, teachers=(HUB,))  # MODEL.none.onnx, as published
    assert SIZE * (own - found).abs().max() < 0.2  # pixels; its cut is made of bytes
    trained = tmp_path / f"{STUDENT.name}.onnx"  # as `zoo train` names it
    trained.write_bytes(HUB.read_bytes())
    torch.testing.assert_close(taught(cut, teachers=(trained,)), found)


def test_published_networks_without_weights_can_teach(cut: torch.Tensor) -> None:
    wanted = taught(cut, teachers=(WEIGHT_FILE,))
    for file in ("hrnet/weights/hrnet_w8-128.300w68", "dan/weights/dan2_0.25x.300w68"):
        found = taught(cut, teachers=(WEIGHTS.parents[1] / f"{file}.none.onnx",))
        assert SIZE * (found - wanted).abs().mean() < 2  # pixels: other networks, the same face


@pytest.mark.parametrize("name", ["other.onnx", "pfld_0.25x.300w68.ptq.w8a8-asym.onnx"])
def test_a_file_of_another_name_cannot_teach(cut: torch.Tensor, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HUB.read_bytes())
    with pytest.raises(RecipeError, match=r"not named after a model .* or MODEL\.none\.onnx$"):
        taught(cut, teachers=(tmp_path / name,))


def test_the_network_of_another_model_cannot_teach(cut: torch.Tensor, tmp_path: Path) -> None:
    hub = tmp_path / "hrnet_w8-128.300w68.onnx"
    hub.write_bytes(HUB.read_bytes())
    with pytest.raises(RecipeError, match=r"hrnet.*\.onnx: not the network of its contract: hrnet"):
        taught(cut, teachers=(hub,))


def test_integers_cannot_teach(cut: torch.Tensor, tmp_path: Path) -> None:
    hub = tmp_path / f"{STUDENT.name}.onnx"
    hub.write_bytes(RECIPE.hubs["ptq.w8a8-asym"].read_bytes())
    with pytest.raises(RecipeError, match=r"\.onnx: holds integers; give the float network"):
        taught(cut, teachers=(hub,))


def test_a_peer_must_fit_its_contract(cut: torch.Tensor, contract: Path) -> None:
    contract.write_text(contract.read_text("utf-8").replace("112, 112]}", "96, 96]}"), "utf-8")
    contract.write_text(contract.read_text("utf-8").replace("size = [112, 112]", "size = [96, 96]"))
    with pytest.raises(RecipeError, match=r"input .* has shape \[3, 96, 96\] in the contract"):
        taught(cut, peers=((HUB, contract),))


def test_the_record_names_the_models_of_teachers() -> None:
    assert model_of(HUB) == model_of(WEIGHT_FILE) == STUDENT.name


def test_a_peer_computes_as_precisely_as_the_training(cut: torch.Tensor, contract: Path) -> None:
    wanted = taught(cut, peers=((HUB, contract),))
    with torch.autocast("cpu", torch.bfloat16):
        found = taught(cut, peers=((HUB, contract),))
    assert 0 < SIZE * (found - wanted).abs().max() < 1  # pixels


def test_answers_are_places_of_the_face(cut: torch.Tensor, contract: Path) -> None:
    photo = np.asarray(Image.open(RECIPE.golden[0].image).convert("RGB"))
    run = registry.load("executor", "onnxruntime").load(HUB.parent, HUB.name, 1)
    in_photo = predict(RECIPE.contract, run, photo, RECIPE.golden[0].box)
    found = taught(cut, peers=((HUB, contract),)).view(68, 2).double().numpy()
    spread = in_photo.std(axis=0) / found.std(axis=0)
    # The cut is a square: one factor leads from its fractions to the photo's pixels.
    assert spread[0] == pytest.approx(spread[1], rel=0.02)
    assert np.abs((in_photo - in_photo.mean(0)) / spread - (found - found.mean(0))).max() < 0.01


def test_each_layout_has_its_own_teachers(cut: torch.Tensor, contract: Path) -> None:
    other = WEIGHTS / "pfld_0.25x.wflw98.safetensors"
    options = TrainOptions((), Path(), teachers=(WEIGHT_FILE, other), peers=((HUB, contract),))
    teachers = find_teachers(options, [98, 68], RECIPE.contract, FAMILY)
    assert {points: teach(cut).shape for points, teach in teachers.items()} == {
        68: (1, 136),
        98: (1, 196),
    }
    torch.testing.assert_close(
        teachers[68](cut), taught(cut, teachers=(WEIGHT_FILE,), peers=((HUB, contract),))
    )


def test_another_number_of_landmarks_cannot_teach(contract: Path) -> None:
    with pytest.raises(
        RecipeError,
        match=r"peer\.toml: finds 68 landmarks, but the faces have 98; give a network with as many",
    ):
        find_teachers(
            TrainOptions((), Path(), peers=((HUB, contract),)), [98], RECIPE.contract, FAMILY
        )


def test_the_folded_network_computes_the_same_without_batch_norms() -> None:
    net = Pfld(channels=Channels.scaled(0.25), pose_head=True)
    net(torch.randn(4, 3, 112, 112))  # statistics that are not 0 and 1
    image = torch.randn(2, 3, 112, 112)
    with torch.no_grad():
        expected, found = net.eval()(image), folded(net)(image)
    for wanted, got in zip(expected, found, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-5)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded(net).modules())
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules())
