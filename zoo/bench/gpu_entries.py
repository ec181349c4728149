"""What `zoo bench --device cuda` times: networks on this machine's NVIDIA GPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from zoo import registry
from zoo.artifact import Artifact
from zoo.bench.timing import Entry, sample
from zoo.build.cache import Cache
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import Plan, make_plan
from zoo.build.wish import Wish
from zoo.errors import RefusedError
from zoo.fixed_batch import fix_batch
from zoo.nvidia_gpu import NvidiaGpu
from zoo.target import Target

__all__ = ["on_gpu"]

_TORCH = {"none": ("torch-cuda", "float32"), "fp16": ("torch-cuda-fp16", "float16")}
"""Executor and scheme of each quantization that PyTorch supports."""
_FLOAT_TARGET = "x86"  # its artifact of floats is the float hub itself
_ENGINE = ".engine"
_NO_TORCH = "PyTorch is not installed; install its CUDA build as https://pytorch.org describes"


def on_gpu(
    wish: Wish,
    gpu: NvidiaGpu,
    quants: Sequence[str],
    batches: Sequence[int],
    cache: Cache,
    folder: Path,
    refused: Callable[[RefusedError], None],
) -> Iterator[Entry]:
    """Yield a model in each quantization and batch, in PyTorch and in TensorRT.

    folder: for engines.  refused: called for what the installed software does not support on this
    GPU, which is skipped.
    """
    for quant in quants:
        for way in (
            partial(_by_torch, wish, quant, batches, cache),
            partial(_by_tensorrt, wish, quant, batches, cache, gpu, folder),
        ):
            try:
                yield from way()
            except RefusedError as error:
                refused(error)


def _by_torch(wish: Wish, quant: str, batches: Sequence[int], cache: Cache) -> Iterator[Entry]:
    if find_spec("torch") is None:
        raise RefusedError(f"{wish.model} {quant}: {_NO_TORCH}")
    if quant not in _TORCH:
        raise RefusedError(f"{wish.model} {quant}: PyTorch runs only float models on a GPU")
    plan = make_plan(replace(wish, target=_FLOAT_TARGET, quant="none"))
    hub = build(plan, cache, stages=artifact_stages())["hub"] / "float.onnx"
    executor, scheme = _TORCH[quant]
    for batch in batches:
        yield _entry(plan, f"{quant} {executor}", executor, scheme, hub, batch)


def _by_tensorrt(
    wish: Wish,
    quant: str,
    batches: Sequence[int],
    cache: Cache,
    gpu: NvidiaGpu,
    folder: Path,
) -> Iterator[Entry]:
    """Yield an engine for each batch; raises RefusedError if none can be built here."""
    plan = make_plan(replace(wish, target=_target(wish, gpu).name, quant=quant))
    hub = build(plan, cache, stages=artifact_stages())["quantize"] / "hub.onnx"
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    compiler = registry.load("compiler", plan.target.compiler)
    name = f"{plan.quant} {plan.target.name}"
    for batch in batches:
        artifact: Artifact = compiler.lower(fix_batch(graph, batch), plan.target, plan.scheme)
        if not any(file.endswith(_ENGINE) for file in artifact.files):
            raise RefusedError(f"{plan.recipe.name} {name}: {'; '.join(artifact.notes)}")
        place = folder / f"{plan.build_name}.{batch}"
        _write(artifact, place)
        file = place / artifact.main
        yield _entry(plan, name, "tensorrt-gpu", plan.scheme, file, batch)


def _entry(plan: Plan, how: str, executor: str, scheme: str, file: Path, batch: int) -> Entry:
    recipe = plan.recipe
    return Entry(
        name=f"{recipe.name} {how}",
        model=recipe.name,
        executor=executor,
        scheme=scheme,
        file=file,
        feeds=sample(recipe.contract, batch),
    )


def _write(artifact: Artifact, folder: Path) -> None:
    for name, content in artifact.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _target(wish: Wish, gpu: NvidiaGpu) -> Target:
    """Return the first TensorRT target with this compute capability."""
    targets: list[Target] = [registry.load("target", name) for name in registry.names("target")]
    for target in targets:
        found = target.facts.get("compute_capability")
        if target.executor == "tensorrt" and found == gpu.compute_capability:
            return target
    raise RefusedError(
        f"{wish.model} with TensorRT: no target is for {gpu.name}, compute capability "
        f"{gpu.compute_capability}; `zoo list` shows all targets, a plugin can add one"
    )
