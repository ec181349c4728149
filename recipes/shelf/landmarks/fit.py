"""Quantization-aware training: the integer network learns from labels and float network."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from recipes.shelf.augment import face_squares, random_cuts
from recipes.shelf.augmentation import PRESETS, Augmentation
from recipes.shelf.face_data import read_faces
from recipes.shelf.labelled_faces import join
from recipes.shelf.landmark_data import Batch, LandmarkData
from recipes.shelf.landmarks.heatmap_task import gaussians
from recipes.shelf.landmarks.loss import wing
from recipes.shelf.landmarks.mean_face import mean_face
from recipes.shelf.landmarks.network_input import network_input
from recipes.shelf.layouts import layout_of
from recipes.shelf.photometric import change_pixels
from recipes.shelf.quantized_network import (
    Network,
    QuantizedNetwork,
    Tensors,
    optimizer_of,
)
from zoo.contract import Contract
from zoo.recipe import Recipe
from zoo.reporting import TrainingReports
from zoo.training import FitOptions

__all__ = ["fit"]

LANDMARKS, MAPS = "landmarks", "maps"
"""Names of outputs with labels, of which a network has one."""


@dataclass(frozen=True)
class Schedule:
    """Adam with learning rates that decay to 0 along a cosine; batches as in training.

    label_weight: of the labels relative to the float network's outputs.
    """

    epochs: int = 8
    batch_size: int = 64
    weight_rate: float = 2e-4
    scale_rate: float = 1e-3
    gradient_norm: float = 10.0
    label_weight: float = 0.5
    augmentation: Augmentation = PRESETS["gentle"]


def fit(
    recipe: Recipe,
    module: QuantizedNetwork,
    float_module: Network,
    options: FitOptions,
    schedule: Schedule | None = None,
) -> None:
    """Train `module` in place on labelled faces; reproducible for the same seed.

    module, float_module: from the contract's input by name to outputs by name. All outputs learn
    from the float network, auxiliary ones too; the landmarks also learn from the labels.
    """
    plan = schedule or Schedule()
    epochs = options.epochs or plan.epochs
    faces = join([read_faces(options.data, "train")])
    points = next(iter(faces.landmarks))
    batch_size = min(plan.batch_size, len(faces.rows))
    data = LandmarkData(faces, points, batch_size, options.seed, validation_fraction=0)
    optimizer = optimizer_of(module, options.rate * plan.weight_rate, plan.scale_rate)
    cosine = CosineAnnealingLR(optimizer, epochs * data.steps_per_epoch)
    generator = Generator().manual_seed(options.seed)
    reports = TrainingReports("training", epochs)
    for epoch in range(epochs):
        total = 0.0
        for step, batch in enumerate(data.epoch(epoch), 1):
            feeds, labels = _augmented(recipe, batch, points, plan, generator)
            loss = _loss(recipe, module(feeds), float_module(feeds), labels, plan)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(module.weight_parameters(), plan.gradient_norm)
            optimizer.step()
            cosine.step()
            total += loss.item() / data.steps_per_epoch
            reports.during(epoch, step / data.steps_per_epoch)
        reports.after(epoch, f"loss {total:.3f}")


def _augmented(
    recipe: Recipe, batch: Batch, points: int, plan: Schedule, generator: Generator
) -> tuple[Tensors, Tensors]:
    """Return the network's input by name, and what its output with labels should be."""
    channels, size, _ = recipe.contract.input.shape
    cuts, landmarks = random_cuts(
        batch.images,
        batch.landmarks,
        face_squares(batch.landmarks, float(recipe.contract.step("crop").parameters["scale"])),
        torch.tensor(layout_of(points).mirror),
        size,
        plan.augmentation,
        generator,
    )
    x = network_input(change_pixels(cuts, plan.augmentation, generator), channels)
    return {recipe.contract.input.name: x}, _labels(recipe.contract, landmarks)


def _labels(contract: Contract, landmarks: Tensor) -> Tensors:
    """Return differences from the mean face, [N, 2 * points], or maps of Gaussians.

    landmarks: [N, points, 2], fractions of the crop.
    """
    for output in contract.outputs:
        if output.name == MAPS:
            _, rows, columns = output.shape
            return {MAPS: gaussians(landmarks, rows, columns)}
    return {LANDMARKS: (landmarks - torch.tensor(mean_face(landmarks.shape[1]))).flatten(1)}


def _loss(
    recipe: Recipe, found: Tensors, taught: Tensors, labels: Tensors, plan: Schedule
) -> Tensor:
    """Return the wing loss of every output, in pixels of the input for landmarks.

    Of maps, squared differences, summed over each as in training.
    """
    size = recipe.contract.input.shape[1]

    def distance(name: str, wanted: Tensor) -> Tensor:
        difference = found[name] - wanted
        if name == MAPS:
            return difference.square().sum(dim=(2, 3)).mean()
        return wing((size if name == LANDMARKS else 1) * difference).mean()

    lessons = torch.stack([distance(name, taught[name]) for name in found]).sum()
    labelled = torch.stack([distance(name, wanted) for name, wanted in labels.items()]).sum()
    return lessons + plan.label_weight * labelled
