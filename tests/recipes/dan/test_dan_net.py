"""The networks are the paper's: parameters as the thesis counts them, a second stage that adds."""

import pytest

torch = pytest.importorskip("torch")

from recipes.dan.checkpoint import build_net  # noqa: E402
from recipes.dan.net import Dan1, Dan2  # noqa: E402
from recipes.dan.variants import VARIANTS  # noqa: E402

CHANNELS, HIDDEN = (64, 128, 256, 512), 256


@pytest.mark.parametrize(
    ("net", "stages", "stated"), [(Dan1, 1, 11_150_664), (Dan2, 2, 23_108_444)]
)
def test_the_stated_number_of_parameters(net: type, stages: int, stated: int) -> None:
    """The thesis counts biases before batch norms, which do nothing, and their statistics."""
    made = net()
    ours = sum(parameter.numel() for parameter in made.parameters())
    statistics = sum(buffer.numel() for buffer in made.buffers() if buffer.ndim > 0)
    assert ours + statistics + stages * (2 * sum(CHANNELS) + HIDDEN) == stated


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_offsets_of_all_points(variant) -> None:
    net = build_net(variant).eval()
    with torch.no_grad():
        (landmarks,) = net(torch.zeros(2, 1, 112, 112))
        view = net.view(torch.zeros(2, 1, 112, 112))
    assert landmarks.shape == (2, 136)
    assert view.features.shape == (2, HIDDEN * variant.width)
    assert (view.features >= 0).all()


def test_the_seed_decides_the_weights() -> None:
    variant = VARIANTS["dan1_0.25x.300w68"]
    first, same, other = (build_net(variant, seed).points.weight for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


@pytest.fixture
def two() -> Dan2:
    """Return two stages with a first one that says something."""
    net = build_net(VARIANTS["dan2_0.25x.300w68"]).eval()
    with torch.no_grad():
        net.first.points.weight.mul_(0.05)
        net.first.points.bias.uniform_(-0.02, 0.02, generator=torch.Generator().manual_seed(0))
    return net


def test_a_silent_second_stage_leaves_the_first_ones_landmarks(two: Dan2) -> None:
    image = torch.rand(2, 1, 112, 112, generator=torch.Generator().manual_seed(1))
    torch.nn.init.zeros_(two.points.weight)
    torch.nn.init.zeros_(two.points.bias)
    with torch.no_grad():
        torch.testing.assert_close(two(image)[0], two.first(image)[0], atol=1e-5, rtol=0)


def test_a_second_stage_starts_with_the_first_ones_features(two: Dan2) -> None:
    offsets = two.points.weight.clone()
    two.start_second()
    pictures = torch.rand(2, 3, 112, 112, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        found, wanted = two.second.features(pictures), two.first.features(pictures[:, :1])
    torch.testing.assert_close(found, wanted)
    assert torch.equal(two.points.weight, offsets)
    assert two.second.blocks[0][0].weight.requires_grad


def test_a_training_step_leaves_the_first_stage_alone(two: Dan2) -> None:
    before = {name: value.clone() for name, value in two.first.state_dict().items()}
    optimizer = torch.optim.AdamW(two.parameters(), 0.1)
    two.train()(torch.rand(4, 1, 112, 112))[0].square().mean().backward()
    optimizer.step()
    assert all(torch.equal(value, before[name]) for name, value in two.first.state_dict().items())
    assert all(p.grad is not None for n, p in two.named_parameters() if not n.startswith("first"))
