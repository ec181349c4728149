"""A point drawn into an image stays under its label, whatever the augmentation does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from recipes.shelf.augment import (  # noqa: E402
    Augmentation,
    augment,
    cut_faces,
    face_squares,
    square_matrices,
)

SIZE, CUT = 96, 64
GEOMETRY_ONLY = Augmentation(
    contrast=(1, 1), brightness=0, gray_probability=0, cutout_probability=0
)
PLAIN_MIRROR = torch.tensor([1, 0, 2])


def face(dot: tuple[float, float]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a black picture with a soft white dot at the third landmark, and the landmarks.

    The first two, which a mirror swaps, span the face's box.
    """
    landmarks = torch.tensor([[[0.3, 0.35], [0.7, 0.65], dot]])
    centres = (torch.arange(SIZE) + 0.5) / SIZE
    x, y = centres - dot[0], (centres - dot[1])[:, None]
    blob = 255 * torch.exp(-(x**2 + y**2) / (2 * (2 / SIZE) ** 2))
    return blob.round().to(torch.uint8).expand(1, 3, SIZE, SIZE), landmarks


def brightest(cut: torch.Tensor) -> torch.Tensor:
    """Return the centre of mass of [3, S, S] as fractions (x, y)."""
    weights = cut[0] / cut[0].sum()
    centres = (torch.arange(cut.shape[-1]) + 0.5) / cut.shape[-1]
    return torch.stack([(weights.sum(0) * centres).sum(), (weights.sum(1) * centres).sum()])


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.floats(0.4, 0.6), st.floats(0.4, 0.6)),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 1.0]),
)
def test_a_dot_stays_under_its_label(
    dot: tuple[float, float], seed: int, mirror_probability: float
) -> None:
    images, landmarks = face(dot)
    options = Augmentation(
        contrast=(1, 1),
        brightness=0,
        gray_probability=0,
        cutout_probability=0,
        mirror_probability=mirror_probability,
    )
    generator = torch.Generator().manual_seed(seed)
    cuts, points = augment(images, landmarks, PLAIN_MIRROR, CUT, options, generator)
    assert (brightest(cuts[0]) - points[0, 2]).abs().max() < 0.25 / CUT


def test_a_mirrored_face_has_its_left_on_the_other_side() -> None:
    images, landmarks = face((0.5, 0.5))
    options = Augmentation(mirror_probability=1, rotation_probability=0)
    _, mirrored = augment(
        images, landmarks, PLAIN_MIRROR, CUT, options, torch.Generator().manual_seed(3)
    )
    # The first landmark is left of and above the second; a mirror keeps only "left of".
    assert mirrored[0, 0, 0] < mirrored[0, 1, 0]
    assert mirrored[0, 0, 1] > mirrored[0, 1, 1]


def test_an_upright_cut_is_the_square_around_the_landmarks() -> None:
    images, landmarks = face((0.5, 0.5))
    centres, sides = face_squares(landmarks, 1.2)
    assert sides.tolist() == pytest.approx([0.48])
    _, points = cut_faces(images, landmarks, square_matrices(centres, sides), CUT)
    # The longer side, x here, spans 1 / 1.2 of the cut, in its middle.
    assert points[0, :2, 0].tolist() == pytest.approx([0.5 - 0.5 / 1.2, 0.5 + 0.5 / 1.2])


def test_a_whole_cut_changes_no_pixel() -> None:
    images, landmarks = face((0.45, 0.55))
    whole = square_matrices(torch.tensor([[0.5, 0.5]]), torch.tensor([1.0]))
    cuts, points = cut_faces(images, landmarks, whole, SIZE)
    torch.testing.assert_close(cuts, images / 255, atol=1e-4, rtol=0)
    torch.testing.assert_close(points, landmarks)


def test_beyond_the_image_its_edge_goes_on() -> None:
    images = torch.full((1, 3, SIZE, SIZE), 200, dtype=torch.uint8)
    outside = square_matrices(torch.tensor([[0.0, 0.0]]), torch.tensor([0.5]))
    cuts, _ = cut_faces(images, torch.zeros(1, 3, 2), outside, CUT)
    torch.testing.assert_close(cuts, torch.full_like(cuts, 200 / 255))


def test_the_seed_decides_everything() -> None:
    images, landmarks = face((0.5, 0.5))

    def once(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return augment(images, landmarks, PLAIN_MIRROR, CUT, Augmentation(), generator)[0]

    assert torch.equal(once(1), once(1))
    assert not torch.equal(once(1), once(2))


def test_colours_stay_in_range_and_some_faces_are_covered() -> None:
    images, landmarks = face((0.5, 0.5))
    many = images.expand(64, -1, -1, -1), landmarks.expand(64, -1, -1)
    generator = torch.Generator().manual_seed(0)
    options = Augmentation(cutout_probability=1, mirror_probability=0)
    plain = Augmentation(cutout_probability=0, mirror_probability=0)
    covered, _ = augment(*many, PLAIN_MIRROR, CUT, options, generator)
    bare, _ = augment(*many, PLAIN_MIRROR, CUT, plain, generator.manual_seed(0))
    assert covered.min() >= 0
    assert covered.max() <= 1
    share = (covered != bare).any(dim=1).float().mean(dim=(1, 2))
    assert share.min() > 0.09**2 / 2
    assert share.max() < 0.41**2
