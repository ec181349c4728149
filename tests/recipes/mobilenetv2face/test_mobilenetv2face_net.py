"""The network: sizes, the frozen prefix, weights of ImageNet, the float hub."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from recipes.mobilenetv2face.checkpoint import build_net, load_net, restore  # noqa: E402
from recipes.mobilenetv2face.export import export  # noqa: E402
from recipes.mobilenetv2face.net import FROZEN_LAYERS  # noqa: E402
from recipes.mobilenetv2face.pretrained import load_pretrained  # noqa: E402
from recipes.mobilenetv2face.recipe import recipe  # noqa: E402
from recipes.mobilenetv2face.variants import VARIANTS, Variant  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402
from zoo.errors import RecipeError  # noqa: E402

SMALL = VARIANTS["mobilenetv2face_a0.35x.wider"]


def random_image(size: int, count: int = 1) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.mark.parametrize("exit_", ["a", "b", "c"])
@pytest.mark.parametrize("boxes", [25, 9])
@pytest.mark.parametrize("size", [64, 96])
def test_maps(exit_: str, boxes: int, size: int) -> None:
    variant = Variant(exit_, 0.35, boxes)
    side = size // variant.stride
    with torch.inference_mode():
        scores, numbers = build_net(variant).eval()(random_image(size))
    assert scores.shape == (1, boxes, side, side)
    assert numbers.shape == (1, 4 * boxes, side, side)


@pytest.mark.parametrize(("width", "channels"), [(1.0, 576), (0.5, 288), (0.35, 192)])
def test_channels_of_exit_a(width: float, channels: int) -> None:
    assert build_net(Variant("a", width)).see(random_image(32)).shape[1] == channels


def test_channels_of_the_joined_exit() -> None:
    assert build_net(Variant("c", 1.0)).eval().see(random_image(32)).shape == (1, 1856, 2, 2)


def test_parameters_of_the_whole_backbone() -> None:
    """MobileNetV2 has 2,223,872 without its classifier (Keras: trainable_weights)."""
    backbone = build_net(Variant("b", 1.0)).features
    assert sum(parameter.numel() for parameter in backbone.parameters()) == 2_223_872


@pytest.mark.parametrize(("width", "count"), [(1.0, 688381), (0.5, 210765), (0.35, 122637)])
def test_parameters_with_statistics_of_exit_a(width: float, count: int) -> None:
    state = build_net(Variant("a", width)).state_dict()
    assert sum(value.numel() for value in state.values() if value.ndim) == count


@pytest.mark.parametrize(("layers", "blocks"), FROZEN_LAYERS.items())
def test_a_frozen_prefix_stays(layers: int, blocks: int) -> None:
    net = build_net(Variant("b", 0.35))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.freeze(layers)
    net.train()
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], 0.1)
    sum(map_.sum() for map_ in net(random_image(64, 2))).backward()
    optimizer.step()
    changed = {name for name, value in net.state_dict().items() if not value.equal(before[name])}
    frozen = tuple(f"features.{index}." for index in range(blocks))
    assert not {name for name in changed if name.startswith(frozen)}
    assert f"features.{blocks}.{'0' if blocks == 0 else 'conv.0.0'}.weight" in changed


def imagenet(width: float, path: Path) -> nn.Module:
    """Save a backbone with torchvision's names and a classifier; return it, scale unchanged."""
    net = build_net(Variant("b", width), seed=3).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
    state = {n: v for n, v in net.state_dict().items() if n.startswith("features.")}
    save_state({**state, "classifier.1.weight": torch.zeros(1000, 1280)}, path)
    return net


def test_weights_of_imagenet_see_the_same_picture(tmp_path: Path) -> None:
    theirs = imagenet(0.35, tmp_path / "theirs.safetensors")
    ours = build_net(SMALL).eval()
    load_pretrained(ours, tmp_path / "theirs.safetensors")
    pixels = torch.randint(0, 256, (1, 3, 256, 256), generator=torch.Generator().manual_seed(0))
    mean, std = (
        torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    with torch.inference_mode():
        expected, found = (
            net.features[0](x)[:, :, 1:-1, 1:-1]
            for net, x in ((theirs, (pixels / 255 - mean) / std), (ours, (pixels - 128) / 128))
        )
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)
    name = "features.5.conv.0.0.weight"
    torch.testing.assert_close(ours.state_dict()[name], theirs.state_dict()[name])


def test_weights_of_another_width(tmp_path: Path) -> None:
    imagenet(0.5, tmp_path / "half.safetensors")
    with pytest.raises(RecipeError, match=r"half\.safetensors: 'features.*' is .* the same width"):
        load_pretrained(build_net(SMALL), tmp_path / "half.safetensors")
    (tmp_path / "no.safetensors").write_bytes(b"pickle")
    with pytest.raises(RecipeError, match=r"no\.safetensors: not readable as safetensors"):
        load_pretrained(build_net(SMALL), tmp_path / "no.safetensors")


@pytest.mark.parametrize("exit_", ["a", "c"])
def test_the_hub_computes_what_torch_does(exit_: str) -> None:
    variant = Variant(exit_, 0.35)
    made = recipe(variant)
    session = onnxruntime.InferenceSession(
        hub := export(made, None), providers=["CPUExecutionProvider"]
    )
    image = random_image(224)
    with torch.inference_mode():
        expected = build_net(variant).eval()(image)
    found = session.run(["scores", "boxes"], {"image": image.numpy()})
    for wanted, got in zip(expected, found, strict=True):
        np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-4, atol=1e-4)
    joined = {"Concat", "Resize"} if exit_ == "c" else set()
    kinds = {node.op_type for node in onnx.load_from_string(hub).graph.node}
    assert kinds == {"Conv", "Clip", "Add", *joined}


def test_weights_come_back(tmp_path: Path) -> None:
    net = build_net(SMALL, seed=5).eval()
    save_state(net.state_dict(), tmp_path / "w.safetensors")
    image = random_image(64)
    found = restore(recipe(SMALL), tmp_path / "w.safetensors")({"image": image.numpy()})
    with torch.inference_mode():
        for wanted, got in zip(net(image), found.values(), strict=True):
            np.testing.assert_array_equal(got, wanted.numpy())
    with pytest.raises(RecipeError, match=r"not the weights of mobilenetv2face_a0\.5x\.wider"):
        load_net(VARIANTS["mobilenetv2face_a0.5x.wider"], tmp_path / "w.safetensors")
