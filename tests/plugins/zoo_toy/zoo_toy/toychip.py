"""An artifact of its own: a board, the compiler that writes its files, and what runs them here."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoo import registry
from zoo.artifact import Artifact, Exactness
from zoo.errors import ArtifactError
from zoo.graph import Graph
from zoo.plugs import Compiler, Executor
from zoo.target import Target

__all__ = ["COMPILER", "EXECUTOR", "TARGET"]

_MAGIC = b"TOY1"
_MAIN = "network.toy"

TARGET = Target(
    name="toychip",
    summary="a chip of another distribution, with files of its own",
    compiler="toychip",
    executor="toychip",
    app="cpp-toychip",
    schemes={"ptq": "toy-w8a8"},
    package="toyfw",
)


class ToychipCompiler(Compiler):
    """Writes the network as it is behind four letters, and as C for the program."""

    name = "toychip"

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return network.toy, and what compiler 'c' makes of the graph."""
        program: Artifact = registry.load("compiler", "c").lower(graph, target, scheme)
        content = _MAGIC + registry.load("format", "onnx").write(graph)
        exact = Exactness(0, "lsb", "the chip computes what the network means")
        return Artifact(self.name, _MAIN, {**program.files, _MAIN: content}, exact)


class ToychipExecutor(Executor):
    """Reads a file of the chip, and computes it by the reference."""

    name = "toychip"

    def load(self, folder: Path, main: str, threads: int = 1) -> Any:
        """Return a function that runs `main`; raises ArtifactError for another file."""
        content = (folder / main).read_bytes()
        if not content.startswith(_MAGIC):
            raise ArtifactError(f"{folder / main}: not a file of the toy chip; build it again")
        with TemporaryDirectory() as place:
            (Path(place) / "hub.onnx").write_bytes(content.removeprefix(_MAGIC))
            return registry.load("executor", "reference").load(Path(place), "hub.onnx", threads)


COMPILER = ToychipCompiler()
EXECUTOR = ToychipExecutor()
