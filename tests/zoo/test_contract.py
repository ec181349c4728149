import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.contract import Constant, Contract, FileInput, SignalSpec, Step, TensorSpec
from zoo.data.source_feeds import source_feeds
from zoo.errors import RecipeError
from zoo.layout import LAYOUTS

TOML = """
input = {name = "image", shape = [3, 112, 112]}
outputs = [{name = "landmarks", shape = [136]}]

[[pre]]
name = "crop"
scale = 1.2

[[pre]]
name = "normalize"
parameters = {mean = [128, 128, 128], std = [128, 128, 128]}

[[post]]
name = "landmarks"
count = 68
"""
CONTRACT = Contract(
    TensorSpec("image", (3, 112, 112)),
    (TensorSpec("landmarks", (136,)),),
    (
        Step("crop", {"scale": 1.2}),
        Step("normalize", {"mean": [128, 128, 128], "std": [128, 128, 128]}),
    ),
    (Step("landmarks", {"count": 68}),),
)


@pytest.fixture
def read(tmp_path):
    path = tmp_path / "contract.toml"

    def from_text(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Contract.from_toml(path)

    return from_text


def test_toml_as_a_person_writes_it(read):
    assert read(TOML) == CONTRACT


def test_post_may_be_left_out(read):
    assert read(TOML[: TOML.index("[[post]]")]).post == ()


names = st.text(min_size=1)
printable = names.filter(str.isprintable)
tensors = st.builds(TensorSpec, printable, st.lists(st.integers(1, 64), max_size=4).map(tuple))
values = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.integers()))
keys = names.filter(lambda key: key not in ("name", "parameters"))
steps = st.builds(Step, names, st.dictionaries(keys, values))


numbers = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False))
channels = st.sampled_from(["only", "first", "mean"])
constants = st.builds(Constant, names, numbers | st.lists(numbers, min_size=1).map(tuple))


@given(
    st.builds(
        Contract,
        tensors,
        st.lists(tensors).map(tuple),
        st.lists(steps).map(tuple),
        st.lists(steps).map(tuple),
        dtype=st.sampled_from(["float32", "uint8"]),
        constants=st.lists(constants, max_size=3).map(tuple),
        signal=st.none() | st.builds(SignalSpec, st.integers(1, 1 << 30), channels),
    )
)
def test_json_round_trip(contract):
    assert Contract.from_json(contract.to_json()) == contract
    if len(contract.input.shape) == 3:
        for layout in LAYOUTS:
            other = replace(contract, layout=layout)
            assert Contract.from_json(other.to_json()) == other


def test_the_usual_form_is_not_written():
    assert json.loads(CONTRACT.to_json())["input"] == {"name": "image", "shape": [3, 112, 112]}


def test_a_signal(read):
    assert read('signal = {rate_hz = 16000, channel = "mean"}' + TOML).signal == SignalSpec(
        16000, "mean"
    )
    assert read("signal = {rate_hz = 8000}" + TOML).signal == SignalSpec(8000, "only")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{rate_hz = 0}", "rate_hz 0; expected samples per second, such as 16000"),
        ("{rate_hz = 16e3}", "rate_hz 16000.0; expected samples per second"),
        ('{rate_hz = 1, channel = "left"}', "channel 'left'; allowed: 'only', 'first', 'mean'"),
        ('{channel = "first"}', "key 'rate_hz' is missing"),
    ],
)
def test_other_signals_are_refused(read, given, message):
    with pytest.raises(RecipeError, match=re.escape(f"contract.toml: signal: {message}")):
        read(f"signal = {given}" + TOML)


def test_the_layout_of_the_file(read):
    given = 'input = {name = "image", shape = [112, 96, 3], layout = "nhwc", type = "uint8"}'
    contract = read(TOML.replace(TOML.splitlines()[1], given))
    assert contract.input == TensorSpec("image", (3, 112, 96))
    assert (contract.layout, contract.dtype) == ("nhwc", "uint8")
    assert contract.file_inputs == {"image": FileInput((3, 112, 96), "nhwc", "uint8")}


@pytest.mark.parametrize(
    ("layout", "shape"),
    [
        ("nchw", [3, 112, 96]),
        ("nhwc", [112, 96, 3]),
        ("ncwh", [3, 96, 112]),
        ("nwhc", [96, 112, 3]),
    ],
)
def test_each_layout_has_its_shape(read, layout, shape):
    given = f'input = {{name = "image", shape = {shape}, layout = "{layout}"}}'
    contract = read(TOML.replace(TOML.splitlines()[1], given))
    assert contract.input == TensorSpec("image", (3, 112, 96))
    pixels = np.zeros((2, 3, 112, 96), np.float32)
    feeds = source_feeds(contract, {"image": pixels})
    assert feeds["image"].shape == (2, *shape)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('shape = [3, 4, 4], layout = "chw"', "layout 'chw'; allowed: 'nchw', 'nhwc'"),
        ('shape = [3, 4, 4], type = "int8"', "type 'int8'; allowed: 'float32', 'uint8'"),
        ('shape = [3, 4], layout = "nhwc"', "shape [3, 4] in layout 'nhwc' must be [height, wid"),
        ("shape = [3, 4, 4], layout = 3", "layout 3; allowed"),
    ],
)
def test_other_forms_of_a_file_are_refused(read, given, message):
    line = f'input = {{name = "image", {given}}}'
    with pytest.raises(RecipeError, match=re.escape(f"contract.toml: input: {message}")):
        read(TOML.replace(TOML.splitlines()[1], line))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\xfe", "cannot read the contract ('utf-8' codec can't decode"),
        ("input = ", "contract.toml: not TOML (Invalid value"),
        (
            TOML.replace("outputs =", "output ="),
            "contract.toml: unknown key 'output'; did you mean outputs",
        ),
        (
            TOML.replace("input =", "#"),
            "contract.toml: key 'input' is missing; needed: ['input', 'outputs', 'pre']",
        ),
        (
            TOML.replace('{name = "image", shape = [3, 112, 112]}', '"image"'),
            "contract.toml: input: found str; expected a table",
        ),
        (
            TOML.replace("[3, 112, 112]", "[3, 0, 112]"),
            "contract.toml: input: shape [3, 0, 112] must be a list of positive integers",
        ),
        (
            TOML.replace("[136]", "136"),
            "contract.toml: outputs: shape 136 must be a list of positive integers",
        ),
        (
            TOML.replace("shape = [136]", "shape = [136], dtype = 'u8'"),
            "contract.toml: outputs: unknown key 'dtype'; known: name, shape",
        ),
        (
            TOML.replace("[{", "{").replace("}]", "}"),
            "contract.toml: 'outputs' is dict; expected a list",
        ),
        (
            TOML.replace('name = "crop"', 'step = "crop"'),
            "contract.toml: pre: {'step': 'crop', 'scale': 1.2} must be a table with a 'name'",
        ),
        (
            TOML.replace("{mean = [128, 128, 128], std = [128, 128, 128]}", "[128]"),
            "contract.toml: pre: the parameters of step 'normalize' must be a table",
        ),
    ],
)
def test_errors_name_file_and_key(read, text, message):
    with pytest.raises(RecipeError, match=re.escape(message)):
        read(text)


def test_missing_file(tmp_path):
    with pytest.raises(RecipeError, match=r"none.toml: cannot read the contract \(.*No such file"):
        Contract.from_toml(tmp_path / "none.toml")


def test_broken_json():
    with pytest.raises(RecipeError, match=r"hub.onnx: not JSON \(.*\); recreate it from TOML"):
        Contract.from_json("{", "hub.onnx")


def normalized(mean, std):
    step = Step("normalize", {"mean": mean, "std": std})
    return Contract(CONTRACT.input, CONTRACT.outputs, (Step("crop"), step))


@pytest.mark.parametrize(
    ("mean", "std", "expected"),
    [
        ([128, 128, 128], [128, 128, 128], (1 / 128, 128)),
        ([0.0], [255.0], (1 / 255, 0)),
        ([127.5] * 3, [128.0] * 3, None),
        ([1, 2, 3], [128] * 3, None),
        ([128] * 3, [1, 2, 3], None),
    ],
)
def test_pixels_themselves_as_the_quantized_input(mean, std, expected):
    assert normalized(mean, std).pixel_quantization == expected


def test_no_pixel_quantization_without_normalisation():
    assert Contract(CONTRACT.input, CONTRACT.outputs, ()).pixel_quantization is None


@pytest.mark.parametrize("name", ["", "a\nb", "\x1b[2J"])
def test_names_must_print(name):
    data = {"input": {"name": name, "shape": [3, 8, 8]}, "outputs": [], "pre": []}
    with pytest.raises(RecipeError, match=r"contract: input: name .* must be of printable char"):
        Contract.from_mapping(data, "contract")


def with_labels(folder, value):
    (folder / "contract.toml").write_text(f'{TOML}[[post]]\nname = "top_k"\nlabels = {value}\n')
    return folder / "contract.toml"


def test_labels_come_from_a_file_beside_the_contract(tmp_path):
    (tmp_path / "labels.txt").write_bytes("\ufefftench, Tinca\r\nkite \r\n".encode())
    contract = Contract.from_toml(with_labels(tmp_path, '{file = "labels.txt"}'))
    assert contract.step("top_k").parameters == {"labels": ["tench, Tinca", "kite"]}
    assert Contract.from_json(contract.to_json()) == contract


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{file = "none.txt"}', "'labels' of step 'top_k': cannot read .*none.txt .*UTF-8"),
        ("{file = 3}", 'the only table that it can be is {file = "NAME"}'),
        ('{file = "../labels.txt"}', r"in '../labels.txt'; files are read from beside"),
        ('{file = "link.txt"}', r"in 'link.txt'; files are read from .*: copy the file there"),
        ('{file = "gap.txt"}', "line 2 of .*gap.txt is empty; remove it, or write"),
        ('{path = "labels.txt"}', "is {'path': 'labels.txt'}; the only table"),
    ],
)
def test_a_file_of_labels_that_cannot_be_is_refused(tmp_path, value, message):
    (tmp_path / "gap.txt").write_text("tench\n\nkite\n")
    (tmp_path / "link.txt").symlink_to(tmp_path / "gap.txt")
    with pytest.raises(RecipeError, match=f"contract.toml: parameter .*{message}"):
        Contract.from_toml(with_labels(tmp_path, value))
