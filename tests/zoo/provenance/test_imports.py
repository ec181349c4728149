"""What a module imports is the same, however its source hides it."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    "after a line that goes on": ("from b \\\n    import c\nx = 1 + \\\n    2\n", {"b.c"}),
    "after a comment that a carriage return ends": ("# why\rimport a\n", {"a"}),
    "with the line ends of DOS": ("from b import (  # why\r\n    c)\r\nimport a\r\n", {"a", "b.c"}),
    "after a form feed": ("\fimport a\n", {"a"}),
    "after an encoding": ("# coding: utf-7\nx = 1+AAo-import a\n", {"a"}),
    "not Python": ("import a\nx = = 1\nimport (\n", set()),
}


PIECES = [
    *("import a", "import b.c as d", "from e import f", "from . import g", "from ..h import i"),
    *("from .j ", "from k.l", "import ", "import(m)", "import (n, o)", "import p, q", "import*"),
    *("\n", "\r\n", "\r", "\f", "\\\n", "\\\r\n", "\\", ";", "; ", " ", "    ", "\t"),
    *(
        "if x: ",
        "if x:\n    ",
        "def f():\n  ",
        "class C: ",
        "pass",
        "x = ",
        "1",
        "(",
        ")",
        "[",
        "]",
    ),
    *("# c", "# it's", '# """', "#", '"', "'", '"""', "'''", '\\"', "r'", "b'", 'rb"""'),
    *("f'", 'f"', 'f"""', "{", "}", "{'#'}", '{"#"}', "'text'", '"import z"', "é", "\ufeff"),
]


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


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a package's source file; the package has no other module."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "hidden_package" / "__init__.py"
    file.parent.mkdir()
    file.touch()
    yield file
    for cached in (modules_of, imports_of):
        cached.cache_clear()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_imports_are_those_of_the_syntax_tree(package, pieces):
    source = "".join(pieces).encode()
    package.write_bytes(source)
    imports_of.cache_clear()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # cannot be imported, so it does not matter
        imports_of(package.parent.name)  # raises nothing
        return
    wanted = {name for node in ast.walk(tree) for name in _dotted(node, package.parent.name)}
    assert imports_of(package.parent.name).names == wanted


def _dotted(node, package):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    start = [package] * (node.level == 1) + [node.module] * (node.module is not None)
    return [".".join([*start, alias.name]) for alias in node.names if start]


def test_imports_by_name_are_noticed(written):
    assert imports_of(written("import importlib\nimportlib.import_module('a')\n")).by_name
    assert not imports_of(written("'import_module'\n")).by_name


@pytest.mark.parametrize("package", ["zoo", "codegen", "click", "jinja2", "numpy"])
def test_what_real_modules_import(package):
    for module, path in list(modules_of(package).items())[:200]:
        wanted = {
            name.partition(".")[0]
            for node in ast.walk(ast.parse(Path(path).read_bytes()))
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
    assert all(path == str(tmp_path / name) for name, path in found.items())
