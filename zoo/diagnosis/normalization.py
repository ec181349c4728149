"""Whether pixels reach the network as it was trained for.

A wrong mean or scale in a contract makes every layer wrong, in float as in integers. Three things
tell of it: the contract that the network's file records, labels, and, without either, whether
pictures change anything inside the network. Batch normalisation centres what a layer sums, so over
training pictures its mean is of the size of its standard deviation (Ioffe and Szegedy 2015, "Batch
Normalization"). Pixels far too small leave the sums at their biases. That is no evidence for or
against smaller errors, such as 0..1 for -1..1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.contract import Contract, Step
from zoo.diagnosis.runner import Runner
from zoo.graph import Graph, Node, Tensor

__all__ = ["Scaling", "better_scaling", "scalings", "with_scaling"]

_COMMON = (
    ("pixels of 0..255", (0.0,) * 3, (1.0,) * 3),
    ("pixels of 0..1", (0.0,) * 3, (255.0,) * 3),
    ("pixels of -1..1", (127.5,) * 3, (127.5,) * 3),
    ("ImageNet's mean and std", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
)
_LAYERS = 8
_STUCK, _TIMES = 5.0, 8.0
"""Mean over deviation of a layer's sums: of networks with the right contract it is 0.2 to 1.7."""


@dataclass(frozen=True)
class Scaling:
    """Parameters of 'normalize'. stuck: mean over deviation of the first layers' sums, median."""

    name: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    stuck: float = 0.0

    @property
    def step(self) -> str:
        """The step as in a contract's TOML."""
        return f'{{name = "normalize", mean = {list(self.mean)}, std = {list(self.std)}}}'


def scalings(contract: Contract) -> tuple[Scaling, ...]:
    """Return the contract's own scaling and then the common ones; none without 'normalize'."""
    own = next((step for step in contract.pre if step.name == "normalize"), None)
    if own is None or contract.signal is not None:
        return ()
    mean, std = (tuple(map(float, own.parameters[key])) for key in ("mean", "std"))
    if len(mean) not in (1, 3):
        return ()
    usual = (Scaling(name, m[: len(mean)], s[: len(mean)]) for name, m, s in _COMMON)
    return (Scaling("the contract's", mean, std), *usual)


def with_scaling(contract: Contract, scaling: Scaling) -> Contract:
    """Return the contract with this scaling."""
    step = Step("normalize", {"mean": list(scaling.mean), "std": list(scaling.std)})
    pre = tuple(step if own.name == "normalize" else own for own in contract.pre)
    return replace(contract, pre=pre)


def better_scaling(
    contract: Contract, network: Graph, runner: Runner
) -> tuple[Scaling, Scaling] | None:
    """Return the contract's scaling and a common one that leaves far less stuck, if there is one.

    network: the float one.
    """
    known = scalings(contract)
    if not known or runner.samples.ndim != 4:
        return None
    sums = _with_sums(network)
    if not sums.outputs:
        return None
    own, *others = (_measured(known[0], one, sums, runner) for one in known)
    best = min(others, key=lambda one: one.stuck)
    if own.stuck > _STUCK and own.stuck > _TIMES * best.stuck:
        return own, best
    return None


def _measured(own: Scaling, other: Scaling, sums: Graph, runner: Runner) -> Scaling:
    pixels = runner.samples * _column(own.std) + _column(own.mean)
    inputs = ((pixels - _column(other.mean)) / _column(other.std)).astype(np.float32)
    values = runner.with_samples(inputs).outputs(sums)
    return replace(other, stuck=float(np.median([_stuck(array) for array in values.values()])))


def _column(values: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(values)[:, None, None]


def _stuck(sums: NDArray[Any]) -> float:
    """Return mean over standard deviation of the median channel, [N, C, ...]."""
    flat = sums.reshape(*sums.shape[:2], -1).astype(np.float64)
    mean, deviation = np.abs(flat.mean(axis=(0, 2))), flat.std(axis=(0, 2))
    moves = deviation > 0
    return float(np.median(mean[moves] / deviation[moves])) if moves.any() else np.inf


def _with_sums(network: Graph) -> Graph:
    """Return the network whose outputs are the first layers' sums, before their clamps."""
    made = list(_sums(network))[:_LAYERS]
    names = tuple(node.output for node, _ in made)
    whole = replace(
        network,
        outputs=names,
        nodes=(*network.nodes, *(node for node, _ in made)),
        tensors={**network.tensors, **{tensor.name: tensor for _, tensor in made}},
    )
    return whole.replace(whole.nodes)


def _sums(network: Graph) -> Iterator[tuple[Node, Tensor]]:
    for node in network.nodes:
        index = registry.load("op", node.op).weight_input
        if index is not None and network.tensors[node.inputs[index]].is_constant:
            kept: Mapping[str, Any] = {k: v for k, v in node.attributes.items() if k != "clamp"}
            name = f"{node.output}.sums"
            yield (
                replace(node, name=f"{node.name}/sums", output=name, attributes=kept),
                replace(network.tensors[node.output], name=name),
            )
