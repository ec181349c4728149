"""From trained weights to the float hub."""

import logging
import warnings
from pathlib import Path

import onnx
import torch

from recipes.pfld.checkpoint import build_net, load_net
from recipes.pfld.net import Pfld
from recipes.pfld.variants import VARIANTS
from zoo import registry
from zoo.contract import Contract
from zoo.errors import RecipeError
from zoo.recipe import Recipe

__all__ = ["export"]

OPSET = 18


def export(recipe: Recipe, weights: Path | None) -> bytes:
    """Return the float hub: ONNX with symbolic batch N, batch norms folded, simplified.

    weights: safetensors; None for random ones, to try out builds and speed.
    """
    variant = VARIANTS[recipe.name]
    net = build_net(variant) if weights is None else load_net(variant, weights)
    model = _to_onnx(net.eval(), recipe.contract)
    for node in model.graph.node:
        del node.metadata_props[:]  # the exporter's notes tell paths of this machine
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, _description(recipe))
    simplified: bytes = registry.load("format", "onnx").simplify(
        model.SerializeToString(deterministic=True), recipe.name
    )
    return simplified


def _to_onnx(net: Pfld, contract: Contract) -> onnx.ModelProto:
    # The exporter reports that torchvision, which is not needed, is absent.
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


def _description(recipe: Recipe) -> dict[str, str]:
    licences = "; ".join(f"{part.covers}: {part.identifier}" for part in recipe.licences)
    return {
        "zoo.model": recipe.name,
        "zoo.contract": recipe.contract.to_json(),
        "zoo.licences": licences,
    }
