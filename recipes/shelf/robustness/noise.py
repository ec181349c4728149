"""Stability: how far the points jump when only the picture's noise changes.

Oulu thesis 2020: standard deviation of the predicted points over noisy copies of a face, relative
to its inter-ocular distance d. With points (x, y) of copy c, landmark k and face n:

    stability = 100 * mean over n, k of sqrt(var_c x + var_c y) / d_n

Noise is Gaussian, with sigma relative to the pixels' range. It is added to the network's input
picture at its size; the sum is rounded to 8 bits. All faces get the same noise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.landmark_evaluation import predict_input
from recipes.shelf.landmark_metrics import face_metrics, normalizers, point_errors
from recipes.shelf.layouts import Layout
from recipes.shelf.robustness.face import Face
from zoo.contract import Contract
from zoo.data.evaluation import Measurement
from zoo.data.processing import preprocess, preprocess_batch
from zoo.plugs import Run

__all__ = ["measure_noise", "stability"]

_SIGMAS = (0.01, 0.1, 0.2)
_SEED = 0

Array = NDArray[np.float64]


def measure_noise(
    contract: Contract,
    run: Run,
    faces: Sequence[Face],
    layout: Layout,
    faces_max: int,
    copies: int,
) -> Iterator[Measurement]:
    """Yield a line for each sigma, for `faces_max` evenly spread faces.

    Each copy runs separately, like a camera's frames.
    """
    count = min(faces_max, len(faces))
    sample = [faces[index * len(faces) // count] for index in range(count)]
    target = np.stack([face.landmarks for face in sample])
    size = preprocess(contract, sample[0].image_hwc, sample[0].box).image_hwc.shape
    generator = np.random.Generator(np.random.PCG64(_SEED))
    noise = generator.standard_normal((copies, *size), np.float32)
    for sigma in _SIGMAS:
        points = np.stack([_predict(contract, run, face, sigma * noise) for face in sample])
        errors = [point_errors(points[:, copy], target, layout) for copy in range(copies)]
        yield Measurement(
            "noise",
            f"sigma {sigma:g}",
            len(sample),
            {"stability_percent": stability(points, target, layout)}
            | face_metrics(np.concatenate(errors)),
        )


def stability(points: Array, target: Array, layout: Layout) -> float:
    """Return the formula above. points: [N, copies, K, 2].  target: the labels, [N, K, 2]."""
    spread = np.linalg.norm(points.std(axis=1), axis=-1)  # [N, K]
    lengths = normalizers(target, layout)["interocular"]
    return 100 * float((spread / lengths[:, None]).mean())


def _predict(contract: Contract, run: Run, face: Face, noise: NDArray[np.float32]) -> Array:
    """Return landmarks [copies, K, 2]. noise: [copies, H, W, C], relative to the pixels' range."""
    frame = preprocess(contract, face.image_hwc, face.box)
    last_step = replace(contract, pre=contract.pre[-1:])
    points = []
    for added in noise:
        noisy = np.rint(frame.image_hwc + 255 * added).clip(0, 255).astype(np.uint8)
        _, batch = preprocess_batch(last_step, [(noisy, None)])
        points.append(predict_input(contract, run, batch, frame))
    return np.stack(points)
