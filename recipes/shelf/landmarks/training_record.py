"""The record of a training: the part of a model card that only the training knows."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from recipes.shelf.landmark_data import LandmarkData
from recipes.shelf.landmarks.settings import Settings
from recipes.shelf.landmarks.teachers import model_of
from zoo.errors import RecipeError
from zoo.training import TrainOptions

__all__ = ["read_record", "seeds_of", "training_record", "training_text"]

_PACKAGES = ("torch", "lightning", "kornia")


def training_record(
    model: str,
    options: TrainOptions,
    settings: Settings,
    sets: Mapping[str, tuple[int, int]],
    data: LandmarkData,
    defaults: Settings,
) -> dict[str, Any]:
    """Return the record in JSON types. sets: faces and landmarks of each data set by name.

    defaults: the family's settings.
    """
    return {
        "model": model,
        "data": [
            {"name": name, "faces": faces, "points": points}
            for name, (faces, points) in sets.items()
        ],
        "training_faces": len(data.train),
        "held_out_faces": len(data.held_out),
        "epochs": settings.epochs,
        "seed": options.seed,
        "start": options.start.name if options.start else None,
        "teachers": [
            *(model_of(weights) for weights in options.teachers),
            *(onnx.stem for onnx, _ in options.peers),
        ],
        "changed_settings": _changed(asdict(settings), asdict(defaults)),
        "versions": {package: version(package) for package in _PACKAGES},
    }


def read_record(folder: Path, model: str | None = None) -> Any:  # noqa: ANN401 (JSON)
    """Return the record in the folder of a training, or of a published model.

    Raises RecipeError if there is none.
    """
    published = folder / f"{model}.training.json"
    file = published if published.is_file() else folder / "training.json"
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"{file}: not readable as the record of a training ({type(error).__name__}); give a "
            "folder that `zoo train` wrote"
        ) from error


def seeds_of(record: Mapping[str, Any]) -> set[int | None]:
    """Return the seed of a training, or those of all averaged trainings.

    None for a record without one.
    """
    if "mean_of" in record:
        return set().union(*map(seeds_of, record["mean_of"]))
    return {record.get("seed")}


def training_text(record: Mapping[str, Any]) -> str:
    """Return the record of a training, or of averaged ones, in words for a model card."""
    if "mean_of" not in record:
        return _one_training(record)
    trainings = [f"({n}) {training_text(one)}" for n, one in enumerate(record["mean_of"], 1)]
    return f"The mean of the weights of {len(trainings)} trainings. {' '.join(trainings)}"


def _one_training(record: Mapping[str, Any]) -> str:
    sets = "; ".join(
        f"{data['faces']:,} faces of {data['name']} with {data['points']} landmarks"
        for data in record["data"]
    )
    changed = ", ".join(f"{name} {value}" for name, value in record["changed_settings"].items())
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    lines = [
        f"{sets}. In total, {record['training_faces']:,} pictures were used for training and "
        f"{record['held_out_faces']} were held out.",
        f"Trained as {record['model']} for {record['epochs']} epochs with seed {record['seed']}"
        + (f", starting from the weights of {record['start']}" if record.get("start") else "")
        + (f", taught by {', '.join(record['teachers'])}" if record["teachers"] else "")
        + f". Settings other than the defaults: {changed or 'none'}. {versions}.",
    ]
    return " ".join(lines)


def _changed(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the differing settings, including those of augmentation."""
    flat, usual = _flat(settings), _flat(defaults)
    return {name: value for name, value in flat.items() if value != usual[name]}


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    outer = {name: value for name, value in settings.items() if name != "augmentation"}
    return {**outer, **settings["augmentation"]}
