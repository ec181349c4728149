"""Folding batch norms."""

import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.fold import folded  # noqa: E402
from recipes.pfld.net import Channels, Pfld  # noqa: E402


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
