"""Light changes of images."""

import torch

from compilers.quantize.qat.augment import augment


def _batch(count: int = 40) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {"image": torch.rand(count, 3, 32, 16, generator=generator), "age": torch.ones(count, 1)}


def _augmented(seed: int = 1) -> dict[str, torch.Tensor]:
    return augment(_batch(), torch.Generator().manual_seed(seed))


def test_values_stay_in_their_range_and_other_inputs_as_they_are():
    images, changed = _batch()["image"], _augmented()
    assert changed["image"].shape == images.shape
    assert images.min() <= changed["image"].min() < changed["image"].max() <= images.max()
    assert torch.equal(changed["age"], _batch()["age"])


def test_the_same_seed_changes_alike():
    assert torch.equal(_augmented()["image"], _augmented()["image"])
    assert not torch.equal(_augmented()["image"], _augmented(seed=2)["image"])


def test_images_are_moved_by_a_sixteenth_and_half_of_them_mirrored():
    # A ramp along each axis tells where a pixel came from; light keeps its direction.
    rows, columns = torch.meshgrid(torch.arange(32.0), torch.arange(16.0), indexing="ij")
    images = torch.stack([rows, columns, rows]).expand(40, 3, 32, 16)
    changed = augment({"image": images}, torch.Generator().manual_seed(0))["image"]
    across = changed[:, 1, 16].diff(dim=1).sum(dim=1)
    mirrored = int((across < 0).sum())
    assert 10 < mirrored < 30
    assert (changed[:, 0, :, 8].diff(dim=1).sum(dim=1) > 0).all()
    # What moved out is gone, and the border is repeated on the other side.
    repeated = (changed[:, 0, 1:, 8] == changed[:, 0, :-1, 8]).sum(dim=1)
    assert repeated.max() >= 1
