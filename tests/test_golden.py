"""What is rendered for an app and its bundle, C code and reports, against files to read.

`make golden` writes them again; the difference belongs into the same commit as its cause.
"""

import json
import os
from functools import partial
from pathlib import Path

import pytest
from generated_c import to_c
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network
from report_content import small_content

from codegen.max78000 import firmware_sources
from codegen.templates import TEMPLATES
from zoo import registry
from zoo.drawing.graph import draw_graph
from zoo.drawing.svg import THEME, standalone
from zoo.plugs import AppRequest
from zoo.report.report import Report

GOLDEN = Path(__file__).with_name("golden")
MODEL = "pfld_0.25x.300w68"
DETECTOR = "facedet_160.wider"
CLASSIFIER = "facenet_v2.wider"


def is_copied(name: str) -> bool:
    """Tell whether a file is the same for every model."""
    templates = any((TEMPLATES / kind / name).is_file() for kind in ("android", "cpp", "k210"))
    return templates or "steps/" in name or name.startswith("third_party/")


def rendered(target_name: str, artifact: str) -> dict[str, bytes]:
    recipe, target = registry.load("recipe", MODEL), registry.load("target", target_name)
    app = registry.load("app", target.app)
    request = AppRequest(MODEL, target, recipe.contract, artifact)
    notices = "; ".join(licence.notice for licence in recipe.licences if licence.notice)
    facts = {"bundle": f"{MODEL}.{target_name}.ptq", "quantization": "ptq", "notice": notices}
    facts |= {"c_library": "2.28"}
    sources = app.generate(request).items()
    return {
        **{f"app/{name}": text for name, text in sources if not is_copied(name)},
        **app.companions(request, facts),
    }


def rendered_c() -> dict[str, bytes]:
    """Return the C code of a small network whose scales are powers of two."""
    graph = integer_graph(residual_network(), IntegerForm(power_of_two=True))
    return dict(to_c(graph).files)


def rendered_k210() -> dict[str, bytes]:
    """Return the firmware of a detector whose network is another, small one."""
    recipe, target = registry.load("recipe", DETECTOR), registry.load("target", "k210")
    graph = integer_graph(residual_network(), IntegerForm())
    c = dict(to_c(graph).files)
    facts = json.loads(c["network.json"])
    (output,), outputs = facts["outputs"], recipe.contract.outputs
    facts["inputs"][0] |= {"name": "image", "scale": 1 / 128, "zero_point": 128}
    facts["outputs"] = [{**output, "name": o.name, "shape": o.shape} for o in outputs]
    files = {"network.kmodel": b"LDMK", "network.json": json.dumps(facts).encode()}
    app = registry.load("app", target.app)
    request = AppRequest(DETECTOR, target, recipe.contract, "network.kmodel", files)
    about = {"bundle": f"{DETECTOR}.k210.ptq", "quantization": "ptq", "notice": ""}
    sources = app.generate(request).items()
    return {
        **{f"app/{n}": t for n, t in sources if not is_copied(n) and n != "network.kmodel"},
        **app.companions(request, {**about, "c_library": "", "memory": ""}),
    }


def rendered_max78000() -> dict[str, bytes]:
    """Return what the firmware of a classifier has of its contract."""
    recipe, target = registry.load("recipe", CLASSIFIER), registry.load("target", "max78000")
    facts = {"outputs": [{"ctype": "int32_t"}]}
    files = {"network_weights.c": b"// Weights.\n", "network.json": json.dumps(facts).encode()}
    request = AppRequest(CLASSIFIER, target, recipe.contract, "network.json", files)
    sources = firmware_sources(request)
    return {name: sources[f"firmware/{name}"] for name in ("contract.h", "labels.h")}


def rendered_report() -> dict[str, bytes]:
    """Return a report of a small bundle and a model."""
    return {"report.html": Report(small_content()).html.encode()}


def rendered_graph() -> dict[str, bytes]:
    """Return the drawing of a small network whose scales are powers of two."""
    graph = integer_graph(residual_network(), IntegerForm(power_of_two=True))
    return {"network.svg": standalone([draw_graph(graph)]).replace(THEME, "").encode()}


TREES = {
    f"{MODEL}.x86": partial(rendered, "x86", "model.onnx"),
    f"{MODEL}.android": partial(rendered, "android", "model.tflite"),
    f"{DETECTOR}.k210": rendered_k210,
    f"{CLASSIFIER}.max78000": rendered_max78000,
    "residual.c": rendered_c,
    "report": rendered_report,
    "residual.graph": rendered_graph,
}


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
