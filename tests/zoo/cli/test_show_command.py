"""zoo show of a file for a chip."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from compiled_files import split_graph

from compilers.xmodel.encode import encode
from zoo.cli.main import cli
from zoo.errors import ArtifactError, UsageError

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
