"""Measures what a bundle's program finds by itself in whole photos with labelled faces.

    python -m recipes.shelf.scenes BUNDLE FOLDER [--json]

BUNDLE: with a detector. FOLDER: photos in `images`, and `annotations.json` with their faces: boxes
x, y, width, height, and `landmarks68` of some, in pixels. Prints how many faces are found, how many
further ones, the mean error of labelled landmarks in per cent of the distance between the eyes, and
the latency of each part. A face is found where the middle of a result's landmarks is in its box;
each result counts for one face. Further ones are counted in photos whose faces are all labelled.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from recipes.shelf.landmark_metrics import landmark_metrics
from recipes.shelf.layouts import layout_of
from zoo.bundle.bundle import unpack
from zoo.cli.entry import enter
from zoo.cli.options import existing
from zoo.errors import BoardError, DataError

__all__ = ["Found", "compare", "read_scenes"]

_REPEAT = 5
"""Times that the program looks at each photo, for steadier latencies."""

Landmarks = NDArray[np.float64]


@dataclass(frozen=True)
class Face:
    """A labelled face. box: x, y, width, height in pixels.  landmarks: [K, 2], if labelled."""

    box: tuple[float, float, float, float]
    landmarks: Landmarks | None

    def holds(self, place: NDArray[np.float64]) -> bool:
        """Whether the box holds a place x, y."""
        x, y, width, height = self.box
        return bool(x <= place[0] <= x + width and y <= place[1] <= y + height)


@dataclass(frozen=True)
class Scene:
    """A photo's labels. is_complete: whether all its faces are labelled."""

    faces: Sequence[Face]
    is_complete: bool


@dataclass(frozen=True)
class Found:
    """What is found in all photos.

    found: of `faces`.  further: results without a face.  error_percent: mean over `with_landmarks`
    found faces whose landmarks are labelled.
    """

    photos: int
    faces: int
    found: int
    further: int
    with_landmarks: int
    error_percent: float


@click.command()
@click.argument("bundle", type=existing("file", "a bundle that `zoo build` made"))
@click.argument("folder", type=existing("folder", "photos with annotations.json"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(bundle: Path, folder: Path, as_json: bool) -> None:
    """Measure what the program of BUNDLE finds in the photos of FOLDER."""
    scenes = read_scenes(folder / "annotations.json")
    results, summary = _run(bundle, folder / "images")
    found = compare(scenes, results)
    latencies = {name: summary[name]["p50"] for name in summary if name.endswith("_ms")}
    if as_json:
        click.echo(json.dumps(asdict(found) | {"median": latencies}))
        return
    click.echo(f"{found.found} of {found.faces} faces in {found.photos} photos, ", nl=False)
    click.echo(f"{found.further} further; ", nl=False)
    click.echo(f"error {found.error_percent:.2f} % of {found.with_landmarks} faces")
    click.echo("median " + ", ".join(f"{name} {ms:.2f}" for name, ms in latencies.items()))


def read_scenes(file: Path) -> Mapping[str, Scene]:
    """Return the labels of photos by name; raises DataError."""
    try:
        images = json.loads(file.read_text("utf-8"))["images"]
        return {image["file"]: _scene(image) for image in images}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(f"{file}: cannot be read as labels of photos ({error})") from error


def compare(scenes: Mapping[str, Scene], results: Mapping[str, Sequence[Landmarks]]) -> Found:
    """Compare the landmarks found in each photo with its labels."""
    found, further, errors = 0, 0, []
    for name, scene in scenes.items():
        remaining = list(results.get(name, ()))
        for face in scene.faces:
            matches = [at for at, points in enumerate(remaining) if face.holds(points.mean(axis=0))]
            if not matches:
                continue
            found += 1
            points = remaining.pop(matches[0])
            if face.landmarks is not None and face.landmarks.shape == points.shape:
                errors.append(_error(points, face.landmarks))
        further += len(remaining) if scene.is_complete else 0
    mean = float(np.mean(errors)) if errors else float("nan")
    faces = sum(len(scene.faces) for scene in scenes.values())
    return Found(len(scenes), faces, found, further, len(errors), mean)


def _scene(image: Mapping[str, Any]) -> Scene:
    faces = [_face(face) for face in image["faces"] if face["valid"]]
    return Scene(faces, image["all_faces_labelled"])


def _face(face: Mapping[str, Any]) -> Face:
    landmarks = face["landmarks68"]
    x, y, width, height = face["box"]
    return Face((x, y, width, height), None if landmarks is None else np.array(landmarks))


def _error(found: Landmarks, wanted: Landmarks) -> float:
    layout = layout_of(len(wanted))
    metrics = landmark_metrics(found[np.newaxis], wanted[np.newaxis], layout)
    return float(metrics["nme_interocular_percent"])


def _run(bundle: Path, photos: Path) -> tuple[Mapping[str, Sequence[Landmarks]], dict[str, Any]]:
    """Return the landmarks in each photo, and the program's summary; raises BoardError."""
    with TemporaryDirectory(prefix="zoo-scenes-") as folder:
        unpacked = unpack(bundle, Path(folder))
        program = unpacked.folder / unpacked.manifest.program
        words = [str(program), "--source", str(photos), "--json", "--repeat", str(_REPEAT)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BoardError(f"{bundle}: its program failed: {done.stderr.strip()}")
    *lines, last = map(json.loads, done.stdout.splitlines())
    results: dict[str, list[Landmarks]] = {}
    for line in lines:
        if "landmarks" not in line:
            raise BoardError(f"{bundle}: its network finds no landmarks; give one that does")
        results.setdefault(Path(line["source"]).name, []).append(np.array(line["landmarks"]))
    return results, last["summary"]


if __name__ == "__main__":
    enter(command, "python -m recipes.shelf.scenes")
