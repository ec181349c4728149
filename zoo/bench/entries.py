"""Subjects of `zoo bench` on this machine: our networks, third-party ones, and a baseline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo import registry
from zoo.bench.baseline import quantize_usually
from zoo.bench.timing import Entry, sample
from zoo.build.cache import Cache
from zoo.build.first_source import read_network
from zoo.build.models import find_recipe
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.subjects import Form, forms
from zoo.build.targets import runtime_of_build
from zoo.build.wish import Wish
from zoo.data.source_feeds import source_constants, source_feeds
from zoo.errors import NoContractError, RefusedError
from zoo.macs import LayerWork, count_macs, layer_work
from zoo.proof.golden import golden_inputs
from zoo.proof.proof import golden_frames
from zoo.recipe import Recipe

__all__ = ["baseline", "in_others", "of_file", "ours", "peers", "with_random_weights"]

_FLOAT_TARGET = "x86"  # its artifact of floats is the float hub itself


def ours(
    wish: Wish,
    targets: Sequence[str],
    quants: Sequence[str],
    cache: Cache,
    refused: Callable[[RefusedError], None],
) -> Iterator[Entry]:
    """Yield a model in each target's runtime, as a build has it, and each quantization.

    refused: called for the combinations that a target does not support, which are skipped.
    """
    for target in targets:
        for quant in quants:
            runtime = runtime_of_build(target, wish.runtime)
            asked = replace(wish, target=target, quant=quant, runtime=runtime)
            try:
                make_plan(asked)
            except RefusedError as error:
                refused(error)
            else:
                hub, artifact = forms(asked, (quant,), ("hub", "artifact"), cache)
                yield _entry(artifact, layer_work(read_network(hub.file)))


def _entry(form: Form, layers: Sequence[LayerWork]) -> Entry:
    plan, stand_in = form.plan, registry.load("executor", form.executor).stand_in
    name = f"{plan.recipe.name} {plan.quant} {plan.target.name}"
    return Entry(
        name=f"{name}, {stand_in}" if stand_in else name,
        model=plan.recipe.name,
        executor=form.executor,
        scheme=plan.scheme,
        file=form.file,
        feeds=sample(plan.recipe.contract),
        macs=sum(layer.macs for layer in layers),
        bytes=sum(layer.bytes for layer in layers),
    )


def baseline(wish: Wish, cache: Cache, folder: Path) -> Entry:
    """Return the float hub quantized by ONNX Runtime, calibrated on golden inputs.

    folder: for the network.
    """
    plan = make_plan(replace(wish, target=_FLOAT_TARGET, runtime="", quant="none"))
    done = build(plan, cache, stages=artifact_stages())
    recipe, contract = plan.recipe, plan.recipe.contract
    file = folder / f"{recipe.name}.quantize_static.onnx"
    inputs = (f.input_chw for f in golden_frames(contract, golden_inputs(recipe, folder)))
    batches = ({contract.input.name: x[np.newaxis]} for x in inputs if x is not None)
    quantize_usually(done["hub"] / "float.onnx", batches, file)
    name = f"{recipe.name} onnxruntime.quantization.quantize_static"
    macs = count_macs(read_network(done["hub"] / "float.onnx"))
    feeds = sample(contract)
    return Entry(name, recipe.name, "onnxruntime", "quantize_static", file, feeds, macs)


def in_others(entered: Sequence[Entry], executors: Sequence[str]) -> Iterator[Entry]:
    """Yield the ONNX files among the entries again, each for every other executor of such."""
    for entry in entered:
        if entry.file.suffix == ".onnx":
            for name in executors:
                yield replace(entry, name=f"{entry.name}, {name}", executor=name)


def peers(listed: Sequence[tuple[Path, Path]]) -> Iterator[Entry]:
    """Yield third-party networks, each an ONNX file and its contract."""
    for onnx, contract in listed:
        recipe = find_recipe(str(onnx), contract)
        contract_feeds = source_feeds(recipe.contract, sample(recipe.contract))
        feeds = {**contract_feeds, **source_constants(recipe.contract)}
        yield Entry(recipe.name, recipe.name, "onnxruntime", "float32", onnx, feeds)


def with_random_weights(wish: Wish, folder: Path) -> Wish:
    """Return the wish for an untrained hub, calibrated on rendered pictures."""
    recipe = find_recipe(wish.model, None)
    hub = folder / f"{recipe.name}.onnx"
    hub.write_bytes(registry.resolve(recipe.export)(recipe, None))
    return replace(wish, name=recipe.name, hub=hub, calibration=_rendered(recipe, folder))


def of_file(wish: Wish, folder: Path) -> Wish:
    """Return the wish for a network's file: with the contract beside it, FILE.toml.

    It is quantized on rendered pictures by the quickest calibrator; latency is the same. Raises
    UsageError without the contract.
    """
    contract = Path(wish.model).with_suffix(".toml")
    if Path(wish.model).is_file() and not contract.is_file():
        raise NoContractError(
            f"{wish.model}: its contract {contract} is missing beside it; write it with `zoo "
            f"contract init {wish.model}`"
        )
    recipe = find_recipe(wish.model, contract)
    rendered = _rendered(recipe, folder)
    return replace(wish, contract=contract, calibration=rendered, calibrator="minmax")


def _rendered(recipe: Recipe, folder: Path) -> Path:
    """Return a folder with rendered pictures of the size that a recipe takes."""
    pictures = folder / f"{recipe.name}-rendered"
    pictures.mkdir(exist_ok=True)
    golden_inputs(replace(recipe, golden=()), pictures)
    return pictures
