"""Evaluates a landmark network in the regions that a detector finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.accuracy_curves import cumulative_error
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_evaluation import landmark_count, predict
from recipes.shelf.landmark_metrics import landmark_metrics, point_errors
from recipes.shelf.layouts import layout_of
from zoo.contract import Contract
from zoo.data.crops import Crops
from zoo.data.evaluation import Detector, Evaluation
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, places_of, regions_of
from zoo.errors import DataError
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule
from zoo.step import Box, Place, is_box

__all__ = [
    "Face",
    "Found",
    "evaluate",
    "faces_of",
    "find",
    "find_box",
    "look",
    "look_again",
    "region_of",
]

_GRAY = 114

Image = NDArray[np.uint8]
Landmarks = NDArray[np.float64]


@dataclass(frozen=True)
class Face:
    """A crop with one face, [H, W, 3], and its landmarks [K, 2] in pixels."""

    image: Image
    landmarks: Landmarks

    @property
    def box(self) -> Box:
        """The box of the labels, in which landmark networks are trained."""
        return landmark_box(self.landmarks)


@dataclass(frozen=True)
class Found:
    """What a detector says of a face: its box and its key points, () if it has none."""

    box: Box
    points: tuple[Place, ...] = ()


def evaluate(recipe: Recipe, run: Run, detector: Detector, data: Path) -> Evaluation:
    """Return accuracy on the faces that `data` names, in the detector's regions, in all passes.

    data: as in `zoo.data.labelled_data`, by default the test split. The metrics are of the faces
    that the detector finds; `missed_percent` tells how many it does not. Raises DataError if it
    finds none.
    """
    points = landmark_count(recipe.contract)
    named = find_faces(data, "test", points)
    faces = list(faces_of(crops_of(named)))
    places = [find(detector.contract, detector.run, face) for face in faces]
    found = [(face, place) for face, place in zip(faces, places, strict=True) if place]
    if not found:
        raise DataError(f"{data}: the detector finds none of {len(faces)} faces")
    seen = [face for face, _ in found]
    regions = [region_of(place.box, detector.regions) for _, place in found]
    landmarks = look(recipe.contract, run, seen, regions, [place.points for _, place in found])
    for _ in range(1, detector.regions.passes):
        regions = look_again(landmarks, regions)
        landmarks = look(recipe.contract, run, seen, regions, [*map(places_of, landmarks)])
    wanted = np.stack([face.landmarks for face in seen])
    predicted, layout = np.stack(landmarks), layout_of(points)
    metrics = landmark_metrics(predicted, wanted, layout)
    missed = 100 * (1 - len(seen) / len(faces))
    errors = point_errors(predicted, wanted, layout).mean(axis=1)
    return Evaluation(
        named.label,
        len(faces),
        {**metrics, "missed_percent": missed},
        curves=(cumulative_error(errors, missed=len(faces) - len(seen)),),
    )


def faces_of(crops: Crops) -> Iterator[Face]:
    """Yield the faces."""
    for image, landmarks in zip(crops.images, crops.landmarks, strict=True):
        yield Face(image, landmarks.astype(np.float64))


def find_box(contract: Contract, run: Run, face: Face) -> Box | None:
    """Return the best box whose centre is on the face, None if the detector misses it."""
    found = find(contract, run, face)
    return found.box if found else None


def find(contract: Contract, run: Run, face: Face) -> Found | None:
    """Return the best detection whose centre is on the face, None if the detector misses it.

    The crop gets a gray margin, because detectors see faces inside photos.
    """
    margin = face.image.shape[0] // 4
    canvas = np.pad(face.image, ((margin,) * 2, (margin,) * 2, (0, 0)), constant_values=_GRAY)
    frame = preprocess(contract, canvas, whole(canvas))
    assert frame.input_chw is not None
    outputs = run({contract.input.name: frame.input_chw[np.newaxis]})
    values = postprocess(contract, {name: array[0] for name, array in outputs.items()}, frame)
    boxes = values["boxes"] - [margin, margin, 0, 0]
    label = np.array(face.box)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    away = np.abs(centres - (label[:2] + label[2:] / 2)) / label[2:]
    near = np.flatnonzero((away < 0.5).all(axis=1))
    if not len(near):
        return None
    x, y, width, height = boxes[near[0]].tolist()
    points = values["keypoints"][near[0]] - margin if "keypoints" in values else np.zeros((0, 2))
    return Found((x, y, width, height), places_of(points))


def region_of(box: Box, rule: RegionRule) -> Box:
    """Return a box's region, the box itself where the rule makes none."""
    return next((region for _, region in regions_of(np.array([box]), rule)), box)


def look(
    contract: Contract,
    run: Run,
    faces: Sequence[Face],
    regions: Sequence[Box],
    points: Sequence[Sequence[Place]] | None = None,
) -> list[Landmarks]:
    """Return the landmarks in each face's region. points: of each face, None if unknown."""
    every = zip(faces, regions, points or [()] * len(faces), strict=True)
    return [predict(contract, run, face.image, region, places) for face, region, places in every]


def look_again(landmarks: Sequence[Landmarks], regions: Sequence[Box]) -> list[Box]:
    """Return the regions of the next pass, those of the last one where there is none."""
    pairs = zip(landmarks, regions, strict=True)
    return [box if is_box(box := landmark_box(found)) else before for found, before in pairs]
