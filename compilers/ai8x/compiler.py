"""Lowers an integer Graph to the input of ai8xize.py, with the network in C beside it."""

import io
from collections.abc import Mapping

import numpy as np

from compilers.ai8x.capabilities import capabilities
from compilers.ai8x.checkpoint import write_checkpoint
from compilers.ai8x.files import (
    ANSWER,
    ARCH,
    CHECKPOINT,
    DATASET,
    INPUT_SAMPLE,
    MAIN,
    NETWORK,
    README,
)
from compilers.ai8x.known_answer import expected_words
from compilers.ai8x.layers import read_layers
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.network_yaml import write_network
from compilers.ai8x.parameters import parameters_of
from compilers.ai8x.placement import place, processors_at_once
from compilers.ai8x.report import cost_table, figures_of
from compilers.ai8x.sample import npy, sample_and_answer
from compilers.ai8x.scheme_check import demand_scheme
from compilers.ai8x.timing import expected_cycles
from compilers.ai8x.vendor_tool import NOT_CONVERTED, Expected, convert, find_checkout, readme
from zoo import registry
from zoo.artifact import Artifact, Exactness
from zoo.capability import Capability, NodeTime, TimeMethod
from zoo.cost import CostTable
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "Ai8xCompiler"]

EXACT = Exactness(0, "lsb", "the executor computes the accelerator's integers from its files")
_SCHEME = "ai8x"


class Ai8xCompiler(Compiler):
    """Supports the scheme ai8x."""

    name = "ai8x"
    time_method = TimeMethod(
        "cycles by the rule of the slides 'Face / no face on a MAX78000', which gives their 24 "
        "printed times (docs/max78000.md)"
    )

    def capabilities(
        self, graph: Graph, target: Target, scheme: Scheme | None = None
    ) -> tuple[Capability, ...]:
        """Return which nodes of the graph the accelerator runs, and where its memory ends."""
        own: Scheme = registry.load("scheme", _SCHEME)
        return capabilities(graph, target, scheme or own)

    def costs(self, graph: Graph, target: Target, scheme: Scheme) -> CostTable:
        """Return operations, bytes and expected times by layer; raises Refusal."""
        return cost_table(read_layers(graph, target, scheme), Ai8xLimits.of(target))

    def estimated_times(self, graph: Graph, target: Target) -> tuple[NodeTime, ...]:
        """Return the expected times of compilers.ai8x.timing; raises Refusal."""
        own: Scheme = registry.load("scheme", _SCHEME)
        limits = Ai8xLimits.of(target)
        times = (
            (layer.node.name, float(expected_cycles(layer) / limits.clock_hz * 1000))
            for layer in read_layers(graph, target, own)
        )
        return tuple(NodeTime(name, "accelerator", ms, {"compute": ms}) for name, ms in times)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return checkpoint, network description, sample and known answer, and the C sources.

        The main file is that of the C sources: it has inputs and outputs of both.
        Raises RefusedError for another scheme, Refusal for a node that the accelerator does not
        run, ToolchainError if ai8xize.py fails or computes something else.
        """
        demand_scheme(graph, target.name)
        if len(graph.inputs) != 1 or len(graph.outputs) != 1:
            raise RefusedError(
                f"{target.name}: graph '{graph.name}' has {len(graph.inputs)} inputs and "
                f"{len(graph.outputs)} outputs; the accelerator's networks have one each: leave "
                "out the others"
            )
        code: Artifact = registry.load("compiler", "c").lower(graph, target, scheme)
        files = {**_vendor_files(graph, target), **code.files}
        checkout, note = find_checkout(), NOT_CONVERTED
        if checkout is not None:
            converted = convert(files, checkout, _expected(graph, target, files[ANSWER]))
            files, note = {**files, **converted.files}, converted.note
        return Artifact(self.name, MAIN, files, EXACT, (note,), code.memory)


def _vendor_files(graph: Graph, target: Target) -> Mapping[str, bytes]:
    limits, scheme = Ai8xLimits.of(target), registry.load("scheme", _SCHEME)
    layers = read_layers(graph, target, scheme)
    sample, answer = sample_and_answer(graph)
    return {
        CHECKPOINT: write_checkpoint(ARCH, parameters_of(graph, layers)),
        NETWORK: write_network(ARCH, DATASET, layers, place(layers, limits)),
        INPUT_SAMPLE: npy(sample),
        ANSWER: npy(answer),
        README: readme(),
    }


def _expected(graph: Graph, target: Target, answer: bytes) -> Expected:
    limits, scheme = Ai8xLimits.of(target), registry.load("scheme", _SCHEME)
    layers = read_layers(graph, target, scheme)
    words = expected_words(
        np.load(io.BytesIO(answer)),
        processors_at_once(layers[-1].outputs, limits),
        place(layers, limits)[-1].out_offset,
    )
    return Expected(words, figures_of(cost_table(layers, limits)))


COMPILER = Ai8xCompiler()
