"""A point drawn into an image stays under its label, whatever the augmentation does."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from recipes.shelf.augment import (  # noqa: E402
    cut_faces,
    face_squares,
    random_cuts,
    square_matrices,
)
from recipes.shelf.augmentation import Augmentation  # noqa: E402
from recipes.shelf.photometric import change_pixels  # noqa: E402

SIZE, CUT = 96, 64
POINTS_STAY = {"cutout_probability": 0.0, "edges_probability": 0.0, "noise_probability": 0.0}
"""Without what covers the dot, doubles its outline or outshines it."""
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


def augmented(
    images: torch.Tensor, landmarks: torch.Tensor, options: Augmentation, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    squares = face_squares(landmarks, 1.2)
    cuts, points = random_cuts(images, landmarks, squares, PLAIN_MIRROR, CUT, options, generator)
    return change_pixels(cuts, options, generator), points


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.floats(0.4, 0.6), st.floats(0.4, 0.6)),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([0.0, 1.0]),
)
def test_a_dot_stays_under_its_label(
    dot: tuple[float, float], seed: int, mirror_probability: float, shear_probability: float
) -> None:
    images, landmarks = face(dot)
    options = Augmentation(
        contrast=(1, 1),
        brightness=0,
        mirror_probability=mirror_probability,
        shear_probability=shear_probability,
        **POINTS_STAY,
    )
    cuts, points = augmented(images, landmarks, options, seed)
    assert (brightest(cuts[0]) - points[0, 2]).abs().max() < 0.25 / CUT


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_outlines_stay_where_they_were(seed: int) -> None:
    images, landmarks = face((0.5, 0.5))
    options = Augmentation(
        contrast=(1, 1), brightness=0, **{**POINTS_STAY, "edges_probability": 1.0}
    )
    cuts, points = augmented(images, landmarks, options, seed)
    assert (brightest(cuts[0]) - points[0, 2]).abs().max() < 0.5 / CUT


def test_missing_labels_stay_missing_and_do_not_move_the_cut() -> None:
    images, landmarks = face((0.5, 0.5))
    unknown = torch.cat([landmarks, torch.full((1, 2, 2), torch.nan)], dim=1)
    squares = face_squares(unknown, 1.2)
    assert torch.equal(squares[0], face_squares(landmarks, 1.2)[0])
    mirror = torch.tensor([1, 0, 2, 4, 3])
    generator = torch.Generator().manual_seed(0)
    options = Augmentation()
    cuts, points = random_cuts(images, unknown, squares, mirror, CUT, options, generator)
    cuts = change_pixels(cuts, options, generator)
    assert points.isnan().all(dim=2).tolist() == [[False, False, False, True, True]]
    assert torch.equal(cuts, augmented(images, landmarks, Augmentation(), 0)[0])


def test_a_mirrored_face_has_its_left_on_the_other_side() -> None:
    images, landmarks = face((0.5, 0.5))
    options = Augmentation(mirror_probability=1, rotation_probability=0)
    _, mirrored = augmented(images, landmarks, options, seed=3)
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
        return augmented(images, landmarks, Augmentation(), seed)[0]

    assert torch.equal(once(1), once(1))
    assert not torch.equal(once(1), once(2))


def test_colours_stay_in_range_and_some_faces_are_covered() -> None:
    images, landmarks = face((0.5, 0.5))
    many = images.expand(64, -1, -1, -1), landmarks.expand(64, -1, -1)
    options = Augmentation(cutout_probability=1, mirror_probability=0)
    covered, _ = augmented(*many, options, seed=0)
    bare, _ = augmented(*many, replace(options, cutout_probability=0), seed=0)
    assert covered.min() >= 0
    assert covered.max() <= 1
    share = (covered != bare).any(dim=1).float().mean(dim=(1, 2))
    assert share.min() > 0.09**2 / 2
    assert share.max() < 0.41**2


@pytest.mark.parametrize("name", ["colour", "gray", "blur", "sharpen", "edges", "noise", "cutout"])
def test_every_change_of_pixels_is_a_switch(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    cuts = torch.rand((8, 3, CUT, CUT), generator=generator)
    names = ("colour", "gray", "blur", "sharpen", "edges", "noise", "cutout")
    still = replace(
        Augmentation(contrast=(1, 1), brightness=0), **{f"{n}_probability": 0.0 for n in names}
    )
    assert torch.equal(change_pixels(cuts, still, generator), cuts)
    changing = replace(still, **{f"{name}_probability": 1.0})
    changed = change_pixels(cuts, changing, generator)
    assert (changed != cuts).flatten(1).any(dim=1).all()
    assert 0 <= changed.min() <= changed.max() <= 1
