"""The rules of DESIGN about who may import whom, held by reading the sources."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import zoo

ROOT = Path(zoo.__file__).parents[1]
ROOMS = ("zoo", "recipes", "compilers", "runtimes", "codegen")
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
}
HEAVY = {"numpy", "onnx", "onnxruntime", "onnxsim", "rich", "torch", "PIL", "cyclonedx"}
TRAINING = ("torch", "lightning", "torchmetrics", "compilers.quantize.qat")
TRAINERS = ("recipes", "compilers.prune", "compilers.quantize.qat", "compilers.torch_run")
"""Who may import them: those who train, and what runs a network by PyTorch."""


def imports(module: str, *, at_load: bool = False) -> Iterator[str]:
    """Yield the modules that a module names; at_load: only where importing it imports them."""
    path = SOURCES[module]
    nodes = [ast.parse(path.read_text("utf-8"))]
    while nodes:
        node = nodes.pop()
        if at_load and (isinstance(node, ast.FunctionDef | ast.Lambda) or _is_typing_only(node)):
            continue
        nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in SOURCES else node.module or "" for name in full)


def _is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _is_of(module: str, packages: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("module", SOURCES)
def test_rooms_import_themselves_and_zoo_only(module):
    room = module.partition(".")[0]
    found = {name.partition(".")[0] for name in imports(module)}
    assert found & set(ROOMS) <= {room, "zoo"}


def test_nothing_is_imported_in_a_circle():
    graph = {module: set(imports(module, at_load=True)) & set(SOURCES) for module in SOURCES}
    TopologicalSorter(graph).prepare()  # CycleError names the circle


def test_torch_is_for_those_who_need_it():
    found = {
        module
        for module in SOURCES
        if any(_is_of(name, TRAINING) for name in imports(module, at_load=True))
    }
    assert [module for module in found if not _is_of(module, TRAINERS)] == []


@pytest.mark.parametrize("module", SOURCES)
def test_only_the_command_line_prints_and_exits(module):
    tree = ast.parse(SOURCES[module].read_text("utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    # Generated programs have command lines of their own, and so has the one that CMake calls.
    generated = ("codegen.templates.python.app", "codegen.templates.max78000.send")
    programs = (*generated, "zoo.build.object_cache")
    if not module.startswith(("zoo.cli", "zoo.__main__", *programs)):
        assert not called & {"print", "exit", "sys.exit", "quit", "os._exit"}


@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        ([], HEAVY | {"pluggy", "zoo.registry"}),
        (["--help"], HEAVY | {"pluggy", "zoo.registry"}),
        (["list"], HEAVY | {"zoo.build.plan"}),
        (["list", "--json"], HEAVY),
        (["plugins"], HEAVY),
        (["plugins", "--json"], HEAVY),
        (["build", "--help"], HEAVY),
        (["report", "--help"], HEAVY),
        (["show", "x86"], HEAVY),
    ],
)
def test_light_commands_import_nothing_heavy(words, forbidden):
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom zoo.cli.main import cli\n"
        f"result = CliRunner().invoke(cli, {words})\n"
        "assert result.exception is None or isinstance(result.exception, SystemExit), result\n"
        "sys.stdout.write(' '.join(sys.modules))\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "zoo.cli.main" in loaded
    assert forbidden.isdisjoint(loaded)


def test_a_build_of_what_is_cached_imports_nothing_heavy():
    """Those modules that it loads, apart from what it asks of them."""
    modules = (
        "zoo.cli.build_command",
        "zoo.build.pipeline",
        "zoo.build.delivery",
        "codegen.apps.pc",
    )
    stages = tuple(f"zoo.build.stages.{name}" for name in ("compile", "lower", "quantize"))
    code = f"import sys, {', '.join((*modules, *stages))}\nsys.stdout.write(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert (HEAVY | {"cryptography"}).isdisjoint(loaded)
