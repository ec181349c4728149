"""Collects what is known of bundles and models that a user names."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoo import registry
from zoo.build.first_source import read_network
from zoo.build.models import USER, find_recipe
from zoo.build.quantization import hub_key
from zoo.build.subjects import Subject as Runnable
from zoo.build.subjects import load_pair, load_published
from zoo.build.targets import find_target
from zoo.bundle.bundle import MANIFEST, Bundle, check, unpack
from zoo.contract import Contract
from zoo.data.processing import value_specs
from zoo.errors import BundleError, MissingFileError
from zoo.graph import Graph
from zoo.macs import count_macs
from zoo.proof.bundle_certificate import bundle_certificate
from zoo.recipe import Recipe
from zoo.report.accuracy import form_of, measured, recorded, recorded_in
from zoo.report.content import FLOAT, Contents, Example, NetworkFacts, PackedFile, Subject, Terms
from zoo.report.examples import examples
from zoo.signature import SIGNATURE
from zoo.user_file import is_user_file

__all__ = ["find_subject"]

_ARCHIVE = ".tar.gz"
_ROLES = ("network", "detector")
_COMMON = "x86"
"""The board whose scheme of integers is compared, of all published ones."""
_SBOM = "sbom.cdx.json"
_PARTS = ("application", "library")

Forms = Sequence[tuple[str, Runnable]]


def find_subject(name: str, data: Path | None) -> Subject:
    """Return what is known of a bundle, its unpacked folder, a model, or a network's file.

    A file has its contract beside it, as FILE.toml. data: labelled data to measure accuracy on,
    None for what was recorded. Raises BundleError and VerifyError for a bundle that was changed.
    """
    path = Path(name)
    if registry.knows("recipe", name):
        return _of_model(find_recipe(name, None), data)
    if path.is_dir():
        return _of_bundle(check(path, name), name, 0, data)
    if name.endswith(_ARCHIVE):
        if not path.is_file():
            raise MissingFileError(f"{name}: no such file; give a bundle that `zoo build` made")
        with TemporaryDirectory(prefix="zoo-report-") as folder:
            return _of_bundle(unpack(path, Path(folder)), name, path.stat().st_size, data)
    contract = path.with_suffix(".toml") if is_user_file(name) else None
    return _of_model(find_recipe(name, contract), data)


def _of_bundle(bundle: Bundle, where: str, archive_bytes: int, data: Path | None) -> Subject:
    certificate = bundle_certificate(bundle, where)
    manifest, model = bundle.manifest, bundle.manifest.models[0]
    recipe = _recipe(bundle)
    forms = [(form_of(network.name), network) for network in load_pair(bundle, recipe)]
    return Subject(
        name=manifest.name,
        target=manifest.target,
        quantization=model.quantization,
        scheme=model.scheme,
        metric=recipe.metric,
        more_is_better=recipe.more_is_better,
        networks=tuple(_bundled_networks(bundle)),
        compared=(FLOAT, form_of(hub_key(model.quantization, model.scheme))),
        accuracy=measured(forms, data) if data else recorded_in(certificate, recipe),
        examples=_examples(recipe, forms),
        terms=tuple(_bundled_terms(bundle)),
        certificate=certificate,
        contents=_contents(bundle, archive_bytes),
    )


def _recipe(bundle: Bundle) -> Recipe:
    """Return the recipe of a bundle's first model, with the bundle's contract and pictures."""
    name = bundle.manifest.models[0].name
    found = Recipe(name, USER, "a network of your own", bundle.contract)
    if registry.knows("recipe", name):
        found = find_recipe(name, None)
    return replace(found, contract=bundle.contract, golden=bundle.golden)


def _of_model(recipe: Recipe, data: Path | None) -> Subject:
    file = next(iter(recipe.hubs.values()), None) or recipe.demand_float_hub()
    keys = _compared(recipe)
    forms = [(form_of(key), each) for key in keys for each in load_published(recipe, (key,))]
    facts = _facts(_ROLES[0], recipe.name, recipe.summary, recipe.contract, read_network(file))
    return Subject(
        name=recipe.name,
        target="",
        quantization="",
        scheme="",
        metric=recipe.metric,
        more_is_better=recipe.more_is_better,
        networks=(facts,),
        compared=tuple(map(form_of, keys)),
        accuracy=measured(forms, data) if data else recorded(recipe),
        examples=_examples(recipe, forms),
        terms=tuple(Terms(li.covers, li.identifier, li.commercial) for li in recipe.licences),
        certificate=None,
        contents=None,
    )


def _compared(recipe: Recipe) -> tuple[str, ...]:
    """Return the hubs to compare: the float one, and those in the commonest scheme, or all."""
    scheme = find_target(_COMMON).schemes["ptq"]
    integers = [key for key in recipe.hubs if key != "none"]
    common = [key for key in integers if key.endswith(f".{scheme}")]
    return (*(key for key in recipe.hubs if key == "none"), *(common or integers))


def _examples(recipe: Recipe, forms: Forms) -> tuple[Example, ...]:
    """Return the golden pictures, by the first of the networks and the last one."""
    if len(forms) < 2:
        return ()
    return examples(recipe, forms[0][1].run, forms[-1][1].run)


def _bundled_networks(bundle: Bundle) -> Iterator[NetworkFacts]:
    artifacts = zip(bundle.manifest.models, bundle.manifest.artifacts, strict=True)
    for role, (model, artifact) in zip(_ROLES, artifacts, strict=False):
        contract = Contract.from_json(model.contract, str(bundle.folder))
        graph = read_network(bundle.folder / artifact.float_hub)
        facts = _facts(role, model.name, _task(contract), contract, graph)
        yield replace(facts, memory=artifact.memory)


def _task(contract: Contract) -> str:
    """Return what a bundled network finds; a model of its name may have become another one."""
    source = "a picture" if contract.signal is None else "a signal"
    return f"{', '.join(value_specs(contract))} of {source}"


def _facts(role: str, name: str, summary: str, contract: Contract, graph: Graph) -> NetworkFacts:
    tensors = graph.tensors.values()
    return NetworkFacts(
        role=role,
        name=name,
        summary=summary,
        source=_source(contract),
        values=tuple(
            f"{name} {_shape(spec.shape)}" for name, spec in value_specs(contract).items()
        ),
        steps=tuple(step.name for step in contract.steps),
        parameters=sum(t.data.size for t in tensors if t.is_constant and t.data is not None),
        macs=count_macs(graph),
    )


def _source(contract: Contract) -> str:
    shape = _shape(contract.input.shape)
    if contract.signal is not None:
        return f"signal of {contract.signal.rate_hz:,} samples per second, as {shape}"
    return f"picture, as {shape}"


def _shape(shape: Sequence[int | None]) -> str:
    """Return the sizes of axes, with N for an open one."""
    return " x ".join("N" if size is None else str(size) for size in shape) or "1"


def _bundled_terms(bundle: Bundle) -> Iterator[Terms]:
    """Yield the licences of a bundle's models, and of its program and libraries."""
    for model in bundle.manifest.models:
        for covers, identifier, commercial in model.licences:
            yield Terms(f"{model.name}, {covers}", identifier, commercial)
    file = bundle.folder / _SBOM
    if not file.is_file():
        return
    try:
        components = json.loads(file.read_text("utf-8"))["components"]
        parts = [e for e in components if e["type"] in _PARTS and e.get("licenses")]
        terms = [Terms(f"{e['name']} {e.get('version', '')}", _licence(e)) for e in parts]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BundleError(
            f"{bundle.manifest.name}: {_SBOM!r} is damaged ({error!r}); rebuild the bundle"
        ) from error
    yield from terms


def _licence(component: Mapping[str, Any]) -> str:
    """Return the SPDX expression of a component of CycloneDX, '' for none."""
    stated = [each.get("license", each) for each in component.get("licenses", [])]
    return " AND ".join(each.get("expression") or each.get("id") or each["name"] for each in stated)


def _contents(bundle: Bundle, archive_bytes: int) -> Contents:
    digests = bundle.manifest.files
    names = [name for name in (MANIFEST, SIGNATURE) if (bundle.folder / name).is_file()]
    return Contents(
        archive_bytes=archive_bytes,
        signer=bundle.signer.fingerprint if bundle.signer else "",
        files=tuple(
            PackedFile(name, (bundle.folder / name).stat().st_size, digests.get(name, ""))
            for name in (*names, *sorted(digests))
        ),
    )
