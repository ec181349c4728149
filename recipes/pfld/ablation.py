"""Measures the effect of each part of the training on held-out faces, as a table.

    python -m recipes.pfld.ablation OUT DATA... [--epochs 20] [--seeds 2] [--decisive 0]
                                    [--only LINE] [--precision auto] [--teacher WEIGHTS]

OUT gets a folder for each training; finished ones are not repeated. Each line changes one setting
of the defaults; with a teacher, one more line learns from it. All trainings use the same precision.
Further seeds are only used for lines with a decisive difference for the first one.
"""

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from recipes.pfld.train import train
from recipes.shelf.landmarks.settings import Settings
from zoo import registry
from zoo.cli.entry import enter
from zoo.errors import DataError, UsageError
from zoo.training import TrainOptions

__all__ = ["LINES", "Line", "measure", "run", "table"]

MODEL = "pfld_0.25x.300w68"
HELD_OUT = "0.1"
"""Fraction of the training faces used for the table; test faces are never used."""


@dataclass(frozen=True)
class Line:
    """A line of the table. words: settings that differ from the defaults."""

    name: str
    words: Mapping[str, str]
    teachers: tuple[Path, ...] = ()


LINES = (
    Line("as published", {}),
    Line("no second layout of landmarks", {"other_points_weight": "0"}),
    Line("no pose branch", {"pose_branch": "false"}),
    Line("pose-weighted loss (PFLD)", {"pose_weighting": "true"}),
    Line("class-weighted loss (PFLD)", {"class_weighting": "true"}),
    Line("L2 loss (PFLD)", {"loss": "l2"}),
    Line("narrow wing (5 px)", {"wing_width": "5"}),
    Line("no averaged weights", {"average_decay": "0"}),
    Line("cosine schedule from 1e-3 (seed)", {"schedule": "cosine", "learning_rate": "1e-3"}),
    Line("steps from 1e-3 (seed)", {"schedule": "steps", "learning_rate": "1e-3"}),
    Line("twice the learning rate", {"learning_rate": "8e-3"}),
    Line("weight decay 1e-4", {"weight_decay": "1e-4"}),
    Line("gentle augmentation", {"augmentation": "gentle"}),
    Line("no shear", {"shear_probability": "0"}),
    Line("rotation of 15 degrees (seed)", {"rotation_deg": "15"}),
    Line("no box jitter", {"shift": "0", "box_jitter": "1,1"}),
    Line("no cutout", {"cutout_probability": "0"}),
    Line("no change of colours", {"colour_probability": "0", "gray_probability": "0"}),
    Line(
        "no blur, sharpening, edges or noise",
        dict.fromkeys(
            (f"{name}_probability" for name in ("blur", "sharpen", "edges", "noise")), "0"
        ),
    ),
)

TAUGHT = "taught by a larger network"
"""The line that requires a teacher's weights."""


def measure(
    line: Line,
    data: tuple[Path, ...],
    out: Path,
    epochs: int,
    seed: int,
    precision: str = Settings.precision,
) -> float:
    """Return the NME in percent on held-out faces after a training, or after the one in `out`."""
    folder = out / f"{line.name.replace(' ', '_')}.{epochs}.{seed}"
    if not (folder / f"{MODEL}.safetensors").is_file():
        words = {
            "epochs": str(epochs),
            "validation_fraction": HELD_OUT,
            "precision": precision,
            **line.words,
        }
        options = TrainOptions(data, folder, seed, teachers=line.teachers, settings=words)
        train(registry.load("recipe", MODEL), options)
    with (folder / "log" / "metrics.csv").open(newline="") as lines:
        values = [row["val_nme"] for row in csv.DictReader(lines) if row["val_nme"]]
    if not values:
        raise DataError(f"{folder}: its log has no val_nme; remove the folder to train again")
    return float(values[-1])


def table(results: Mapping[str, list[float]]) -> str:
    """Return Markdown: the NME of each seed, and the mean difference to the first line's seeds."""
    first = next(iter(results.values()))
    rows = [
        f"| {name} | {', '.join(f'{value:.2f}' for value in values)} "
        f"| {_difference(values, first):+.2f} |"
        for name, values in results.items()
    ]
    header = ["| training | NME of each seed, % | difference |", "| --- | --- | --- |"]
    return "\n".join([*header, *rows])


def _difference(values: Sequence[float], first: Sequence[float]) -> float:
    """Return the mean difference, seed by seed; `values` may have fewer seeds."""
    pairs = list(zip(values, first, strict=False))
    return sum(value - other for value, other in pairs) / len(pairs)


def run(
    lines: Sequence[Line], seeds: int, decisive: float, measure: Callable[[Line, int], float]
) -> dict[str, list[float]]:
    """Return the NME of each line by seed.

    decisive: minimum difference to the first line, with the first seed, for more seeds.
    """
    first = [measure(lines[0], seed) for seed in range(seeds)]
    results = {lines[0].name: first}
    for line in lines[1:]:
        values = [measure(line, 0)]
        if abs(values[0] - first[0]) >= decisive:
            values += [measure(line, seed) for seed in range(1, seeds)]
        results[line.name] = values
    return results


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--epochs", type=click.IntRange(1), default=20, show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=2, show_default=True)
@click.option(
    "--decisive", default=0.0, show_default=True, help="Minimum difference for all seeds."
)
@click.option("--only", type=click.Choice([*(line.name for line in LINES), TAUGHT]), metavar="LINE")
@click.option("--precision", default=Settings.precision, show_default=True)
@click.option("--teacher", type=click.Path(path_type=Path), help="Weights: VARIANT.safetensors.")
def main(
    out: Path,
    data: tuple[Path, ...],
    epochs: int,
    seeds: int,
    decisive: float,
    only: str | None,
    precision: str,
    teacher: Path | None,
) -> None:
    """Train what is missing in OUT on DATA, and write the table to standard output."""
    if only == TAUGHT and teacher is None:
        raise UsageError(f"'{TAUGHT}' needs a teacher; give its weights with --teacher")
    taught = [Line(TAUGHT, {}, (teacher,))] if teacher else []
    lines = [line for line in [*LINES, *taught] if only in (None, line.name)]
    results = run(
        lines, seeds, decisive, lambda line, seed: measure(line, data, out, epochs, seed, precision)
    )
    sys.stdout.write(table(results) + "\n")


if __name__ == "__main__":
    enter(main, "python -m recipes.pfld.ablation")
