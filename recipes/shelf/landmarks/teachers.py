"""Networks that a student learns from: the zoo's own, and third-party ones."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from recipes.shelf.landmark_evaluation import landmark_count, predict_batch
from recipes.shelf.landmarks.family import Family, Member
from recipes.shelf.landmarks.mean_face import mean_face
from recipes.shelf.landmarks.network_input import network_input
from zoo import registry
from zoo.build.models import find_recipe
from zoo.build.network import read_network
from zoo.contract import Contract
from zoo.data.processing import value_specs
from zoo.errors import MisfitError, RecipeError
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Box, ValueSpec
from zoo.training import TrainOptions

__all__ = ["Teacher", "find_teachers", "folded", "model_of"]

Teacher = Callable[[Tensor], Tensor]
"""From face crops, [N, 3, S, S] in 0..1, to landmarks, [N, 2 K] fractions of the crop."""


def find_teachers(
    options: TrainOptions, layouts: Sequence[int], contract: Contract, family: Family[Any] | None
) -> dict[int, Teacher]:
    """Return the mean of all requested networks by number of points.

    layouts: the numbers of points that the student learns.  contract: the student's.
    family: the student's, if its networks give differences from the mean face.
    Raises RecipeError naming a file that is missing or cannot teach.
    """
    own = [_own_network(file, contract, family) for file in options.teachers]
    peers = [_peer(onnx, file, contract) for onnx, file in options.peers]
    everyone: list[_Relative | _Stranger] = [*own, *peers]
    teachers: dict[int, list[Teacher]] = {}
    for teacher in everyone:
        if teacher.points not in layouts:
            raise RecipeError(
                f"{teacher.name}: finds {teacher.points} landmarks, but the faces have "
                f"{' or '.join(map(str, layouts))}; give a network with as many"
            )
        teachers.setdefault(teacher.points, []).append(teacher)
    return {points: _mean(several) for points, several in teachers.items()}


def _mean(teachers: Sequence[Teacher]) -> Teacher:
    """Return the mean of networks, since their errors differ."""

    # A function, not an object: weight averaging copies all objects of a training.
    def teach(cuts: Tensor) -> Tensor:
        with torch.no_grad():
            return torch.stack([teacher(cuts) for teacher in teachers]).mean(dim=0)

    return teach


def _own_network(
    weights: Path, contract: Contract, family: Family[Any] | None
) -> "_Relative | _Stranger":
    """Return the zoo's network of these weights, which are named after it."""
    if not weights.is_file():
        raise RecipeError(f"{weights}: no such file; give the teacher's weights")
    model, name = model_of(weights), str(weights)
    is_hub = weights.suffix == ".onnx"
    if family is not None and model in family.variants and not is_hub:
        variant = family.variants[model]
        return _Relative(name, variant, family.load(variant, weights))
    recipe = registry.load("recipe", model) if registry.knows("recipe", model) else None
    if recipe is None or not (recipe.restore and _finds_landmarks(recipe.contract)):
        raise RecipeError(
            f"{weights}: not named after a model that finds landmarks; expected the weights of "
            "one, named MODEL.safetensors, such as pfld_1.0x.300w68.safetensors, or its float "
            "network, named MODEL.onnx or MODEL.none.onnx"
        )
    if is_hub:
        return _file_network(name, weights, recipe, contract)
    run: Run = registry.resolve(recipe.restore)(recipe, weights)
    return _Stranger(name, recipe.contract, contract, lambda _: run)


def model_of(weights: Path) -> str:
    """Return the model's name in that of a teacher's file."""
    return weights.name.removesuffix(weights.suffix).removesuffix(".none")


def _finds_landmarks(contract: Contract) -> bool:
    return value_specs(contract).get("landmarks", ValueSpec(())).shape[1:] == (2,)


def _peer(onnx: Path, file: Path, contract: Contract) -> "_Stranger":
    """Return a third-party network, run in PyTorch."""
    return _file_network(str(file), onnx, find_recipe(str(onnx), file), contract)


def _file_network(name: str, onnx: Path, recipe: Recipe, contract: Contract) -> "_Stranger":
    """Return the float network of an ONNX file; raises RecipeError if it is not the recipe's."""
    try:
        graph = read_network(onnx, recipe)
    except MisfitError as error:
        raise RecipeError(f"{onnx}: not the network of its contract: {error}") from error
    if graph.is_quantized:
        raise RecipeError(f"{onnx}: holds integers; give the float network, which teaches more")
    return _Stranger(name, recipe.contract, contract, partial(_run_file, onnx))


def _run_file(onnx: Path, device: str) -> Run:
    """Return the network of an ONNX file, run in PyTorch."""
    executor = registry.load("executor", _executor(device))
    run: Run = executor.load(onnx.parent, onnx.name)
    return run


class _Relative:
    """A network of the student's family, with weights."""

    def __init__(self, name: str, variant: Member, net: nn.Module) -> None:
        self.name, self.points = name, variant.points
        # Folded batch norms and this layout are for speed.
        net = folded(net).requires_grad_(False)
        self._net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._channels = variant.in_channels
        self._mean = torch.tensor(mean_face(variant.points)).flatten()

    def __call__(self, cuts: Tensor) -> Tensor:
        differences = self._net.to(cuts.device)(network_input(cuts, self._channels))[0]
        found: Tensor = differences.float() + self._mean.to(cuts.device)
        return found


class _Stranger:
    """A network that is run with its own contract.

    contract: of the student.  load: from a device's type to the network.
    """

    def __init__(
        self, name: str, own: Contract, contract: Contract, load: Callable[[str], Run]
    ) -> None:
        self.name, self.points = name, landmark_count(own)
        self._own, self._size = own, contract.input.shape[1]
        self._box = _face_box(self._size, float(contract.step("crop").parameters["scale"]))
        self._load = load
        self._run: Run | None = None

    def __call__(self, cuts: Tensor) -> Tensor:
        if self._run is None:  # only the first crops show device and precision of the training
            self._run = self._load(cuts.device.type)
        images_nhwc = (255 * cuts).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        found = predict_batch(self._own, self._run, images_nhwc, self._box)
        return torch.from_numpy((found + 0.5) / self._size).flatten(1).to(cuts)


def _executor(device: str) -> str:
    """Return an executor with the training's precision, on the same device if possible."""
    mixed = torch.is_autocast_enabled(device)
    if device == "cuda":
        return "torch-cuda-fp16" if mixed else "torch-cuda"
    return "torch-cpu-bf16" if mixed else "torch-cpu"


def _face_box(size: int, scale: float) -> Box:
    """Return the face's box in a crop of `scale` times the box's side."""
    side = size / scale
    return (size - side) / 2, (size - side) / 2, side, side


def folded(net: nn.Module) -> nn.Module:
    """Return the network for evaluation, without batch norms; `net` is unchanged."""
    copy = deepcopy(net).eval()
    sequences = [module for module in copy.modules() if isinstance(module, nn.Sequential)]
    for layers in sequences:
        for index, (conv, norm) in enumerate(pairwise(list(layers))):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                layers[index] = fuse_conv_bn_eval(conv, norm)
                layers[index + 1] = nn.Identity()
    return copy
