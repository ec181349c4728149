"""Training of a landmark network as a LightningModule: batches in, loss and NME out."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Generator, Tensor, nn

from recipes.shelf.augment import cut_faces, face_squares, own_squares, random_cuts, square_matrices
from recipes.shelf.landmark_data import Batch
from recipes.shelf.landmarks.loss import pose_errors, squared_distance, wing
from recipes.shelf.landmarks.mean_face import mean_face
from recipes.shelf.landmarks.network_input import network_input
from recipes.shelf.landmarks.optimizers import optimizer_and_schedule
from recipes.shelf.landmarks.settings import Settings
from recipes.shelf.landmarks.teachers import Teacher
from recipes.shelf.layouts import layout_of
from recipes.shelf.photometric import change_pixels
from zoo.contract import Contract
from zoo.steps.head_pose import head_angles

__all__ = ["LandmarkTask"]


class LandmarkTask(LightningModule):
    """Fit a network to landmarks; `val_nme` is in percent of the inter-ocular distance.

    net: from an image [N, C, S, S] to differences from the mean face [N, 2 * points] by number of
    points, and the head pose [N, 3] in degrees or None.
    layouts: numbers of points in the batches' landmarks, in order; the first is the network's own.
    teachers: by layout; they see a face before its pixels are changed.
    """

    mirror: Tensor

    def __init__(
        self,
        net: nn.Module,
        contract: Contract,
        settings: Settings,
        layouts: tuple[int, ...],
        steps: int,
        seed: int,
        teachers: Mapping[int, Teacher] | None = None,
    ) -> None:
        super().__init__()
        self.net, self.settings, self.layouts, self.steps = net, settings, layouts, steps
        self.seed, self.layout = seed, layout_of(layouts[0])
        self.save_hyperparameters({"steps": steps, "settings": asdict(settings)})
        self.teachers = teachers or {}
        self.channels, self.size, _ = contract.input.shape
        crop, pose = (contract.step(name).parameters for name in ("crop", "head_pose"))
        self.box_scale = float(crop["scale"])
        self.pose_points, self.average_face = list(pose["points"]), np.array(pose["face"])
        self.register_buffer("mirror", _mirror(layouts), persistent=False)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:  # noqa: ARG002
        """Return the loss of a randomly changed batch."""
        generator, changes = self._generator(), self.settings.augmentation
        cuts, landmarks = random_cuts(
            batch.images,
            batch.landmarks,
            own_squares(batch.landmarks, self.layout.points, self.box_scale),
            self.mirror,
            self.size,
            changes,
            generator,
        )
        x = network_input(change_pixels(cuts, changes, generator), self.channels)
        predicted, pose = self._predict(x)
        targets = dict(
            zip(self.layouts, torch.split(landmarks, list(self.layouts), dim=1), strict=True)
        )
        angles = self._pose(targets[self.layout.points])
        weights = self._weights(batch.weights, pose, angles)
        loss = self._landmark_loss(predicted, targets, weights)
        if pose is not None:
            known = ~angles.isnan().any(dim=1)
            errors = pose_errors(pose.float()[known], angles[known])
            loss = loss + self.settings.pose_weight * errors.sum() / len(known)
        for points, teacher in self.teachers.items():
            lessons = self._point_loss(predicted[points], teacher(cuts)).mean()
            loss = loss + self.settings.distillation_weight * self._share(points) * lessons
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Batch, batch_index: int) -> None:  # noqa: ARG002
        """Log the NME and the mean pose error on upright crops, as in deployment."""
        own = batch.landmarks[:, : self.layout.points]
        squares = square_matrices(*face_squares(own, self.box_scale))
        cuts, target = cut_faces(batch.images, own, squares, self.size)
        predicted, pose = self._predict(network_input(cuts, self.channels))
        landmarks = self._places(predicted[self.layout.points]).view(target.shape)
        distances = (landmarks - target).norm(dim=2).mean(dim=1)
        left, right = self.layout.eye_corners
        between_eyes = (target[:, left] - target[:, right]).norm(dim=1)
        self.log("val_nme", 100 * (distances / between_eyes).mean(), batch_size=len(cuts))
        if pose is not None:
            errors = (pose - self._pose(target)).abs()
            self.log("val_pose_deg", errors.mean(), batch_size=len(cuts))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return the configured optimizer; the learning rate changes every step."""
        optimizer, schedule = optimizer_and_schedule(
            self.net.parameters(), self.settings, self.steps
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _predict(self, x: Tensor) -> tuple[dict[int, Tensor], Tensor | None]:
        """Return landmarks, in the form that losses take, by number of points; and pose."""
        differences, pose = self.net(x)
        return {points: d + self._mean(points) for points, d in differences.items()}, pose

    def _places(self, predicted: Tensor) -> Tensor:
        """Return landmarks [N, 2 * points], fractions of the crop, which they are already."""
        return predicted

    def _mean(self, points: int) -> Tensor:
        return torch.tensor(mean_face(points), device=self.device).flatten()

    def _landmark_loss(
        self, predicted: dict[int, Tensor], targets: dict[int, Tensor], weights: Tensor
    ) -> Tensor:
        """Return the weighted mean over points, summed over the layouts."""
        total = torch.zeros((), device=weights.device)
        for points, target in targets.items():
            per_value = self._point_loss(predicted[points], target.flatten(1))
            total = total + self._share(points) * (per_value * weights[:, None]).mean()
        return total

    def _share(self, points: int) -> float:
        """Return the weight of a layout."""
        return 1.0 if points == self.layout.points else self.settings.other_points_weight

    def _point_loss(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Return [N, 2 K] losses; 0 for nan targets. predicted, target: [N, 2 K]."""
        known = ~target.isnan()
        distances = self.size * (predicted.float() - target.nan_to_num())
        if self.settings.loss == "wing":
            losses = wing(distances, self.settings.wing_width, self.settings.wing_curvature)
        else:
            losses = squared_distance(distances)
        return losses * known

    def _weights(self, of_classes: Tensor, pose: Tensor | None, angles: Tensor) -> Tensor:
        """Return [N] factors of the faces in their landmark loss."""
        if not self.settings.pose_weighting or pose is None:
            return of_classes
        # Selected before the computation, because the gradient of an unknown angle is nan.
        known = ~angles.isnan().any(dim=1)
        errors = torch.ones_like(of_classes)
        errors[known] = pose_errors(pose.float()[known], angles[known])
        return of_classes * errors

    def _pose(self, landmarks: Tensor) -> Tensor:
        """Return [N, 3] degrees of the contract step 'head_pose' for [N, K, 2] points."""
        points = landmarks[:, self.pose_points].double().cpu().numpy()
        return torch.from_numpy(head_angles(points, self.average_face)).to(landmarks)

    def _generator(self) -> Generator:
        """Return a generator that only depends on seed and step, so that resuming repeats it."""
        generator = Generator(device=self.device)
        return generator.manual_seed(self.seed + 1_000_003 * self.global_step)


def _mirror(layouts: tuple[int, ...]) -> Tensor:
    """Return the order of all layouts' points, concatenated, in a mirrored face."""
    orders, start = [], 0
    for points in layouts:
        orders += [start + index for index in layout_of(points).mirror]
        start += points
    return torch.tensor(orders)
