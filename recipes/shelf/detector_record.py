"""The record of a detector's training, `training.json`, and its words for the model card."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zoo.training import TrainOptions

__all__ = ["training_record", "training_text"]


def training_record(
    model: str,
    options: TrainOptions,
    settings: Mapping[str, Any],
    usual: Mapping[str, Any],
    sets: Mapping[str, int],
    held_out: int,
    teachers: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the record in JSON types.

    settings, usual: the training's settings and their defaults.  sets: pictures of each data set.
    held_out: photos among them that were not trained on.
    `start` is the record of the training that this one goes on from, {} if it has none.
    """
    return {
        "model": model,
        "data": [{"name": name, "pictures": count} for name, count in sets.items()],
        "held_out_photos": held_out,
        "epochs": settings["epochs"],
        "seed": options.seed,
        "start": _start(options.start) if options.start else None,
        "teachers": list(teachers),
        "changed_settings": {k: v for k, v in settings.items() if v != usual[k]},
        "versions": {package: version(package) for package in ("torch", "lightning")},
    }


def _start(folder: Path) -> dict[str, Any]:
    file = folder / "training.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def training_text(record: Mapping[str, Any]) -> str:
    """Return a training in words, after those that it goes on from."""
    if record["start"]:
        rest = training_text({**record, "start": None})
        return f"{training_text(record['start'])} Then again, from these weights: {rest}"
    sets = "; ".join(f"{data['pictures']:,} pictures of {data['name']}" for data in record["data"])
    changed = ", ".join(f"{name} {value}" for name, value in record["changed_settings"].items())
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    teachers = ", ".join(record["teachers"])
    return (
        f"{sets}. {record['held_out_photos']} photos were held out. Trained as {record['model']} "
        f"for {record['epochs']} epochs with seed {record['seed']}"
        + (f", taught by {teachers}" if teachers else "")
        + f". Settings other than the defaults: {changed or 'none'}. {versions}."
    )
