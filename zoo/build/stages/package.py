"""package: everything that goes to the board, reproducible, in each of the target's formats.

model/      the artifact, and the hubs it was made from
app/        the program, if it is compiled here; its sources in app/src
lib/        libraries that the program loads
golden/     pictures and boxes that prove it
licences/   of code, weights, data and libraries
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path

from zoo import __version__, registry
from zoo.artifact import Exactness
from zoo.build.plan import Plan
from zoo.build.stages.compile import app_libraries, app_notes, compiled_program
from zoo.build.stages.lower import artifact_notes, read_artifact
from zoo.bundle.bundle import (
    FLOAT_HUB,
    GOLDEN,
    HUB,
    MANIFEST,
    MODEL,
    PROGRAM,
    BundledArtifact,
    BundledModel,
    Manifest,
)
from zoo.bundle.elf import c_library
from zoo.bundle.sbom import Component, bill_of_materials
from zoo.digest import digest_path, folder_digests
from zoo.errors import PluginError
from zoo.plugs import AppGenerator, AppRequest, Library, Package, PackageRequest
from zoo.proof.bundle_certificate import CERTIFICATE
from zoo.provenance.maker import Maker, makers
from zoo.provenance.used import used_so_far
from zoo.signal_file import SIGNAL_SUFFIX
from zoo.step import Box

_GOLDEN_SUFFIXES = (".png", SIGNAL_SUFFIX)


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write bundle.tar.gz, and bundle.FORM for a target with another format."""
    folder = out / "content"
    app: AppGenerator = registry.load("app", plan.target.app)
    packages: list[Package] = [registry.load("package", name) for name in plan.target.packages]
    libraries = app_libraries(app)
    _copy_results(needs, folder)
    _copy_libraries(libraries, folder)
    _copy_papers(plan, folder)
    request, facts = _request(plan, read_artifact(needs["lower"])[1])
    facts = {**facts, "c_library": _c_library(folder)}
    _write_companions(app.companions(request, facts), folder)
    made_by = makers(used_so_far())
    components = list(_components(plan, libraries, folder, made_by))
    seed = digest_path(folder)
    sbom = bill_of_materials(plan.build_name, components, seed)
    (folder / "sbom.cdx.json").write_text(sbom, "utf-8")
    manifest = _manifest(plan, needs, folder, made_by)
    (folder / MANIFEST).write_text(manifest.to_json(), "utf-8")
    for package in packages:
        wanted = PackageRequest(request, facts, folder, app.packages.get(package.name))
        _write_package(package, wanted, out / f"bundle.{package.name}")
    shutil.rmtree(folder)


def _write_package(package: Package, wanted: PackageRequest, file: Path) -> None:
    package.write(wanted, file)
    if not file.is_file():
        raise PluginError(
            f"package '{package.name}': its `write` made no file; it must write {file.name}"
        )


def _copy_results(needs: Mapping[str, Path], folder: Path) -> None:
    shutil.copytree(read_artifact(needs["lower"])[0], folder / MODEL)
    shutil.copyfile(needs["hub"] / "float.onnx", folder / FLOAT_HUB)
    shutil.copyfile(needs["quantize"] / "hub.onnx", folder / HUB)
    shutil.copytree(needs["verify"] / GOLDEN, folder / GOLDEN)
    shutil.copyfile(needs["verify"] / CERTIFICATE, folder / CERTIFICATE)
    shutil.copytree(needs["generate"], folder / "app" / "src")
    program = compiled_program(needs["compile"])
    if program is not None:
        shutil.copy2(program, folder / PROGRAM)


def _copy_libraries(libraries: tuple[Library, ...], folder: Path) -> None:
    (folder / "lib").mkdir()
    for library in libraries:
        if not library.compiled_in:
            shutil.copyfile(library.file, folder / "lib" / library.file.name)
        for name, text in library.texts.items():
            target = folder / "licences" / library.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target)


def _copy_papers(plan: Plan, folder: Path) -> None:
    (folder / "licences").mkdir(exist_ok=True)
    code = distribution("edgezoo").read_text("licenses/LICENSE") or "Apache-2.0\n"
    (folder / "licences" / "code.txt").write_text(code, "utf-8")
    for licence in plan.recipe.licences:
        shutil.copyfile(licence.file, folder / "licences" / f"{licence.covers}.txt")
    if plan.recipe.card is not None:
        shutil.copyfile(plan.recipe.card, folder / "MODEL_CARD.md")
    (folder / "contract.json").write_text(plan.recipe.contract.to_json() + "\n", "utf-8")


def _request(plan: Plan, main: str) -> tuple[AppRequest, Mapping[str, str]]:
    """Return the facts for the app's companion files and for readers."""
    request = AppRequest(plan.recipe.name, plan.target, plan.recipe.contract, main)
    notices = "; ".join(licence.notice for licence in plan.recipe.licences if licence.notice)
    return request, {"bundle": plan.build_name, "quantization": plan.quant, "notice": notices}


def _c_library(folder: Path) -> str:
    return c_library(filter(Path.exists, (folder / PROGRAM, *(folder / "lib").iterdir())))


def _write_companions(companions: Mapping[str, bytes], folder: Path) -> None:
    for name, content in companions.items():
        path = folder / name
        path.write_bytes(content)
        path.chmod(0o755 if content.startswith(b"#!") else 0o644)


def _components(
    plan: Plan, libraries: tuple[Library, ...], folder: Path, made_by: tuple[Maker, ...]
) -> Iterator[Component]:
    weights = next((li.identifier for li in plan.recipe.licences if li.covers == "weights"), "")
    yield Component(
        "machine-learning-model",
        plan.recipe.name,
        __version__,
        weights or "LicenseRef-unknown",
        digest_path(folder / HUB),
    )
    program = folder / PROGRAM
    sha256 = digest_path(program) if program.exists() else ""
    yield Component("application", "app", __version__, "Apache-2.0", sha256)
    for library in libraries:
        sha256 = digest_path(library.file)
        yield Component("library", library.name, library.version, library.licence, sha256)
    for maker in made_by:
        yield Component("application", maker.name, maker.version, "", maker.sha256, inside=False)


def _manifest(
    plan: Plan, needs: Mapping[str, Path], folder: Path, made_by: tuple[Maker, ...]
) -> Manifest:
    _, main, exactness = read_artifact(needs["lower"])
    notes = (*artifact_notes(needs["lower"]), *app_notes(plan.target))
    return Manifest(
        target=plan.target.name,
        executor=plan.target.executor,
        app=plan.target.app,
        program=PROGRAM if (folder / PROGRAM).exists() else "",
        c_library=_c_library(folder),
        zoo_version=__version__,
        makers=made_by,
        models=(_model(plan),),
        artifacts=(_artifact(plan, main, exactness, notes),),
        golden=_golden(needs["verify"] / GOLDEN),
        files=folder_digests(folder),
    )


def _model(plan: Plan) -> BundledModel:
    return BundledModel(
        name=plan.recipe.name,
        quantization=plan.quant,
        scheme=plan.scheme,
        contract=plan.recipe.contract.to_json(),
        licences=tuple((li.covers, li.identifier, li.commercial) for li in plan.recipe.licences),
    )


def _artifact(
    plan: Plan, main: str, exactness: Exactness, notes: tuple[str, ...]
) -> BundledArtifact:
    return BundledArtifact(
        kind=plan.target.compiler,
        main=f"{MODEL}/{main}",
        hub=HUB,
        float_hub=FLOAT_HUB,
        exactness=exactness,
        quantization_bound=plan.quantization_bound,
        notes=notes,
    )


def _golden(folder: Path) -> tuple[tuple[str, str, Box], ...]:
    boxes = json.loads((folder / "boxes.json").read_text("utf-8"))
    files = {path.stem: path.name for path in folder.iterdir() if path.suffix in _GOLDEN_SUFFIXES}
    return tuple((name, f"{GOLDEN}/{files[name]}", tuple(box)) for name, box in boxes.items())
