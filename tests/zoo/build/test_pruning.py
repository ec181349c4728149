"""Pruning of a model: with its recipe's training where it knows the labels."""

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from networks import residual_network
from PIL import Image

from compilers.hub import HUB
from zoo import registry
from zoo.build.pruning import prune
from zoo.cli.main import cli
from zoo.contract import Contract, Step, TensorSpec
from zoo.errors import QuantizeError
from zoo.plugs import PruneOptions
from zoo.recipe import Licence, Recipe
from zoo.training import FitOptions

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")

MODULE = """
from zoo.picture import Picture

calls = []

def pictures(recipe, folder):
    return [Picture(folder / f"{i}.png") for i in range(12)] if (folder / "labels").exists() else []

def fit(recipe, module, float_module, options):
    calls.append((recipe.name, options))
"""
CONTRACT = Contract(
    TensorSpec("image", (3, 6, 6)),
    (TensorSpec("landmarks", (10,)),),
    (
        Step("crop", {"scale": 1.0}),
        Step("resize", {"size": [6, 6]}),
        Step("normalize", {"mean": [128] * 3, "std": [128] * 3}),
    ),
)
TOML = """
input = {name = "image", shape = [3, 6, 6]}
outputs = [{name = "landmarks", shape = [10]}]
pre = [
  {name = "stretch", size = [6, 6]},
  {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


def run(words):
    """Return what a command prints that succeeds."""
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


OPTIONS = PruneOptions(0.5, multiple=2, steps=1, epochs=1, seed=7)


@pytest.fixture
def hub(tmp_path):
    file = tmp_path / "float.onnx"
    file.write_bytes(HUB.write(residual_network(channels=8)))
    return file


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(12):
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    (tmp_path / "pruned_recipe_of_tests.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    registry.resolve("pruned_recipe_of_tests:calls").clear()
    return Recipe(
        "net_1.0x.drawn",
        "net",
        "",
        CONTRACT,
        fit="pruned_recipe_of_tests:fit",
        pictures="pruned_recipe_of_tests:pictures",
        licences=(Licence("weights", "Research", tmp_path / "LICENCE", "research only", False),),
    )


def test_what_was_pruned_is_told_and_the_licence_stays(recipe, hub, images):
    (pruned,) = prune(recipe, hub, images, 100, OPTIONS)
    graph = HUB.read(pruned.hub, "pruned.onnx")
    assert pruned.macs[1] <= pruned.macs[0] / 2
    assert set(pruned.widths) == {"stem_conv", "depthwise_conv", "pointwise_conv"}
    assert all(after < before == 8 for before, after in pruned.widths.values())
    assert 0 < pruned.loss["landmarks"] < 1
    assert pruned.training == "distillation"
    assert pruned.judged_on == "2 pictures held out from calibration"
    assert graph.metadata["zoo.licences"] == "weights: Research"
    assert graph.metadata["zoo.model"] == "net_1.0x.drawn"


def test_a_recipe_trains_where_it_knows_the_labels(recipe, hub, images):
    (images / "labels").touch()
    (pruned,) = prune(recipe, hub, images, 100, OPTIONS)
    assert (pruned.training, pruned.judged_on) == ("recipe", "pictures of the training")
    calls = registry.resolve("pruned_recipe_of_tests:calls")
    assert calls == [("net_1.0x.drawn", FitOptions(images, 1, 7, 5.0))]


@pytest.mark.usefixtures("hub", "images")
def test_the_command_writes_a_file_that_builds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.toml").write_text(TOML)
    words = ["prune", "float.onnx", "--contract", "contract.toml", "--macs", "0.5"]
    words += ["--images", "images", "--multiple", "2", "--epochs", "1", "--steps", "1"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "stem" in done.output
    assert "next: zoo build float-0.5.onnx --contract float-0.5.toml" in done.output
    shown = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False)
    facts = json.loads(shown.stdout)
    assert facts["macs"][1] <= facts["macs"][0] / 2
    assert facts["hub"] == "float-0.5.onnx"
    checked = CliRunner().invoke(
        cli, ["contract", "check", "float-0.5.toml", "float-0.5.onnx"], catch_exceptions=False
    )
    assert checked.exit_code == 0


@pytest.mark.usefixtures("hub", "images")
def test_the_network_of_each_step_is_written_if_wished(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.toml").write_text(TOML)
    words = ["prune", "float.onnx", "--contract", "contract.toml", "--macs", "0.5", "--steps", "3"]
    words += ["--images", "images", "--multiple", "1", "--epochs", "1", "--precision", "bf16-mixed"]
    run([*words, "--out", "last.onnx"])
    assert sorted(path.name for path in tmp_path.glob("*.onnx")) == ["float.onnx", "last.onnx"]
    run([*words, "--out", "last.onnx", "--each-step"])
    names = ["last-step1.onnx", "last-step2.onnx", "last.onnx"]
    graphs = [HUB.read((tmp_path / name).read_bytes(), name) for name in names]
    macs = [json.loads(graph.metadata["zoo.pruning"])["macs"] for graph in graphs]
    assert macs == [macs[-1][:2], macs[-1][:3], macs[-1]]


@pytest.mark.usefixtures("hub", "images")
@pytest.mark.parametrize(
    ("model", "out", "refused"),
    [
        ("float.onnx", "float.onnx", "float.onnx: would be replaced by a result, but zoo prune"),
        ("z-step2.onnx", "z.onnx", "z-step2.onnx: would be replaced by a result"),
        ("float.onnx", "folder/../float.onnx", "folder/../float.onnx: would be replaced"),
        ("float.onnx", "contract.onnx", "contract.toml: would be replaced by a result"),
        ("float.onnx", "folder-x.onnx", "folder-x-step1.onnx: is a folder; give a file in it"),
    ],
)
def test_no_training_starts_whose_results_replace_its_input_or_cannot_be_written(
    tmp_path, monkeypatch, model, out, refused
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("zoo.build.pruning.prune", lambda *_: pytest.fail("it was pruned"))
    (tmp_path / "contract.toml").write_text(TOML)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder-x-step1.onnx").mkdir()
    if model != "float.onnx":
        (tmp_path / "float.onnx").rename(tmp_path / model)
    network = (tmp_path / model).read_bytes()
    words = ["prune", model, "--contract", "contract.toml", "--macs", "0.5", "--steps", "3"]
    done = CliRunner().invoke(cli, [*words, "--images", "images", "--each-step", "--out", out])
    assert done.exit_code != 0
    assert str(done.exception).startswith(refused)
    assert (tmp_path / model).read_bytes() == network
    assert (tmp_path / "contract.toml").read_text() == TOML


@pytest.mark.usefixtures("images")
def test_a_file_in_another_layout_with_constants_is_pruned_to_one_that_builds(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    graph = residual_network(channels=8)
    model = onnx.load_from_string(HUB.write(graph))
    image = model.graph.input[0]
    del image.type.tensor_type.shape.dim[:]
    for size in (1, 6, 6, 3):
        image.type.tensor_type.shape.dim.add().dim_value = size
    gain = onnx.helper.make_tensor_value_info("gain", onnx.TensorProto.FLOAT, [1])
    model.graph.input.append(gain)
    nodes = [
        onnx.helper.make_node("Transpose", ["image"], ["turned"], perm=[0, 3, 1, 2]),
        onnx.helper.make_node("Mul", ["turned", "gain"], ["scaled"]),
    ]
    for node in model.graph.node:
        node.input[:] = ["scaled" if name == "image" else name for name in node.input]
    for index, node in enumerate(nodes):
        model.graph.node.insert(index, node)
    onnx.save(model, "other.onnx")
    text = TOML.replace("shape = [3, 6, 6]", 'shape = [6, 6, 3], layout = "nhwc"')
    (tmp_path / "other.toml").write_text(f'{text}constants = [{{name = "gain", value = [1.0]}}]\n')
    words = ["other.onnx", "--contract", "other.toml", "--images", "images"]
    chosen = ["--macs", "0.5", "--multiple", "2", "--epochs", "0", "--steps", "1"]
    run(["prune", *words, *chosen])
    run(["contract", "check", "other-0.5.toml", "other-0.5.onnx"])
    again = ["other-0.5.onnx", "--contract", "other-0.5.toml", "--images", "images"]
    assert "not trained" in run(["prune", *again, *chosen, "--out", "third.onnx"])


def test_a_network_that_overflows_is_told(recipe, images, tmp_path):
    graph = residual_network(channels=8)
    weight = graph.tensors["fc.weight"]
    huge = replace(weight, data=np.full(weight.shape, 3e38, np.float32))
    (tmp_path / "huge.onnx").write_bytes(HUB.write(graph.replace(graph.nodes, (huge,))))
    with pytest.raises(QuantizeError, match="its output 'landmarks' is not finite"):
        list(prune(recipe, tmp_path / "huge.onnx", images, 100, replace(OPTIONS, epochs=0)))


@pytest.mark.usefixtures("hub", "images")
def test_a_scan_tells_what_each_group_loses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.toml").write_text(TOML)
    words = ["prune", "float.onnx", "--contract", "contract.toml", "--images", "images", "--scan"]
    found = json.loads(CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False).stdout)
    (group,) = found
    assert group["channels"] == 8
    assert list(group["losses"]) == ["6", "4", "2"]
    shown = CliRunner().invoke(cli, words, catch_exceptions=False).output
    assert "stem_conv and 2 more" in shown
    assert CliRunner().invoke(cli, words[:-1]).exit_code != 0  # neither --macs nor --scan
    assert sorted(path.name for path in tmp_path.glob("*.onnx")) == ["float.onnx"]


@pytest.mark.usefixtures("hub", "images")
def test_a_share_out_of_range_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.toml").write_text(TOML)
    words = ["prune", "float.onnx", "--contract", "contract.toml", "--macs", "1.5"]
    done = CliRunner().invoke(cli, [*words, "--images", "images"])
    assert done.exit_code != 0
    assert not list(tmp_path.glob("float-*.onnx"))
