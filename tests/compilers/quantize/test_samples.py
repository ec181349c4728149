"""Calibration inputs: what is refused, and how they are cut and fingerprinted."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network

from compilers.quantize.samples import SampleDigest, small_batches
from zoo.errors import QuantizeError

GRAPH = residual_network()
IMAGES = np.random.default_rng(0).standard_normal((20, 3, 6, 6)).astype(np.float32)


def _digest(batches):
    digest = SampleDigest()
    for batch in batches:
        digest.update(batch)
    return digest.hexdigest()


def test_batches_are_small_whatever_comes():
    cut = list(small_batches(GRAPH, [{"image": IMAGES}, {"image": IMAGES[:3]}]))
    assert [len(batch["image"]) for batch in cut] == [8, 8, 7]
    found = np.concatenate([batch["image"] for batch in cut])
    np.testing.assert_array_equal(found, np.concatenate([IMAGES, IMAGES[:3]]))


def test_a_network_of_a_fixed_batch_gets_batches_of_its_size():
    image = replace(GRAPH.tensors["image"], shape=(2, 3, 6, 6))
    fixed = replace(GRAPH, tensors={**GRAPH.tensors, "image": image})
    assert {len(b["image"]) for b in small_batches(fixed, [{"image": IMAGES}])} == {2}
    assert len(list(small_batches(fixed, [{"image": IMAGES[:3]}, {"image": IMAGES[:1]}]))) == 2
    with pytest.raises(
        QuantizeError,
        match=r"^graph 'residual': 3 calibration samples; the network has a fixed batch of 2: give "
        r"a multiple of it, or export with a symbolic batch$",
    ):
        list(small_batches(fixed, [{"image": IMAGES[:3]}]))


def test_digest_depends_on_values_and_not_on_batches():
    whole = _digest([{"image": IMAGES}])
    assert _digest([{"image": IMAGES[:7]}, {"image": IMAGES[7:]}]) == whole
    assert _digest([{"image": IMAGES[::-1]}]) != whole
    assert _digest([{"other": IMAGES}]) != whole


@pytest.mark.parametrize(
    ("calibration", "message"),
    [
        ([], r"there is no calibration sample; give at least one, preferably a few"),
        ([{"image": IMAGES[:0]}], r"there is no calibration sample"),
        ([{}], r"calibration lacks the input 'image'$"),
        (
            [{"image": IMAGES, "imgae": IMAGES}],
            r"calibration input 'imgae' is not an input of the network; did you mean image\?$",
        ),
        (
            [{"image": IMAGES.astype(np.float64)}],
            r"calibration input 'image' is float64 of shape \[20, 3, 6, 6\]; expected float32 of "
            r"shape \['N', 3, 6, 6\]$",
        ),
        ([{"image": IMAGES[:, :1]}], r"calibration input 'image' is float32 of shape \[20, 1, 6,"),
    ],
)
def test_wrong_samples_are_refused(calibration, message):
    with pytest.raises(QuantizeError, match=f"^graph 'residual': {message}"):
        list(small_batches(GRAPH, calibration))


def test_inputs_of_different_counts_are_refused():
    tensors = {**GRAPH.tensors, "mask": replace(GRAPH.tensors["image"], name="mask")}
    two = replace(GRAPH, inputs=("image", "mask"), tensors=tensors)
    with pytest.raises(QuantizeError, match=r"have different numbers of samples: \[19, 20\]$"):
        list(small_batches(two, [{"image": IMAGES, "mask": IMAGES[1:]}]))
