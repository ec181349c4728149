"""A recipe: a model that is trainable or published."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.contract import Contract
from zoo.errors import RecipeError
from zoo.names import check_name
from zoo.region_rule import RegionRule
from zoo.scheme import Override, Scheme

__all__ = ["GoldenInput", "Licence", "Recipe"]


@dataclass(frozen=True)
class Licence:
    """Licence of one part of a model.

    covers: 'weights', 'data' or 'golden' (pictures); the app's code is Apache-2.0.
    identifier: SPDX expression, such as a LicenseRef.
    commercial: whether commercial use is allowed.  file: its text.
    """

    covers: str
    identifier: str
    commercial: bool
    file: Path
    notice: str = ""

    def __post_init__(self) -> None:
        check_name("licence of", self.covers)


@dataclass(frozen=True)
class GoldenInput:
    """A redistributable picture, with a box in it (x, y, width, height) in pixels."""

    name: str
    image: Path
    box: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        check_name("golden picture", self.name)


@dataclass(frozen=True)
class Recipe:
    """A model with one contract.

    name: 'architecture_variant.dataset', in the characters of zoo.names.  hubs: published ONNX,
    the float one as 'none', others by quantization and scheme ('ptq.w8a8-asym').  metrics: JSON
    measured at publishing, by the same names.  details: JSON of curves and groups, likewise.
    card: model card.
    train, fit, export, restore, evaluate, evaluate_chain, suites (by name), pictures: dotted paths
    'module:function', imported on use:
      train(recipe, zoo.training.TrainOptions) -> Path of the weights;
      fit(recipe, module, float_module, zoo.training.FitOptions), which trains the quantized
      `module` in place; both are torch modules from inputs by name to outputs by name;
      export(recipe, weights: Path | None) -> bytes of the float hub, random weights for None;
      restore(recipe, weights: Path) -> zoo.plugs.Run, the network as it was trained;
      evaluate(recipe, run, data: Path, only: Collection[Path] = ()) ->
      zoo.data.evaluation.Evaluation, of all photos of the data or `only` these;
      evaluate_chain(recipe, run, detector: zoo.data.evaluation.Detector, data: Path) -> Evaluation,
      in the regions that a detector finds;
      a suite(recipe, run, data: Path) -> Iterator[zoo.data.evaluation.Measurement], each line as
      soon as it is measured;
      pictures(recipe, data: Path) -> Sequence[zoo.picture.Picture], empty for a folder
      without labels that the recipe knows.
    data is a folder or NAME:FOLDER[:SPLIT], which zoo.data.labelled_data finds.
    metric: of `evaluate`, to judge quantization loss if there are labels, '' for none.
    detector: the model that finds this one's regions unless another is asked for, '' for none.
    regions: of a detector: how its boxes become the regions of another network, by that one's name
    or family.
    more_is_better: whether a larger metric is better, as for a precision.
    obtain: how to get the float hub where there is none, '' for training it.
    float_sha256: of the file that `obtain` gets, in hexadecimal, to know it when --hub gives it; ''
    if it is unknown.
    usual_quant: of a build without --quant and without pictures, where the board takes it, such as
    'none' for a network that 8 bits harm; '' for 8 bits.
    registered_name: of the model whose network is another one here, '' if it is the model's own.
    overrides: bit widths of its tensors by the name of a scheme, such as 4-bit weights of 'ai8x'.
    """

    name: str
    family: str
    summary: str
    contract: Contract
    hubs: Mapping[str, Path] = field(default_factory=dict)
    golden: tuple[GoldenInput, ...] = ()
    licences: tuple[Licence, ...] = ()
    metrics: Path | None = None
    details: Path | None = None
    card: Path | None = None
    train: str = ""
    fit: str = ""
    export: str = ""
    evaluate: str = ""
    evaluate_chain: str = ""
    restore: str = ""
    suites: Mapping[str, str] = field(default_factory=dict)
    pictures: str = ""
    metric: str = ""
    more_is_better: bool = False
    detector: str = ""
    regions: Mapping[str, RegionRule] = field(default_factory=dict)
    obtain: str = ""
    float_sha256: str = ""
    usual_quant: str = ""
    registered_name: str = ""
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name("model", self.name)

    def demand_float_hub(self) -> Path:
        """Return the published float hub; raises RecipeError that says how to get one."""
        if "none" not in self.hubs:
            remedy = self.obtain or f"train it with `zoo train {self.name}`"
            raise RecipeError(f"{self.name}: no float hub is published; {remedy}")
        return self.hubs["none"]

    def widths(self, scheme: Scheme) -> Scheme:
        """Return the scheme with the model's own bit widths in it."""
        return replace(scheme, overrides=(*scheme.overrides, *self.overrides.get(scheme.name, ())))

    def of_another_network(self, name: str) -> "Recipe":
        """Return the model, with none of what is published of its own network; licences stay.

        name: of the model with that network. The recipe's functions still see the registered one.
        """
        nothing = replace(self, hubs={}, metrics=None, details=None, card=None)
        return replace(nothing, name=name, registered_name=self.name)

    @property
    def as_registered(self) -> "Recipe":
        """Return the model by the name that its functions (train, fit, evaluate, ...) know."""
        if not self.registered_name:
            return self
        return replace(self, name=self.registered_name, registered_name="")

    @property
    def hub_metadata(self) -> Mapping[str, str]:
        """What a hub file says about its model. Steps over time are no part of the network."""
        licences = (f"{licence.covers}: {licence.identifier}" for licence in self.licences)
        return {
            "zoo.model": self.name,
            "zoo.contract": replace(self.contract, track=()).to_json(),
            "zoo.licences": "; ".join(licences),
        }
