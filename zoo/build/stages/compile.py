"""compile: from the app's sources to a program for the board."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.build.plan import Plan
from zoo.errors import PluginError
from zoo.plugs import AppGenerator, Library
from zoo.provenance.used import Thing, record
from zoo.target import Target


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write the program, named as its app says; nothing if the app cannot be built here."""
    if app_notes(plan.target):
        return
    app: AppGenerator = registry.load("app", plan.target.app)
    app_libraries(app)
    program = app.build(needs["generate"], out / "build")
    if not program.is_file():
        raise PluginError(
            f"app '{app.name}': its `build` returned {program}, which is not a file; it must "
            "return the program"
        )
    built = program.rename(out / "program")
    shutil.rmtree(out / "build")
    built.rename(out / app.program_name)


def compiled_program(target: Target, folder: Path) -> Path | None:
    """Return the program in this stage's result, None if there is none."""
    app: AppGenerator = registry.load("app", target.app)
    program = folder / app.program_name
    return program if program.exists() else None


def app_libraries(app: AppGenerator) -> tuple[Library, ...]:
    """Return the libraries that the program uses, and record their files as used."""
    libraries = app.libraries()
    files = (file for library in libraries for file in (library.file, *library.texts.values()))
    record(*(Thing("file", str(file)) for file in files))
    return libraries


def app_notes(target: Target) -> tuple[str, ...]:
    """Return why the target's app is neither built nor run here, nothing if it is."""
    why: str = registry.load("app", target.app).not_here
    return (why,) if why else ()


def app_run_notes(target: Target) -> tuple[str, ...]:
    """Return how the target's app runs here, nothing if there is nothing to say."""
    app: AppGenerator = registry.load("app", target.app)
    return (app.run_note,) if app.run_note else ()
