"""Makes a model's float network smaller, and trains it on the user's pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.network import read_network
from zoo.data.held_out import hold_out
from zoo.data.pictures import calibration_pictures, labelled_pictures
from zoo.data.processing import input_batches
from zoo.graph import Graph
from zoo.macs import count_macs
from zoo.plugs import Feeds, PruneOptions, Pruner
from zoo.proof.loss import relative_loss
from zoo.recipe import Recipe
from zoo.training import FitOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pruned", "prune"]

_BATCH = 20
_PRUNER = "channels"
_EXECUTOR = "onnxruntime-unoptimized"
_RATE = 5.0
"""Of the recipe's learning rate for quantized networks, which change far less."""


@dataclass(frozen=True)
class Pruned:
    """A smaller network.

    hub: its ONNX file's content.  macs, parameters: before and after.
    widths: channels before and after, by layer, of the layers that lost some.
    is_labelled: whether it was trained by its recipe, with labels.
    loss: of each output in its spreads, on a fifth of the pictures, which only a recipe's own
    training has seen.
    """

    hub: bytes
    macs: tuple[int, int]
    parameters: tuple[int, int]
    widths: Mapping[str, tuple[int, int]]
    is_labelled: bool
    loss: Mapping[str, float]


def prune(recipe: Recipe, float_hub: Path, data: Path, count: int, options: PruneOptions) -> Pruned:
    """Return the network pruned and trained.

    data: a folder of pictures, or labelled data by which the recipe trains.  count: at most as
    many pictures rank channels.
    """
    whole = read_network(float_hub, recipe)
    pictures = hold_out(calibration_pictures(recipe, data, count))
    fit = _fit(recipe, data, options)
    pruner: Pruner = registry.load("pruner", _PRUNER)
    samples = list(input_batches(recipe.contract, pictures.calibration, _BATCH))
    smaller = pruner.prune(whole, samples, replace(options, fit=fit))
    described = replace(smaller, metadata={**smaller.metadata, **recipe.hub_metadata})
    judging = list(input_batches(recipe.contract, pictures.judging, _BATCH))
    write = registry.load("format", "onnx").write
    hub = write(described)
    return Pruned(
        hub=hub,
        macs=(count_macs(whole), count_macs(smaller)),
        parameters=(_parameters(whole), _parameters(smaller)),
        widths=_widths(whole, smaller),
        is_labelled=fit is not None,
        loss=_loss(write(whole), hub, judging),
    )


def _fit(
    recipe: Recipe, data: Path, options: PruneOptions
) -> Callable[[Any, Any, int], None] | None:
    """Return the recipe's own training, if it has one and the pictures have its labels."""
    if not (recipe.fit and labelled_pictures(recipe, data)):
        return None

    def fit(module: Any, float_module: Any, epochs: int) -> None:  # noqa: ANN401 (of torch)
        chosen = FitOptions(data, epochs, options.seed, _RATE)
        registry.resolve(recipe.fit)(recipe, module, float_module, chosen)

    return fit


def _parameters(graph: Graph) -> int:
    return sum(t.data.size for t in graph.tensors.values() if t.data is not None)


def _widths(whole: Graph, smaller: Graph) -> dict[str, tuple[int, int]]:
    """Return the channels of each node's weight before and after, where they differ."""
    rows = (
        (
            node.name or node.output,
            [int(graph.tensors[node.inputs[1]].shape[0]) for graph in (whole, smaller)],
        )
        for node in whole.nodes
        if registry.load("op", node.op).weight_input == 1
    )
    return {name: (before, after) for name, (before, after) in rows if before != after}


def _loss(whole: bytes, smaller: bytes, samples: Sequence[Feeds]) -> dict[str, float]:
    """Return how far each output is from the whole network's. whole, smaller: ONNX."""
    executor, outputs = registry.load("executor", _EXECUTOR), []
    with TemporaryDirectory(prefix="zoo-prune-") as place:
        for index, content in enumerate((whole, smaller)):
            file = Path(place, f"{index}.onnx")
            file.write_bytes(content)
            run = executor.load(file.parent, file.name)
            outputs.append(_joined([run(feeds) for feeds in samples]))
    wanted, found = outputs
    return {name: relative_loss(wanted[name], found[name]) for name in wanted}


def _joined(batches: Sequence[Mapping[str, "NDArray[Any]"]]) -> dict[str, "NDArray[Any]"]:
    import numpy as np

    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
