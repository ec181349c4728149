"""Recipes of the family: names, contracts, sizes."""

import numpy as np
import pytest

from recipes.facenet.recipe import recipe
from recipes.facenet.variants import VARIANTS, Variant
from zoo import registry
from zoo.data.processing import preprocess, rehearse
from zoo.picture import read_picture

each = pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)


@each
def test_every_variant_is_registered(variant: Variant) -> None:
    assert registry.load("recipe", variant.name.removesuffix(".wider")).name == variant.name


@each
def test_steps_go_together(variant: Variant) -> None:
    made = recipe(variant)
    rehearse(made.contract)
    frame = preprocess(made.contract, read_picture(made.golden[0].image))
    assert frame.input_chw is not None
    assert frame.input_chw.shape == variant.input_shape


@each
def test_the_size_of_the_network(variant: Variant) -> None:
    """Weights of the original networks, in bytes of 8 bits (docs/max78000.md)."""
    torch = pytest.importorskip("torch")
    from recipes.facenet.checkpoint import build_net

    net = build_net(variant)
    weights = sum(p.numel() for p in net.parameters() if p.ndim > 1)
    wanted = {1: 16_972, 2: 98_648, 3: 98_648}
    assert weights == wanted.get(variant.version, weights)
    (logits,) = net(torch.zeros(2, *variant.input_shape))
    assert logits.shape == (2, 2)


def test_only_v3_has_weights_of_four_bits() -> None:
    scheme = registry.load("scheme", "ai8x")
    for variant in VARIANTS.values():
        bits = recipe(variant).widths(scheme).at("node", "tensor").weight_bits
        assert bits == (4 if variant.version == 3 else 8), variant.name


def test_training_folds_as_the_contract_does() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("lightning")
    from recipes.facenet.data import inputs_of

    variant = VARIANTS["facenet_v5.wider"]
    pixels = np.random.default_rng(0).integers(0, 256, (88, 88, 3), dtype=np.uint8)
    frame = preprocess(recipe(variant).contract, pixels)
    x = inputs_of(torch.from_numpy(pixels).permute(2, 0, 1)[None].float(), variant.folding)
    assert frame.input_chw is not None
    np.testing.assert_array_equal(x[0].numpy(), frame.input_chw)


def test_weights_are_for_research_only() -> None:
    weights, *_ = recipe(VARIANTS["facenet_v1.wider"]).licences
    assert not weights.commercial
    assert weights.file.read_text().startswith("Weights of facenet_*.wider: for research")
