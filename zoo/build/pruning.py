"""Makes a model's float network smaller, and trains it on the user's pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.network import read_network
from zoo.data.held_out import hold_out
from zoo.data.pictures import calibration_pictures, labelled_pictures
from zoo.data.processing import input_batches
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.macs import count_macs
from zoo.plugs import Feeds, PruneOptions, Pruner
from zoo.proof.loss import relative_loss
from zoo.recipe import Recipe
from zoo.reporting import report
from zoo.training import FitOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Outputs = Mapping[str, NDArray[Any]]

__all__ = ["Pruned", "Sensitivity", "prune", "scan"]

_BATCH = 20
_PRUNER = "channels"
_EXECUTOR = "onnxruntime-unoptimized"
_SHARES = (0.75, 0.5, 0.25)
"""Of a group's channels, which a scan keeps."""
_RATE = 5.0
"""Of the recipe's learning rate for quantized networks, which change far less."""


@dataclass(frozen=True)
class Pruned:
    """A smaller network.

    hub: its ONNX file's content.  contract: of that file, in TOML.
    macs, parameters: before and after.
    widths: channels before and after, by layer, of the layers that lost some.
    training: 'recipe' with labels, 'distillation' by the whole network's outputs, or 'none'.
    loss: of each output in its spreads.  judged_on: on which pictures, in words.
    """

    hub: bytes
    contract: str
    macs: tuple[int, int]
    parameters: tuple[int, int]
    widths: Mapping[str, tuple[int, int]]
    training: str
    loss: Mapping[str, float]
    judged_on: str


def prune(
    recipe: Recipe, float_hub: Path, data: Path, count: int, options: PruneOptions
) -> Iterator[Pruned]:
    """Yield the network of each step, pruned and trained; the last one is the result.

    data: a folder of pictures, or labelled data by which the recipe trains.  count: at most as
    many pictures rank channels.
    """
    whole = read_network(float_hub, recipe)
    pictures = hold_out(calibration_pictures(recipe, data, count))
    options = replace(options, fit=_fit(recipe, data, options))
    pruner: Pruner = registry.load("pruner", _PRUNER)
    samples = list(input_batches(recipe.contract, pictures.calibration, _BATCH))
    judging = list(input_batches(recipe.contract, pictures.judging, _BATCH))
    wanted = _outputs(whole, judging)
    for smaller in pruner.prune(whole, samples, options):
        described = replace(smaller, metadata={**smaller.metadata, **recipe.hub_metadata})
        yield Pruned(
            hub=registry.load("format", "onnx").write(described),
            contract=recipe.contract.of_hub.to_toml(),
            macs=(count_macs(whole), count_macs(smaller)),
            parameters=(_parameters(whole), _parameters(smaller)),
            widths=_widths(whole, smaller),
            training=options.training,
            loss=_loss(wanted, _outputs(smaller, judging)),
            judged_on=pictures.words if options.fit is None else "pictures of the training",
        )


@dataclass(frozen=True)
class Sensitivity:
    """What a group of layers loses alone, without training.

    layers: by name.  channels: of each.
    losses: of the outputs, the largest, in spreads, by the number of channels that stay.
    """

    layers: tuple[str, ...]
    channels: int
    losses: Mapping[int, float]


def scan(
    recipe: Recipe, float_hub: Path, data: Path, count: int, options: PruneOptions
) -> Iterator[Sensitivity]:
    """Yield how sensitive each group of layers is, on pictures that did not rank its channels."""
    whole = read_network(float_hub, recipe)
    pictures = hold_out(calibration_pictures(recipe, data, count))
    pruner: Pruner = registry.load("pruner", _PRUNER)
    samples = list(input_batches(recipe.contract, pictures.calibration, _BATCH))
    judging = list(input_batches(recipe.contract, pictures.judging, _BATCH))
    wanted = _outputs(whole, judging)
    thinned = pruner.thinned(whole, samples, options, _SHARES)
    for layers, variants in groupby(thinned, key=lambda one: one.layers):
        losses, channels = {}, 0
        for one in variants:
            channels, kept = one.channels
            losses[kept] = max(_loss(wanted, _outputs(one.graph, judging)).values())
        report(f"{', '.join(layers)}: thinned to {', '.join(map(str, losses))} of {channels}")
        yield Sensitivity(layers, channels, losses)


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


def _loss(wanted: "_Outputs", found: "_Outputs") -> dict[str, float]:
    """Return how far each output is from the whole network's."""
    return {name: relative_loss(wanted[name], found[name]) for name in wanted}


def _outputs(graph: Graph, samples: Sequence[Feeds]) -> "_Outputs":
    """Return a float network's outputs of all samples together; raises QuantizeError for inf."""
    import numpy as np

    with TemporaryDirectory(prefix="zoo-prune-") as place:
        file = Path(place, "network.onnx")
        file.write_bytes(registry.load("format", "onnx").write(graph))
        run = registry.load("executor", _EXECUTOR).load(file.parent, file.name)
        batches = [run(feeds) for feeds in samples]
    outputs = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
    for name, values in outputs.items():
        if not np.isfinite(values).all():
            raise QuantizeError(
                f"graph '{graph.name}': its output '{name}' is not finite: the network overflows, "
                "or its training diverged; look at it with `zoo eval`, or train less with --epochs"
            )
    return outputs
