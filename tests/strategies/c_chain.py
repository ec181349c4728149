"""A chain whose networks are C code: `chain_case`, quantized."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from chain_case import CHAIN, DETECTOR, detector_network, spots
from numpy.typing import NDArray
from quantization import QUANTIZER
from spot_app import CONTRACT, network

from compilers.c.compiler import COMPILER
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.artifact import Artifact
from zoo.data.processing import postprocess, preprocess, whole
from zoo.plugs import AppRequest, QuantizeOptions
from zoo.step import Box
from zoo.target import Target
from zoo.user_file import import_file

__all__ = ["PHOTOS", "chain_request", "look"]

_TARGET = Target("board", "a board", "c", "c", "cpp-c", {})
PHOTOS = [spots((40, 60)), spots((40, 30), (120, 90)), spots((3, 3), (80, 60)), spots()]
_PARTS = {
    "network": (network, CONTRACT, W8A8_ASYM),
    "detector": (detector_network, DETECTOR, W8A8_SYM),
}


def chain_request(folder: Path) -> AppRequest:
    """Return the request of an app, and write both artifacts into a folder."""
    parts = {part: _artifact(part, folder) for part in _PARTS}
    for part in parts.values():
        for name, content in part.files.items():
            (folder / name).write_bytes(content)
    main, files = parts["detector"].main, parts["detector"].files
    detector = replace(CHAIN.detector, artifact_main=main, artifact_files=files)
    main, files = parts["network"].main, parts["network"].files
    return replace(
        CHAIN, target=_TARGET, artifact_main=main, artifact_files=files, detector=detector
    )


def _artifact(part: str, folder: Path) -> Artifact:
    """Return a part's artifact, quantized on the photos."""
    write, contract, scheme = _PARTS[part]
    graph = import_file(write(folder / f"{part}.onnx"), {})
    boxes = [(*corner, 60.0, 60.0) for corner in ((10, 30), (90, 60), (50, 30))]
    regions = [(photo, box) for photo in PHOTOS for box in (whole(photo), *boxes)]
    frames = [preprocess(contract, photo, box).input_chw for photo, box in regions]
    bright = [frame for frame in frames if frame.max() > 0.5]
    options = QuantizeOptions(calibrator="minmax")
    integers = QUANTIZER.quantize(graph, scheme, [{"image": np.stack(bright)}], contract, options)
    return COMPILER.for_part(part).lower(integers, _TARGET, "any")


def look(
    folder: Path, part: str, image: NDArray[np.uint8], box: Box
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return outputs and values of an artifact for a part of a photo."""
    contract = _PARTS[part][1]
    frame = preprocess(contract, image, box)
    assert frame.input_chw is not None
    run = registry.load("executor", "c").load(folder, f"{part}.json")
    outputs = {name: v[0] for name, v in run({"image": frame.input_chw[None]}).items()}
    return outputs, postprocess(contract, outputs, frame)
