"""The public API: one list of modules, one page that shows their names, and nothing less."""

import ast
import inspect
import runpy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from zoo import registry
from zoo.api import MODULES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
PUBLIC = [name for modules in MODULES.values() for name in modules]
PLUGINS = sorted((ROOT / "tests" / "plugins").glob("*_*/**/*.py"))
OPS = registry.names("op")
READERS = {"integer", "integers", "real", "text"}


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of what a file imports of this project."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name


def attributes(op: object) -> set[str]:
    """Return which attributes an op's class writes in `parse`, or reads by name."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(op)))):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called == "Parsed" and len(node.args) == 2 and isinstance(node.args[1], ast.Dict):
            found |= {key.value for key in node.args[1].keys if isinstance(key, ast.Constant)}
        if called in READERS and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
            found.add(node.args[1].value)
    return found


def test_the_page_is_current():
    script = runpy.run_path(str(ROOT / "scripts" / "api_reference.py"))
    assert script["reference"]() == PAGE, "run `make docs`"


@pytest.mark.parametrize("module", PUBLIC)
def test_each_public_name_has_an_entry_and_says_what_it_is(module):
    _, _, section = PAGE.partition(f"### `{module}`\n")
    section = section.partition("\n### ")[0]
    for name in import_module(module).__all__:
        entries = (f"class {name}", f"def {name}(", f"\n{name} = ", f"\n{name}: ")
        assert any(entry in section for entry in entries), name
        value = getattr(import_module(module), name)
        if (isinstance(value, type) and value.__module__ == module) or inspect.isfunction(value):
            assert inspect.getdoc(value), name


@pytest.mark.parametrize("name", OPS)
def test_each_op_has_an_entry_with_its_attributes(name):
    op = registry.load("op", name)
    assert f"### `{name}`\n" in PAGE
    words = set(inspect.getdoc(type(op)).replace(",", " ").replace(":", " ").split())
    words |= {word.rstrip(".;") for word in words}
    assert attributes(op) <= words


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.stem)
def test_the_plugins_to_imitate_import_what_is_public(path):
    rooms = ("zoo", "compilers", "codegen", "runtimes", "recipes")
    for module, name in imports(path):
        if module == "zoo":
            assert f"zoo.{name}" in PUBLIC
        elif module.partition(".")[0] in rooms:
            assert module in PUBLIC, f"{path}: {module}"
            assert name in import_module(module).__all__, f"{path}: {module}.{name}"
