import numpy as np
import pytest
from place_contract import of_places

from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness.face import Face
from recipes.shelf.robustness.noise import measure_noise, stability


def lines(face: Face, run, copies: int, faces: int = 1, faces_max: int = 30):
    contract = of_places()
    return list(measure_noise(contract, run, [face] * faces, layout_of(68), faces_max, copies))


def test_the_formula(face: Face) -> None:
    target = face.landmarks[None]
    ocular = np.linalg.norm(face.landmarks[36] - face.landmarks[45])
    offset = np.array([3, -4])
    points = np.stack([face.landmarks + offset, face.landmarks - offset])[None]
    assert stability(points, target, layout_of(68)) == pytest.approx(100 * 5 / ocular)


def test_a_constant_answer_is_stable(face: Face) -> None:
    found = lines(face, lambda _: {"landmarks": np.full((1, 136), 0.5)}, copies=5)
    assert [line.condition for line in found] == ["sigma 0.01", "sigma 0.1", "sigma 0.2"]
    assert [line.metrics["stability_percent"] for line in found] == [0, 0, 0]
    assert found[0].metrics["nme_interocular_percent"] > 10


def test_noise_grows_what_it_moves(face: Face, surveyor) -> None:
    found = lines(face, surveyor, copies=20)
    low, middle, high = (line.metrics["stability_percent"] for line in found)
    assert 0 < low < middle < high
    assert found[0].metrics["nme_interocular_percent"] < 1


def test_faces_are_evenly_spread_and_copies_counted(face: Face) -> None:
    calls = []

    def run(feeds):
        calls.append(feeds["image"].shape)
        return {"landmarks": np.zeros((1, 136))}

    assert {line.count for line in lines(face, run, 3, faces=10, faces_max=4)} == {4}
    assert calls == [(1, 3, 112, 112)] * (3 * 4 * 3)
