"""What is rendered for an app and its bundle, and C code, against files that people can read.

`make golden` writes them anew; the difference belongs into the same commit as its cause.
"""

import os
from pathlib import Path

import pytest
from generated_c import to_c
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network

from zoo import registry
from zoo.plugs import AppRequest

GOLDEN = Path(__file__).with_name("golden")
MODEL, TARGET = "pfld_0.25x.300w68", "x86"
COPIED = (".clang-format", "backends/", "core/", "main.cpp", "steps/", "third_party/")


def rendered() -> dict[str, bytes]:
    recipe, target = registry.load("recipe", MODEL), registry.load("target", TARGET)
    app = registry.load("app", target.app)
    request = AppRequest(MODEL, target, recipe.contract, "model.onnx")
    notices = "; ".join(licence.notice for licence in recipe.licences if licence.notice)
    facts = {"bundle": f"{MODEL}.{TARGET}.ptq", "quantization": "ptq", "notice": notices}
    sources = app.generate(request).items()
    return {
        **{f"app/{name}": text for name, text in sources if not name.startswith(COPIED)},
        **app.companions(request, facts),
    }


def rendered_c() -> dict[str, bytes]:
    """Return the C code of a small network whose scales are powers of two."""
    graph = integer_graph(residual_network(), IntegerForm(power_of_two=True))
    return dict(to_c(graph).files)


TREES = {f"{MODEL}.{TARGET}": rendered, "residual.c": rendered_c}


@pytest.mark.toolchain
@pytest.mark.parametrize("tree", TREES)
def test_rendered_files_are_the_golden_ones(tree):
    folder, found = GOLDEN / tree, TREES[tree]()
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        for name, content in found.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert found == {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}
