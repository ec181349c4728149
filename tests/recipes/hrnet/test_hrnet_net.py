"""The network is the paper's: parameters of the authors' form, maps of a quarter of the input."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from recipes.hrnet.checkpoint import build_net  # noqa: E402
from recipes.hrnet.net import HighResolutionNet  # noqa: E402
from recipes.hrnet.variants import DEFAULT, VARIANTS  # noqa: E402

PAPER = VARIANTS["hrnet_w18.300w68"]


@pytest.mark.parametrize(("points", "millions"), [(68, 9.65), (98, 9.66)])
def test_the_parameters_of_the_authors_network(points: int, millions: float) -> None:
    with torch.device("meta"):
        net = HighResolutionNet(replace(PAPER, points=points))
    count = sum(parameter.numel() for parameter in net.parameters())
    assert round(count / 1e6, 2) == millions


def test_the_number_that_the_thesis_states() -> None:
    """It seems to count biases before batch norms and their statistics; 3 in 1000 remain."""
    with torch.device("meta"):
        net = HighResolutionNet(PAPER)
    ours = sum(parameter.numel() for parameter in net.parameters())
    statistics = sum(buffer.numel() for buffer in net.buffers() if buffer.ndim > 0)
    assert ours + statistics + statistics // 2 == pytest.approx(9_737_688, rel=0.005)


@pytest.mark.parametrize("variant", [v for v in VARIANTS.values() if v != PAPER])
def test_a_map_for_each_landmark(variant) -> None:
    net, side = build_net(variant).eval(), variant.size // 4
    with torch.no_grad():
        (maps,) = net(torch.zeros(2, 3, variant.size, variant.size))
        features = net.features(torch.zeros(2, 3, variant.size, variant.size))
    assert maps.shape == (2, 68, side, side)
    assert features.shape == (2, 15 * variant.width, side, side)


def test_every_branch_reaches_the_maps() -> None:
    net = build_net(VARIANTS["hrnet_w4-64.300w68"]).train()
    net(torch.rand(2, 3, 64, 64))[0].square().sum().backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_the_seed_decides_the_weights() -> None:
    first, same, other = (build_net(DEFAULT, seed).points.weight for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
