"""Quantization-aware training of the classifier, with early stopping, as in the slides."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional

from recipes.facedet.photometric import change_colours
from recipes.facedet.samples import LabelledImage
from recipes.facenet.crops import balanced_crops
from recipes.facenet.data import drawn_batch, inputs_of
from recipes.facenet.evaluation import accuracy_of
from recipes.facenet.train import read_photos
from recipes.facenet.variants import VARIANTS
from recipes.shelf.quantized_network import Network, QuantizedNetwork, optimizer_of
from zoo.plugs import Feeds
from zoo.recipe import Recipe
from zoo.reporting import TrainingReports, report
from zoo.training import FitOptions

__all__ = ["Schedule", "fit"]


@dataclass(frozen=True)
class Schedule:
    """Adam with a tenth of the float training's rate, while held-out crops gain.

    crops: per epoch.  scaled: crops are up to this much larger or smaller.
    taught: weight of the float network's classes, relative to the labels.
    patience: epochs without a better accuracy after which training stops.
    """

    epochs: int = 30
    crops: int = 5120
    batch_size: int = 64
    scaled: float = 1.25
    weight_rate: float = 1e-4
    scale_rate: float = 1e-4
    gradient_norm: float = 5.0
    taught: float = 0.5
    validation_fraction: float = 0.1
    held_out_crops: int = 1000
    patience: int = 5


def fit(
    recipe: Recipe,
    module: QuantizedNetwork,
    float_module: Network,
    options: FitOptions,
    schedule: Schedule | None = None,
) -> None:
    """Train `module` in place and leave it with the best epoch's weights; the same for a seed.

    module, float_module: from the contract's input by name to outputs by name. Photos and held-out
    ones are those of the float training with the same seed.
    """
    assert isinstance(module, nn.Module)  # its state is kept and restored
    plan = schedule or Schedule()
    plan = replace(plan, weight_rate=options.rate * plan.weight_rate)
    photos, held_out, _ = read_photos(options.data, plan.validation_fraction, options.seed)
    crops = balanced_crops(held_out, plan.held_out_crops, options.seed)
    learner = _Learner(recipe, module, float_module, plan, options.seed)
    best, state, waited = learner.accuracy(crops), copy.deepcopy(module.state_dict()), 0
    report(f"before training: {best:.2f} % of held-out crops right")
    epochs = options.epochs or plan.epochs
    reports = TrainingReports("training", epochs)
    for epoch in range(epochs):
        learner.learn(photos, partial(reports.during, epoch))
        found = learner.accuracy(crops)
        reports.after(epoch, f"{found:.2f} % right")
        waited += 1
        if found > best:
            best, state, waited = found, copy.deepcopy(module.state_dict()), 0
        if waited == plan.patience:
            break
    module.load_state_dict(state)


class _Learner:
    """The integer network, its optimizer and random numbers."""

    def __init__(
        self,
        recipe: Recipe,
        module: QuantizedNetwork,
        float_module: Network,
        plan: Schedule,
        seed: int,
    ) -> None:
        self.recipe, self.module, self.float_module, self.plan = recipe, module, float_module, plan
        self.optimizer = optimizer_of(module, plan.weight_rate, plan.scale_rate)
        self.random = np.random.default_rng(seed)
        self.colours = Generator().manual_seed(seed)

    def learn(self, photos: Sequence[LabelledImage], done: Callable[[float], None]) -> None:
        """Train for one epoch. done: is told the share of it that is done, 0..1."""
        plan, folding = self.plan, VARIANTS[self.recipe.name].folding
        contract = self.recipe.contract
        output = contract.outputs[0].name
        steps = max(plan.crops // plan.batch_size, 1)
        for step in range(1, steps + 1):
            batch = drawn_batch(photos, plan.batch_size, plan.scaled, self.random)
            x = inputs_of(change_colours(batch.images, self.colours), folding)
            feeds = {contract.input.name: x}
            taught = self.float_module(feeds)[output].softmax(dim=1)
            loss = _loss(self.module(feeds)[output], batch.classes, taught, plan.taught)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.module.weight_parameters(), plan.gradient_norm)
            self.optimizer.step()
            done(step / steps)

    def accuracy(self, crops: Sequence[tuple[NDArray[np.uint8], int]]) -> float:
        """Return in percent how many crops get the right class."""
        return accuracy_of(self.recipe.contract, self._run, crops)["accuracy_percent"]

    def _run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        with torch.inference_mode():
            outputs = self.module({name: torch.from_numpy(x) for name, x in feeds.items()})
        return {name: output.numpy() for name, output in outputs.items()}


def _loss(found: Tensor, classes: Tensor, taught: Tensor, weight: float) -> Tensor:
    labels = functional.cross_entropy(found, classes)
    return labels + weight * functional.cross_entropy(found, taught)
