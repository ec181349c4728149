"""Exports small networks of 34 families, and builds each for several boards without its app.

    python scripts/family_table.py

Needs PyTorch. Each network (scripts/network_families.py) is exported by both of PyTorch's
exporters, imported, compared with its own file, quantized with random samples, and lowered. The
artifact then runs here and is compared with the reference, as in a certificate.

exact: the file was built, and its outputs are within the artifact's bound.  refused: an error names
the reason.  wrong: another result.  crash: an error that is not the zoo's. Exit status 1 if any
network is wrong or crashes.

    --json FILE      write every outcome with its reason
    --only WORD      only families whose name contains WORD
    --exporter NAME  only 'torchscript' or 'dynamo'
"""

import argparse
import json
import logging
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from network_families import FAMILIES, INPUT_SHAPES

from zoo import registry
from zoo.artifact import Artifact
from zoo.build.targets import find_target
from zoo.contract import Contract, FileInput, TensorSpec
from zoo.errors import ZooError
from zoo.graph import Graph
from zoo.graph_parts import front_and_tail, joined
from zoo.plugs import Feeds, QuantizeOptions
from zoo.proof.comparison import compare, judging, output_scales
from zoo.proof.op_proof import can_inspect, prove_ops, proven_exactness
from zoo.proof.source_check import check_source
from zoo.target import Target
from zoo.user_file import import_file

EXPORTERS = ("torchscript", "dynamo")
BOARDS = ("x86", "rpi4", "c99", "kv260", "kv260:cpu-tail")
OUTCOMES = ("exact", "refused", "wrong", "crash")

_QUANT = "ptq"
_INPUT = "x"
_SAMPLES = 8


@dataclass(frozen=True)
class Outcome:
    """What became of one network on one board; why: '' if it is exact."""

    family: str
    exporter: str
    board: str
    outcome: str
    why: str = ""


def export(family: str, exporter: str, file: Path) -> None:
    """Write a family's network as ONNX, with a batch of one."""
    torch.manual_seed(0)
    network = FAMILIES[family]().eval()
    sample = torch.randn(1, *input_shape(family))
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (sample,),
            str(file),
            dynamo=exporter == "dynamo",
            input_names=[_INPUT],
            opset_version=None if exporter == "dynamo" else 17,
        )


def input_shape(family: str) -> tuple[int, ...]:
    """Return the shape of a family's input, without the batch."""
    return INPUT_SHAPES.get(family, (3, 32, 32))


def outcomes(family: str, exporter: str) -> Iterator[Outcome]:
    """Yield the outcome on each board."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "network.onnx"
        export(family, exporter, file)
        try:
            graph = imported(file, input_shape(family))
        except Exception as error:
            yield from (Outcome(family, exporter, board, *failure(error)) for board in BOARDS)
            return
        for board in BOARDS:
            try:
                wrong = difference(graph, find_target(board), folder / board)
                outcome = ("wrong", wrong) if wrong else ("exact", "")
            except Exception as error:
                outcome = failure(error)
            yield Outcome(family, exporter, board, *outcome)


def failure(error: Exception) -> tuple[str, str]:
    """Return the outcome of an exception, and its text."""
    if isinstance(error, ZooError):
        return "refused", str(error)
    return "crash", "".join(traceback.format_exception(error)[-3:])


def imported(file: Path, shape: tuple[int, ...]) -> Graph:
    """Return the file's graph, which computes the same as the file."""
    hub = registry.load("format", "onnx")
    graph = import_file(file, {_INPUT: FileInput(shape)})
    float_hub = file.with_name("float.onnx")
    float_hub.write_bytes(hub.write(graph))
    (feed,) = samples(graph, 1)
    check = check_source(file, float_hub, feed, contract_of(graph))
    if not check.holds:
        raise AssertionError(f"the import differs by {check.largest:g} {check.unit}")
    return graph


def contract_of(graph: Graph) -> Contract:
    """Return a contract without steps."""
    shape = tuple(int(size) for size in graph.tensors[_INPUT].shape[1:])
    return Contract(TensorSpec(_INPUT, shape), (), ())


def samples(graph: Graph, count: int) -> list[Feeds]:
    """Return normally distributed inputs of one sample each, the same everywhere."""
    random = np.random.Generator(np.random.PCG64(0))
    shape = (1, *(int(size) for size in graph.tensors[_INPUT].shape[1:]))
    return [{_INPUT: random.standard_normal(shape, np.float32)} for _ in range(count)]


def difference(graph: Graph, target: Target, folder: Path) -> str:
    """Build for a board and return how the artifact differs from the reference, '' if it holds."""
    scheme = registry.load("scheme", target.schemes[_QUANT])
    feeds = samples(graph, _SAMPLES)
    compiler = registry.load("compiler", target.compiler)
    ends = compiler.cut(graph, target) if target.cpu_tail else graph.outputs
    front, tail = front_and_tail(graph, ends)
    quantized: Graph = registry.load("quantizer", _QUANT).quantize(
        front, scheme, feeds, contract_of(graph), QuantizeOptions("minmax", False)
    )
    integer = joined(quantized, tail, graph.outputs)
    artifact = compiler.lower(integer, target, scheme.name)
    return artifact_difference(integer, artifact, target.executor, folder, feeds[:2])


def artifact_difference(
    graph: Graph, artifact: Artifact, executor: str, folder: Path, feeds: Sequence[Feeds]
) -> str:
    """Return how an artifact differs from the integer graph, '' if it is within its bounds."""
    for name, content in artifact.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    hub = folder / "hub.onnx"
    hub.write_bytes(registry.load("format", "onnx").write(graph))
    reference = registry.load("executor", "reference").load(folder, hub.name)
    own = registry.load("executor", executor).load(folder, artifact.main)
    exactness, checks = artifact.exactness, []
    if exactness.bound > 0 and can_inspect(executor):
        alone = prove_ops("ops", executor, folder / artifact.main, graph, feeds)
        if alone is not None:
            checks.append(alone)
            exactness = proven_exactness(graph)
    expected, found = [reference(feed) for feed in feeds], [own(feed) for feed in feeds]
    judged = judging(exactness, graph)
    checks.append(compare("outputs", expected, found, judged, output_scales(graph)))
    worst = next((check for check in checks if not check.holds), None)
    return f"{worst.step}: {worst.largest:g} {worst.unit}, {worst.allowed}" if worst else ""


def main() -> int:
    """Print a table of families and boards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--exporter", choices=EXPORTERS, action="append")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    found: list[Outcome] = []
    print(f"{'family':24}" + "".join(f"{board:24}" for board in BOARDS), flush=True)
    for family in FAMILIES:
        if options.only in family:
            own = [o for e in options.exporter or EXPORTERS for o in outcomes(family, e)]
            found += own
            print(_row(family, own), flush=True)
    print(_row("exact with every exporter", found, counts=True))
    if options.json:
        options.json.write_text(json.dumps([asdict(o) for o in found], indent=1) + "\n", "utf-8")
    reasons = dict.fromkeys(f"{o.family}, {o.board}: {o.why}" for o in found if o.why)
    print("", *reasons, sep="\n")
    return int(any(o.outcome in ("wrong", "crash") for o in found))


def _row(title: str, found: Sequence[Outcome], counts: bool = False) -> str:
    cells = []
    for board in BOARDS:
        own = [o for o in found if o.board == board]
        if counts:
            exact = Counter(o.family for o in own if o.outcome == "exact")
            every = Counter(o.family for o in own)
            cells.append(f"{sum(exact[f] == every[f] for f in every)} of {len(every)}")
        else:
            cells.append(", ".join(dict.fromkeys(o.outcome for o in own)))
    return f"{title:24}" + "".join(f"{cell:24}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
