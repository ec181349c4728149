"""As much of pytorch_nndct.apis as the zoo uses, written for itself from its documentation.

It chooses fix points by the largest value, the most frequent over batches, and writes
quant_info.json in the form of versions 2.5 to 3.5.
"""

import json
import math
from collections import Counter
from pathlib import Path

import torch

# What a module computes is fixed behind its activation, or behind a concat, not before.
UNFIXED_BEFORE = (torch.nn.ReLU, torch.nn.ReLU6)


class torch_quantizer:  # noqa: N801 (its name)
    def __init__(self, quant_mode, module, input_args=None, **settings):
        assert quant_mode in ("calib", "test")
        assert settings["device"].type == "cpu"
        assert len(input_args[0]) == 1
        self.quant_mode = quant_mode
        self.quant_model = module
        self.folder = Path(settings["output_dir"])
        self.votes = {"Network::input_0": Counter()}
        self.batches = []
        for name, child in module.named_children():
            child.register_forward_hook(self._hook(name))

    def _hook(self, name):
        def see(module, inputs, output):
            self.batches.append(len(output))
            if name == "n0":
                self.votes["Network::input_0"][point(inputs[0])] += 1
            key = f"Network::Network/{type(module).__name__}[{name}]/input.{len(name)}"
            before = f"[{name.removesuffix('_act')}]/"
            if isinstance(module, UNFIXED_BEFORE):
                self.votes = {k: v for k, v in self.votes.items() if before not in k}
            self.votes.setdefault(key, Counter())[point(output)] += 1

        return see

    def export_quant_config(self):
        assert self.quant_mode == "calib"
        parameters = {
            f"Network::{name}": [[8, point(values)]]
            for name, values in self.quant_model.named_parameters()
        }
        outputs = {key: [[8, votes.most_common(1)[0][0]]] for key, votes in self.votes.items()}
        self.folder.mkdir()
        content = {"param": parameters, "output": outputs, "input": {}, "fast_finetuned": False}
        (self.folder / "quant_info.json").write_text(json.dumps(content, indent=2))

    def export_xmodel(self, output_dir, deploy_check):
        assert self.quant_mode == "test"
        assert not deploy_check
        assert self.batches[-1] == 1
        assert (Path(output_dir) / "quant_info.json").is_file()


def point(values):
    largest = max(float(values.max()) / 127.5, float(values.min()) / -128.5)
    return min(math.floor(-math.log2(largest)), 12) if largest > 0 else 12
