"""quantize: from the float hub to the hub that is deployed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zoo import registry
from zoo.errors import RecipeError
from zoo.graph import Graph
from zoo.pictures import calibration_pictures, labelled_pictures
from zoo.plan import Plan
from zoo.plugs import Feeds, QuantizeOptions
from zoo.stages.hub import check_contract
from zoo.training import FitOptions

_BATCH = 20


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write hub.onnx: the float hub itself, the published integer one, or a new one."""
    onnx = registry.load("format", "onnx")
    float_hub = needs["hub"] / "float.onnx"
    if plan.is_float:
        (out / "hub.onnx").write_bytes(float_hub.read_bytes())
        return
    if plan.quant_hub is not None:
        graph = _published(plan, plan.quant_hub)
    else:
        graph = _quantized(plan, onnx.read(float_hub.read_bytes(), str(float_hub)))
    (out / "hub.onnx").write_bytes(onnx.write(graph))


def _published(plan: Plan, hub: Path) -> Graph:
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    check_contract(graph, plan.recipe)
    scheme = graph.metadata.get("zoo.scheme", "unknown")
    if scheme != plan.scheme:
        raise RecipeError(
            f"{hub}: is quantized by scheme '{scheme}', {plan.target.name} needs "
            f"'{plan.scheme}'; give images by --calib DIR to quantize the float hub anew"
        )
    return graph


def _quantized(plan: Plan, graph: Graph) -> Graph:
    options = QuantizeOptions(fit=_fit(plan), epochs=plan.epochs, seed=plan.seed)
    if plan.calibrator:
        options = replace(options, calibrator=plan.calibrator)
    quantized: Graph = registry.load("quantizer", plan.quantizer or plan.quant).quantize(
        graph,
        registry.load("scheme", plan.scheme),
        _batches(plan),
        plan.recipe.contract,
        options,
    )
    return quantized


def _fit(plan: Plan) -> Callable[[Any, Any], None] | None:
    """Return the recipe's own training, if it has one and knows the labels of the images."""
    recipe, data = plan.recipe, plan.calibration
    if not (plan.trains and recipe.fit and data and labelled_pictures(recipe, data)):
        return None
    options = FitOptions(data, plan.epochs, plan.seed)

    def fit(module: Any, float_module: Any) -> None:  # noqa: ANN401 (torch is not loaded here)
        registry.resolve(recipe.fit)(recipe, module, float_module, options)

    return fit


def _batches(plan: Plan) -> Iterator[Feeds]:
    from zoo.processing import preprocess_batch

    if plan.calibration is None:
        raise RecipeError(f"{plan.recipe.name}: give images for calibration by --calib DIR")
    contract = plan.recipe.contract
    pictures = calibration_pictures(plan.recipe, plan.calibration, plan.calibration_count)
    for start in range(0, len(pictures), _BATCH):
        batch = pictures[start : start + _BATCH]
        _, inputs = preprocess_batch(contract, ((p.read(), p.box) for p in batch))
        yield {contract.input.name: inputs}
