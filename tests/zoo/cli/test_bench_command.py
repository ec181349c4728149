import json
from shutil import which

import pytest
from chain_case import write_chain
from tiny_bundle import PROGRAM, write_bundle

from zoo import registry
from zoo.errors import (
    RefusedError,
    ToolchainError,
    UnknownNameError,
    UsageError,
)

MODEL = "pfld_0.25x.300w68"
ONCE = ("--rounds", 1, "--runs", 2)
KEYS = [
    "name",
    "model",
    "runtime",
    "scheme",
    "threads",
    "runs",
    "median_ms",
    "p95_ms",
    "min_ms",
    "batch",
    "border_ms",
    "steps_ms",
    "macs",
    "times_float",
    "watts",
    "celsius",
    "slowed",
    "bytes",
    "peak_macs_per_ns",
    "peak_instruction",
    "samples_per_s",
    "macs_per_ns",
    "of_peak",
]


def test_networks_side_by_side_with_a_usual_way(zoo, tmp_path):
    file = tmp_path / "latency.json"
    shown = zoo("bench", MODEL, "--quant", "none", "--baseline", "--out", file, *ONCE)
    assert shown.exception is None
    written = json.loads(file.read_text())
    assert list(written["machine"]) == ["processor", "system", "python"]
    ours, usual = written["latencies"]
    assert list(ours) == KEYS
    assert (ours["name"], ours["times_float"]) == (f"{MODEL} none x86", 1.0)
    assert usual["name"] == f"{MODEL} onnxruntime.quantization.quantize_static"
    assert (usual["scheme"], usual["runs"]) == ("quantize_static", 2)
    assert min(ours["border_ms"], usual["border_ms"]) > 0
    assert ours["steps_ms"] is None  # no photo is looked at
    columns = shown.stdout.splitlines()[1].split()
    assert ours["macs"] == usual["macs"] > 20_000_000
    times = ["median_ms", "p95_ms", "min_ms", "border_ms", "macs_per_ns", "times_float"]
    assert columns == ["name", "runtime", "threads", "runs", *times]


@pytest.mark.toolchain
def test_c_tells_its_share_of_the_processors_peak(zoo, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    result = zoo("bench", MODEL, "--quant", "qat", "--target", "c99", "--target", "x86:ort", *ONCE)
    assert result.exception is None
    assert "of_peak" in result.stdout.splitlines()[1]
    assert result.stdout.count("multiply-accumulates per ns on one thread, measured with") == 1


def test_what_a_target_refuses_is_left_out(zoo):
    shown = zoo("bench", MODEL, "--target", "kv260", "--target", "x86", "--quant", "none", *ONCE)
    assert shown.stderr.startswith("skipped: kv260 refuses 'none': the DPU has no floating point")
    assert f"{MODEL} none x86" in shown.stdout


def test_another_runtime_of_a_board(zoo):
    words = ("bench", MODEL, "--target", "rpi4", "--quant", "none", *ONCE)
    shown = zoo(*words, "--runtime", "ort", "--json")
    (latency,) = json.loads(shown.stdout)["latencies"]
    assert (latency["name"], latency["runtime"]) == (f"{MODEL} none rpi4-ort", "onnxruntime")
    error = zoo(*words, "--runtime", "onnx").exception
    assert isinstance(error, UnknownNameError)
    assert str(error) == (
        "unknown runtime of rpi4 'onnx'; known: c, litert, ort (without --runtime: litert)"
    )


def test_another_executor_of_the_same_file(zoo):
    words = ("bench", MODEL, "--target", "x86:ort", "--target", "c99", "--quant", "ptq", *ONCE)
    shown = zoo(*words, "--also-in", "onnxruntime-unoptimized", "--json")
    names = [latency["name"] for latency in json.loads(shown.stdout)["latencies"]]
    ours = f"{MODEL} ptq x86"
    assert names == [ours, f"{MODEL} ptq c99", f"{ours}, onnxruntime-unoptimized"]
    error = zoo(*words, "--also-in", "onnx").exception
    assert isinstance(error, UnknownNameError)


@pytest.mark.toolchain
def test_a_board_that_chooses_has_the_runtime_of_its_build(zoo):
    words = ("bench", MODEL, "--quant", "none", "--quant", "ptq", *ONCE, "--json")
    rows = json.loads(zoo(*words).stdout)["latencies"]
    assert [(row["name"], row["runtime"]) for row in rows] == [
        (f"{MODEL} none x86", "onnxruntime"),
        (f"{MODEL} ptq x86-c", "c"),
    ]


def test_a_row_names_what_stands_for_the_chip(zoo):
    words = ("--target", "k210", "--quant", "ptq", "--rounds", "1", "--runs", "1", "--json")
    (row,) = json.loads(zoo("bench", "facedet_224.wider", *words).output)["latencies"]
    assert row["name"] == "facedet_224.wider ptq k210, simulated KPU"


def test_every_board_says_whether_its_executor_is_the_real_one():
    boards = (registry.load("target", name) for name in registry.names("target"))
    forms = (form for b in boards for form in (b, *map(b.with_runtime, b.runtimes)))
    found = {f.executor: registry.load("executor", f.executor).stand_in for f in forms}
    own = {name for name, stand_in in found.items() if not stand_in}
    assert own == {"c", "litert", "onnxruntime", "openvino"}


def test_nothing_is_left(zoo):
    error = zoo("bench", MODEL, "--target", "kv260", "--quant", "none", *ONCE).exception
    assert isinstance(error, RefusedError)


@pytest.mark.toolchain
def test_the_same_schema_of_a_board(zoo, board, tmp_path):
    bundle = write_bundle(tmp_path)
    printed = json.loads(zoo("bench", "--ssh", board.host, bundle, "--json").stdout)
    assert list(printed["machine"]) == ["processor", "system", "python"]
    (latency,) = printed["latencies"]
    assert list(latency) == KEYS
    assert (latency["watts"], latency["times_float"]) == (2.5, None)


@pytest.mark.toolchain
def test_bundles_beside_each_other(zoo, board, tmp_path):
    (tmp_path / "float").mkdir()
    fast = write_bundle(tmp_path)
    program = PROGRAM.replace('"p50": 2.0', '"p50": 5.0').replace('"p50": 2.5', '"p50": 5.5')
    slow = write_bundle(tmp_path / "float", program, "float32")
    shown = zoo("bench", "--ssh", board.host, fast, slow).stdout.splitlines()
    assert shown[1].split()[:11] == [
        *(
            "name",
            "runtime",
            "threads",
            "runs",
            "median_ms",
            "p95_ms",
            "min_ms",
            "border_ms",
            "steps_ms",
        ),
        *("times_float", "watts"),
    ]
    assert shown[2].split()[6:12] == ["2", "4.25", "1.5", "0.5", "0.125", "2.5"]
    assert shown[3].split()[6:12] == ["5", "4.25", "1.5", "0.5", "0.125", "1"]


@pytest.mark.toolchain
def test_a_file_that_cannot_be_written(zoo, board, tmp_path):
    words = ("bench", "--ssh", board.host, write_bundle(tmp_path), "--out", "none/latency.json")
    error = zoo(*words).exception
    assert isinstance(error, UsageError)
    assert str(error) == (
        "none/latency.json: there is no folder 'none'; create it, or give another"
    )


@pytest.mark.parametrize("words", [("--target", "x86"), ("--quant", "ptq"), ("--baseline",)])
def test_options_of_models_do_not_go_with_a_board(zoo, words):
    error = zoo("bench", "--ssh", "pi@board", "bundle.tar.gz", *words).exception
    assert isinstance(error, UsageError)
    assert str(error) == f"{words[0]} does not go with --ssh, which times built bundles"


def test_no_gpu(zoo, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    error = zoo("bench", MODEL, "--device", "cuda").exception
    assert isinstance(error, ToolchainError)
    assert str(error).startswith("--device cuda: nvidia-smi finds no NVIDIA GPU in this machine;")


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--device", "cuda", "--threads", 2), "--device cuda, which times PyTorch and TensorRT"),
        (("--device", "cuda", "--baseline"), "--device cuda, which times PyTorch and TensorRT"),
        (("--batch", 8), "--device cpu, which times one sample at a time"),
    ],
)
def test_options_of_the_other_device(zoo, words, because):
    error = zoo("bench", MODEL, *words).exception
    assert isinstance(error, UsageError)
    assert str(error).endswith(f" does not go with {because}")


def test_no_bundle(zoo):
    error = zoo("bench", "--ssh", "pi@board", "pfld").exception
    assert isinstance(error, UsageError)
    assert str(error) == "pfld: no such file; give one that is there"


@pytest.mark.toolchain
@pytest.mark.skipif(not which("cmake"), reason="apt install cmake")
def test_a_real_bundle(zoo, board):
    assert (
        zoo("build", MODEL, "--detector", "none", "--target", "x86", "--quant", "ptq").exception
        is None
    )
    bundle = f"dist/{MODEL}.x86.ptq.tar.gz"
    printed = json.loads(zoo("bench", "--ssh", board.host, bundle, "--json", *ONCE).stdout)
    (latency,) = printed["latencies"]
    assert latency["name"] == f"{MODEL} ptq x86-c"
    assert (latency["threads"], latency["runs"]) == (1, 2)
    assert 0 < latency["min_ms"] <= latency["median_ms"] <= latency["p95_ms"]
    assert board.leftovers == []


def test_a_bundle_is_timed_here(zoo, tmp_path):
    bundle = write_bundle(tmp_path, detector="finder")
    printed = json.loads(zoo("bench", bundle, "--json").stdout)
    assert [latency["name"] for latency in printed["latencies"]] == [
        "toy ptq board",
        "finder ptq board",
    ]
    (chain,) = printed["chains"]  # this program does not track
    assert (chain["name"], chain["photo_ms"], chain["detector_ms"]) == ("toy.board.ptq", 5.5, 3)
    shown = zoo("bench", bundle).stdout
    assert "A photo by part, mean\nname           faces  photo_ms  detector_ms  tracking" in shown


def test_options_of_models_do_not_go_with_bundles(zoo):
    error = zoo("bench", "a.tar.gz", "--target", "x86").exception
    assert str(error) == "--target does not go with the programs of built bundles"


def test_more_threads_than_processors(zoo):
    error = zoo("bench", MODEL, "--threads", 100000).exception
    assert isinstance(error, UsageError)
    assert str(error).startswith("--threads 100000: expected a number from 1 to ")


def test_the_networks_of_a_chain_file(zoo, tmp_path):
    chain = write_chain(tmp_path)
    printed = json.loads(zoo("bench", chain, "--json", "--rounds", 1, "--runs", 1).stdout)
    assert [row["name"] for row in printed["latencies"]] == ["landmarks none x86", "spots none x86"]


def test_a_networks_file_with_its_contract_beside_it(zoo, tmp_path):
    file = write_chain(tmp_path).with_name("landmarks.onnx")
    words = ("bench", file, "--target", "x86:ort", "--json", *ONCE)
    rows = json.loads(zoo(*words).stdout)["latencies"]
    assert [row["name"] for row in rows] == ["landmarks none x86", "landmarks ptq x86"]
    file.with_suffix(".toml").unlink()
    error = zoo("bench", file, *ONCE).exception
    assert isinstance(error, UsageError)
    assert str(error) == (
        f"{file}: its contract {file.with_suffix('.toml')} is missing beside it; write it with "
        f"`zoo contract init {file}`"
    )
