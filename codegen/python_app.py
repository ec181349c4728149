"""The Python app's source tree: its program, and the numpy forms of the contract's steps.

The steps are the same files that the reference uses.
"""

import ast
import json
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from codegen.contract_code import step_names
from codegen.templates import TEMPLATES
from zoo import registry
from zoo.errors import RecipeError
from zoo.plugs import AppRequest

__all__ = ["python_sources", "step_sources"]

_PROGRAM = ("app.py", "dpu.py")
_STEPS = ("contract.py", "png.py")
_PICTURES = "zoo.picture_header"  # of png.py


def python_sources(request: AppRequest) -> dict[str, bytes]:
    """Return the sources below python/; raises RecipeError for a step without a source file.

    There are none for a chain: the Python program runs one network, in given boxes.
    """
    if request.detector is not None:
        return {}
    programs = (TEMPLATES / "python" / name for name in _PROGRAM)
    files = {path.name: path.read_bytes() for path in programs} | step_sources(request)
    return {f"python/{name}": content for name, content in sorted(files.items())}


def step_sources(request: AppRequest) -> dict[str, bytes]:
    """Return `contract.py`, which applies the contract's steps, `png.py`, and what they import.

    Raises RecipeError for a step without a source file.
    """
    # On demand: it loads numpy, and a build of what is cached generates nothing.
    from zoo.data.processing import consumed

    names = sorted(step_names(request.contract))
    steps = {name: registry.find("step", name).target for name in names}
    files = {name: (TEMPLATES / "python" / name).read_bytes() for name in _STEPS}
    files |= _modules([*(target.partition(":")[0] for target in steps.values()), _PICTURES])
    facts = {
        "contract": json.loads(request.contract.to_json()),
        "model_file": request.artifact_main,
        "steps": steps,
        "consumed": consumed(request.contract),
    }
    files["contract.json"] = (json.dumps(facts, indent=2, sort_keys=True) + "\n").encode()
    return files


def _modules(names: Iterable[str]) -> dict[str, bytes]:
    """Return modules, with their imports from the zoo or their own package, by path."""
    found: dict[str, bytes] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        source = _source(name)
        path = name.replace(".", "/") + ("/__init__.py" if source.stem == "__init__" else ".py")
        if path in found:
            continue
        found[path] = source.read_bytes()
        rooms = ("zoo", name.partition(".")[0])
        waiting += [other for other in _imports(found[path]) if other.partition(".")[0] in rooms]
    return found


def _source(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise RecipeError(
            f"module {module}: a contract's step has no Python source file, which the Python app "
            "needs; its plugin must bring it"
        )
    return Path(spec.origin)


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            within = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from filter(_is_module, within)


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the part before the last dot is not a package
        return False
