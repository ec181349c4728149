"""A model by its name, or by its file and contract."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.build.models import find_recipe
from zoo.errors import RecipeError, UsageError

TOML = """
input = {name = "image", shape = [3, 8, 8]}
outputs = [{name = "score", shape = [1]}]
pre = [
    {name = "crop"},
    {name = "resize", size = [8, 8]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.toml"
    path.write_text(TOML)
    return path


def test_users_onnx_file(tmp_path, contract):
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"")
    recipe = find_recipe(str(path), contract)
    assert (recipe.name, recipe.hubs, recipe.licences) == ("mine", {"none": path}, ())


@pytest.mark.parametrize(
    ("stem", "proposal"),
    [
        ("a$(touch PWNED)", "a_touch_PWNED"),
        ("my net (1)", "my_net_1"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("сеть", "model"),
        ("a\nb", "a_b"),
        ("a" * 101, "a" * 100),
    ],
)
def test_a_file_whose_name_no_model_can_have(tmp_path, contract, stem, proposal):
    path = tmp_path / f"{stem}.onnx"
    path.write_bytes(b"")
    with pytest.raises(UsageError) as error:
        find_recipe(str(path), contract)
    assert f"{stem!r} cannot be a model's name" in str(error.value)
    assert f"with --name {proposal}, or rename the file" in str(error.value)
    assert find_recipe(str(path), contract, proposal).name == proposal


def test_a_name_that_is_given_is_checked(tmp_path, contract):
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"")
    with pytest.raises(
        RecipeError,
        match=(
            r"model 'a b': a name has at most 100 letters, digits "
            r"and \. _ \+ -"
        ),
    ):
        find_recipe(str(path), contract, "a b")
    with pytest.raises(UsageError, match="another name only with --hub FILE"):
        find_recipe("toy", None, "mine")


def test_a_registered_model_with_another_network_may_have_another_name():
    own, found = (
        find_recipe("facenet_v2", None, name, has_own_network=True) for name in ("", "mine")
    )
    assert (own.name, own) == ("facenet_v2.wider", find_recipe("facenet_v2", None))
    assert found == replace(own, name="mine")


@pytest.mark.parametrize(
    ("model", "given", "kind", "message"),
    [
        (
            "mine.onnx",
            False,
            UsageError,
            "mine.onnx: a network's file needs --contract contract.toml; see docs",
        ),
        (
            "toy",
            True,
            UsageError,
            "toy: only an .onnx or .tflite file needs a contract or a name; registered models",
        ),
        (
            "none.onnx",
            True,
            UsageError,
            "none.onnx: no such file; give an .onnx or .tflite file, or",
        ),
        ("net.pth", True, UsageError, "net.pth: only an .onnx or .tflite file, or a model of"),
        ("mine", True, UsageError, "mine: only an .onnx or .tflite file, or a model of"),
        ("a.x86.ptq.tar.gz", False, UsageError, "a.x86.ptq.tar.gz: is a bundle, which is built"),
        ("chain.toml", False, UsageError, "chain.toml: is a chain file or a contract; `zoo build"),
    ],
)
def test_contract_and_model_must_go_together(
    tmp_path, monkeypatch, contract, model, given, kind, message
):
    monkeypatch.chdir(tmp_path)
    for name in ("mine.onnx", "mine", "a.x86.ptq.tar.gz", "chain.toml"):
        Path(name).touch()
    with pytest.raises(kind, match=re.escape(message)):
        find_recipe(model, contract if given else None)


def test_a_contract_that_is_not_there(tmp_path):
    (tmp_path / "mine.onnx").touch()
    with pytest.raises(UsageError, match=r"^c\.toml: no such file; --contract needs a \.toml file"):
        find_recipe(str(tmp_path / "mine.onnx"), Path("c.toml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"crop"', '"crob"', "unknown step 'crob'; did you mean crop"),
        ("size =", "sise =", "contract step 'resize': unknown parameter 'sise'; did you mean size"),
        (", size = [8, 8]", "", "contract step 'resize': parameter 'size' is missing"),
        (
            "[8, 8]}",
            "[8, 9]}",
            "its steps make (3, 8, 9), the network's input 'image' is (3, 8",
        ),
        (
            "pre =",
            'post = [{name = "landmarks", output = "score", count = 68}]\npre =',
            "contract step 'landmarks': output 'score' has 1 numbers; 68 landmarks of 2 numbers",
        ),
    ],
)
def test_wrong_step_is_told_before_any_work(tmp_path, contract, old, new, message):
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"")
    contract.write_text(TOML.replace(old, new))
    with pytest.raises(RecipeError, match=re.escape(f"{contract}: ") + f".*{re.escape(message)}"):
        find_recipe(str(path), contract)
