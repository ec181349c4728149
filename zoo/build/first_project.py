"""A first project around a model: its contract, and a Makefile that builds, runs and verifies."""

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.build.chain import chained, demand_fitting, is_chain_file
from zoo.build.first_contract import first_contract
from zoo.build.network import read_network
from zoo.build.plan import Plan, make_plan
from zoo.build.quantization import demand_calibration, published_quantizations
from zoo.build.targets import find_targets
from zoo.build.wish import Wish
from zoo.data.labelled_data import parse_name
from zoo.errors import NotWrittenError, UsageError
from zoo.file_content import write_whole
from zoo.names import is_name, proposed_name
from zoo.picture_header import SUFFIXES
from zoo.plugs import AppGenerator
from zoo.signal_file import SIGNAL_SUFFIX
from zoo.target import ARCHIVE, Target
from zoo.user_file import find_importer, is_user_file

__all__ = [
    "CONTRACT",
    "Idea",
    "Project",
    "demand_makefile_name",
    "first_project",
    "usual_quantization",
    "write_project",
]

CONTRACT = "contract.toml"
_OUT = "dist"


@dataclass(frozen=True)
class Idea:
    """What a project is about.

    folder: where its files go.  model: a registered name, or the path of a network's or chain file.
    contract: of a file, None for a first one.  pictures: folder, or labelled data by name, None
    for none.  quant: '' for the usual one.  size, rate_hz: as for first_contract.
    makefile: name of that file.
    """

    folder: Path
    model: str
    target: str
    contract: Path | None = None
    pictures: Path | None = None
    quant: str = ""
    size: tuple[int, int] | None = None
    rate_hz: int = 0
    makefile: str = "Makefile"


@dataclass(frozen=True)
class Project:
    """Files by name, and the bundle that the Makefile builds, both as seen from the folder."""

    files: Mapping[str, str]
    bundle: str
    runs: bool


def usual_quantization(target: Target) -> str:
    """Return 'ptq', or the best that a target without it has."""
    return next((quant for quant in ("ptq", "fp16") if quant in target.schemes), "none")


def first_project(idea: Idea) -> Project:
    """Return a project that `zoo build` accepts; nothing is written.

    Raises UsageError for the name of another file, and a ZooError as `zoo contract init` and
    `zoo build` do.
    """
    demand_makefile_name(idea.makefile)
    _demand_other_file(idea)
    with _contract(idea) as (file, text):
        plan, wish = _planned(idea, file)
    if idea.pictures is not None:
        demand_calibration(idea.pictures, plan.recipe)
    files = {CONTRACT: text} if text else {}
    bundle = f"{_OUT}/{plan.build_name}.{ARCHIVE}"
    app: AppGenerator = registry.load("app", plan.target.app)
    runs = not (app.stand_in or app.not_here)
    words = _build_words(idea, wish, CONTRACT if text else "")
    lines = _makefile(words, bundle, _source(idea, plan) if runs else None)
    return Project({**files, idea.makefile: "\n".join(lines)}, bundle, runs)


def demand_makefile_name(name: str) -> None:
    """Raise UsageError for a path, and for the name of another part of the project."""
    if Path(name).name != name or name in ("", ".."):
        raise UsageError(f"--makefile {name}: give the name of a file in the project's folder")
    if name in (CONTRACT, _OUT):
        raise UsageError(
            f"--makefile {name}: the project has a {name} of its own; give another name"
        )


def _demand_other_file(idea: Idea) -> None:
    """Raise UsageError if the Makefile would replace the network's file or the contract."""
    makefile = (idea.folder / idea.makefile).resolve()
    for file in (Path(idea.model), idea.contract):
        if file is not None and file.resolve() == makefile:
            raise UsageError(f"--makefile {idea.makefile}: the build reads {file}; give another")


@contextmanager
def _contract(idea: Idea) -> Iterator[tuple[Path | None, str]]:
    """Yield the file of a contract while it is there, and its text if it is a new one."""
    if idea.contract is not None or not is_user_file(idea.model):
        yield idea.contract, ""
        return
    text = first_contract(Path(idea.model), idea.size, idea.rate_hz)
    with TemporaryDirectory(prefix="zoo-init-") as folder:
        file = Path(folder) / CONTRACT
        file.write_text(text, "utf-8")
        yield file, text


def _planned(idea: Idea, contract: Path | None) -> tuple[Plan, Wish]:
    """Return the plan, and the wish that it fulfils."""
    target = find_targets(idea.target)[-1]
    wish = Wish(idea.model, idea.target, idea.quant, contract=contract, calibration=idea.pictures)
    if is_user_file(idea.model):
        stem = Path(idea.model).stem
        wish = replace(wish, name="" if is_name(stem) else proposed_name(stem))
    if not wish.quant and not _keeps_integers(idea.model):
        wish = replace(wish, quant=usual_quantization(target))
    if not _calibrates(wish, target):
        wish = replace(wish, calibration=None)
    plan = make_plan(chained(wish, "", target))
    demand_fitting(plan)
    if is_user_file(idea.model):
        read_network(plan.float_hub, plan.recipe)
    return plan, wish


def _keeps_integers(model: str) -> bool:
    if not is_user_file(model) or not Path(model).is_file():
        return is_chain_file(model)  # which has quantizations of its own
    return find_importer(Path(model)).is_quantized(Path(model))


def _calibrates(wish: Wish, target: Target) -> bool:
    """Return whether pictures are for quantization; published networks are quantized already."""
    if is_user_file(wish.model) or is_chain_file(wish.model):
        return wish.quant not in ("none", "fp16") and not _keeps_integers(wish.model)
    recipe = registry.load("recipe", wish.model)
    return wish.quant not in published_quantizations(recipe, target)


def _build_words(idea: Idea, wish: Wish, contract: str) -> Iterator[str]:
    """Yield the arguments of `zoo build` in the project's folder."""
    is_file = is_user_file(wish.model) or is_chain_file(wish.model)
    yield _from(idea.folder, Path(wish.model)) if is_file else wish.model
    if wish.contract is not None:
        yield from ("--contract", contract or _from(idea.folder, wish.contract))
    yield from ("--name", wish.name) if wish.name else ()
    yield from ("--target", wish.target)
    yield from ("--quant", wish.quant) if wish.quant else ()
    if wish.calibration is not None:
        name = parse_name(wish.calibration)
        parts = (name.dataset, _from(idea.folder, name.folder), name.split)
        yield from ("--calib", ":".join(filter(None, parts)))


def _source(idea: Idea, plan: Plan) -> str:
    """Return the first picture or signal, as seen from the project, '' for none."""
    if idea.pictures is None:
        return ""
    suffixes = (SIGNAL_SUFFIX,) if plan.recipe.contract.signal else SUFFIXES
    files = parse_name(idea.pictures).folder.rglob("*")
    found = (file for file in files if file.suffix.lower() in suffixes and file.is_file())
    first = min(found, default=None)
    return _from(idea.folder, first) if first else ""


def _from(folder: Path, path: Path) -> str:
    """Return a path as seen from a folder; an absolute one stays as it is."""
    text = str(path) if path.is_absolute() else os.path.relpath(path, folder)
    if not text.isprintable():
        raise UsageError(f"{text!r}: a Makefile cannot name it; rename the file or folder")
    return f"./{text}" if text.startswith("-") else text


def _makefile(build: Iterator[str], bundle: str, source: str | None) -> Iterator[str]:
    """Yield the lines of a Makefile. source: for the program, None if it does not run here."""
    does = "builds and verifies" if not source else "builds, verifies and runs"
    yield f"# By `zoo init`; it is yours to change. `make` {does} the bundle."
    yield f"ZOO ?= {_value(_zoo())}"
    yield f"BUNDLE = {_value([bundle])}"
    if source is not None:
        yield f"SOURCE = {_value([source]) if source else ''}".rstrip()
    yield from ("", f".PHONY: all build verify{'' if source is None else ' run'}", "")
    yield f"all: verify{' run' if source else ''}"
    yield from ("", "build:", f"\t$(ZOO) build {_recipe(build)}")
    yield from ("", "verify: build", "\t$(ZOO) verify $(BUNDLE)")
    if source is not None:
        yield from ("", "run: build")
        if not source:
            yield "\t$(if $(SOURCE),,$(error name a picture or signal: make run SOURCE=FILE))"
        yield "\t$(ZOO) run $(BUNDLE) --source $(SOURCE)"
    yield ""


def _zoo() -> Sequence[str]:
    """Return the command that is this program."""
    return ("zoo",) if which("zoo") else (sys.executable, "-m", "zoo")


def _recipe(words: Iterator[str] | Sequence[str]) -> str:
    """Return words of a shell in a recipe of make."""
    return shlex.join(words).replace("$", "$$")


def _value(words: Sequence[str]) -> str:
    """Return words of a shell as a variable's value, where '#' would begin a comment.

    A backslash is one, except before '#' (GNU make manual, "What Makefiles Contain").
    """
    return re.sub(r"(\\*)#", r"\1\1\\#", _recipe(words))


def write_project(folder: Path, project: Project) -> None:
    """Write a project's files, all or none; a missing folder is made. Raises UsageError."""
    is_new = not folder.exists()
    written: list[Path] = []
    before = {
        name: (folder / name).read_bytes() for name in project.files if (folder / name).is_file()
    }
    try:
        if is_new:
            _make(folder)
        for name, text in project.files.items():
            written.append(folder / name)
            write_whole(folder / name, text.encode())
    except BaseException:
        for file in written:
            with suppress(OSError):
                _put_back(file, before.get(file.name))
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _put_back(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    elif file.read_bytes() != content:
        file.write_bytes(content)


def _make(folder: Path) -> None:
    try:
        folder.mkdir()
    except OSError as error:
        raise NotWrittenError(f"{folder}: cannot be made ({error.strerror})") from error
