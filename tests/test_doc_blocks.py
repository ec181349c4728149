"""Code in the documents that is no session of its own: Python runs, JSON and steps can be read.

tests/test_pages.py follows pages with commands; tests/test_docs.py reads contracts.
"""

import json
import re
import tomllib
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from page_session import blocks_of

from zoo import registry

ROOT = Path(__file__).parents[1]
GENERATED = {"api.md", "cli.md"}
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in GENERATED]


def blocks(language):
    """Return (page, text) of the blocks that are shown, not saved by a reader."""
    return [
        pytest.param(block.text, id=f"{page.name}-{index}")
        for page in PAGES
        for index, block in enumerate(blocks_of(page))
        if block.language == language and not block.title
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with files that the documents name: two outputs, joined."""
    sizes = {"images": 3, "boxes": 2, "scores": 1}
    values = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size, 8, 8])
        for name, size in sizes.items()
    }
    joined = helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["N", 3, 8, 8])
    nodes = [
        helper.make_node("Split", ["images"], ["boxes", "scores"], axis=1, num_outputs=2),
        helper.make_node("Concat", ["boxes", "scores"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(nodes, "joined", [values["images"]], [joined])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    for name in ("yolov8n.onnx", "network.onnx"):
        onnx.save(model, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", blocks("python"))
def test_python_runs(text):
    exec(compile(text, "block", "exec"), {"__name__": "block"})


@pytest.mark.parametrize("text", blocks("json"))
def test_json_can_be_read(text):
    assert [json.loads(line) for line in text.splitlines()]


def test_lines_of_steps_are_steps():
    text = (ROOT / "docs" / "contract.md").read_text()
    lines = re.findall(r'^(\{name = "\w+".*\})', text, re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        for step in tomllib.loads(f"steps = [{line}]")["steps"]:
            registry.load("step", step.pop("name")).complete(step)
