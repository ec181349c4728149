"""Quantization loss at a network's outputs, in units of their spread."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.data.labelled_data import find_data
from zoo.plugs import Feeds, Run
from zoo.proof.certificate import LOSS, Check, recorded_checks
from zoo.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zoo.graph import Graph

__all__ = ["Networks", "judged_records", "loss_checks", "metric_check", "relative_loss"]

_EXECUTOR = "onnxruntime-unoptimized"
_CONSTANT = 0.5
"""Loss of an output that became constant."""
_FEW = 10
_TRACED = 8
"""Samples for comparing intermediate values."""


def relative_loss(wanted: "NDArray[Any]", found: "NDArray[Any]", power: int = 2) -> float:
    """Return mean(|difference|**power)**(1/power), in units of the wanted values' spread.

    wanted, found: one output of all samples, [N, ...]. By the power 2 it is the root mean square;
    higher powers count rare large differences more. The spread is two standard deviations of
    each number over the samples, as root mean square over all: the distance between two answers
    that are equally frequent. A loss of 0.1 moves answers a tenth of the way to the other one, and
    4 % of the variance, (2 * 0.1)**2, is noise; an output that became constant has lost 0.5. With
    few samples the spread is that of all numbers together; an eighth of that is always the minimum,
    because 8 bits resolve no finer. A constant output is measured by its magnitude.
    """
    import numpy as np

    difference = np.abs(np.asarray(found, np.float64) - wanted)
    return float(np.mean(difference**power) ** (1 / power)) / _spread(wanted)


@dataclass(frozen=True)
class Networks:
    """Files of a network, float or differently quantized, and of its new integer network."""

    floats: Path
    integers: Path

    @property
    def runs(self) -> tuple[Run, Run]:
        """Return both, loaded."""
        return _load(self.floats), _load(self.integers)


def judged_records(graph: "Graph", quantization_bound: float, where: str) -> Iterator[Check]:
    """Yield the checks recorded with a graph: losses with this bound, none that is never exceeded.

    Raises VerifyError naming `where` if they are damaged.
    """
    # On demand: it loads numpy, and a build of what is cached compares nothing.
    from zoo.proof.comparison import can_exceed

    for check in recorded_checks(graph.metadata, where):
        stated = inf if check.bound is None else check.bound
        is_loss = check.step.startswith(LOSS) and check.bound is not None
        bound = quantization_bound if is_loss else stated
        is_none = bound == inf or (check.unit == "lsb" and not can_exceed(graph, bound))
        yield replace(check, bound=None if is_none else bound)


def loss_checks(
    networks: Networks, graph: "Graph", samples: "Sequence[Feeds]", words: str
) -> Iterator[Check]:
    """Yield the loss of each output as recorded checks, since samples never leave this machine.

    graph: the integer one.  samples: batches of one.  words: their description.
    The caller sets the bound.
    """
    import numpy as np

    wanted, found = (_outputs(file, samples) for file in (networks.floats, networks.integers))
    begins = _Trace.of(networks, graph, samples[:_TRACED])
    for name, values in wanted.items():
        if name not in found:
            continue
        difference = np.abs(np.asarray(found[name], np.float64) - values)
        yield Check(
            step=f"{LOSS}, output '{name}', {words}",
            unit="of its spread",
            largest=float(f"{relative_loss(values, found[name]):.6g}"),
            mean=float(f"{difference.mean() / _spread(values):.6g}"),
            bound=_CONSTANT,
            values=values.size,
            why=f"limit for quantization; the largest loss is at {begins.worst(name)}",
            how="recorded",
        )


def metric_check(
    networks: Networks, recipe: Recipe, data: Path, photos: Collection[Path], words: str
) -> Check:
    """Return the change of the recipe's own metric on these photos as a recorded check.

    data: with labels that the recipe knows, by default the training split.  words: for the photos;
    an evaluation may look at several samples of each, such as crops.
    """
    same = Path(find_data(data, "train").name)
    evaluate = registry.resolve(recipe.evaluate)
    before, after = (evaluate(recipe.as_registered, run, same, photos) for run in networks.runs)
    wanted, got = before.metrics[recipe.metric], after.metrics[recipe.metric]
    worse = wanted - got if recipe.more_is_better else got - wanted
    lost = max(worse, 0.0) / (abs(wanted) or 1.0)
    is_more = before.count > len(photos) and not words.startswith(f"{before.count} ")
    several = f"{before.count:,} samples of " if is_more else ""
    return Check(
        step=f"{LOSS}, {recipe.metric} {wanted:.4g} -> {got:.4g}, {several}{words}",
        unit="of the float network's",
        largest=float(f"{lost:.6g}"),
        mean=float(f"{lost:.6g}"),
        bound=_CONSTANT,
        values=before.count,
        why="how much worse the recipe's own metric may get, relative to the float network's",
        how="recorded",
    )


@dataclass(frozen=True)
class _Trace:
    """Losses of intermediate values, by tensor."""

    graph: "Graph"
    losses: Mapping[str, float]

    @classmethod
    def of(cls, networks: Networks, graph: "Graph", samples: "Sequence[Feeds]") -> "_Trace":
        floats = {node.output: node.output for node in graph.nodes}
        floats |= {n.inputs[0]: n.output for n in graph.nodes if n.op == "dequantize"}
        content = networks.floats.read_bytes()
        given = registry.load("format", "onnx").read(content, str(networks.floats))
        inside = _inside(networks.floats, list(floats.values()), samples)
        wanted = {name: _reals(given, name, values) for name, values in inside.items()}
        found = _inside(networks.integers, list(floats), samples)
        losses = {}
        for name, values in found.items():
            if floats[name] in wanted:
                reals, goal = _reals(graph, name, values), wanted[floats[name]]
                inner = floats[name] not in graph.outputs
                losses[name] = relative_loss(goal, _aligned(goal, reals) if inner else reals)
        return cls(graph, losses)

    def worst(self, output: str) -> str:
        """Return the node before an output that adds the largest loss, as text."""
        rises: dict[str, float] = {}
        lost = dict(self.losses)
        needed = _before(self.graph, output)
        for node in self.graph.nodes:
            before = max((lost.get(name, 0.0) for name in node.inputs), default=0.0)
            lost[node.output] = self.losses.get(node.output, before)
            if node.output in needed:
                rises[node.name] = lost[node.output] - before
        if not rises:
            return "no identifiable node"
        name = max(rises, key=lambda node: rises[node])
        node = next(node for node in self.graph.nodes if node.name == name)
        before = lost[node.output] - rises[name]
        return (
            f"node '{name}' ({node.op}), {before:.3g} before it and {lost[node.output]:.3g} after"
        )


def _aligned(wanted: "NDArray[Any]", found: "NDArray[Any]") -> "NDArray[Any]":
    """Return the found values with each channel, axis 1, rescaled to fit best.

    Equalisation rescales channels inside a network, which the next layer compensates.
    """
    import numpy as np

    if found.ndim < 2:
        return found
    axes = (0, *range(2, found.ndim))
    squares = np.sum(found * found, axis=axes, keepdims=True, dtype=np.float64)
    products = np.sum(found * wanted, axis=axes, keepdims=True, dtype=np.float64)
    scaled: NDArray[Any] = found * np.divide(
        products, squares, out=np.zeros_like(products), where=squares > 0
    )
    return scaled


def _before(graph: "Graph", output: str) -> set[str]:
    """Return the tensors that an output depends on, itself included."""
    needed = {output}
    for node in reversed(graph.nodes):
        if node.output in needed:
            needed.update(node.inputs)
    return needed


def _outputs(file: Path, samples: "Sequence[Feeds]") -> "dict[str, NDArray[Any]]":
    return _stacked(_load(file), samples)


def _load(file: Path) -> Run:
    run: Run = registry.load("executor", _EXECUTOR).load(file.parent, file.name)
    return run


def _inside(
    file: Path, names: Sequence[str], samples: "Sequence[Feeds]"
) -> "dict[str, NDArray[Any]]":
    run = registry.load("executor", _EXECUTOR).load_inside(file.parent, file.name, names)
    return _stacked(run, samples)


def _stacked(run: Any, samples: "Sequence[Feeds]") -> "dict[str, NDArray[Any]]":  # noqa: ANN401
    import numpy as np

    runs = [run(feeds) for feeds in samples]
    return {name: np.concatenate([found[name] for found in runs]) for name in runs[0]}


def _reals(graph: "Graph", name: str, values: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np

    grid = graph.tensors[name].quantization
    if grid is None or values.dtype.kind == "f":
        return values
    return (values.astype(np.float64) - grid.zero_point[0]) * grid.scale[0]


def _spread(values: "NDArray[Any]") -> float:
    import numpy as np

    values = np.asarray(values, np.float64)
    whole = 2 * float(values.std()) or float(np.abs(values).max()) or 1.0
    if len(values) < _FEW:
        return whole
    return max(2 * float(np.sqrt(values.var(axis=0).mean())), whole / 8)
