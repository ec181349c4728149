"""Proof of a network in two parts: the accelerator's integers, and the float tail behind them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from zoo import registry
from zoo.artifact import Exactness
from zoo.graph import Graph
from zoo.graph_parts import front_and_tail, tail_begin
from zoo.plugs import Feeds, Run
from zoo.proof.certificate import Check
from zoo.proof.comparison import Outputs, compare, output_scales

__all__ = ["PartsExecutor", "prove_parts"]

_EXACT = Exactness(0, "lsb", "the accelerator's part has integers only")


class PartsExecutor(Protocol):
    """An executor of networks with a tail (zoo.plugs.Executor)."""

    def load_parts(self, folder: Path, main: str) -> tuple[Run, Run]:
        """Return functions that run the accelerator's part, and the tail on its outputs."""


def prove_parts(
    executor: str, file: Path, graph: Graph, feeds: Sequence[Feeds], tail_exactness: Exactness
) -> Iterator[Check]:
    """Yield the check of each part, given what the part before it gave.

    executor: a PartsExecutor.  file: the artifact.  graph: as zoo.graph_parts joins it.
    """
    front, tail = front_and_tail(graph, tail_begin(graph))
    parts: PartsExecutor = registry.load("executor", executor)
    run_front, run_tail = parts.load_parts(file.parent, file.name)
    found = [run_front(feed) for feed in feeds]
    scales = output_scales(front)
    wanted = _references(front, feeds)
    yield compare(
        "integer reference -> artifact, accelerator's part", wanted, found, _EXACT, scales
    )
    ends = [{name: outputs[name] for name in tail.inputs} for outputs in found]
    behind = _references(tail, ends)
    given = [run_tail(each) for each in ends]
    yield compare("float reference -> artifact, tail on the CPU", behind, given, tail_exactness)


def _references(graph: Graph, feeds: Sequence[Feeds]) -> list[Outputs]:
    with TemporaryDirectory(prefix="zoo-part-") as folder:
        hub = Path(folder) / "part.onnx"
        hub.write_bytes(registry.load("format", "onnx").write(graph))
        run = registry.load("executor", "reference").load(hub.parent, hub.name)
        return [run(feed) for feed in feeds]
