"""Estimates corrected by measured times."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zoo.build.wish import Wish
from zoo.errors import UsageError
from zoo.estimate.calibration import calibrated, read_measured
from zoo.estimate.deployed import find_deployed
from zoo.estimate.estimate import estimate

MODEL, OTHER = "pfld_0.25x.300w68", "pfld_1.0x.300w68"


def found(model=MODEL, quant="ptq"):
    return estimate(find_deployed(Wish(model, "x86", quant=quant)))


def written(model, ms, **others):
    """Return what `zoo bench` writes of a network on one thread."""
    known = {"name": f"{model} ptq x86", "model": model, "scheme": "w8a8-asym", "median_ms": ms}
    return {**known, "runtime": "onnxruntime", "threads": 1, "runs": 20, "batch": 1, **others}


def text_of(*rows):
    """Return a file of `zoo bench`."""
    return json.dumps({"machine": {"processor": "one", "python": ""}, "latencies": rows})


def read(folder, text):
    file = folder / "m.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read_measured(file)


def row(model, ms, **others):
    with TemporaryDirectory() as folder:
        (found,) = read(Path(folder), text_of(written(model, ms, **others)))
    return found


def test_the_networks_own_time_is_taken():
    plain = found()
    one = calibrated(plain, [row(OTHER, 50.0), row(MODEL, 7.0)], found, "m.json")
    assert one.ms == pytest.approx(7.0)
    assert one.ratio == pytest.approx(7.0 / plain.ms)
    assert one.range_ms == (pytest.approx(7.0), pytest.approx(7.0))
    assert one.method.text.endswith(f"times {one.ratio:.3g}, as m.json measured this network there")


def test_else_others_tell_the_ratio():
    plain, other = found(), found(OTHER)
    one = calibrated(plain, [row(OTHER, 2 * other.ms)], found, "m.json")
    assert one.ms == pytest.approx(2 * plain.ms)
    assert one.method.factor == plain.method.factor
    assert "as m.json measured another network there" in one.method.text
    gone = row("gone", 3.0)
    assert calibrated(plain, [gone], found, "m.json") == plain


def test_without_a_known_speed_layers_share_the_time_by_their_work():
    plain = estimate(find_deployed(Wish(MODEL, "c99")))
    assert plain.ms is None
    known = row(MODEL, 4.0, name=f"{MODEL} ptq c99")
    one = calibrated(plain, [known], found, "m.json")
    assert one.ms == pytest.approx(4.0)
    largest = max(one.layers, key=lambda layer: layer.macs)
    assert largest.ms == pytest.approx(4.0 * largest.macs / one.macs)
    assert one.method.text.startswith("a nanosecond per multiply-accumulate; times 0.19")
    assert calibrated(plain, [], found, "m.json") == plain


def test_several_networks_tell_how_far_they_differ():
    plain, other, third = found(), found(OTHER), found("pfld_0.5x.300w68")
    rows = [row(OTHER, other.ms), row("pfld_0.5x.300w68", 4 * third.ms)]
    one = calibrated(plain, rows, found, "m.json")
    assert one.ratio == pytest.approx(2)
    assert one.method.factor == pytest.approx(2)
    assert one.range_ms == (pytest.approx(plain.ms), pytest.approx(4 * plain.ms))


@pytest.mark.parametrize(
    "others",
    [
        {"name": f"{OTHER} ptq kv260, simulated DPU"},
        {"name": f"{OTHER} ptq x86, openvino"},
        {"name": f"{OTHER} ptq x86-c"},
        {"scheme": "float32"},
        {"threads": 2},
        {"batch": 8},
    ],
)
def test_other_boards_runtimes_schemes_and_threads_tell_nothing(others):
    plain = found()
    assert calibrated(plain, [row(OTHER, 2.0, **others)], found, "m.json") == plain


def test_a_file_is_read_without_its_estimates(tmp_path):
    text = text_of(written(MODEL, 1.0), written(OTHER, None, runs=0))
    assert [one.model for one in read(tmp_path, text)] == [MODEL]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        "{}",
        '{"latencies": [1]}',
        '{"latencies": 7}',
        text_of({"runs": 5}),
        text_of(written(MODEL, 0.0)),
        text_of(written(MODEL, 5e-324)),
        text_of(written(MODEL, 1e308)),
        text_of(written(MODEL, float("inf"))),
        text_of(written(MODEL, float("nan"))),
        text_of(written(MODEL, 10**400)),
        text_of(written(MODEL, 1.0, batch=10**400)),
        text_of(written(MODEL, True)),
        "\udce4",
    ],
    ids=range(16),
)
def test_another_file_is_refused_by_name(tmp_path, text):
    with pytest.raises(UsageError, match=r"m\.json: holds no times as `zoo bench --out`"):
        read(tmp_path, text)
