import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from formatting import misplaced
from spot_app import CONTRACT, REQUEST, WATCHED, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from zoo import registry
from zoo.contract import Step
from zoo.errors import RecipeError
from zoo.step import PostStep

pytestmark = pytest.mark.toolchain


def test_same_request_same_bytes():
    assert APP.generate(REQUEST) == APP.generate(REQUEST)
    assert list(APP.generate(REQUEST)) == sorted(APP.generate(REQUEST))


def test_every_quoted_include_is_there():
    files = APP.generate(REQUEST)
    for name, content in files.items():
        if name.startswith("third_party/"):
            continue
        for include in re.findall(r'^#include "(.+)"$', content.decode(), re.MULTILINE):
            beside = (Path(name).parent / include).as_posix()
            assert include in files or beside in files, f"{name} includes {include}"


def test_only_the_contracts_steps_are_brought():
    names = {Path(name).stem for name in APP.generate(REQUEST) if name.startswith("steps/")}
    steps = {"crop", "resize", "normalize", "landmarks", "aspect_ratios", "head_pose"}
    forms = {f"sampling_{form}" for form in ("axis", "plain", "sse2", "neon")}
    assert names == steps | {"frame", "track", "floor_div", "box_region", "sampling"} | forms


def test_steps_over_time_are_brought():
    files = APP.generate(WATCHED)
    assert {
        f"steps/{name}.hpp" for name in ("relative", "within", "interval", "rate", "share")
    } <= set(files)
    assert "  rate(observers, {" in files["contract.cpp"].decode()


def test_contract_without_post_steps():
    request = replace(REQUEST, contract=replace(CONTRACT, post=()))
    code = APP.generate(request)["contract.cpp"].decode()
    assert "void postprocess(Values&, const Frame&) {}" in code


class Other(PostStep):
    """Adds nothing."""

    name = "other"
    parameters = MappingProxyType({})

    def __init__(self, header):
        self.cpp_header = header

    def adds(self, known, parameters):  # noqa: ARG002
        return {}

    def apply(self, values, frame, parameters):  # noqa: ARG002
        return {}


def other_step(monkeypatch, header):
    """Let the contract have a step 'other' with this header."""
    load = registry.load
    step = Other(header)
    monkeypatch.setattr(
        registry, "load", lambda kind, name: step if name == "other" else load(kind, name)
    )
    return replace(REQUEST, contract=replace(CONTRACT, post=(Step("other"),)))


def test_headers_of_other_distributions_are_brought(monkeypatch, tmp_path):
    (tmp_path / "part.hpp").write_text('#include "floor_div.hpp"\n')
    (tmp_path / "other.hpp").write_text('#include "frame.hpp"\n#include "part.hpp"\n')
    files = APP.backend.sources(other_step(monkeypatch, tmp_path / "other.hpp"))
    assert {"steps/other.hpp", "steps/part.hpp", "steps/frame.hpp"} <= set(files)
    assert '#include "steps/other.hpp"' in files["contract.cpp"].decode()


def test_missing_header_is_named(monkeypatch, tmp_path):
    request = other_step(monkeypatch, tmp_path / "other.hpp")
    with pytest.raises(RecipeError, match=r"other.hpp: a contract step's C\+\+ form cannot be"):
        APP.backend.sources(request)


def test_two_headers_of_one_name_are_refused(monkeypatch, tmp_path):
    (tmp_path / "frame.hpp").write_text("")
    (tmp_path / "other.hpp").write_text('#include "frame.hpp"\n')
    request = other_step(monkeypatch, tmp_path / "other.hpp")
    with pytest.raises(RecipeError, match=r"frame.hpp: another step brings a header of this name"):
        APP.backend.sources(request)


def test_sources_are_formatted(tmp_path):
    write_sources(WATCHED, tmp_path)
    assert misplaced(p for p in tmp_path.rglob("*.?pp") if "third_party" not in p.parts) == ""
