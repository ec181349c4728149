"""Artifact and program on the pictures of a data set."""

import json

import numpy as np
import pytest
from layer_chain import layer_chain
from PIL import Image

from compilers.hub import HUB
from zoo.artifact import Exactness
from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.errors import UsageError
from zoo.picture import read_picture
from zoo.proof.picture_proof import on_pictures, prove_pictures
from zoo.proof.proof import Evidence

CONTRACT = Contract(
    input=TensorSpec("image", (3, 16, 16)),
    outputs=(TensorSpec("logits", (2,)),),
    pre=(
        Step("crop", {}),
        Step("resize", {"size": [16, 16]}),
        Step("normalize", {"mean": [128.0] * 3, "std": [128.0] * 3}),
    ),
)
EXACT = Exactness(1e-6, "relative", "the same computation")


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(6):
        pixels = random.integers(0, 256, (20, 24, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.{'jpg' if index % 2 else 'png'}")
    boxes = {f"{index}.{'jpg' if index % 2 else 'png'}": [index, 1, 16, 18] for index in range(6)}
    (folder / "boxes.json").write_text(json.dumps(boxes))
    return folder


@pytest.fixture
def evidence(tmp_path):
    """Return that of a float network. artifact_seed: of the artifact's weights."""

    def of(artifact_seed=1, contract=CONTRACT):
        for name, seed in (("hub", 1), ("artifact", artifact_seed)):
            (tmp_path / f"{name}.onnx").write_bytes(HUB.write(layer_chain((4, 8), seed=seed)))
        return Evidence(
            contract=contract,
            golden=(),
            float_hub=tmp_path / "hub.onnx",
            hub=tmp_path / "hub.onnx",
            folder=tmp_path,
            main="artifact.onnx",
            exactness=EXACT,
            executor="onnxruntime",
            app="",
            program=None,
            is_quantized=False,
            quantization_bound=1.0,
        )

    return of


def test_each_picture_is_compared_and_counted(evidence, photos, tmp_path):
    (check,) = prove_pictures(on_pictures(evidence(), "net", photos, 1000, tmp_path))
    assert check.step == "float reference -> artifact, 6 pictures"
    assert (check.values, check.state) == (12, "holds")


def test_another_network_is_broken(evidence, photos, tmp_path):
    (check,) = prove_pictures(on_pictures(evidence(2), "net", photos, 1000, tmp_path))
    assert check.state == "broken"


def test_jpegs_are_decoded_once_for_all_and_boxes_are_kept(evidence, photos, tmp_path):
    golden = on_pictures(evidence(), "net", photos, 3, tmp_path / "photos").golden
    assert [(item.name, item.box) for item in golden] == [
        ("0", (0, 1, 16, 18)),
        ("2", (2, 1, 16, 18)),
        ("4", (4, 1, 16, 18)),
    ]
    every = on_pictures(evidence(), "net", photos, 6, tmp_path).golden
    assert [item.image.suffix for item in every] == [".png"] * 6
    assert np.array_equal(read_picture(every[1].image), read_picture(photos / "1.jpg"))


def test_networks_of_signals_are_refused(evidence, photos, tmp_path):
    signals = Contract(
        TensorSpec("wave", (1, 16, 1)), CONTRACT.outputs, (), signal=SignalSpec(rate_hz=16000)
    )
    with pytest.raises(UsageError, match=r"^net: takes signals; --data is for"):
        on_pictures(evidence(contract=signals), "net", photos, 6, tmp_path)


def test_digests_alone_have_no_pictures(zoo, tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(b"")
    error = zoo("verify", tmp_path / "a.tar.gz", "--only-digests", "--data", tmp_path).exception
    assert str(error) == "--data does not go with --only-digests, which runs nothing"
