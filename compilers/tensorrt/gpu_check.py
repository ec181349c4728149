"""An engine compared with the reference, where the GPU that it was built for is in this machine."""

from importlib import import_module

import numpy as np

from compilers.reference import run_graph
from compilers.tensorrt.build import gpu_is_here
from compilers.tensorrt.engine import Engine
from compilers.tensorrt.engine_run import CudaMemory, EngineRun
from compilers.tensorrt.gpu import Gpu
from zoo.artifact import Exactness
from zoo.bench.batch import fix_batch
from zoo.errors import VerifyError
from zoo.graph import Graph
from zoo.plugs import Feeds, Run
from zoo.proof.comparison import compare, output_scales

__all__ = ["check_engine", "check_on_gpu"]

_SAMPLES = 8


def check_on_gpu(graph: Graph, engine: Engine, gpu: Gpu, exactness: Exactness) -> str:
    """Return what was found, '' where the GPU is elsewhere.

    Raises VerifyError where the engine is further from the reference than it may be.
    """
    if not gpu_is_here(gpu.compute_capability):
        return ""
    run = EngineRun(import_module(engine.module), engine, CudaMemory())
    return check_engine(graph, run, f"{engine.runtime} {engine.version}", exactness)


def check_engine(graph: Graph, run: Run, where: str, exactness: Exactness) -> str:
    """Compare a network with the reference at random inputs, normalised pixels for images.

    At inputs that are no pictures a step of one layer may become many at the output, which is rare;
    a wrong engine is far off at most of them. So the middle one tells, by its largest difference.
    Raises VerifyError where that is more than `exactness`.
    """
    fixed = fix_batch(graph)
    feeds = [_random_feeds(fixed, seed) for seed in range(_SAMPLES)]
    wanted = [run_graph(fixed, feed) for feed in feeds]
    found = [run(feed) for feed in feeds]
    scales = output_scales(graph)
    checks = [
        compare("reference -> engine", [one], [other], exactness, scales)
        for one, other in zip(wanted, found, strict=True)
    ]
    check = sorted(checks, key=lambda each: each.largest)[_SAMPLES // 2]
    if not check.holds:
        raise VerifyError(
            f"{where}: its engine of graph '{graph.name}' is {check.largest:.4g} {check.unit} off "
            f"the reference, allowed is {check.allowed}; report it, with both versions"
        )
    return (
        f"run on this machine's GPU by {where}: at most {check.largest:.4g} {check.unit} off the "
        f"reference at the middle one of {_SAMPLES} random inputs"
    )


def _random_feeds(graph: Graph, seed: int) -> Feeds:
    random = np.random.default_rng(seed)
    shapes = {name: [int(size) for size in graph.tensors[name].shape] for name in graph.inputs}
    return {name: random.uniform(-1, 1, s).astype(np.float32) for name, s in shapes.items()}
