"""package: everything that goes to the board, reproducible, in each of the target's formats.

model/      the artifact, and the hubs it was made from; a chain's detector in model/detector
app/        the program, if it is compiled here; its sources in app/src
lib/        libraries that the program loads
golden/     pictures and boxes that prove it
licences/   of code, weights, data and libraries
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path

from zoo import __version__, registry
from zoo.artifact import memory_text
from zoo.build.model_card import bundled_card
from zoo.build.plan import Plan
from zoo.build.program_path import program_path
from zoo.build.stage import needs_of_detector
from zoo.build.stages.compile import (
    app_libraries,
    app_notes,
    compiled_program,
)
from zoo.build.stages.generate import app_request
from zoo.build.stages.lower import artifact_memory, artifact_notes, read_artifact
from zoo.bundle.bundle import (
    APP,
    DETECTOR,
    FLOAT_HUB,
    GOLDEN,
    HUB,
    MANIFEST,
    MODEL,
    BundledArtifact,
    BundledChain,
    BundledModel,
    GoldenFile,
    Manifest,
    programs_of,
)
from zoo.bundle.elf import c_library
from zoo.bundle.sbom import Component, bill_of_materials
from zoo.digest import digest_path, folder_digests
from zoo.errors import PluginError, RefusedError
from zoo.plugs import AppGenerator, AppRequest, Library, Package, PackageRequest
from zoo.proof.bundle_certificate import CERTIFICATE
from zoo.provenance.maker import Maker, makers
from zoo.provenance.used import used_so_far
from zoo.recipe import Recipe
from zoo.signal_file import SIGNAL_SUFFIX
from zoo.signature import SIGNATURE, SIGNER, SigningKey

_GOLDEN_SUFFIXES = (".png", SIGNAL_SUFFIX)


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write bundle.tar.gz, and bundle.FORM for a target with another format."""
    folder = out / "content"
    app: AppGenerator = registry.load("app", plan.target.app)
    packages: list[Package] = [registry.load("package", name) for name in plan.target.packages]
    libraries = app_libraries(app)
    _copy_results(plan, needs, folder)
    _copy_libraries(libraries, folder)
    _copy_papers(plan, folder)
    if plan.signing:
        (folder / SIGNER).write_bytes(plan.signing.public.pem)
    request, facts = _request(plan, needs)
    facts = {**facts, "c_library": _c_library(plan, folder)}
    _write_companions(app.companions(request, facts), folder)
    made_by = makers(used_so_far())
    components = list(_components(plan, libraries, folder, made_by))
    seed = digest_path(folder)
    sbom = bill_of_materials(plan.build_name, components, seed)
    (folder / "sbom.cdx.json").write_text(sbom, "utf-8")
    manifest = _manifest(plan, needs, folder, made_by)
    (folder / MANIFEST).write_text(manifest.to_json(), "utf-8")
    if plan.signing:
        (folder / SIGNATURE).write_bytes(_signature(plan.signing, manifest))
    for package in packages:
        wanted = PackageRequest(request, facts, folder, app.packages.get(package.name))
        _write_package(package, wanted, out / f"bundle.{package.name}")
    shutil.rmtree(folder)


def _signature(key: SigningKey, manifest: Manifest) -> bytes:
    """Sign a manifest; raises RefusedError for names that a board's shell cannot read in it."""
    for name in manifest.files:
        if json.dumps(name) != f'"{name}"':
            raise RefusedError(
                f"{manifest.name}: {name!r} cannot be compared on a board; a signed bundle's files "
                "have names of plain ASCII characters, without quotes"
            )
    return key.sign(manifest.to_json().encode())


def _write_package(package: Package, wanted: PackageRequest, file: Path) -> None:
    package.write(wanted, file)
    if not file.is_file():
        raise PluginError(
            f"package '{package.name}': its `write` made no file; it must write {file.name}"
        )


def _copy_results(plan: Plan, needs: Mapping[str, Path], folder: Path) -> None:
    _copy_model(needs, folder / MODEL)
    if detector := needs_of_detector(needs):
        _copy_model(detector, folder / MODEL / DETECTOR)
    shutil.copytree(needs["verify"] / GOLDEN, folder / GOLDEN)
    shutil.copyfile(needs["verify"] / CERTIFICATE, folder / CERTIFICATE)
    shutil.copytree(needs["generate"], folder / APP / "src")
    program = compiled_program(plan.target, needs["compile"])
    if program is not None:
        shutil.copy2(program, folder / program_path(plan.target))


def _copy_model(needs: Mapping[str, Path], folder: Path) -> None:
    shutil.copytree(read_artifact(needs["lower"])[0], folder)
    shutil.copyfile(needs["hub"] / "float.onnx", folder / FLOAT_HUB)
    shutil.copyfile(needs["quantize"] / "hub.onnx", folder / HUB)


def _copy_libraries(libraries: tuple[Library, ...], folder: Path) -> None:
    for library in libraries:
        if not library.compiled_in:
            (folder / "lib").mkdir(exist_ok=True)
            shutil.copyfile(library.file, folder / "lib" / library.file.name)
        for name, text in library.texts.items():
            target = folder / "licences" / library.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target)


def _copy_papers(plan: Plan, folder: Path) -> None:
    (folder / "licences").mkdir(exist_ok=True)
    code = distribution("edgezoo").read_text("licenses/LICENSE") or "Apache-2.0\n"
    (folder / "licences" / "code.txt").write_text(code, "utf-8")
    _copy_papers_of(plan, folder, folder / "licences")
    if plan.detector is not None:
        _copy_papers_of(plan.detector, folder / MODEL / DETECTOR, folder / "licences" / DETECTOR)


def _copy_papers_of(plan: Plan, folder: Path, licences: Path) -> None:
    """Copy a network's licences, and its card and contract to another folder."""
    recipe = plan.recipe
    for licence in recipe.licences:
        licences.mkdir(exist_ok=True)  # no bundle has an empty folder
        shutil.copyfile(licence.file, licences / f"{licence.covers}.txt")
    if recipe.card is not None:
        _copy_card(recipe, folder, licences, is_published=plan.is_published)
    (folder / "contract.json").write_text(recipe.contract.to_json() + "\n", "utf-8")


def _copy_card(recipe: Recipe, folder: Path, licences: Path, *, is_published: bool) -> None:
    """Copy a network's card; its links lead to the licences in the bundle."""
    assert recipe.card is not None
    files = {
        licence.file.name: os.path.relpath(licences / f"{licence.covers}.txt", folder)
        for licence in recipe.licences
    }
    card = recipe.card.read_text("utf-8", "surrogateescape")
    text = bundled_card(card, files, is_published).encode("utf-8", "surrogateescape")
    (folder / "MODEL_CARD.md").write_bytes(text)


def _request(plan: Plan, needs: Mapping[str, Path]) -> tuple[AppRequest, Mapping[str, str]]:
    """Return the facts for the app's companion files and for readers."""
    request = app_request(plan, read_artifact(needs["lower"])[1], needs)
    recipes = [part.recipe for part in (plan, plan.detector) if part is not None]
    memory = map(artifact_memory, (part["lower"] for part in _networks(needs)))
    return request, {
        "bundle": plan.build_name,
        "quantization": plan.quant,
        "notice": request.notice,
        "memory": memory_text(dict(zip((r.name for r in recipes), memory, strict=True))),
        "files": "\n".join(_artifact_files(needs)),
        "signer": plan.signing.public.fingerprint if plan.signing else "",
    }


def _artifact_files(needs: Mapping[str, Path]) -> Iterator[str]:
    """Yield the paths of artifacts' files in the bundle's MODEL."""
    for where, part in zip(("", f"{DETECTOR}/"), _networks(needs), strict=False):
        folder = read_artifact(part["lower"])[0]
        yield from sorted(
            f"{where}{path.relative_to(folder).as_posix()}"
            for path in folder.rglob("*")
            if path.is_file()
        )


def _networks(needs: Mapping[str, Path]) -> Iterator[Mapping[str, Path]]:
    """Yield the results of a network, and of its detector, by stage."""
    yield needs
    if detector := needs_of_detector(needs):
        yield detector


def _c_library(plan: Plan, folder: Path) -> str:
    program = folder / program_path(plan.target)
    return c_library(filter(Path.exists, (program, *(folder / "lib").glob("*"))))


def _write_companions(companions: Mapping[str, bytes], folder: Path) -> None:
    for name, content in companions.items():
        path = folder / name
        path.write_bytes(content)
        path.chmod(0o755 if content.startswith(b"#!") else 0o644)


def _components(
    plan: Plan, libraries: tuple[Library, ...], folder: Path, made_by: tuple[Maker, ...]
) -> Iterator[Component]:
    yield _network_component(plan.recipe, folder / MODEL / HUB)
    if plan.detector is not None:
        yield _network_component(plan.detector.recipe, folder / MODEL / DETECTOR / HUB)
    program = folder / program_path(plan.target)
    sha256 = digest_path(program) if program.exists() else ""
    yield Component("application", "app", __version__, "Apache-2.0", sha256)
    inside = {*folder_digests(folder).values()}
    for library in libraries:
        sha256 = library.sha256 or digest_path(library.file)
        # A digest is of a file in the bundle; a compiler's own library has none.
        sha256 = sha256 if sha256 in inside and library.file.name not in library.texts else ""
        yield Component("library", library.name, library.version, library.licence, sha256)
    for maker in made_by:
        yield Component("application", maker.name, maker.version, "", maker.sha256, inside=False)


def _network_component(recipe: Recipe, hub: Path) -> Component:
    weights = (li.identifier for li in recipe.licences if li.covers == "weights")
    licence = next(weights, "LicenseRef-unknown")
    return Component("machine-learning-model", recipe.name, __version__, licence, digest_path(hub))


def _manifest(
    plan: Plan, needs: Mapping[str, Path], folder: Path, made_by: tuple[Maker, ...]
) -> Manifest:
    artifact = _artifact(plan, needs["lower"], MODEL)
    program = program_path(plan.target)
    notes = (*artifact.notes, *app_notes(plan.target))
    models, artifacts = [_model(plan)], [replace(artifact, notes=notes)]
    if plan.detector is not None:
        models.append(_model(plan.detector))
        lowered = needs_of_detector(needs)["lower"]
        artifacts.append(_artifact(plan.detector, lowered, f"{MODEL}/{DETECTOR}"))
    return Manifest(
        name=plan.build_name,
        target=plan.target.name,
        executor=plan.target.executor,
        app=plan.target.app,
        program=program if (folder / program).exists() else "",
        c_library=_c_library(plan, folder),
        zoo_version=__version__,
        makers=made_by,
        models=tuple(models),
        artifacts=tuple(artifacts),
        golden=_golden(needs["verify"] / GOLDEN, GOLDEN),
        files=folder_digests(folder),
        programs=programs_of(folder),
        chain=_chain(plan, needs["verify"] / GOLDEN / DETECTOR),
    )


def _chain(plan: Plan, golden: Path) -> BundledChain | None:
    if plan.detector is None:
        return None
    return BundledChain(plan.regions, _golden(golden, f"{GOLDEN}/{DETECTOR}"))


def _model(plan: Plan) -> BundledModel:
    return BundledModel(
        name=plan.recipe.name,
        quantization=plan.quant,
        scheme=plan.scheme,
        contract=plan.recipe.contract.to_json(),
        licences=tuple((li.covers, li.identifier, li.commercial) for li in plan.recipe.licences),
    )


def _artifact(plan: Plan, lowered: Path, folder: str) -> BundledArtifact:
    """Return a lowered artifact. folder: in the bundle."""
    _, main, exactness = read_artifact(lowered)
    return BundledArtifact(
        kind=plan.target.compiler,
        main=f"{folder}/{main}",
        hub=f"{folder}/{HUB}",
        float_hub=f"{folder}/{FLOAT_HUB}",
        exactness=exactness,
        quantization_bound=plan.quantization_bound,
        notes=(*plan.notes, *artifact_notes(lowered)),
        memory=artifact_memory(lowered),
    )


def _golden(folder: Path, where: str) -> tuple[GoldenFile, ...]:
    """Return a folder's golden inputs. where: the folder in the bundle."""
    boxes = json.loads((folder / "boxes.json").read_text("utf-8"))
    files = {path.stem: path.name for path in folder.iterdir() if path.suffix in _GOLDEN_SUFFIXES}
    return tuple((name, f"{where}/{files[name]}", tuple(box)) for name, box in boxes.items())
