"""Quantizer 'nndct': fix points from AMD's pytorch_nndct, the integer Graph from our code."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from compilers.quantize.groups import sharing_groups
from compilers.quantize.nndct.check_export import check_export
from compilers.quantize.nndct.describe import describe
from compilers.quantize.nndct.read_result import FixPoints, read_fix_points
from compilers.quantize.place import place
from compilers.quantize.power_of_two import fix_point_of, with_fix_points
from compilers.quantize.prepare import Prepared, prepare
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.weighted import weighted_nodes
from zoo.contract import Contract
from zoo.errors import QuantizeError, ToolchainError
from zoo.graph import Graph, Quantization
from zoo.plugs import Feeds, QuantizeOptions, Quantizer
from zoo.scheme import Scheme
from zoo.tool import Tool

__all__ = ["QUANTIZER", "Nndct"]

_SCRIPT = Path(__file__).with_name("run_in_vitis_ai.py")
_PYTHON = "ZOO_NNDCT_PYTHON"
_IMAGE = "xilinx/vitis-ai-pytorch-cpu"
_TELL_VERSION = "from importlib.metadata import version; print(version('pytorch_nndct'))"
_TOOL = Tool(
    "pytorch_nndct",
    "program",
    (sys.executable,),
    "--quantizer nndct",
    f"docker pull {_IMAGE}",
    _PYTHON,
    ("-c", _TELL_VERSION),
)
_LOG_LINES = 12


class Nndct(Quantizer):
    """Prepare like `ptq`, let pytorch_nndct choose fix points, place them.

    Weights are those of the prepared graph; missing fix points are searched by squared error.
    pytorch_nndct runs in a separate process with the Python in ZOO_NNDCT_PYTHON, since Vitis AI's
    differs from ours.
    """

    name = "nndct"
    tools = (_TOOL,)

    def __init__(self, threads: int = 2) -> None:
        self.threads = threads

    def quantize(
        self,
        graph: Graph,
        scheme: Scheme,
        calibration: Iterable[Feeds],
        contract: Contract,
        options: QuantizeOptions,  # noqa: ARG002 (it has none)
    ) -> Graph:
        """Return the integer Graph.

        Raises ToolchainError if pytorch_nndct is missing or fails, QuantizeError for a scheme with
        float scales, for a node without a torch module, and like `ptq`.
        """
        if scheme.scale != "power_of_two":
            raise QuantizeError(
                f"quantizer 'nndct' is for scales that are powers of two, scheme '{scheme.name}' "
                "has others; leave --quantizer out"
            )
        if scheme.overrides:
            raise QuantizeError(
                f"quantizer 'nndct' has the same bits everywhere, scheme '{scheme.name}' overrides "
                f"'{scheme.overrides[0].pattern}'; leave --quantizer out"
            )
        python = _find_python()
        samples = list(calibration)
        start = prepare(graph, scheme, samples, contract, "mse", self.threads)
        points = _fix_points(start.graph, samples, python)
        grids = coarsen_outputs(start.graph, _grids(start, points), scheme)
        placed = place(start.graph, grids, scheme, _parameter_grids(start, points, grids))
        record = {**start.record, "zoo.quantizer": self.name}
        return replace(placed, metadata={**graph.metadata, **record})


def _find_python() -> str:
    python = os.environ.get(_PYTHON, sys.executable)
    try:
        found = subprocess.run(
            [python, "-c", "import pytorch_nndct"], capture_output=True, check=False
        ).returncode
    except OSError:
        found = 1
    if found != 0:
        raise ToolchainError(
            f"quantizer 'nndct': {python} has no pytorch_nndct; it comes with AMD's docker image "
            f"{_IMAGE}: set {_PYTHON} to the Python of its conda environment vitis-ai-pytorch, or "
            "leave --quantizer out"
        )
    return python


def _fix_points(graph: Graph, samples: list[Feeds], python: str) -> FixPoints:
    with TemporaryDirectory(prefix="zoo-nndct-") as name:
        folder = Path(name)
        describe(graph, folder)
        image = np.concatenate([np.asarray(batch[graph.inputs[0]]) for batch in samples])
        np.save(folder / "samples.npy", image)
        command = [python, str(_SCRIPT), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = "\n".join(done.stderr.splitlines()[-_LOG_LINES:])
            raise ToolchainError(
                f"quantizer 'nndct': pytorch_nndct failed on graph '{graph.name}'; leave "
                f"--quantizer out, or see what it said:\n{said}"
            )
        result = folder / "quantize_result"
        points = read_fix_points(result / "quant_info.json", graph)
        check_export(result, points.parameters)
        return points


def _grids(start: Prepared, points: FixPoints) -> dict[str, Quantization]:
    """Return all activations' grids: the contract's for pixels, otherwise pytorch_nndct's.

    A group with a shared grid uses that of its last member that pytorch_nndct reports.
    """
    grids = dict(start.grids)
    for group in sharing_groups(start.graph, start.scheme):
        told = [points.activations[name] for name in group if name in points.activations]
        if told and start.known.isdisjoint(group):
            grids |= {name: with_fix_points(grids[name], told[-1]) for name in group}
    return grids


def _parameter_grids(
    start: Prepared, points: FixPoints, grids: Mapping[str, Quantization]
) -> dict[str, Quantization]:
    """Return the grids of weights and biases.

    pytorch_nndct leaves it to the compiler to coarsen grids with a shift that is too large, or, for
    a bias, negative, with steps finer than the accumulator's.
    """
    shift_cut, shift_bias = start.scheme.shift_cut, start.scheme.shift_bias
    parameters = {}
    for weighted in weighted_nodes(start.graph):
        f_in, f_out = (
            fix_point_of(grids[n]) for n in (weighted.node.inputs[0], weighted.node.output)
        )
        f_w, f_b = (points.parameters[t.name] for t in (weighted.weight, weighted.bias))
        f_w = min(f_w, f_out - f_in + shift_cut[1]) if shift_cut else f_w
        f_b = min(f_b, f_w + f_in - shift_bias[0]) if shift_bias else f_b
        parameters[weighted.weight.name] = _grid(f_w, start.scheme.weight_bits)
        parameters[weighted.bias.name] = _grid(f_b, start.scheme.bias_bits)
    return parameters


def _grid(point: int, bits: int) -> Quantization:
    return with_fix_points(Quantization((1.0,), (0,), bits), point)


QUANTIZER = Nndct()
