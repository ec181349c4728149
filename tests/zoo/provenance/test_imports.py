"""What a module imports is the same, however its source hides it."""

import ast
import sys

import pytest

from zoo.provenance.imports import files_below, imports_of, modules_of

SOURCES = {
    "plain": ("import a\nfrom b.c import d, e\n", {"a", "b.c.d", "b.c.e"}),
    "over lines": (
        "from b import (  # why\n    c,\n    d,\n)\nimport a, \\\n    e\n",
        {"a", "b.c", "b.d", "e"},
    ),
    "in a function": ("def f():\n    from b import c\n    return c\n", {"b.c"}),
    "in one line": ("if True: import a\nimport b; import c\n", {"a", "b", "c"}),
    "in text": ('"""\nimport a\n"""\nx = \'import b\'  # import c\nimport d\n', {"d"}),
    "after quotes in text": ('x = \'"""\'\nimport a\ny = \'"""\'\n', {"a"}),
    "after a comment with a quote": ("# don't\nimport a\ny = 'x'\n", {"a"}),
    "in raw text": ("x = r'\\\\'\nimport a\n", {"a"}),
    "without spaces": ("from b import(c)\nfrom b.d import*\n", {"b.c", "b.d.*"}),
    "not Python": ("import a\nx = = 1\nimport (\n", set()),
}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write a module and return its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(source):
        name = f"hidden_imports_{len(list(tmp_path.iterdir()))}"
        (tmp_path / f"{name}.py").write_text(source)
        return name

    yield write
    for cached in (modules_of, imports_of):
        cached.cache_clear()


@pytest.mark.parametrize("case", SOURCES)
def test_imports_are_found_and_texts_are_not(written, case):
    source, names = SOURCES[case]
    assert imports_of(written(source)).names == names


def test_imports_by_name_are_noticed(written):
    assert imports_of(written("import importlib\nimportlib.import_module('a')\n")).by_name
    assert not imports_of(written("'import_module'\n")).by_name


@pytest.mark.parametrize("package", ["zoo", "codegen", "click", "jinja2", "numpy"])
def test_what_real_modules_import(package):
    for module, path in list(modules_of(package).items())[:200]:
        wanted = {
            name.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_bytes()))
            for name in _absolute(node)
        }
        found = {name.partition(".")[0] for name in imports_of(module).names} - {package}
        assert found == wanted - sys.stdlib_module_names - {package, "__main__"}, module


def _absolute(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []


def test_files_are_those_of_the_sources(tmp_path):
    for name in ("a.py", "b/c.txt", "b/__pycache__/c.pyc", "__pycache__/a.pyc", "d/e/f.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b" / "d").symlink_to(tmp_path / "d")
    assert {name for name, _ in files_below(tmp_path, {"d"})} == {"a.py", "b/c.txt"}
    found = dict(files_below(tmp_path))
    assert set(found) == {"a.py", "b/c.txt", "d/e/f.py"}
    assert all(path == tmp_path / name for name, path in found.items())
