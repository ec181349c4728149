"""What each part of the training is worth, on held-out faces, as a table.

    python -m recipes.pfld.ablation OUT DATA... [--epochs 20] [--seeds 2] [--only LINE]
                                                [--precision auto] [--teacher WEIGHTS]

OUT gets a folder for each training; one that is done is not done again. Each line changes one
setting of the default; with a teacher, one more line learns from that. The precision is that of all
trainings.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recipes.pfld.settings import Settings
from recipes.pfld.train import train
from zoo import registry
from zoo.errors import DataError
from zoo.training import TrainOptions

__all__ = ["LINES", "Line", "measure", "table"]

MODEL = "pfld_0.25x.300w68"
HELD_OUT = "0.1"
"""Fraction of the training faces that the table is measured on: never test faces."""


@dataclass(frozen=True)
class Line:
    """A line of the table. words: settings that differ from the default."""

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
        raise DataError(f"{folder}: its log has no val_nme; remove the folder to train anew")
    return float(values[-1])


def table(results: Mapping[str, list[float]]) -> str:
    """Return Markdown: each line's mean over the seeds, the difference to the first, the seeds."""
    means = {name: sum(values) / len(values) for name, values in results.items()}
    first = next(iter(means.values()))
    rows = [
        f"| {name} | {means[name]:.2f} | {means[name] - first:+.2f} "
        f"| {', '.join(f'{value:.2f}' for value in values)} |"
        for name, values in results.items()
    ]
    header = ["| training | NME, % | difference | each seed |", "| --- | --- | --- | --- |"]
    return "\n".join([*header, *rows])


def _results(arguments: argparse.Namespace) -> Iterator[tuple[str, list[float]]]:
    taught = [Line("taught by a larger network", {}, (arguments.teacher,))]
    for line in [*LINES, *(taught if arguments.teacher else [])]:
        if arguments.only in ("", line.name):
            yield (
                line.name,
                [
                    measure(
                        line,
                        tuple(arguments.data),
                        arguments.out,
                        arguments.epochs,
                        seed,
                        arguments.precision,
                    )
                    for seed in range(arguments.seeds)
                ],
            )


def main() -> None:
    """Train what is missing and write the table to standard output."""
    parser = argparse.ArgumentParser(description="Ablation of the training of PFLD.")
    parser.add_argument("out", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="", help="Name of one line.")
    parser.add_argument("--precision", default=Settings.precision)
    parser.add_argument("--teacher", type=Path, help="Weights, named VARIANT.safetensors.")
    sys.stdout.write(table(dict(_results(parser.parse_args()))) + "\n")


if __name__ == "__main__":
    main()
