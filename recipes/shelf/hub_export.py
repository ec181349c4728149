"""From a torch network to the float hub."""

import logging
import warnings

import onnx
import torch
from torch import nn

from zoo import registry
from zoo.contract import Contract
from zoo.errors import RecipeError
from zoo.recipe import Recipe

__all__ = ["float_hub"]

OPSET = 18


def float_hub(net: nn.Module, recipe: Recipe) -> bytes:
    """Return simplified ONNX with symbolic batch N, folded batch norms, and a recipe's names."""
    model = _to_onnx(net.eval(), recipe.contract)
    for node in model.graph.node:
        del node.metadata_props[:]  # the exporter's notes contain local paths
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(recipe.hub_metadata))
    simplified: bytes = registry.load("format", "onnx").simplify(
        model.SerializeToString(deterministic=True), recipe.name
    )
    return simplified


def _to_onnx(net: nn.Module, contract: Contract) -> onnx.ModelProto:
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
            opset_version=OPSET,
            input_names=[contract.input.name],
            output_names=[tensor.name for tensor in contract.outputs],
            dynamic_shapes={"image": {0: torch.export.Dim("N")}},
        )
    if program is None:
        raise RecipeError("torch.onnx.export made nothing; use a version of torch from 2.10 on")
    model: onnx.ModelProto = program.model_proto
    return model
