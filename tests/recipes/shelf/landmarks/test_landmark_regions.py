"""Landmark networks look at the face in the frame that they were trained in."""

import numpy as np
import onnxruntime
import pytest

from recipes.shelf.portraits import portraits
from zoo import registry
from zoo.build.chain import region_note, region_rule
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, regions_of
from zoo.picture import read_picture
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule
from zoo.step import Box

GOLDEN = portraits()[0]


def look(recipe: Recipe, box: Box) -> dict[str, np.ndarray]:
    """Return the values that the float network finds in a box of the portrait."""
    frame = preprocess(recipe.contract, read_picture(GOLDEN.image), box)
    assert frame.input_chw is not None
    session = onnxruntime.InferenceSession(recipe.demand_float_hub())
    names = [output.name for output in session.get_outputs()]
    arrays = session.run(names, {recipe.contract.input.name: frame.input_chw[np.newaxis]})
    outputs = {name: array[0] for name, array in zip(names, arrays, strict=True)}
    return dict(postprocess(recipe.contract, outputs, frame))


def first_region(network: Recipe, rule: RegionRule) -> Box:
    """Return the region of the best box that a network's own detector finds in the portrait."""
    detector = registry.load("recipe", network.detector)
    boxes = look(detector, whole(read_picture(GOLDEN.image)))["boxes"]
    _, region = next(regions_of(boxes, rule))
    return region


def rule_of(network: Recipe) -> RegionRule:
    """Return the rule of a network's own detector."""
    return region_rule(registry.load("recipe", network.detector), network)


@pytest.mark.parametrize("family", ["dan", "hrnet"])
def test_all_landmark_families_have_the_same_region(family: str) -> None:
    network, pfld = registry.load("recipe", family), registry.load("recipe", "pfld")
    assert network.detector == pfld.detector
    assert rule_of(network) == rule_of(pfld) != RegionRule()
    x, y, width, height = first_region(network, rule_of(network))
    np.testing.assert_allclose((width, height), GOLDEN.box[2:], rtol=0.15)
    np.testing.assert_allclose((x + width / 2, y + height / 2), (130.5, 135), atol=10)


@pytest.mark.parametrize("name", ["pfld_0.25x.300w68", "dan1_0.25x.300w68"])
def test_the_second_look_is_at_the_box_of_the_face(name: str) -> None:
    network = registry.load("recipe", name)
    rule = rule_of(network)
    assert rule.passes == 2
    found = look(network, first_region(network, rule))["landmarks"]
    np.testing.assert_allclose(landmark_box(found), GOLDEN.box, atol=5)
    raw = landmark_box(look(network, first_region(network, RegionRule()))["landmarks"])
    assert np.abs(np.subtract(raw, GOLDEN.box)).max() > 5


def test_the_detector_of_each_recipe_states_its_regions() -> None:
    recipes = [registry.load("recipe", name) for name in registry.names("recipe")]
    chains = [recipe for recipe in recipes if recipe.detector]
    assert {"pfld", "dan", "hrnet", "facemesh"} <= {recipe.family for recipe in chains}
    for network in chains:
        stated = registry.load("recipe", network.detector).regions
        assert {network.name, network.family} & stated.keys(), network.name


def test_the_mesh_gets_the_box_that_mediapipe_gives_it() -> None:
    mesh = registry.load("recipe", "facemesh")
    assert region_rule(registry.load("recipe", mesh.detector), mesh) == RegionRule()


def test_a_build_notes_a_detector_without_regions_for_its_network() -> None:
    detector = registry.load("recipe", "facedet_320.wider")
    network, mesh = (registry.load("recipe", name) for name in ("pfld", "facemesh"))
    assert region_note(detector, network, region_rule(detector, network)) == ""
    note = region_note(detector, mesh, region_rule(detector, mesh))
    assert "states regions for dan, hrnet, pfld, not for facemesh_468.mediapipe" in note
    assert region_note(detector, mesh, RegionRule(passes=2)) == ""
