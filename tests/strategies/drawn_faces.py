"""Drawn faces: landmarks of eyes, mouth and head that move at known times."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.tracking import end_track, observe, start_track
from zoo.registry import load
from zoo.step import Event, Frame, Moment

_FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
_EYES = {68: ((36, 6), (42, 6)), 98: ((60, 8), (68, 8))}
_MOUTH = {68: 60, 98: 88}


@dataclass(frozen=True)
class Pose:
    """eye, mouth: their aspect ratios.  yaw, pitch: of the head, in degrees."""

    eye: float = 0.3
    mouth: float = 0.1
    yaw: float = 0.0
    pitch: float = 0.0


def landmarks(contract: Contract, pose: Pose) -> NDArray[np.float64]:
    """Return the landmarks [K, 2] of a face in a pose, K and the head's points by the contract.

    Eyes and mouth have their aspect ratio in the picture, whatever the head's angle.
    """
    count = int(contract.step("landmarks").parameters["count"])
    points = np.random.default_rng(0).uniform(-60, 60, (count, 2))
    head = contract.step("head_pose").parameters
    points[head["points"]] = _turned(np.array(head["face"], float), pose)[:, :2]
    for first, number in _EYES[count]:
        corners = points[first], points[first + number // 2]
        _open(points, first, number, corners, pose.eye)
    mouth = points[_MOUTH[count]] = np.array([-20.0, 40.0])
    _open(points, _MOUTH[count], 8, (mouth, np.array([20.0, 40.0])), pose.mouth)
    return points + 100


def film(
    contract: Contract, pose_at: Callable[[float], Pose], seconds: float, rate_hz: float = 20
) -> Iterator[Moment]:
    """Return the values of a face that moves, as the contract's steps compute them."""
    times = (number / rate_hz for number in range(round(seconds * rate_hz)))
    drawn = (Moment(t, {"landmarks": landmarks(contract, pose_at(t))}) for t in times)
    return with_ratios(contract, drawn)


def with_ratios(contract: Contract, series: Iterable[Moment]) -> Iterator[Moment]:
    """Yield moments with what the contract's steps make of their landmarks."""
    for moment in series:
        values = dict(moment.values)
        for name in ("aspect_ratios", "head_pose"):
            step = contract.step(name)
            plugin = load("step", name)
            values |= plugin.apply(values, _FRAME, plugin.complete(step.parameters))
        yield replace(moment, values=values)


def watched(contract: Contract, series: Iterator[Moment]) -> tuple[list[Moment], tuple[Event, ...]]:
    """Return what the steps over time make of an object's moments, and its last events."""
    observers = start_track(contract)
    return [observe(observers, moment) for moment in series], end_track(observers)


def closing(pose: Pose, *spans: tuple[float, float], eye: float = 0.1) -> Callable[[float], Pose]:
    """Return a face whose eyes are closed in spans of time [begin, end)."""
    return lambda time_s: replace(pose, eye=eye) if any(a <= time_s < b for a, b in spans) else pose


def _open(
    points: NDArray[np.float64],
    first: int,
    number: int,
    corners: tuple[NDArray[np.float64], NDArray[np.float64]],
    ratio: float,
) -> None:
    """Place an opening's landmarks: corner, upper points, corner, lower points, around it."""
    half = number // 2
    begin, end = np.array(corners[0]), np.array(corners[1])
    across = end - begin
    normal = ratio / 2 * np.array([across[1], -across[0]])
    points[first], points[first + half] = begin, end
    for i in range(1, half):
        place = begin + across * i / half
        points[first + i], points[first + number - i] = place + normal, place - normal


def _turned(face: NDArray[np.float64], pose: Pose) -> NDArray[np.float64]:
    """Return Ry(-yaw) Rx(-pitch) face, as step head_pose defines the angles."""
    yaw, pitch = np.radians([-pose.yaw, -pose.pitch])
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turned: NDArray[np.float64] = face @ (about_y @ about_x).T
    return turned
