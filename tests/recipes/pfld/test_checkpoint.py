"""Weights are safetensors of the right network, or refused."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.checkpoint import build_net, load_net, restore  # noqa: E402
from recipes.pfld.recipe import recipe  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from zoo.errors import RecipeError  # noqa: E402

SMALL = VARIANTS["pfld_0.25x.300w68"]


def test_weights_come_back(tmp_path: Path) -> None:
    net = build_net(SMALL, seed=5)
    save_state(net.state_dict(), tmp_path / "w.safetensors")
    loaded = load_net(SMALL, tmp_path / "w.safetensors").state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in net.state_dict().items())


def test_restored_networks_are_functions_of_their_input(tmp_path: Path) -> None:
    variant = next(variant for variant in VARIANTS.values() if variant.pose_head)
    net = build_net(variant, seed=5).eval()
    save_state(net.state_dict(), tmp_path / "w.safetensors")
    image = torch.rand(2, variant.in_channels, 112, 112)
    run = restore(recipe(variant), tmp_path / "w.safetensors")
    with torch.inference_mode():
        landmarks, pose = net(image)
    found = run({"image": image.numpy()})
    assert found.keys() == {"landmarks", "pose"}
    assert (found["landmarks"] == landmarks.numpy()).all()
    assert (found["pose"] == pose.numpy()).all()


def test_building_leaves_the_global_randomness_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    build_net(SMALL, seed=7)
    assert torch.equal(torch.rand(1), expected)


def test_pickled_checkpoints_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save(build_net(SMALL).state_dict(), path)
    with pytest.raises(RecipeError, match=r"w\.pt: not readable as safetensors .* pickled"):
        load_net(SMALL, path)


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"w\.safetensors: not readable as safetensors"):
        load_net(SMALL, tmp_path / "w.safetensors")


def test_weights_of_another_variant(tmp_path: Path) -> None:
    save_state(build_net(VARIANTS["pfld_0.25x.wflw98"]).state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(RecipeError, match=r"not the weights of pfld_0\.25x\.300w68 .*size"):
        load_net(SMALL, tmp_path / "w.safetensors")
