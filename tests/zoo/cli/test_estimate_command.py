"""zoo estimate, as people and scripts see it."""

import json

import pytest

from zoo.bench.latency import Latency, report

MODEL = "pfld_0.25x.300w68"


def test_the_json_has_the_keys_of_zoo_bench(zoo):
    measured = report({}, [Latency("n", "m", "r", "s", 1, 1, 1.0, 1.0, 1.0)])
    estimated = json.loads(zoo("estimate", MODEL, "--target", "x86", "--json").output)
    (row,) = estimated["latencies"]
    assert measured.keys() == estimated.keys()
    assert measured["latencies"][0].keys() <= row.keys()
    assert row["runs"] == 0
    assert row["p95_ms"] is None
    assert row["low_ms"] < row["median_ms"] < row["high_ms"]
    total_ms = sum(layer["ms"] for layer in row["layers"])
    assert total_ms == pytest.approx(row["median_ms"], abs=1e-3)


def test_several_boards_stand_in_one_table_and_refusals_are_told(zoo):
    words = ("--target", "kv260", "--target", "jetson-nano", "--target", "c99", "--target", "rpi4")
    result = zoo("estimate", MODEL, *words)
    assert result.exit_code == 0
    assert " on jetson-nano: jetson-nano refuses 'ptq'" in result.stderr
    assert f"{MODEL} ptq rpi4" in result.stdout
    assert "> 1.86" in result.stdout
    assert result.stdout.endswith("\n--layers tells how each time was found, and how sure it is\n")
    told = zoo("estimate", MODEL, *words, "--layers").stdout
    assert "Up to 1.2 times as long or as short" in told
    assert "c99: no latency is estimated: the target states no speed for int8" in told
    assert "What the hardware allows: programs take longer" in told


def test_layers_and_the_networks_of_a_chain_file(zoo, tmp_path):
    chain = '[network]\nmodel = "pfld_0.25x.300w68"\n[detector]\nmodel = "facedet_160.wider"\n'
    (tmp_path / "chain.toml").write_text(chain)
    result = zoo("estimate", "chain.toml", "--target", "x86:c", "--layers")
    assert result.exit_code == 0, result.output
    assert f"{MODEL} ptq x86-c" in result.output
    assert "facedet_160.wider ptq x86-c" in result.output
    assert result.output.count("node_") > 90


def test_a_board_that_chooses_has_the_runtime_of_its_build(zoo):
    words = ("--target", "x86", "--target", "x86:ort", "--quant", "ptq", "--quant", "none")
    rows = json.loads(zoo("estimate", MODEL, *words, "--json").output)["latencies"]
    assert [(row["name"], row["runtime"]) for row in rows] == [
        (f"{MODEL} ptq x86-c", "c"),
        (f"{MODEL} none x86", "onnxruntime"),
        (f"{MODEL} ptq x86", "onnxruntime"),
        (f"{MODEL} none x86", "onnxruntime"),
    ]


def test_others_are_estimated_in_the_runtime_that_was_chosen(zoo, tmp_path):
    """Where a measurement of another network corrects a chosen runtime's estimate."""
    other = "pfld_0.5x.300w68"
    words = ("--target", "x86", "--quant", "ptq", "--json")
    told = json.loads(zoo("estimate", other, *words).output)
    (row,) = told["latencies"]
    row |= {"runs": 5, "median_ms": 3 * row["median_ms"]}
    (tmp_path / "measured.json").write_text(json.dumps(told))
    (found,) = json.loads(
        zoo("estimate", MODEL, *words, "--measured", tmp_path / "measured.json").output
    )["latencies"]
    assert found["ratio"] == pytest.approx(3, rel=1e-3)


def test_an_estimate_is_no_measurement(zoo, tmp_path):
    words = ("estimate", MODEL, "--target", "x86")
    (tmp_path / "e.json").write_text(zoo(*words, "--json").output)
    plain, again = (zoo(*words, *more).output for more in ((), ("--measured", "e.json")))
    assert plain.startswith("Estimated, not measured\n")
    assert again == plain.replace("not measured", "corrected by e.json", 1)


def test_a_lone_refusal_is_an_error(zoo):
    result = zoo("estimate", MODEL, "--target", "jetson-nano")
    assert "jetson-nano refuses 'ptq'" in str(result.exception)


BOARD = """
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.roofline import Roofline
from zoo.target import Target

CHIP = Roofline("my chip", macs_per_s=1e9, bytes_per_s=1e12, source="my data sheet", factor=1.5)
WAYS = ("onnx", "onnxruntime", "cpp-onnxruntime")
BOARD = Target("mine", "my board", *WAYS, {"ptq": "w8a8-asym"}, rooflines={"int8": CHIP})


@hookimpl
def register_targets():
    return [Descriptor("mine", "my_board:BOARD")]
"""


def test_a_plugins_board_states_its_speed(install, zoo):
    install("my-board", "my_board", BOARD)
    result = zoo("estimate", MODEL, "--target", "mine", "--json")
    (row,) = json.loads(result.stdout)["latencies"]
    assert row["median_ms"] == pytest.approx(row["macs"] / 1e6, rel=0.01)
    assert row["method"] == "roofline of my chip; my data sheet"
    assert row["high_ms"] == pytest.approx(1.5 * row["median_ms"], rel=0.01)
