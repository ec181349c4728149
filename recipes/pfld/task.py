"""Training of a PFLD network as a LightningModule: batches in, loss and NME out."""

from dataclasses import dataclass, field

import numpy as np
import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Generator, Tensor

from recipes.pfld.loss import pose_loss, wing_loss
from recipes.pfld.net import Pfld
from recipes.shelf.augment import Augmentation, augment, cut_faces, face_squares, square_matrices
from recipes.shelf.landmark_data import Batch
from recipes.shelf.layouts import layout_of
from zoo.contract import Contract
from zoo.steps.head_pose import head_angles

__all__ = ["LandmarkTask", "Schedule"]

# ITU-R BT.601 as the contract's step 'gray' has it.
_LUMA = (77 / 256, 150 / 256, 29 / 256)


@dataclass(frozen=True)
class Schedule:
    """One cycle of the learning rate (Smith and Topin 2018, "Super-Convergence") for AdamW.

    warm_up: fraction of the steps up to the peak.  pose_weight: of the pose loss, if any.
    """

    steps: int
    learning_rate: float = 4e-3
    warm_up: float = 0.1
    weight_decay: float = 1e-4
    pose_weight: float = 50.0
    augmentation: Augmentation = field(default_factory=Augmentation)


class LandmarkTask(LightningModule):
    """Fit a network to landmarks; `val_nme` is in percent of the inter-ocular distance."""

    mirror: Tensor

    def __init__(self, net: Pfld, contract: Contract, schedule: Schedule, seed: int) -> None:
        super().__init__()
        self.net, self.schedule, self.seed = net, schedule, seed
        channels, self.size, _ = contract.input.shape
        self.is_gray = channels == 1
        steps = {step.name: step.parameters for step in contract.post}
        self.layout = layout_of(steps["landmarks"]["count"])
        self.pose_points = list(steps["head_pose"]["points"])
        self.average_face = np.array(steps["head_pose"]["face"])
        self.register_buffer("mirror", torch.tensor(self.layout.mirror), persistent=False)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:  # noqa: ARG002
        """Return the loss of a randomly changed batch."""
        images, landmarks = augment(
            *batch, self.mirror, self.size, self.schedule.augmentation, self._generator()
        )
        predicted, *pose = self.net(self._input(images))
        target = self.size * landmarks.flatten(1)
        loss = wing_loss(self.size * predicted, target)
        if pose:
            loss = loss + self.schedule.pose_weight * pose_loss(pose[0], self._pose(landmarks))
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Batch, batch_index: int) -> None:  # noqa: ARG002
        """Log the NME, and the mean error of the pose, on upright cuts as in deployment."""
        images, landmarks = batch
        squares = face_squares(landmarks, self.schedule.augmentation.box_scale)
        cuts, target = cut_faces(images, landmarks, square_matrices(*squares), self.size)
        predicted, *pose = self.net(self._input(cuts))
        distances = (predicted.unflatten(1, (-1, 2)) - target).norm(dim=2).mean(dim=1)
        left, right = self.layout.eye_corners
        between_eyes = (target[:, left] - target[:, right]).norm(dim=1)
        self.log("val_nme", 100 * (distances / between_eyes).mean(), batch_size=len(cuts))
        if pose:
            errors = (pose[0] - self._pose(target)).abs()
            self.log("val_pose_deg", errors.mean(), batch_size=len(cuts))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return AdamW under one cycle of the learning rate, which moves each step."""
        plan = self.schedule
        optimizer = torch.optim.AdamW(
            self.net.parameters(), plan.learning_rate, weight_decay=plan.weight_decay
        )
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, plan.learning_rate, plan.steps, pct_start=plan.warm_up
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}

    def _input(self, images: Tensor) -> Tensor:
        """images: [N, 3, S, S] in 0..1.  Returns (pixel - 128) / 128, of luma if gray."""
        if self.is_gray:
            luma = torch.tensor(_LUMA, device=images.device).view(1, 3, 1, 1)
            images = (images * luma).sum(dim=1, keepdim=True)
        return (255 * images - 128) / 128

    def _pose(self, landmarks: Tensor) -> Tensor:
        """Return [N, 3] degrees that the contract's step 'head_pose' finds in [N, K, 2] points."""
        points = landmarks[:, self.pose_points].double().cpu().numpy()
        return torch.from_numpy(head_angles(points, self.average_face)).to(landmarks)

    def _generator(self) -> Generator:
        """Return randomness that depends on seed and step only, so that resuming repeats it."""
        generator = Generator(device=self.device)
        return generator.manual_seed(self.seed + 1_000_003 * self.global_step)
