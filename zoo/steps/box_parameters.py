"""Checks of the parameters of step 'boxes'."""

from collections.abc import Mapping
from typing import Any

from zoo.parameters import check_choice, is_integer, is_number, is_numbers, refuse
from zoo.steps.box_codings import CODINGS, DECODED

__all__ = ["check_parameters"]

_STEP = "boxes"
_CHOICES = {
    "coding": tuple(CODINGS),
    "channels": ("first", "last"),
    "activation": ("none", "sigmoid", "softmax"),
    "combine": ("product", "geometric_mean"),
    "background": ("none", "first", "last"),
    "grid": ("stride", "even"),
    "order": ("xy", "yx"),
}
_LEAST = {
    "box_channel": 0,
    "score_channel": 0,
    "objectness_channel": -1,
    "classes": 0,
    "bins": 2,
    "keypoint_channel": 0,
    "keypoint_count": 0,
    "keypoint_numbers": 2,
}
_OUTPUTS = ("boxes", "scores", "objectness", "keypoints")


def check_parameters(given: Mapping[str, Any]) -> None:
    """Raise RecipeError for parameters that are of the wrong type or contradict each other."""
    for name, choices in _CHOICES.items():
        check_choice(_STEP, given, name, choices)
    for name, least in _LEAST.items():
        if not is_integer(given[name]) or given[name] < least:
            refuse(_STEP, given, name, f"an integer of at least {least}")
    for name in (*_OUTPUTS, "labels"):
        if not isinstance(given[name], list | tuple) or not all(
            isinstance(text, str) for text in given[name]
        ):
            refuse(_STEP, given, name, "a list of texts")
    if not given["boxes"]:
        refuse(_STEP, given, "boxes", "an output or more")
    for name in ("threshold", "offset"):
        if not is_number(given[name]):
            refuse(_STEP, given, name, "a number")
    if not is_numbers(given["variances"]) or len(given["variances"]) != 2:
        refuse(_STEP, given, "variances", "two numbers")
    if not isinstance(given["normalized"], bool):
        refuse(_STEP, given, "normalized", "true or false")
    _check_levels(given)
    _check_keypoints(given)
    if given["activation"] == "softmax" and given["objectness_channel"] >= 0:
        refuse(_STEP, given, "activation", "none or sigmoid beside an objectness")


def _check_levels(given: Mapping[str, Any]) -> None:
    strides, anchors, count = given["strides"], given["anchors"], len(given["boxes"])
    if given["coding"] in DECODED:
        if strides or anchors:
            expected = f"no strides or anchors with coding '{given['coding']}'"
            refuse(_STEP, given, "strides", expected)
    elif not is_numbers(strides) or min(strides) <= 0:
        refuse(_STEP, given, "strides", "a number above 0 for each level")
    levels = len(strides) or count
    for name in _OUTPUTS:
        if len(given[name]) not in (1, levels):
            refuse(_STEP, given, name, f"one output, or one for each of {levels} levels")
    if anchors and (len(anchors) != levels or not all(map(_are_anchors, anchors))):
        expected = f"for each of {levels} levels a list of [width, height] above 0"
        refuse(_STEP, given, "anchors", expected)


def _check_keypoints(given: Mapping[str, Any]) -> None:
    if not given["keypoint_count"]:
        defaults = {"keypoints": given["boxes"], "keypoint_channel": 0, "keypoint_numbers": 2}
        for name, default in defaults.items():
            if given[name] != default:
                expected = f"the number of key points of a box, as {name} is given"
                refuse(_STEP, given, "keypoint_count", expected)
        return
    is_after = given["keypoint_channel"] >= given["score_channel"]
    is_shared = set(given["keypoints"]) & set(given["scores"])
    if is_shared and is_after and not given["classes"]:
        refuse(_STEP, given, "classes", "the number of classes, as key points follow the scores")


def _are_anchors(level: object) -> bool:
    return (
        isinstance(level, list | tuple)
        and bool(level)
        and all(is_numbers(side) and len(side) == 2 and min(side) > 0 for side in level)
    )
