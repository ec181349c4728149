"""Shapes and sizes of the network."""

import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.net import Channels, Pfld  # noqa: E402
from recipes.shelf.layers import HalvingDepthwise  # noqa: E402


@pytest.mark.parametrize(("points", "in_channels"), [(68, 3), (98, 1)])
def test_shapes(points: int, in_channels: int) -> None:
    net = Pfld(points, Channels.scaled(0.25), in_channels, pose_head=True).eval()
    landmarks, pose = net(torch.zeros(2, in_channels, 112, 112))
    assert landmarks.shape == (2, 2 * points)
    assert pose.shape == (2, 3)


def test_the_stages_have_the_sizes_of_the_paper() -> None:
    net = Pfld(68, Channels.scaled(0.25)).eval()
    shallow = net.shallow(torch.zeros(1, 3, 112, 112))
    deep = net.deep(shallow)
    assert shallow.shape == (1, 16, 28, 28)
    assert deep.shape == (1, 16, 14, 14)
    assert net.reduce(deep).shape == (1, 32, 7, 7)
    assert net.collapse(net.reduce(deep)).shape == (1, 128, 1, 1)


def test_the_pose_head_is_only_added() -> None:
    plain = Pfld(68, Channels.scaled(0.25))
    with_pose = Pfld(68, Channels.scaled(0.25), pose_head=True)
    names = set(with_pose.state_dict()) - set(plain.state_dict())
    assert names
    assert all(name.startswith("pose.") for name in names)


def test_mixed_precision_on_a_cpu_leaves_halving_depthwise_convolutions_in_float32() -> None:
    layer = HalvingDepthwise(4, 4, 3, 2, 1, groups=4, bias=False)
    x = torch.rand(1, 4, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = layer(x.bfloat16())
    torch.testing.assert_close(mixed, layer(x.bfloat16().float()), rtol=0, atol=0)
    kinds = [module for module in Pfld(68).modules() if isinstance(module, HalvingDepthwise)]
    assert [module.in_channels for module in kinds] == [128, 128]
