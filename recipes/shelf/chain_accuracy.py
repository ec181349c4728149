"""Measures landmarks in a detector's boxes, and fits how those become the landmarks' regions.

    python -m recipes.shelf.chain_accuracy DETECTOR TRAIN TEST [--contract FILE]
        [--network NAME]... [--json]

DETECTOR: a model's name, or a file with its contract. TRAIN, TEST: labelled faces, as for --data.
Prints the [regions] of a chain file, fitted on TRAIN, and a Markdown table of the mean error on
TEST in per cent of the distance between the eyes: in the labels' boxes, in the detector's as they
are, in those corrected by the fit, and after a second pass in the box of the landmarks found. A
face that the detector misses keeps its label's box; their number is printed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.chain_evaluation import (
    Face,
    faces_of,
    find_box,
    look,
    look_again,
    region_of,
)
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_evaluation import landmark_count
from recipes.shelf.landmark_metrics import landmark_metrics
from recipes.shelf.layouts import layout_of
from zoo import registry
from zoo.build.models import find_recipe
from zoo.cli.entry import enter
from zoo.errors import RecipeError, UsageError
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule
from zoo.step import Box
from zoo.user_file import import_file

__all__ = ["ChainAccuracy", "fit_rule", "float_run", "measure"]

_FACES = 600
"""Faces that the rule is fitted on; it has four numbers."""
_AROUND = 1.3
"""Side of the crops that the detector sees, in that of the landmarks' box."""
_RIDGE = 1e-4
"""Detectors with square boxes leave the difference of the two factors open."""
_ROUNDS = 20


@dataclass(frozen=True)
class ChainAccuracy:
    """Mean errors of a network in per cent of the distance between the eyes. missed: of `faces`."""

    network: str
    labels: float
    raw: float
    corrected: float
    second_pass: float
    faces: int
    missed: int


@click.command()
@click.argument("detector")
@click.argument("train", type=click.Path(path_type=Path))
@click.argument("test", type=click.Path(path_type=Path))
@click.option("--contract", type=click.Path(path_type=Path), help="Contract of a detector's file.")
@click.option("--network", "networks", multiple=True, default=("pfld",), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    detector: str,
    train: Path,
    test: Path,
    contract: Path | None,
    networks: Sequence[str],
    as_json: bool,
) -> None:
    """Fit a detector's regions and measure landmarks in them."""
    recipe = find_recipe(detector, contract)
    looked_at = [registry.load("recipe", name) for name in networks]
    counts = {landmark_count(network.contract) for network in looked_at}
    if len(counts) != 1:
        raise UsageError(f"--network: landmarks of {sorted(counts)}; give networks with the same")
    points = counts.pop()
    find = recipe.contract, float_run(recipe)
    tight = _tight(_faces(train, "train", points))
    rule = fit_rule([(find_box(*find, face), face.box) for face in tight])
    faces = list(_faces(test, "test", points))
    boxes = [find_box(*find, face) for face in faces]
    found = [measure(network, float_run(network), faces, boxes, rule) for network in looked_at]
    if as_json:
        click.echo(json.dumps({"regions": asdict(rule), "networks": list(map(asdict, found))}))
        return
    click.echo("\n".join([*_toml(rule), "", *_table(found)]))


def fit_rule(pairs: Sequence[tuple[Box | None, Box]]) -> RegionRule:
    """Return the rule that turns detectors' boxes into the labels', by least absolute errors.

    pairs: of each face, the detector's box, None if it was missed, and the labels'. A region is a
    square with the longer side. Absolute errors are minimised by reweighted least squares.
    Raises RecipeError if there are fewer than four boxes.
    """
    both = [(found, wanted) for found, wanted in pairs if found is not None]
    if len(both) < len("pqab"):
        raise RecipeError(f"the detector finds {len(both)} of {len(pairs)} faces; four are needed")
    found, wanted = (np.array(boxes, np.float64) for boxes in zip(*both, strict=True))
    shift = (_centres(wanted) - _centres(found)) / found[:, 2:]
    side = wanted[:, 2:].max(axis=1)
    weight = 1 / side
    for _ in range(_ROUNDS):
        a, b = found[:, 2:] * weight[:, None], side * weight
        factors = np.linalg.solve(a.T @ a + _RIDGE * len(a) * np.eye(2), a.T @ b)
        weight = 1 / side / np.sqrt(np.abs(found[:, 2:] @ factors / side - 1) + 1e-3)
    p, q = (float(factor) for factor in factors.round(3))
    dx, dy = (float(median) for median in np.median(shift, axis=0).round(3))
    return RegionRule((p, q), (p, q), (dx, dy), passes=2)


def measure(
    network: Recipe,
    run: Run,
    faces: Sequence[Face],
    boxes: Sequence[Box | None],
    rule: RegionRule,
) -> ChainAccuracy:
    """Return a network's errors in the boxes that a detector found, None where it found none."""
    own = [face.box for face in faces]
    raw = [box or label for box, label in zip(boxes, own, strict=True)]
    corrected = [
        region_of(box, rule) if box else label for box, label in zip(boxes, own, strict=True)
    ]
    looking = network.contract, run, faces
    first = look(*looking, corrected)
    again = look_again(first, corrected)
    return ChainAccuracy(
        network.name,
        _error(look(*looking, own), faces),
        _error(look(*looking, raw), faces),
        _error(first, faces),
        _error(look(*looking, again), faces),
        len(faces),
        sum(box is None for box in boxes),
    )


def float_run(recipe: Recipe) -> Run:
    """Return the float network."""
    graph = import_file(recipe.demand_float_hub(), recipe.contract.file_inputs)
    with TemporaryDirectory(prefix="zoo-chain-") as folder:
        (Path(folder) / "float.onnx").write_bytes(registry.load("format", "onnx").write(graph))
        run: Run = registry.load("executor", "onnxruntime").load(Path(folder), "float.onnx")
    return run


def _faces(data: Path, split: str, points: int) -> Iterator[Face]:
    return faces_of(crops_of(find_faces(data, split, points)))


def _tight(faces: Iterator[Face]) -> list[Face]:
    """Return a fixed choice of faces, cut as close as those of the test."""
    every = list(faces)
    chosen = np.random.default_rng(0).permutation(len(every))[:_FACES]
    return [_cut(every[index]) for index in chosen.tolist()]


def _cut(face: Face) -> Face:
    x, y, width, height = face.box
    side = int(max(width, height) * _AROUND)
    left, top = int(x + (width - side) / 2), int(y + (height - side) / 2)
    left, top = max(left, 0), max(top, 0)
    part = face.image[top : top + side, left : left + side]
    return replace(face, image=part, landmarks=face.landmarks - [left, top])


def _centres(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return boxes[:, :2] + boxes[:, 2:] / 2


def _error(found: Sequence[NDArray[np.float64]], faces: Sequence[Face]) -> float:
    wanted = np.stack([face.landmarks for face in faces])
    layout = layout_of(wanted.shape[1])
    return landmark_metrics(np.stack(found), wanted, layout)["nme_interocular_percent"]


def _toml(rule: RegionRule) -> Iterator[str]:
    yield "[regions]"
    for name, value in asdict(rule).items():
        yield f"{name} = {list(value) if isinstance(value, tuple) else value}"


def _table(found: Sequence[ChainAccuracy]) -> Iterator[str]:
    yield "| network | labels' boxes | detector's | corrected | second pass | faces | missed |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in found:
        errors = (row.labels, row.raw, row.corrected, row.second_pass)
        cells = [row.network, *(f"{error:.2f}" for error in errors), row.faces, row.missed]
        yield f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    enter(command, "python -m recipes.shelf.chain_accuracy")
