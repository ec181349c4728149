"""A chain in Kotlin against the reference: the regions of a detector's boxes, and both networks."""

import numpy as np
import pytest
from chain_case import DETECTOR, RULE, detector_network, spots
from kotlin import run_kotlin
from spot_app import save

from zoo import registry
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, regions_of

pytestmark = pytest.mark.toolchain

RECIPE = registry.load("recipe", "pfld_0.25x.300w68")


def written(outputs, file):
    """Write outputs as the driver reads them; return the file."""
    lines = [
        f"{name}\t{' '.join(map(str, value.shape))}\t{' '.join(map(repr, value.ravel().tolist()))}"
        for name, value in ((n, v.astype(np.float64)) for n, v in outputs.items())
    ]
    file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize("centres", [[(40, 60)], [(40, 30), (120, 90)], [(3, 3), (80, 60)], []])
def test_regions_and_inputs_to_the_bit(classes, tmp_path, centres):
    image, random = spots(*centres), np.random.default_rng(0)
    detector_network(tmp_path / "spots.onnx")
    frame = preprocess(DETECTOR, image, whole(image))
    run = registry.load("executor", "onnxruntime").load(tmp_path, "spots.onnx")
    found = {name: v[0] for name, v in run({"image": frame.input_chw[None]}).items()}
    regions = regions_of(postprocess(DETECTOR, found, frame)["boxes"], RULE)
    inputs, places = [frame.input_chw], []
    files = [written(found, tmp_path / "detector")]
    for _, region in regions:
        box = region
        for _ in range(RULE.passes):
            outputs = {"landmarks": random.random(136).astype(np.float32)}
            files.append(written(outputs, tmp_path / f"look{len(files)}"))
            frame = preprocess(RECIPE.contract, image, box)
            inputs.append(frame.input_chw)
            seen, landmarks = box, postprocess(RECIPE.contract, outputs, frame)["landmarks"]
            box = landmark_box(landmarks)
        places.append([*seen, *landmarks.ravel()])
    assert len(places) == len(centres)
    photo = save(tmp_path / "a.png", image)
    printed = run_kotlin(classes, "zoo.app.ChainDriverKt", photo, *files).splitlines()
    lines = [np.array(line.split(), np.float64) for line in printed]
    assert len(lines) == len(inputs) + len(places)
    for line, wanted in zip(lines, (*inputs, *places), strict=True):
        np.testing.assert_array_equal(line.astype(np.asarray(wanted).dtype), np.ravel(wanted))
