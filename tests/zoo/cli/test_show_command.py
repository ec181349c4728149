"""zoo show of a file for a chip."""

import json
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from compiled_files import split_graph

from compilers.xmodel.encode import encode
from zoo.bundle.kfpkg import FlashFile, pack_kfpkg
from zoo.cli.main import cli
from zoo.errors import ArtifactError, UsageError

MODEL = "pfld_0.25x.300w68"

Show = Callable[..., str]


@pytest.fixture
def show(tmp_path) -> Show:
    def run(content: bytes, *options: str) -> str:
        (tmp_path / "net.xmodel").write_bytes(content)
        command = ["show", str(tmp_path / "net.xmodel"), *options]
        return CliRunner().invoke(cli, command, catch_exceptions=False).output

    return run


def test_a_compiled_file_is_shown_with_its_parts(show):
    lines = dict(line.split(maxsplit=1) for line in show(encode(split_graph())).splitlines()[1:])
    assert lines["form"] == "compiled"
    assert lines["fingerprint"] == "0x7"
    assert lines["split_by"] == "attention (softmax)"
    assert lines["subgraphs.USER_x.device"] == "USER"


def test_scripts_get_the_same_as_json(show):
    facts = json.loads(show(encode(split_graph()), "--json"))
    assert (facts["kind"], facts["dpu_subgraphs"]) == ("xmodel", 2)


def test_a_damaged_file_is_told(show):
    with pytest.raises(
        ArtifactError,
        match=(
            r"net\.xmodel: not an \.xmodel file, or a "
            r"damaged"
        ),
    ):
        show(encode(split_graph())[:50])


def test_an_absent_file_is_told():
    for name in ("none.xmodel", "none.onnx", "none.tar.gz"):
        with pytest.raises(UsageError, match=rf"^{name}: no such file; give one that is there$"):
            CliRunner().invoke(cli, ["show", name], catch_exceptions=False)


def test_a_flash_package_is_shown(zoo, tmp_path):
    network = FlashFile(0x20000, "network.kmodel", b"123")
    (tmp_path / "toy.kfpkg").write_bytes(pack_kfpkg([network], "toy.kfpkg"))
    facts = json.loads(zoo("show", "toy.kfpkg", "--json").output)
    (file,) = facts["files"]
    assert facts["kind"] == "flash package"
    assert (file["name"], file["address"], file["bytes"]) == ("network.kmodel", "0x020000", 3)


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("net.toml", ("show",), "net.toml: is a chain file or a contract; "),
        ("net.toml", ("show", "--target", "k210"), "net.toml: is a chain file or a contract; "),
        ("net.txt", ("show",), "net.txt: only an .onnx or .tflite file, or a model of"),
        ("net.kmodel", ("bench",), "net.kmodel: only an .* can be read; this is for a chip: give"),
        ("net.kfpkg", ("bench",), "net.kfpkg: is a flash package, which is built already: `zoo fl"),
    ],
)
def test_another_kind_of_file_is_named(zoo, tmp_path, name, words, told):
    (tmp_path / name).touch()
    command, *options = words
    error = zoo(command, name, *options).exception
    assert isinstance(error, UsageError)
    assert re.match(told, str(error))


def test_the_work_of_each_layer(zoo):
    shown = json.loads(zoo("show", MODEL, "--layers", "--json").output)
    assert shown["total"]["macs"] == sum(layer["macs"] for layer in shown["layers"])
    first = shown["layers"][0]
    assert (first["op"], first["output"], first["macs"]) == ("conv", [16, 56, 56], 1354752)
    printed = zoo("show", MODEL, "--layers").output.splitlines()
    assert printed[1].split() == ["node", "op", "output", "macs", "bytes", "macs_per_byte"]
    assert printed[-1].startswith(f"{shown['total']['macs']:,} multiply-accumulates, ")
    error = zoo("show", MODEL, "--layers", "--target", "x86").exception
    assert str(error).startswith("--layers does not go with --target")


def test_steps_of_the_same_name_are_all_shown(zoo):
    steps = json.loads(zoo("show", "pfld_0.25x.300w68", "--json").stdout)["contract"]["track"]
    assert len({step["name"] for step in steps}) < len(steps)
    shown = zoo("show", "pfld_0.25x.300w68").stdout
    labels = re.findall(r"^contract\.track\.([^.]+)\.parameters", shown, re.MULTILINE)
    assert len(set(labels)) == len(steps)


def test_long_lists_are_cut_and_what_is_not_said_is_left_out(zoo):
    lines = zoo("show", "pfld_0.25x.300w68").stdout.splitlines()
    (mean,) = (line for line in lines if line.startswith("contract.post.landmarks.parameters.mean"))
    assert mean.endswith(", ... (68 in all; --json has them)")
    assert mean.count("[") == 3
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines[1:])
    facts = json.loads(zoo("show", "pfld_0.25x.300w68", "--json").stdout)
    assert len(facts["contract"]["post"][0]["parameters"]["mean"]) == 68
