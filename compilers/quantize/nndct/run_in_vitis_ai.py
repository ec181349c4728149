"""Runs a network described by files through pytorch_nndct, in Vitis AI's Python.

    python run_in_vitis_ai.py FOLDER

FOLDER holds network.json and constants.npz (compilers.quantize.nndct.describe) and samples.npy,
[N, C, H, W] float32. It writes FOLDER/quantize_result/quant_info.json and the exported .xmodel.

Self-contained, for Python 3.8. Each node is a module named as in network.json, since
quant_info.json names values by their modules: "Network::Network/Conv2d[n3]/input.7".
"""

# Python 3.8 cannot evaluate the annotations.
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

_BATCH = 8


def main(folder: Path) -> None:
    """Calibrate, then export."""
    import torch
    from pytorch_nndct.apis import torch_quantizer  # type: ignore[import-not-found]

    network, samples = _network(folder), torch.from_numpy(np.load(folder / "samples.npy"))
    one, device = samples[:1], torch.device("cpu")
    result = str(folder / "quantize_result")
    settings: dict[str, Any] = {"output_dir": result, "bitwidth": 8, "device": device}
    with torch.no_grad():
        calibrating = torch_quantizer("calib", network, (one,), **settings)
        for start in range(0, len(samples), _BATCH):
            calibrating.quant_model(samples[start : start + _BATCH])
        calibrating.export_quant_config()
        testing = torch_quantizer("test", network, (one,), **settings)
        # Required before an export.
        testing.quant_model(one)
        testing.export_xmodel(output_dir=result, deploy_check=False)


def _network(folder: Path) -> Any:  # noqa: ANN401 (torch is imported late)
    """Return the torch module; its attributes are the nodes' modules, and their activations."""
    import torch

    description = json.loads((folder / "network.json").read_text())
    constants = np.load(folder / "constants.npz")

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for node in description["nodes"]:
                self.add_module(node["name"], _module(node, constants))
                if node["activation"]:
                    activation = {"relu": torch.nn.ReLU, "relu6": torch.nn.ReLU6}
                    self.add_module(node["name"] + "_act", activation[node["activation"]]())

        def forward(self, image: Any) -> Any:  # noqa: ANN401
            values = {description["input"]: image}
            for node in description["nodes"]:
                value = getattr(self, node["name"])(*[values[name] for name in node["inputs"]])
                if node["activation"]:
                    value = getattr(self, node["name"] + "_act")(value)
                values[node["output"]] = value
            return tuple(values[name] for name in description["outputs"])

    return Network().eval()


def _module(node: dict[str, Any], constants: Any) -> Any:  # noqa: ANN401
    """Return the module of a node, with its weights."""
    import torch
    from torch import nn

    class Add(nn.Module):
        def forward(self, first: Any, second: Any) -> Any:  # noqa: ANN401
            return first + second

    class Multiply(nn.Module):
        def forward(self, first: Any, second: Any) -> Any:  # noqa: ANN401
            return first * second

    class Concat(nn.Module):
        def forward(self, *values: Any) -> Any:  # noqa: ANN401
            return torch.cat(values, 1)

    kinds = {
        "add": Add,
        "mul": Multiply,
        "concat": Concat,
        "reshape": nn.Flatten,
        "conv": nn.Conv2d,
        "dense": nn.Linear,
        "average_pool": nn.AvgPool2d,
        "max_pool": nn.MaxPool2d,
    }
    module = kinds[node["op"]](**node["settings"])
    for name in ("weight", "bias"):
        if hasattr(module, name):
            getattr(module, name).data = torch.from_numpy(constants[node["name"] + "." + name])
    return module


if __name__ == "__main__":
    main(Path(sys.argv[1]))
