"""The network is the paper's: parameters as the thesis counts them, offsets from the mean face."""

import pytest

torch = pytest.importorskip("torch")

from recipes.dan.checkpoint import build_net  # noqa: E402
from recipes.dan.net import Dan1  # noqa: E402
from recipes.dan.variants import VARIANTS  # noqa: E402

CHANNELS, HIDDEN = (64, 128, 256, 512), 256


def test_the_stated_number_of_parameters() -> None:
    """The thesis counts biases before batch norms, which do nothing, and their statistics."""
    net = Dan1()
    ours = sum(parameter.numel() for parameter in net.parameters())
    statistics = sum(buffer.numel() for buffer in net.buffers() if buffer.ndim > 0)
    assert ours + statistics + 2 * sum(CHANNELS) + HIDDEN == 11_150_664


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_offsets_of_all_points(variant) -> None:
    net = build_net(variant).eval()
    with torch.no_grad():
        (landmarks,) = net(torch.zeros(2, 1, 112, 112))
        features = net.features(torch.zeros(2, 1, 112, 112))
    assert landmarks.shape == (2, 136)
    assert features.shape == (2, HIDDEN * variant.width)
    assert (features >= 0).all()


def test_the_seed_decides_the_weights() -> None:
    variant = VARIANTS["dan1_0.25x.300w68"]
    first, same, other = (build_net(variant, seed).points.weight for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
