"""The app computes what numpy and ONNX Runtime compute in Python."""

import re

import numpy as np
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_threads import two_processors
from spot_app import CONTRACT, save, spot

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from zoo.data.processing import postprocess, preprocess
from zoo.recipe import GoldenInput

pytestmark = pytest.mark.toolchain
BOX = (40.5, 30.25, 61.0, 55.0)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    noise = np.random.default_rng(1).integers(0, 60, (120, 160, 3), np.uint8)
    return save(tmp_path_factory.mktemp("photo") / "spot.png", spot(70, 52) // 2 + noise)


def expected(app, pixels, box):
    """Return the network's outputs and the contract's values, by Python."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(app.model, options)
    frame = preprocess(CONTRACT, pixels, box)
    names = [output.name for output in CONTRACT.outputs]
    outputs = dict(
        zip(names, session.run(names, {"image": frame.input_chw[np.newaxis]}), strict=True)
    )
    return outputs, postprocess(CONTRACT, outputs, frame)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    box=st.tuples(
        st.floats(-60, 150), st.floats(-60, 110), st.floats(2, 300), st.floats(2, 300)
    ).filter(lambda box: box[0] + box[2] > 0 and box[1] + box[3] > 0)
)
def test_outputs_are_equal_to_the_bit(app, photo, box):
    (run,) = APP.run(app.program, app.model, [GoldenInput("spot", photo, box)])
    outputs, values = expected(app, read(photo), box)
    for name, wanted in outputs.items():
        assert run.outputs[name].dtype == np.float32
        np.testing.assert_array_equal(run.outputs[name], wanted[0])
    for name, wanted in values.items():
        # Nine digits are printed.
        np.testing.assert_allclose(
            np.array(run.record[name], float), wanted, rtol=1e-8, atol=1e-8, err_msg=name
        )


def read(path):
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_record_says_where_and_when(app, photo):
    finished = app.run("--source", photo, "--box", ",".join(map(str, BOX)))
    assert finished.status == 0
    (record,) = finished.lines
    assert record["source"] == str(photo)
    assert (record["frame"], record["face"]) == (0, 0)
    assert record["box"] == list(BOX)
    assert record["latency_ms"] >= record["inference_ms"] > 0
    assert np.shape(record["landmarks"]) == (68, 2)
    assert len(record["head_pose"]) == 3


def test_without_boxes_the_whole_photo_is_taken(app, photo):
    assert app.run("--source", photo).lines[0]["box"] == [0, 0, 160, 120]


def test_summary_is_text_on_standard_error_or_a_last_line(app, photo):
    text = app.run("--source", photo, "--repeat", 3)
    assert text.error.startswith("spot_tiny.drawn: 3 frames, 3 faces in ")
    assert "; a face: median " in text.error
    assert ", p95 " in text.error
    assert len(text.lines) == 1
    once = app.run("--source", photo).error
    assert re.search(r"; a face: \d+\.\d+ ms; network alone: \d+\.\d+ ms[;\n]", once), once
    silent = app.run("--source", photo, "--repeat", 3, "--json")
    assert silent.error == ""
    summary = silent.lines[-1]["summary"]
    assert (summary["frames"], summary["faces"]) == (3, 3)
    assert summary["frames_per_second"] == pytest.approx(3 / summary["seconds"], rel=1e-6)
    times = summary["inference_ms"]
    assert 0 < times["min"] <= times["p50"] <= times["p95"]
    assert 0 < summary["runtime_ms"]["p50"] < summary["inference_ms"]["p50"]
    assert summary["steps_ms"]["p50"] > 0
    assert summary["inference_ms"]["p50"] <= summary["latency_ms"]["p50"]


@two_processors
def test_more_threads_give_the_same(app, photo):
    one, two = (app.run("--source", photo, "--threads", n).lines[0] for n in (1, 2))
    assert one["landmarks"] == two["landmarks"]


def test_help_lists_every_option(app):
    finished = app.run_bare("--help")
    assert finished.status == 0


@pytest.mark.parametrize("brightness", [0, 255])
def test_values_that_are_undefined_are_null(app, tmp_path, brightness):
    flat = save(tmp_path / "flat.png", np.full((40, 40, 3), brightness, np.uint8))
    (record,) = app.run("--source", flat).lines
    # Without any light there is no centroid: 0 / 0.
    assert (record["ear"] is None) == (brightness == 0)
