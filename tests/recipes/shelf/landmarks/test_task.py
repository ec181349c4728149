"""A step of training wants what validation measures."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.pfld.recipe import recipe  # noqa: E402
from recipes.pfld.training_net import TrainingNet  # noqa: E402
from recipes.pfld.variants import VARIANTS  # noqa: E402
from recipes.shelf.augment import face_squares  # noqa: E402
from recipes.shelf.landmark_data import Batch  # noqa: E402
from recipes.shelf.landmarks.mean_face import mean_face  # noqa: E402
from recipes.shelf.landmarks.settings import settings_of  # noqa: E402
from recipes.shelf.landmarks.task import LandmarkTask  # noqa: E402

SMALL = VARIANTS["pfld_0.25x.300w68"]
STILL = {
    "box_jitter": "1,1",
    "shift": "0",
    "rotation_probability": "0",
    "shear_probability": "0",
    "mirror_probability": "0",
}


FACES = {k: torch.rand(k, 2, generator=torch.Generator().manual_seed(k)) for k in (68, 98)}


def batch(*points: int) -> Batch:
    """Return one face twice, in these layouts."""
    parts = [FACES[k] if k in points else torch.full((k, 2), torch.nan) for k in (68, 98)]
    images = torch.zeros(2, 3, 160, 160, dtype=torch.uint8)
    return Batch(images, torch.cat(parts).expand(2, -1, -1), torch.ones(2))


def knowing(framed_by: int) -> LandmarkTask:
    """Return a task whose network always answers with that face, cut by one layout's box."""
    net = TrainingNet(SMALL, (98,), pose_branch=False, seed=0)
    (centre,), (side,) = face_squares(FACES[framed_by][None], 1.2)
    for points, head in ((68, net.net.points), (98, net.other_points["98"])):
        places = (FACES[points] - centre) / side + 0.5
        torch.nn.init.zeros_(head.weight)
        with torch.no_grad():
            head.bias.copy_((places - torch.tensor(mean_face(points))).flatten())
    made = LandmarkTask(net, recipe(SMALL).contract, settings_of(STILL), (68, 98), 1, seed=0)
    made.log = lambda *_, **__: None  # no trainer listens
    return made


@pytest.mark.parametrize(("points", "framed_by"), [((68,), 68), ((98,), 98), ((68, 98), 68)])
def test_the_right_answer_costs_nothing(points: tuple[int, ...], framed_by: int) -> None:
    assert knowing(framed_by).training_step(batch(*points), 0) < 1e-2


def test_a_wrong_answer_costs() -> None:
    assert knowing(framed_by=98).training_step(batch(68, 98), 0) > 1


def test_faces_of_an_unknown_pose_weigh_one() -> None:
    net = TrainingNet(SMALL, (98,), pose_branch=True, seed=0)
    settings = settings_of({**STILL, "pose_weighting": "true"})
    task = LandmarkTask(net, recipe(SMALL).contract, settings, (68, 98), 1, seed=0)
    task.log = lambda *_, **__: None  # no trainer listens
    task.training_step(batch(98), 0).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in net.parameters())
    assert net.other_points["98"].weight.grad.abs().sum() > 0
