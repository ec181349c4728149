import json

import pytest

from zoo import hookspecs, registry
from zoo.errors import PluginError, UnknownNameError
from zoo.plugins import KINDS, Plugin, load_plugins

GOOD = """
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.scheme import Scheme

TOY = Scheme("toy-scheme", "", True, True, True)

@hookimpl
def register_schemes():
    return [Descriptor("toy-scheme", "{target}", aliases=("toy",))]
"""

BOARD = """
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.target import Target

TOY = Target("toy-board", "", "onnx", "onnxruntime", "cpp-onnxruntime", {{"none": "float32"}})

@hookimpl
def register_targets():
    return [Descriptor("toy-board", "{module}:TOY")]
"""


def plugin(name: str) -> Plugin:
    return next(plugin for plugin in load_plugins().all if plugin.name == name)


def test_built_in_rooms_are_loaded_by_the_same_path():
    ours = {p.name: p for p in load_plugins().all if p.distribution == "edgezoo"}
    assert sorted(ours) == ["codegen", "compilers", "recipes", "runtimes", "zoo-steps"]
    assert {p.name: p.error for p in ours.values() if p.error} == {}


def test_every_hook_has_a_kind():
    documented = {name for name in vars(hookspecs) if name.startswith("register_")}
    assert documented == set(KINDS.values())


def test_installed_plugin_is_found(install):
    install("zoo-good", "zoo_good", GOOD.format(target="zoo_good:TOY"))
    found = plugin("zoo_good")
    assert (found.distribution, found.version, found.state) == ("zoo-good", "1.0", "loaded")
    assert found.hooks == ("register_schemes",)
    assert registry.load("scheme", "toy-scheme") is registry.load("scheme", "toy")
    assert "toy-scheme" in registry.names("scheme")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (
            "from zoo.hookspecs import hookimpl\n@hookimpl\ndef register_recipe(): return []",
            "ValueError: unknown hook 'register_recipe'; did you mean register_recipes",
        ),
        (
            "from zoo.hookspecs import hookimpl\n@hookimpl\ndef register_ops(): return ['relu']",
            "TypeError: register_ops returned 'relu'; expected zoo.descriptor.Descriptor",
        ),
        (
            "from zoo.hookspecs import hookimpl\nfrom zoo.descriptor import Descriptor\n"
            "@hookimpl\ndef register_ops(): return [Descriptor('mine', 5)]",
            "TypeError: register_ops returned Descriptor(name='mine', target=5, aliases=()); name ",
        ),
        (
            "from zoo.hookspecs import hookimpl\n@hookimpl\ndef register_ops(): return None",
            "TypeError: register_ops returned None; expected a list of descriptors",
        ),
        (
            "from zoo.hookspecs import hookimpl\n@hookimpl\ndef register_ops(board): return []",
            "PluginValidationError: ",
        ),
    ],
)
def test_broken_plugin_takes_no_other_down(install, source, reason):
    install("zoo-broken", "zoo_broken", source)
    install("zoo-good", "zoo_good", GOOD.format(target="zoo_good:TOY"))
    broken = plugin("zoo_broken")
    assert (broken.distribution, broken.version, broken.state) == ("zoo-broken", "1.0", "broken")
    assert broken.error.startswith(reason)
    assert broken in load_plugins().broken
    assert registry.load("scheme", "toy-scheme")


def test_asking_for_what_a_broken_plugin_may_hide_names_it(install):
    install("zoo-broken", "zoo_broken", "import no_such_module")
    with pytest.raises(UnknownNameError) as error:
        registry.load("scheme", "its-scheme")
    assert "unknown scheme 'its-scheme'" in str(error.value)
    assert "Broken plugins may hide it: zoo_broken (zoo-broken); see `zoo plugins`" in str(
        error.value
    )


def test_name_registered_twice_names_both_distributions(install):
    install("zoo-first", "zoo_first", GOOD.format(target="zoo_first:TOY"))
    install("zoo-second", "zoo_second", GOOD.format(target="zoo_second:TOY"))
    words = (
        r"scheme 'toy-scheme' is registered twice: by plugin 'zoo_first' \(zoo-first 1.0\) and by "
        r"plugin 'zoo_second' \(zoo-second 1.0\); names are unique, uninstall one of the two"
    )
    with pytest.raises(PluginError, match=words):
        registry.load("scheme", "toy-scheme")


def test_a_doubled_name_takes_nothing_else_down(install, zoo):
    install("zoo-first", "zoo_first", BOARD.format(module="zoo_first"))
    install("zoo-second", "zoo_second", BOARD.format(module="zoo_second"))
    assert "toy-board" not in registry.names("target")
    words = "target 'toy-board' is registered twice: by plugin 'zoo_first' (zoo-first 1.0) and by"
    listed = json.loads(zoo("list", "--json").output)
    assert "x86" in {row["name"] for row in listed["targets"]}
    (row,) = listed["broken"]
    assert (row["name"], row["error"].startswith(words)) == ("toy-board", True)
    assert str(zoo("show", "toy-board").exception).startswith(words)
    rows = {row["name"]: row for row in json.loads(zoo("plugins", "--json").output)}
    for name in ("zoo_first", "zoo_second"):
        assert [text.startswith(words) for text in rows[name]["doubled"]] == [True]
    assert rows["compilers"]["doubled"] == []
    assert words in zoo("plugins").output


def test_alias_that_is_another_plugins_name_is_a_double(install):
    install("zoo-first", "zoo_first", GOOD.format(target="zoo_first:TOY"))
    other = GOOD.replace("toy-scheme", "toy").replace(', aliases=("toy",)', "")
    install("zoo-second", "zoo_second", other.format(target="zoo.errors:ZooError"))
    with pytest.raises(PluginError, match=r"scheme 'toy' is registered twice"):
        registry.load("scheme", "toy")


def test_implementation_that_cannot_be_imported_names_its_distribution(install):
    install("zoo-good", "zoo_good", GOOD.format(target="no_such_module:THING"))
    with pytest.raises(
        PluginError,
        match=r"scheme 'toy-scheme' of plugin 'zoo_good' \(zoo-good 1.0\): cannot import "
        r"'no_such_module:THING' \(ModuleNotFoundError: .*\); repair or uninstall zoo-good",
    ):
        registry.load("scheme", "toy-scheme")


def test_missing_attribute_names_its_distribution(install):
    install("zoo-good", "zoo_good", GOOD.format(target="zoo.errors:NoSuchThing"))
    with pytest.raises(PluginError, match=r"AttributeError: .*repair or uninstall zoo-good"):
        registry.load("scheme", "toy-scheme")


def test_everything_registered_can_be_imported():
    for kind in KINDS:
        for name in registry.names(kind):
            assert registry.load(kind, name) is not None


def test_near_names_are_suggested(install):
    install("zoo-good", "zoo_good", GOOD.format(target="zoo_good:TOY"))
    with pytest.raises(UnknownNameError, match=r"unknown scheme 'toy-schema'; did you mean toy-"):
        registry.load("scheme", "toy-schema")


def test_plugins_command_tells_of_broken_ones(install, zoo):
    install("zoo-broken", "zoo_broken", "import no_such_module")
    rows = {row["name"]: row for row in json.loads(zoo("plugins", "--json").output)}
    assert rows["zoo_broken"]["state"] == "broken"
    assert rows["zoo_broken"]["error"] == "ModuleNotFoundError: No module named 'no_such_module'"
    assert rows["compilers"]["state"] == "loaded"
    assert "register_ops" in rows["compilers"]["hooks"]
    assert rows["zoo_broken"]["faults"] is None
    table = zoo("plugins").output
    assert "No module named 'no_such_module'" in table


def test_plugins_are_checked_when_asked(install, zoo):
    install("zoo-good", "zoo_good", BOARD.format(module="zoo_good"))
    fine = zoo("plugins", "--check", "--json")
    assert (fine.exit_code, {str(row["faults"]) for row in json.loads(fine.output)}) == (0, {"[]"})
    install("zoo-bad", "zoo_bad", BOARD.format(module="zoo.errors").replace("toy-b", "bad-b"))
    found = zoo("plugins", "--check", "--json")
    faults = {row["name"]: row["faults"] for row in json.loads(found.output)}
    assert (found.exit_code, faults["zoo_good"]) == (1, [])
    assert faults["zoo_bad"][0].startswith("target 'bad-board' of plugin 'zoo_bad' (zoo-bad 1.0)")
    shown = zoo("plugins", "--check")
    assert (shown.exit_code, faults["zoo_bad"][0] in shown.output) == (1, True)


def test_a_broken_compiler_leaves_the_doctor_at_work(install, zoo):
    source = BOARD.format(module="zoo_bad").replace("register_targets", "register_compilers")
    install("zoo-bad", "zoo_bad", source)
    told = json.loads(zoo("doctor", "--json").output)
    assert "LiteRT" in {row["tool"] for row in told["tools"]}
    (row,) = told["faults"]
    assert row["fault"].startswith("compiler 'toy-board' of plugin 'zoo_bad' (zoo-bad 1.0): ")
