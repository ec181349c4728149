"""The network: its maps, its size, and that it runs on any multiple of 32."""

import pytest

torch = pytest.importorskip("torch")

from recipes.facedet.checkpoint import build_net  # noqa: E402
from recipes.facedet.variants import STRIDES, VARIANTS  # noqa: E402


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda v: v.name)
def test_maps(variant) -> None:
    with torch.inference_mode():
        maps = build_net().eval()(torch.zeros(2, 3, variant.size, variant.size))
    sides = [variant.size // stride for stride in STRIDES]
    assert [tuple(m.shape) for m in maps] == [(2, 5, side, side) for side in sides]


def test_it_is_small() -> None:
    layers = [m for m in build_net().modules() if isinstance(m, torch.nn.Conv2d)]
    folded = sum(m.weight.numel() + m.out_channels for m in layers)  # a bias for each batch norm
    assert folded <= 150_000


def test_it_begins_with_few_faces_of_a_typical_size() -> None:
    with torch.inference_mode():
        maps = build_net(seed=1).eval()(torch.randn(1, 3, 64, 64))
    for values in maps:
        assert (values[:, 0] < -3).all()
        assert (values[:, 1:] > 0.5).all()


def test_all_levels_learn_from_the_lowest_resolution() -> None:
    """The top-down path: the finest map depends on the coarsest features."""
    net = build_net().eval()
    torch.nn.init.normal_(net.heads[0][-1].weight)
    net(torch.randn(1, 3, 64, 64))[0].square().sum().backward()
    coarsest = net.levels[2][0][1][0].weight
    assert coarsest.grad is not None
    assert coarsest.grad.abs().max() > 0
