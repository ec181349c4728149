"""What a descriptor leads to is checked when it is loaded: its type and all names."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo import registry
from zoo.contract import Contract, Step, TensorSpec
from zoo.errors import PluginError
from zoo.plug_check import WANTED, faults
from zoo.plugins import KINDS
from zoo.plugs import Compiler, Executor
from zoo.recipe import Recipe
from zoo.registry import resolve
from zoo.scheme import Scheme
from zoo.target import Runtime, Target

PLUGIN = """
from dataclasses import replace
from zoo import registry
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.target import Runtime, Target

TARGET = {value}

@hookimpl
def register_targets():
    return [Descriptor("toy-board", "zoo_toys:TARGET")]
"""
BOARD = Target("toy-board", "", "onnx", "onnxruntime", "cpp-onnxruntime", {"ptq": "w8a8-asym"})


def board(**changes):
    return Target(**{**{name: getattr(BOARD, name) for name in BOARD.__match_args__}, **changes})


def test_each_kind_has_what_it_leads_to():
    assert set(WANTED) == set(KINDS)
    for dotted in WANTED.values():
        module, _, name = dotted.rpartition(".")
        assert resolve(f"{module}:{name}")


@pytest.mark.parametrize("kind", sorted(set(WANTED) - {"lowering"}))
@pytest.mark.parametrize("value", [7, None, "toy", object, [1]])
def test_other_types_are_refused(kind, value):
    (fault,) = faults(kind, "toy", value)[:1]
    assert WANTED[kind] in fault or fault == "is the class object itself; expected an instance"


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (board(compiler="onxn"), "its compiler is the unknown compiler 'onxn'; did you mean onnx?"),
        (board(executor="ort"), "its executor is the unknown executor 'ort'"),
        (board(app="cpp-onxruntime"), "its app is the unknown app 'cpp-onxruntime'; did you mean "),
        (
            board(schemes={"ptq": "w8a8-asim"}),
            "its scheme for 'ptq' is the unknown scheme 'w8a8-asim'; did you mean w8a8-asym",
        ),
        (board(package="debb"), "its package is the unknown package 'debb'; did you mean deb?"),
        (board(accepts=("dpu-pow3",)), "its entry in 'accepts' is the unknown scheme 'dpu-pow3'"),
        (
            board(runtimes={"ort": Runtime("", "onnx", "onnxruntime", "cpp-ort")}),
            "its app of runtime 'ort' is the unknown app 'cpp-ort'; did you mean ",
        ),
        (
            board(schemes={"ptk": "w8a8-asym"}),
            "its quantization is the unknown quantizer 'ptk'; did you mean ptq?",
        ),
        (board(schemes={}), "has no schemes; at least one is needed"),
        (board(accepts=(7,)), "has accepts=(7,); expected tuple[str, ...]"),
        (board(accepts="w8a8-sym"), "has accepts='w8a8-sym'; expected tuple[str, ...]"),
        (board(schemes=["ptq"], name="toy-board"), "has schemes=['ptq']; "),
        (
            board(name="toybord"),
            "calls itself 'toybord'; give it the descriptor's name, 'toy-b",
        ),
    ],
)
def test_a_targets_names_are_looked_up(target, fault):
    (found,) = faults("target", "toy-board", target)
    assert found.startswith(fault)


def test_a_sound_target_has_no_faults():
    ways = {"ort": Runtime("", "onnx", "onnxruntime", "cpp-onnxruntime-arm")}
    sound = board(schemes={"none": "float32", "qdq": "qdq"}, accepts=("dpu-pow2",), runtimes=ways)
    assert faults("target", "toy-board", sound) == []


@given(st.sampled_from(("compiler", "executor", "app", "package")), st.text(max_size=20))
def test_what_is_registered_and_nothing_else_is_taken(part, name):
    found = faults("target", "toy-board", board(**{part: name}))
    assert bool(found) == (name not in registry.names(part))


def test_names_in_recipes_and_schemes_are_looked_up():
    contract = Contract(TensorSpec("image", (1,)), (), (Step("resise"),))
    (fault,) = faults("recipe", "toy", Recipe("toy", "", "", contract))
    assert fault == "its contract's step is the unknown step 'resise'; did you mean resize?"
    (fault,) = faults("scheme", "toy", Scheme("toy", "", True, True, True, shared_ops=("contact",)))
    assert fault.startswith("its op in 'shared_ops' is the unknown op 'contact'; did you mean conc")


def test_lowerings_are_functions_for_a_compiler():
    assert faults("lowering", "c/conv", len) == []
    assert faults("lowering", "c/conv", 7) == ["is 7; expected a function"]
    assert faults("lowering", "conv", len) == ["is called 'conv'; expected '<compiler>/<op>'"]
    (fault,) = faults("lowering", "tflit/conv", len)
    assert fault == "its artifact is the unknown compiler 'tflit'; did you mean tflite?"
    assert faults("lowering", "c/table", len) == []
    (fault,) = faults("lowering", "c/sofmax", len)
    assert fault.startswith("its op is the unknown op 'sofmax'; did you mean softmax")


def test_a_recipes_functions_are_named_by_their_module():
    contract = Contract(TensorSpec("image", (1,)), (), ())
    recipe = Recipe("toy", "", "", contract, train="toy.train", suites={"all": "toy:suite"})
    assert faults("recipe", "toy", recipe) == [
        "has train='toy.train'; expected 'package.module:function'"
    ]
    assert faults("recipe", "toy", replace(recipe, train="toy.train:train")) == []


@pytest.mark.parametrize("target", ["zoo_toys:no_such", "zoo_toys.no_such:thing"])
def test_a_function_that_is_not_there_names_its_distribution(install, target):
    install("zoo-toys", "zoo_toys", PLUGIN.format(value="7"))
    with pytest.raises(PluginError, match=rf"cannot import '{target}' of zoo.toys \("):
        resolve(target)


class Misspelled:
    name = "toy"
    tools = ()

    def for_part(self, part):  # noqa: ARG002
        return self

    def lowr(self, graph, target, scheme):
        raise NotImplementedError


class Untooled:
    name = "toy"

    def load(self, folder, main, threads=1):
        raise NotImplementedError


class Derived(Executor):
    name = "toy"

    def load(self, folder, main, threads=1):
        raise NotImplementedError


def test_missing_members_are_named():
    assert faults("compiler", "toy", Misspelled()) == [
        "lacks 'lower' of zoo.plugs.Compiler, but has 'lowr'; derive its class from "
        "zoo.plugs.Compiler"
    ]


def test_optional_members_are_had_by_deriving():
    end = "of zoo.plugs.Executor; derive its class from zoo.plugs.Executor"
    lacking = [f"lacks '{name}' {end}" for name in ("is_single", "stand_in", "tools")]
    assert sorted(faults("executor", "toy", Untooled())) == lacking
    assert faults("executor", "toy", Derived()) == []
    assert Derived().tools == ()


def test_a_derived_class_without_a_method_cannot_be_made():
    class Empty(Compiler):
        name = "toy"

    with pytest.raises(TypeError, match=r"abstract method '?lower"):
        Empty()


def test_a_fault_names_the_distribution(install):
    install("zoo-toys", "zoo_toys", PLUGIN.format(value="7"))
    words = (
        "target 'toy-board' of plugin 'zoo_toys' (zoo-toys 1.0): 'zoo_toys:TARGET' is 7; expected "
        "an instance of zoo.target.Target; repair or uninstall zoo-toys"
    )
    with pytest.raises(PluginError, match=re.escape(words)):
        registry.load("target", "toy-board")
    assert registry.load("target", "x86")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (
            "target",
            'Target("toy", "", "c", "c", "cpp-c", {"ptq": "w8a8-asym"}, runtimes={"r": "ort"})',
            r"'zoo_toys:IT' has contents of the wrong type \(AttributeError: 'str' object has no ",
        ),
        (
            "package",
            'type("Form", (Package,), {"name": "toy", "tools": 3, "write": print})()',
            r"'zoo_toys:IT' has tools=3; expected tuple\[zoo.tool.Tool, ...\]",
        ),
        (
            "op",
            'type("Bump", (TableOp,), {"name": "toy", "onnx_types": "Bump", "activate": print})()',
            r"'zoo_toys:IT' has onnx_types='Bump'; expected tuple\[str, ...\]",
        ),
        (
            "step",
            'type("S", (PreStep,), {"name": "toy", "parameters": {}, "cpp_header": "s.hpp", '
            '"apply": print})()',
            r"'zoo_toys:IT' has cpp_header='s.hpp'; expected Path",
        ),
    ],
)
def test_wrong_contents_name_the_distribution(install, kind, value, message):
    source = f"""
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Package
from zoo.step import PreStep
from zoo.table_op import TableOp
from zoo.target import Target

IT = {value}

@hookimpl
def register_{kind}s():
    return [Descriptor("toy", "zoo_toys:IT")]
"""
    install("zoo-toys", "zoo_toys", source)
    words = rf"^{kind} 'toy' of plugin 'zoo_toys' .*: {message}.*uninstall zoo-toys$"
    with pytest.raises(PluginError, match=words):
        registry.load(kind, "toy")


def test_a_name_may_be_hidden_by_a_broken_plugin(install):
    install("zoo-broken", "zoo_broken", "import no_such_module")
    (fault,) = faults("target", "toy-board", board(compiler="its"))
    assert fault.endswith("Broken plugins may hide it: zoo_broken (zoo-broken); see `zoo plugins`.")
