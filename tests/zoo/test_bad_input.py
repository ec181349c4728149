"""Bad input of every kind ends with a message that names it, and leaves nothing behind."""

import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from zoo.errors import (
    CacheError,
    DataError,
    HubError,
    RecipeError,
    ToolchainError,
    UnsupportedOpError,
    UsageError,
)

TOML = """
input = {name = "image", shape = [3, 16, 16]}
outputs = [{name = "score", shape = [1]}]
pre = [
    {name = "crop", scale = 1.0},
    {name = "resize", size = [16, 16]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


def network(op="Relu", shape=("N", 3, 16, 16), **attributes) -> bytes:
    """Return a network of one op and a mean, as a user's file."""
    weight = numpy_helper.from_array(np.ones((1, 3), np.float32), "weight")
    nodes = [
        helper.make_node(op, ["image"], ["hidden"], "suspect", **attributes),
        helper.make_node("GlobalAveragePool", ["hidden"], ["mean"], "pool"),
        helper.make_node("Flatten", ["mean"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "weight"], ["score"], "dense", transB=1),
    ]
    values = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, list(shape)),
        helper.make_tensor_value_info("score", TensorProto.FLOAT, ["N", 1]),
    ]
    graph = helper.make_graph(nodes, "net", values[:1], values[1:], [weight])
    opset = [helper.make_opsetid("", 17)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return model.SerializeToString()


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (20, 20), (200, 100, 50)).save(folder / "photo.png")
    return folder


@pytest.fixture
def build(zoo, tmp_path, pictures):
    """Return build(content of the ONNX file, contract, *options) -> the error."""

    def run(content=network(), contract=TOML, *options):  # noqa: B008 (bytes)
        (tmp_path / "net.onnx").write_bytes(content)
        (tmp_path / "contract.toml").write_text(contract)
        words = ["net.onnx", "--contract", "contract.toml", "--target", "x86"]
        result = zoo("build", *words, *(options or ("--calib", pictures)))
        assert not (tmp_path / "dist").exists()
        assert not list(tmp_path.glob("cache/unfinished/*"))
        return result.exception

    return run


def assert_error(error, kind, words):
    assert isinstance(error, kind), error
    assert re.search(words, str(error)), error


@pytest.mark.parametrize("content", [b"", b"no network", network()[:100], network()[:-40]])
def test_broken_file(build, content):
    assert_error(build(content), HubError, r"net\.onnx: ")


def test_unsupported_op_is_named_with_its_node(build):
    assert_error(build(network("Sinh")), UnsupportedOpError, r"'?Sinh'?.*suspect|suspect.*'?Sinh'?")


def test_open_shape_that_the_contract_does_not_state(build):
    assert_error(build(network(shape=("N", 3, "H", 4, "W"))), HubError, r"image.*axis 2 \(H\)")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"image"', '"picture"', "the contract names the input 'picture', the network has image"),
        ('"score"', '"scores"', "the contract names the output 'scores', the network has score"),
        (
            "16, 16]",
            "24, 24]",
            r"input 'image' has shape \[3, 24, 24\] in the contract and \[3, 16, 16\] in the netw",
        ),
        (
            "size = [16, 16]",
            "size = [8, 8]",
            r"^contract\.toml: its steps make \(3, 8, 8\), the network's input 'image'",
        ),
        ('"crop"', '"crob"', "unknown step 'crob'; did you mean crop"),
        ("input =", "imput =", "unknown key 'imput'; did you mean input"),
    ],
)
def test_wrong_contract(build, old, new, words):
    error = build(network(), TOML.replace(old, new))
    assert re.search(words, str(error)), error


def test_calibration_is_needed(build):
    words = (
        "net: quantizing it with 'ptq' for x86 needs pictures of what it will see: give a folder "
        "of them with --calib DIR, or use --quant none$"
    )
    assert_error(build(network(), TOML, "--quant", "ptq"), UsageError, words)


@pytest.mark.parametrize("options", [(), ("--calib", "nowhere"), ("--calib", "empty")])
def test_a_contract_that_does_not_fit_is_told_before_calibration(build, options):
    wrong = TOML.replace('"score"', '"scores"')
    words = "^net: the contract names the output 'scores', the network has score"
    assert_error(build(network(), wrong, "--quant", "ptq", *options), RecipeError, words)


def test_missing_calibration_folder(build):
    error = build(network(), TOML, "--calib", "nowhere")
    assert_error(error, UsageError, "nowhere: no such folder; --calib needs a folder of pictures")


def test_a_file_whose_name_is_a_command(zoo, tmp_path):
    name = "a$(touch PWNED).onnx"
    (tmp_path / name).write_bytes(network())
    (tmp_path / "contract.toml").write_text(TOML)
    words = ("build", name, "--contract", "contract.toml", "--target", "x86", "--quant", "none")
    assert_error(zoo(*words).exception, UsageError, "with --name a_touch_PWNED, or rename the file")
    assert zoo(*words, "--name", "mine", "--dry-run").exit_code == 0
    assert not (tmp_path / "PWNED").exists()


def test_empty_calibration_folder(build, tmp_path):
    (tmp_path / "empty").mkdir()
    error = build(network(), TOML, "--calib", tmp_path / "empty")
    assert_error(error, DataError, r"empty: holds no picture \(\.png, .*, \.ppm\)")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_picture_that_is_none(build, pictures, content):
    (pictures / "photo.png").write_bytes(content)
    words = r"photo\.png: cannot be read as a picture \(.*\); save it again as PNG, JPEG"
    assert_error(build(), DataError, f"pictures: none of 1 files can be read; .*{words}")


def test_truncated_picture(build, pictures):
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    Image.fromarray(noise).save(pictures / "photo.png")
    whole = (pictures / "photo.png").read_bytes()
    (pictures / "photo.png").write_bytes(whole[: len(whole) // 2])
    assert_error(build(), DataError, r"photo\.png: cannot be read as a picture")


def test_one_picture_is_taken_with_a_warning(zoo, tmp_path, pictures):
    (tmp_path / "net.onnx").write_bytes(network())
    (tmp_path / "contract.toml").write_text(TOML)
    words = ["net.onnx", "--contract", "contract.toml", "--target", "x86", "--calib", pictures]
    built = zoo("build", *words)
    assert built.exit_code == 0
    assert "note: calibration used 1 picture, which is few: give 100 or more, as" in built.stderr


def test_unknown_calibrator(build, pictures):
    error = build(network(), TOML, "--calib", pictures, "--calibrator", "mso")
    assert_error(error, UsageError, r"unknown calibrator 'mso'; did you mean mse\?")


def test_file_in_place_of_the_cache(build, tmp_path):
    (tmp_path / "cache-file").write_text("")
    error = build(network(), TOML, "--quant", "none", "--cache", tmp_path / "cache-file")
    assert_error(
        error, CacheError, ("cache-file: cannot write the cache .*; free disk space, or choose")
    )


@pytest.mark.toolchain
def test_no_cpp_compiler(build, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    error = build(network(), TOML, "--quant", "none")
    assert_error(error, ToolchainError, "no cmake on the PATH; apt install cmake")
    assert error.exit_status == 3
