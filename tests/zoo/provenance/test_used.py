"""What is used is recorded, and looked at again."""

import pytest

from zoo import registry
from zoo.errors import UnknownNameError
from zoo.provenance.used import (
    Thing,
    facts,
    record,
    recording,
    remembered,
    tool_of,
    tool_thing,
    used_so_far,
)
from zoo.tool import Tool


@pytest.fixture
def install_program(tmp_path, monkeypatch):
    """Return install_program(name, version); nothing else is on the PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def write(name: str, version: str) -> None:
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\necho {name} {version}\n")
        program.chmod(0o755)

    return write


def loaded(kind: str, name: str) -> frozenset[Thing]:
    with recording() as used:
        registry.load(kind, name)
    return frozenset(used)


def tools_of(kind: str, name: str) -> dict[str, str]:
    tools = (thing for thing in loaded(kind, name) if thing.kind == "tool")
    return {name.removeprefix("tool "): fact for name, fact in facts(tools).items()}


def test_nothing_is_recorded_outside_of_a_block():
    record(Thing("code", "zoo"))
    assert used_so_far() == frozenset()


def test_what_the_registry_hands_out_is_recorded_each_time():
    first = loaded("op", "conv")
    assert first == loaded("op", "conv")
    assert {Thing("plugin", "op conv"), Thing("code", "zoo")} <= first
    assert {Thing("code", "compilers"), Thing("code", "compilers.ops")} <= first
    assert Thing("library", "numpy") in first
    assert Thing("code", "codegen") not in first
    assert Thing("code", "compilers.xmodel") not in first


def test_aliases_are_recorded_by_the_name():
    assert Thing("plugin", "recipe pfld_1.0x.300w68") in loaded("recipe", "pfld")


def test_asking_for_names_is_recorded():
    with recording() as used:
        registry.names("dataset")
    assert used == {Thing("names", "dataset")}
    assert "crops" in facts(used)["names dataset"].split()


def test_an_inner_block_is_of_its_own():
    with recording() as outer:
        with recording(frozenset({Thing("names", "op")})) as inner:
            record(Thing("file", "/a"))
            assert used_so_far() == inner
        record(Thing("file", "/b"))
    assert inner == {Thing("names", "op"), Thing("file", "/a")}
    assert outer == {Thing("file", "/b")}


def test_facts_follow_what_is_there(tmp_path):
    file = Thing("file", str(tmp_path / "a"))
    absent = {Thing("plugin", "op no-such"), Thing("library", "no-such"), Thing("code", "nowhere")}
    assert set(facts({file, *absent}).values()) == {"absent"}
    (tmp_path / "a").write_text("1")
    one = facts({file})
    (tmp_path / "a").write_text("22")
    assert facts({file}) != one


def test_a_plugin_is_a_fact_with_its_distribution(install):
    source = (
        "from zoo.descriptor import Descriptor\nfrom zoo.hookspecs import hookimpl\n"
        "@hookimpl\ndef register_schemes():\n    return [Descriptor('toy', 'zoo_toys:TOY')]\n"
        "from zoo.scheme import Scheme\nTOY = Scheme('toy', '', True, True, True)\n"
    )
    install("zoo-toys", "zoo_toys", source)
    found = facts({Thing("plugin", "scheme toy")})
    assert found == {"plugin scheme toy": "zoo-toys 1.0 zoo_toys:TOY"}
    assert registry.find("scheme", "toy").target == "zoo_toys:TOY"
    assert Thing("code", "zoo_toys") in loaded("scheme", "toy")


def test_tools_of_two_plugins_may_have_one_name():
    tools = [Tool("same", "file", (place,), "", "") for place in ("/", "/no-such-place")]
    assert [tool_of(tool_thing(tool)) for tool in tools] == tools
    assert sorted(facts(map(tool_thing, tools))["tool same"].split("; ")) == ["/", "absent"]


def test_another_compiler_is_another_fact(install_program, monkeypatch):
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    assert tools_of("app", "cpp-onnxruntime")["C++ compiler"] == "absent"
    install_program("c++", "12")
    assert tools_of("app", "cpp-onnxruntime")["C++ compiler"] == "c++ 12"
    install_program("c++", "13")
    assert tools_of("app", "cpp-onnxruntime")["C++ compiler"] == "c++ 13"


def test_variables_are_facts(monkeypatch):
    things = [Thing("variable", "ZOO_TOOLCHAIN")]
    monkeypatch.delenv("ZOO_TOOLCHAIN", raising=False)
    assert facts(things) == {"variable ZOO_TOOLCHAIN": ""}
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    assert facts(things) == {"variable ZOO_TOOLCHAIN": "host"}


def test_tools_that_cross_compile_and_run_are_used(install_program, monkeypatch):
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    install_program("cmake", "3.25")
    install_program("aarch64-linux-gnu-g++", "12.2")
    install_program("cc", "12.2")
    found = tools_of("app", "cpp-vart")
    assert found["CMake"] == "cmake 3.25"
    assert found["ARM C++ compiler"] == "aarch64-linux-gnu-g++ 12.2"
    assert tools_of("executor", "c") == {"C compiler": "cc 12.2"}


def test_a_vendors_quantizer_is_used(install_program, monkeypatch):
    install_program("python3.8", "3.5.0")
    monkeypatch.setenv("ZOO_NNDCT_PYTHON", "python3.8")
    assert tools_of("quantizer", "nndct") == {"pytorch_nndct": "python3.8 3.5.0"}
    install_program("python3.8", "2.5.0")
    assert tools_of("quantizer", "nndct") == {"pytorch_nndct": "python3.8 2.5.0"}
    assert tools_of("quantizer", "ptq") == {}


def test_ops_count_where_they_are_found():
    from compilers import op_table

    op_table._names_by_onnx_type.cache_clear()
    with recording() as used:
        assert op_table.find_onnx_type("Conv").name == "conv"
        assert op_table.find_onnx_type("NoSuchOperator") is None
    assert {t.name for t in used if t.kind in ("plugin", "names")} == {"op conv"}


def test_a_remembered_value_is_computed_once_and_recorded_each_time():
    computed = []

    def compute(name: str) -> int:
        computed.append(name)
        registry.load("op", name)
        return len(name)

    length = remembered(compute, 2)
    records = []
    for _ in range(2):
        with recording() as used:
            assert length("conv") == 4
        records.append(set(used))
    assert computed == ["conv"]
    assert records[0] == records[1] == loaded("op", "conv")


def test_a_value_that_fails_is_not_remembered():
    length = remembered(lambda name: len(registry.find("op", name).name), 2)
    for _ in range(2):
        with recording() as used, pytest.raises(UnknownNameError):
            length("no_such_op")
        assert Thing("names", "op") not in used
