"""Weights of a gray network from those of an RGB one."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from recipes.pfld.checkpoint import build_net  # noqa: E402
from recipes.pfld.start import start_state, start_variant  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.checkpoint import save_state  # noqa: E402

RGB, GRAY = VARIANTS["pfld_0.25x.300w68"], VARIANTS["pfld_0.25x-gray.300w68"]


def test_a_gray_picture_gives_what_it_gave(tmp_path: Path) -> None:
    before, after = build_net(RGB).eval(), build_net(GRAY, seed=1).eval()
    save_state(before.state_dict(), tmp_path / f"{RGB.name}.safetensors")
    after.load_state_dict(start_state(tmp_path, GRAY))
    luma = torch.rand(2, 1, 112, 112, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected, found = before(luma.expand(2, 3, 112, 112))[0], after(luma)[0]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_its_own_weights_come_first(tmp_path: Path) -> None:
    for variant in (RGB, GRAY):
        save_state(build_net(variant).state_dict(), tmp_path / f"{variant.name}.safetensors")
    assert (start_variant(tmp_path, RGB), start_variant(tmp_path, GRAY)) == (RGB, GRAY)


def test_without_any_weights(tmp_path: Path) -> None:
    assert start_variant(tmp_path, GRAY) is None
    assert start_state(tmp_path, GRAY) is None
