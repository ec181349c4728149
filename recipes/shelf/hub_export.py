"""From a torch network to the float hub."""

import logging
import warnings
from collections.abc import Sequence

import onnx
import onnx.parser
import torch
from torch import nn

from zoo import registry
from zoo.contract import Contract
from zoo.errors import RecipeError
from zoo.op import Op
from zoo.recipe import Recipe

__all__ = ["float_hub"]

OPSET = 18
_FUNCTION_OPSET = 21
"""Of functions that a hub defines, which its own must equal."""


def float_hub(net: nn.Module, recipe: Recipe, ops: Sequence[str] = ()) -> bytes:
    """Return simplified ONNX with symbolic batch N, folded batch norms, and a recipe's names.

    ops: of the zoo, which ONNX has not, and whose functions the network calls (torch.onnx.ops).
    """
    model = _to_onnx(net.eval(), recipe.contract, _FUNCTION_OPSET if ops else OPSET)
    model.functions.extend(_function(registry.load("op", name)) for name in ops)
    for node in model.graph.node:
        del node.metadata_props[:]  # the exporter's notes contain local paths
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(recipe.hub_metadata))
    simplified: bytes = registry.load("format", "onnx").simplify(
        model.SerializeToString(deterministic=True), recipe.name
    )
    return simplified


def _function(op: Op) -> onnx.FunctionProto:
    head = f'<domain: "zoo", opset_import: ["": {_FUNCTION_OPSET}]>'
    return onnx.parser.parse_function(f"{head} {op.onnx_function}")


def _to_onnx(net: nn.Module, contract: Contract, opset: int) -> onnx.ModelProto:
    # The exporter reports that torchvision is absent, which is not needed.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # torch 2.13 warns about its own use of a deprecated class.
        warnings.simplefilter("ignore", FutureWarning)
        program = torch.onnx.export(
            net,
            (torch.zeros(2, *contract.input.shape),),
            dynamo=True,
            verbose=False,
            opset_version=opset,
            input_names=[contract.input.name],
            output_names=[tensor.name for tensor in contract.outputs],
            dynamic_shapes={"image": {0: torch.export.Dim("N")}},
        )
    if program is None:
        raise RecipeError("torch.onnx.export made nothing; use a version of torch from 2.10 on")
    model: onnx.ModelProto = program.model_proto
    return model
