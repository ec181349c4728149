import re
from math import inf
from pathlib import Path

import numpy as np
import onnx
import pytest
from build_graph import build_graph

from compilers.hub import HUB
from zoo import registry
from zoo.build.plan import make_plan
from zoo.build.quantization import published_quantizations
from zoo.build.targets import find_target
from zoo.build.wish import Wish
from zoo.errors import (
    DataError,
    HubError,
    RecipeError,
    RefusedError,
    UnknownNameError,
    UnsupportedOpError,
    UsageError,
)
from zoo.graph import Node

PLUGIN = """
from pathlib import Path

from zoo.contract import Contract, Step, TensorSpec
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.recipe import Licence, Recipe
from zoo.scheme import Scheme
from zoo.target import Target

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), ())
HUB = Path(__file__).with_name("toy.onnx")
RESEARCH = Licence("data", "LicenseRef-research", False, HUB, notice="research only")
TOY = Recipe("toy_1.0x.shapes", "toy", "", CONTRACT, {"none": HUB, "ptq.toy-scheme": HUB})
FLOAT_ONLY = Recipe("toy_2.0x.shapes", "toy", "", CONTRACT, {"none": HUB}, licences=(RESEARCH,))
BARE = Recipe("toy_3.0x.shapes", "toy", "", CONTRACT)
USUALLY_FLOAT = Recipe("toy_float.shapes", "toy", "", CONTRACT, {"none": HUB}, usual_quant="none")
BOARD = Target(
    "toy-board",
    "",
    "onnx",
    "onnxruntime",
    "cpp-onnxruntime",
    {"none": "float32", "ptq": "toy-scheme"},
    accepts=("toy-scheme-2",),
    refuses={"fp16": "it has no half-precision unit; use none", "dpu-pow2": "it has no DPU"},
)
SCHEME = Scheme("toy-scheme", "", True, True, True)
OTHER = Scheme("toy-scheme-2", "", True, True, False)
THIRD = Scheme("toy-scheme-3", "", True, True, False)

@hookimpl
def register_recipes():
    return [
        Descriptor("toy_1.0x.shapes", "zoo_fake:TOY", aliases=("toy",)),
        Descriptor("toy_2.0x.shapes", "zoo_fake:FLOAT_ONLY"),
        Descriptor("toy_3.0x.shapes", "zoo_fake:BARE"),
        Descriptor("toy_float.shapes", "zoo_fake:USUALLY_FLOAT"),
    ]

@hookimpl
def register_targets():
    return [Descriptor("toy-board", "zoo_fake:BOARD")]

@hookimpl
def register_schemes():
    names = {"toy-scheme": "SCHEME", "toy-scheme-2": "OTHER", "toy-scheme-3": "THIRD"}
    return [Descriptor(name, f"zoo_fake:{attribute}") for name, attribute in names.items()]

@hookimpl
def register_quantizers():
    return [Descriptor("ptq-of-toy", "zoo_fake:SCHEME")]
"""
TOML = """
input = {name = "image", shape = [3, 8, 8]}
outputs = [{name = "score", shape = [1]}]
pre = [
    {name = "crop"},
    {name = "resize", size = [8, 8]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


@pytest.fixture(autouse=True)
def toy(install, tmp_path):
    install("zoo-fake", "zoo_fake", PLUGIN)
    (tmp_path / "site-packages" / "toy.onnx").write_bytes(HUB.write(_toy_network()))
    (tmp_path / "photo.png").touch()  # a picture by its name, which is not read yet


def _toy_network():
    nodes = [
        Node("flat", "reshape", ("image",), "pixels", {"shape": (192,)}),
        Node("head", "dense", ("pixels", "weight"), "score", {"clamp": (-inf, inf)}),
    ]
    weight = {"weight": np.ones((1, 192), np.float32)}
    return build_graph({"image": ("N", 3, 8, 8)}, nodes, ["score"], weight)


def plan(model="toy", target="toy-board", **wish):
    return make_plan(Wish(model, target, **wish))


def refusal(kind, **wish):
    with pytest.raises(kind) as error:
        plan(**wish)
    return str(error.value)


def test_published_hubs_are_used():
    made = plan()
    assert made.build_name == "toy_1.0x.shapes.toy-board.ptq"
    assert (made.scheme, made.is_float) == ("toy-scheme", False)
    assert made.quant_hub == made.float_hub == registry.load("recipe", "toy").hubs["ptq.toy-scheme"]


def test_each_scheme_has_hubs_of_its_own():
    assert refusal(UsageError, scheme="toy-scheme-2").startswith(
        "toy_1.0x.shapes: quantizing it with 'ptq' for toy-board needs pictures of what it will see"
    )
    assert (plan().hub_key, plan(quant="none").hub_key) == ("ptq.toy-scheme", "none")


@pytest.mark.parametrize(
    ("model", "target", "node"),
    [
        ("facedet_320.wider", "k210", r"node 'node_Conv_496' \(conv\): an image of 320 x 320 pix"),
        ("pfld", "max78000", r"node '\w+' \(conv\): its strides are \(2, 2\); the accelerator's"),
    ],
)
def test_what_the_target_never_runs_is_told_before_pictures_are_asked_for(model, target, node):
    assert re.match(node, refusal(UnsupportedOpError, model=model, target=target))


def test_published_quantizations_are_those_that_the_target_takes():
    recipe, target = registry.load("recipe", "toy"), registry.load("target", "toy-board")
    assert published_quantizations(recipe, target) == ["none", "ptq"]
    assert published_quantizations(recipe, target, "toy-scheme-2") == ["none"]


def test_a_training_sees_more_images_than_a_calibration(tmp_path):
    pfld = {"model": "pfld", "target": "x86", "calibration": tmp_path}
    trained = plan(**pfld, quant="qat")
    assert (trained.calibration_count, trained.trains) == (2000, True)
    calibrated = plan(**pfld)
    assert (calibrated.calibration_count, calibrated.trains) == (500, False)
    assert plan(**pfld, calibration_count=7).calibration_count == 7


def test_epochs_are_for_a_training(tmp_path):
    pfld = {"model": "pfld", "target": "x86", "epochs": 3}
    assert plan(**pfld, quant="qat", calibration=tmp_path).epochs == 3
    for wish in ({"quant": "qat"}, {"quant": "ptq", "calibration": tmp_path}):
        message = refusal(UsageError, **pfld, **wish)
        assert message == "--epochs needs --quant qat and --images DIR; nothing else trains"


def test_a_model_is_built_in_its_usual_quantization_unless_asked_for_integers(tmp_path):
    model = {"model": "toy_float.shapes"}
    assert plan(**model).build_name == "toy_float.shapes.toy-board.none"
    assert plan(**model, calibration=tmp_path).quant == "ptq"
    needs = "quantizing it with 'ptq' for"
    assert needs in refusal(UsageError, **model, quant="ptq")
    assert needs in refusal(UsageError, **model, scheme="toy-scheme-2")
    assert needs in refusal(UsageError, **model, target="c99")  # which takes no floats


def test_float_needs_no_quantized_hub():
    made = plan(quant="none")
    assert (made.scheme, made.is_float, made.quant_hub) == ("float32", True, None)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"model": "toi"}, "unknown model 'toi'; did you mean toy"),
        ({"target": "toy-bord"}, "unknown target 'toy-bord'; did you mean toy-board"),
        (
            {"quant": "int3"},
            "toy-board: unknown quantization 'int3'; allowed: none, ptq",
        ),
        ({"scheme": "toy-schema"}, "unknown scheme 'toy-schema'; did you mean toy-scheme"),
    ],
)
def test_unknown_names_suggest_near_ones(wish, message):
    assert message in refusal(UsageError, **wish)


def test_registered_names_alone_are_unknown_names():
    assert issubclass(UnknownNameError, UsageError)
    assert refusal(UnknownNameError, model="toy_4.0x.shapes").startswith(
        "unknown model 'toy_4.0x.shapes'; did you mean toy_"
    )


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"quant": "fp16"}, "toy-board refuses 'fp16': it has no half-precision unit; use none"),
        ({"scheme": "dpu-pow2"}, "toy-board refuses 'dpu-pow2': it has no DPU"),
        (
            {"scheme": "toy-scheme-3"},
            "toy-board does not take scheme 'toy-scheme-3' for 'ptq'; "
            "allowed: toy-scheme, toy-scheme-2",
        ),
        (
            {"model": "toy_2.0x.shapes", "quant": "none", "commercial": True},
            "toy_2.0x.shapes: --commercial was given, but its data are under LicenseRef-research "
            "(research only); train on data that allows it",
        ),
    ],
)
def test_refusals_say_why(wish, message):
    assert refusal(RefusedError, **wish) == message


def test_commercial_use_that_is_allowed():
    assert plan(commercial=True).recipe.name == "toy_1.0x.shapes"


def test_accepted_scheme_needs_calibration_where_the_published_hub_has_another(tmp_path):
    assert plan(scheme="toy-scheme-2", calibration=tmp_path).scheme == "toy-scheme-2"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (
            {"model": "toy_2.0x.shapes"},
            "toy_2.0x.shapes: quantizing it with 'ptq' for toy-board needs pictures of what it "
            "will see: give a folder of them with --calib DIR, or use --quant none",
        ),
        (
            {"calibration": Path("no-such-folder")},
            "no-such-folder: no such folder; --calib needs a folder of pictures",
        ),
        (
            {"calibration": Path(__file__)},
            f"{__file__}: is a file; --calib needs a folder of pictures",
        ),
        (
            {"hub": Path("none.onnx"), "quant": "none"},
            "none.onnx: no such file; --hub needs a float .onnx or .tflite file",
        ),
    ],
)
def test_missing_files_are_told(wish, message):
    assert refusal(UsageError, **wish) == message


def test_a_model_without_a_published_network():
    message = (
        "toy_3.0x.shapes: no float hub is published; train it with `zoo train toy_3.0x.shapes`"
    )
    assert refusal(RecipeError, model="toy_3.0x.shapes", quant="none") == message


def test_a_folder_without_pictures_is_told_before_any_work(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty: holds no picture (.png, .jpg" in refusal(
        DataError, calibration=tmp_path / "empty"
    )


@pytest.mark.parametrize("calibration", [None, Path("no-such-folder")])
def test_what_is_wrong_with_a_file_is_told_before_calibration(tmp_path, calibration):
    (tmp_path / "own.onnx").write_bytes(b"no network")
    message = refusal(HubError, hub=tmp_path / "own.onnx", calibration=calibration)
    assert message.startswith(f"{tmp_path / 'own.onnx'}: ")


def test_own_hub_or_calibration_replace_the_published_integers(tmp_path):
    assert plan(calibration=tmp_path).quant_hub is None
    own = tmp_path / "own.onnx"
    own.write_bytes(b"")
    made = plan(hub=own, calibration=tmp_path)
    assert (made.float_hub, made.quant_hub) == (own, None)


def test_nothing_published_is_said_of_a_network_in_place_of_the_published_one(tmp_path):
    own = tmp_path / "own.onnx"
    own.write_bytes(b"")
    published, made = plan(quant="none"), plan(quant="none", hub=own, name="mine")
    assert (published.replaces, published.notes) == ("", ())
    assert (made.replaces, made.build_name) == ("toy_1.0x.shapes", "mine.toy-board.none")
    assert (dict(made.recipe.hubs), made.recipe.card, made.recipe.metrics) == ({}, None, None)
    assert not made.is_published
    assert "in place of toy_1.0x.shapes's" in made.notes[0]
    same = plan(quant="none", hub=published.float_hub)
    assert (same.replaces, same.is_published) == ("", True)
    unnamed = plan(quant="none", hub=own)
    assert (same.build_name, unnamed.build_name) == (
        "toy_1.0x.shapes.toy-board.none",
        "toy_1.0x.shapes-own.toy-board.none",
    )
    licences = plan("toy_2.0x.shapes", quant="none", hub=own).recipe.licences
    assert [licence.covers for licence in licences] == ["data"]


def test_a_board_is_found_by_name_or_with_a_variant():
    assert find_target("kv260").facts["fingerprint"] == "0x101000056010407"
    assert find_target("kv260:vai2.5").facts["fingerprint"] == "0x101000016010407"


@pytest.mark.parametrize("words", [("rpi4:ort",), ("rpi4", "ort")])
def test_a_board_with_another_runtime(words):
    target = find_target(*words)
    assert (target.name, target.compiler) == ("rpi4-ort", "onnx")


def test_a_plan_with_another_runtime():
    wish = {"model": "pfld_0.25x.300w68", "target": "rpi4", "quant": "qat"}
    assert plan(**wish).build_name == "pfld_0.25x.300w68.rpi4.qat"
    assert plan(**wish, runtime="ort").build_name == "pfld_0.25x.300w68.rpi4-ort.qat"
    with pytest.raises(
        UnknownNameError, match=r"unknown runtime of rpi4 'onnx'; known: c, litert, ort"
    ):
        plan(**wish, runtime="onnx")
    assert "rounds half to even" in refusal(RefusedError, **wish, runtime="ort", scheme="dpu-pow2")


@pytest.mark.parametrize("board", ["x86", "rpi4"])
def test_c_code_takes_integers_of_any_8_bit_scheme(board):
    wish = {"model": "pfld_0.25x.300w68", "target": board, "runtime": "c"}
    assert plan(**wish, quant="qat").build_name == f"pfld_0.25x.300w68.{board}-c.qat"
    assert plan(**wish, quant="qat", scheme="dpu-pow2").scheme == "dpu-pow2"
    message = f"{board}-c refuses 'none': the C code computes in integers; use ptq or qat"
    assert message == refusal(RefusedError, **wish, quant="none")


def test_a_board_without_that_variant_is_told():
    start = "unknown variant or runtime of"
    with pytest.raises(UnknownNameError, match=f"{start} kv260 'b4097'; did you mean"):
        find_target("kv260:b4097")
    with pytest.raises(UnknownNameError, match=f"{start} x86 'b4096'; known: c, openvino, ort"):
        find_target("x86:b4096")


def test_a_boards_own_runtime_has_a_name_too():
    assert find_target("x86", "ort") == find_target("x86:ort") == find_target("x86")
    assert find_target("rpi4:litert") == find_target("rpi4")


def test_another_quantizer_may_calibrate(tmp_path):
    wish = {"model": "pfld", "target": "kv260", "quantizer": "nndct", "calibration": tmp_path}
    assert (plan(**wish).quant, plan(**wish).quantizer) == ("ptq", "nndct")


def test_another_quantizer_neither_trains_nor_changes_what_is_published(tmp_path):
    pfld = {"model": "pfld", "target": "kv260", "quantizer": "nndct"}
    for wish in ({}, {"quant": "qat", "calibration": tmp_path}):
        assert refusal(UsageError, **pfld, **wish).startswith(
            "--quantizer needs --quant ptq and --calib DIR; published and trained networks have "
        )
    unknown = {**pfld, "quantizer": "nndcd", "calibration": tmp_path}
    assert "unknown quantizer 'nndcd'; did you mean nndct?" in refusal(UsageError, **unknown)


@pytest.fixture
def quantized(tmp_path):
    """A user's file with an operator that quantizes, and its contract."""
    node = onnx.helper.make_node("QuantizeLinear", ["image", "s"], ["score"])
    graph = onnx.helper.make_graph([node], "net", [], [])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "own.onnx")
    (tmp_path / "c.toml").write_text(TOML)
    return {"model": str(tmp_path / "own.onnx"), "contract": tmp_path / "c.toml"}


@pytest.mark.parametrize("target", ["x86", "c99", "rpi4", "android", "rtx4060", "jetson-orin"])
def test_integers_of_a_file_are_kept(quantized, target):
    made = plan(**quantized, target=target)
    assert (made.quant, made.scheme, made.keeps_integers) == ("qdq", "qdq", True)
    assert (made.is_float, made.quant_hub) == (False, None)
    assert made.build_name == f"own.{target}.qdq"


@pytest.mark.parametrize("quant", ["none", "ptq", "qdq"])
def test_the_bundle_is_called_as_it_was_asked_for(quantized, quant):
    made = plan(**quantized, target="c99", quant=quant)
    assert (made.quant, made.build_name) == ("qdq", f"own.c99.{quant}")


def test_a_chip_with_other_integers_gets_them(quantized):
    made = plan(**quantized, target="kv260")
    assert (made.quant, made.scheme, made.keeps_integers) == ("qdq", "dpu-pow2", False)


@pytest.mark.parametrize(
    ("wish", "option"),
    [
        ({"quant": "qat"}, "--quant qat"),
        ({"quant": "fp16"}, "--quant fp16"),
        ({"scheme": "w8a8-sym"}, "--scheme w8a8-sym"),
        ({"hub": Path("float.onnx")}, "--hub float.onnx"),
    ],
)
def test_a_quantized_file_is_not_quantized_again(quantized, wish, option):
    assert refusal(UsageError, **quantized, target="x86", **wish) == (
        f"{quantized['model']}: is already quantized, and its own integers are kept; leave out "
        f"{option}, or give the float file"
    )


def test_boards_that_take_no_quantized_file(quantized):
    assert refusal(RefusedError, **quantized, target="toy-board") == (
        f"{quantized['model']}: is already quantized, which toy-board does not take; give the "
        "float file, with --quant none or ptq"
    )
    message = refusal(RefusedError, **quantized, target="jetson-nano")
    assert message.startswith("jetson-nano refuses 'qdq': its Maxwell GPU")
    assert message.endswith("use fp16, with the float file")


def test_a_float_file_has_no_integers_to_keep():
    assert refusal(UsageError, model="pfld", target="x86", quant="qdq") == (
        "pfld: is not quantized; 'qdq' is for quantized files: use ptq"
    )


def test_a_quantized_hub_is_no_float_one(quantized):
    hub = Path(quantized["model"])
    assert refusal(UsageError, model="pfld", target="x86", hub=hub, quant="none") == (
        f"{hub}: is already quantized, --hub needs a float file; build it directly: zoo "
        f"build {hub} --contract CONTRACT"
    )
