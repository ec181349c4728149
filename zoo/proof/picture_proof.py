"""Proof of artifact and program on many pictures, beyond a bundle's golden ones."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo import registry
from zoo.contract import Contract
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess, whole
from zoo.errors import UsageError
from zoo.picture import Picture, read_picture
from zoo.proof.certificate import Check
from zoo.proof.comparison import Outputs, compare, judging, least_units, output_scales
from zoo.proof.op_proof import proven_exactness
from zoo.proof.proof import Evidence, board_bound, prove_app, read_hub, reference_step
from zoo.recipe import GoldenInput, Recipe
from zoo.step import Frame

__all__ = ["on_pictures", "prove_pictures"]

_JPEG = (".jpg", ".jpeg")


def on_pictures(evidence: Evidence, name: str, data: Path, count: int, folder: Path) -> Evidence:
    """Return the evidence with pictures of a data set, at most `count`, evenly spread.

    name: of the model.  data: as for `--calib`; boxes are those of its labels or of boxes.json,
    else whole pictures.  folder: for JPEGs saved as PNG, since libjpeg here and stb in the program
    decode them to pixels that differ by a few levels. Raises UsageError or DataError for no such
    pictures, and UsageError for a network of signals.
    """
    if evidence.contract.signal is not None:
        raise UsageError(f"{name}: takes signals; --data is for networks of pictures")
    recipe = Recipe(name, name, "", evidence.contract)
    pictures = calibration_pictures(recipe, data, count)
    golden = (_golden(picture, folder / f"{i}.png") for i, picture in enumerate(pictures))
    return replace(evidence, golden=tuple(golden))


def prove_pictures(evidence: Evidence) -> Iterator[Check]:
    """Yield checks of the artifact against its reference, and of the program against it."""
    graph, frames = read_hub(evidence.hub), list[Frame]()
    reference, artifact = _Network("reference", evidence.hub), _Network.of_artifact(evidence)
    wanted, found = list[Outputs](), list[Outputs]()
    for golden in evidence.golden:
        frame = preprocess(evidence.contract, read_picture(golden.image), golden.box)
        wanted.append(reference.run(evidence.contract, frame))
        found.append(artifact.run(evidence.contract, frame))
        frames.append(replace(frame, input_chw=None))  # a thousand would fill the memory
    exactness = evidence.exactness
    if evidence.is_quantized and exactness.bound > 0:
        exactness = proven_exactness(graph)
    step = reference_step("artifact", evidence.is_quantized)
    check = compare(
        step,
        wanted,
        found,
        judging(exactness, graph),
        output_scales(graph),
        spread=evidence.exactness.bound,
        least=least_units(graph),
    )
    checks = [check]
    if evidence.program is not None:
        bound = board_bound(evidence.exactness, check)
        checks += prove_app(evidence, evidence.program, frames, found, graph, bound)
    for check in checks:
        yield replace(check, step=f"{check.step}, {len(frames):,} pictures")


class _Network:
    """A form of the network that is run here."""

    def __init__(self, executor: str, file: Path) -> None:
        self._run = registry.load("executor", executor).load(file.parent, file.name)

    @classmethod
    def of_artifact(cls, evidence: Evidence) -> "_Network":
        return cls(evidence.executor, evidence.folder / evidence.main)

    def run(self, contract: Contract, frame: Frame) -> Outputs:
        """Return the outputs of one frame, without the batch."""
        assert frame.input_chw is not None
        batch = self._run({contract.input.name: frame.input_chw[np.newaxis]})
        return {name: values[0] for name, values in batch.items()}


def _golden(picture: Picture, decoded: Path) -> GoldenInput:
    """Return a picture with its box. decoded: where to save a JPEG."""
    from PIL import Image

    path, pixels = picture.path, read_picture(picture.path)
    if path.suffix.lower() in _JPEG:
        Image.fromarray(pixels).save(decoded, compress_level=1)
        path = decoded
    return GoldenInput(
        picture.path.stem, path, whole(pixels) if picture.box is None else picture.box
    )
