"""What is measured in 8 bits is the network, and coarser with a part in 8 bits."""

import pytest

torch = pytest.importorskip("torch")

from recipes.dan.checkpoint import build_net  # noqa: E402
from recipes.dan.eight_bits import PARTS, Rounded  # noqa: E402
from recipes.dan.variants import VARIANTS  # noqa: E402


def test_only_the_named_part_is_rounded():
    net = build_net(VARIANTS["dan2_0.25x.300w68"]).eval()
    with torch.no_grad():  # a first stage that finds a face, turned a little
        net.first.points.weight.mul_(0.05)
        net.first.points.bias.uniform_(-0.02, 0.02, generator=torch.Generator().manual_seed(0))
    image = torch.rand(2, 1, 112, 112, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        (wanted,) = net(image)
        apart = {p: float((Rounded(net, p)(image)[0] - wanted).abs().max()) for p in PARTS}
    assert apart.pop("nothing") < 1e-5
    assert min(apart.values()) > 1e-5
