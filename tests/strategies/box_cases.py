"""Detectors of known families: steps, and the shapes of their outputs."""

from collections.abc import Mapping, Sequence

from zoo.contract import Contract, Step, TensorSpec

__all__ = ["CASES", "SIDES", "contract_of", "shapes_of"]

SIDES = (48, 64)
"""Height and width of every detector's input."""

_GRIDS = {8: (6, 8), 16: (3, 4), 32: (2, 2)}
_ANCHORS = [[[10, 13], [16, 30.5], [33, 23]], [[30, 61], [62, 45], [59, 119]]]


def _shapes(**shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return shapes


_BOXES: Mapping[str, tuple[dict[str, object], Mapping[str, tuple[int, ...]]]] = {
    "ssd": (
        {
            "coding": "ssd",
            "boxes": ["offsets"],
            "scores": ["logits"],
            "activation": "softmax",
            "background": "first",
            "threshold": 0.4,
            "strides": [16, 64 / 3],
            "anchors": [[[12, 12], [24, 8.5]], [[40, 40], [20, 50], [50, 20]]],
            "labels": ["cat", 'a "dog"', "größer"],
        },
        _shapes(offsets=(3 * 4 * 2 + 3 * 3 * 3, 4), logits=(3 * 4 * 2 + 3 * 3 * 3, 4)),
    ),
    "ssd_tensorflow": (
        {
            "coding": "ssd",
            "boxes": ["b8", "b16"],
            "scores": ["s8", "s16"],
            "activation": "sigmoid",
            "background": "first",
            "strides": [8, 20],
            "anchors": [[[8, 8], [16, 16]], [[32, 32]]],
            "grid": "even",
            "order": "yx",
        },
        _shapes(b8=(6, 8, 8), b16=(3, 4, 4), s8=(6, 8, 6), s16=(3, 4, 3)),
    ),
    "yolov3": (
        {
            "coding": "yolov3",
            "boxes": ["p8", "p16"],
            "channels": "first",
            "objectness_channel": 4,
            "score_channel": 5,
            "activation": "sigmoid",
            "strides": [8, 16],
            "anchors": _ANCHORS,
        },
        _shapes(p8=(3 * 7, 6, 8), p16=(3 * 7, 3, 4)),
    ),
    "yolov5": (
        {
            "coding": "yolov5",
            "boxes": ["p8", "p16"],
            "objectness_channel": 4,
            "score_channel": 5,
            "activation": "sigmoid",
            "strides": [8, 16],
            "anchors": _ANCHORS,
        },
        _shapes(p8=(3, 6, 8, 8), p16=(3, 3, 4, 8)),
    ),
    "yolov8": (
        {
            "coding": "center_size",
            "boxes": ["out"],
            "channels": "first",
            "score_channel": 4,
        },
        _shapes(out=(4 + 3, 64)),
    ),
    "yolov8_pose": (
        {
            "coding": "center_size",
            "boxes": ["out"],
            "channels": "first",
            "score_channel": 4,
            "classes": 1,
            "keypoint_channel": 5,
            "keypoint_count": 4,
            "keypoint_numbers": 3,
        },
        _shapes(out=(4 + 1 + 4 * 3, 64)),
    ),
    "yolov5_face": (
        {
            "coding": "yolov5",
            "boxes": ["p8", "p16"],
            "channels": "first",
            "objectness_channel": 4,
            "score_channel": 15,
            "activation": "sigmoid",
            "strides": [8, 16],
            "anchors": _ANCHORS,
            "keypoint_channel": 5,
            "keypoint_count": 5,
        },
        _shapes(p8=(3 * 16, 6, 8), p16=(3 * 16, 3, 4)),
    ),
    "scrfd": (
        {
            "coding": "distances",
            "boxes": ["b8", "b16"],
            "scores": ["s8", "s16"],
            "keypoints": ["k8", "k16"],
            "keypoint_count": 2,
            "strides": [8, 16],
            "anchors": [[[8, 8]] * 2, [[16, 16]] * 2],
            "offset": 0,
            "order": "yx",
        },
        _shapes(
            **{
                f"{n}{s}": (2 * r * c, k)
                for n, k in (("b", 4), ("s", 1), ("k", 4))
                for s, (r, c) in _GRIDS.items()
                if s < 32
            },
        ),
    ),
    "yolov8_maps": (
        {
            "coding": "distance_bins",
            "boxes": ["p8", "p16", "p32"],
            "channels": "first",
            "bins": 5,
            "score_channel": 20,
            "classes": 2,
            "activation": "sigmoid",
            "strides": [8, 16, 32],
            "keypoint_channel": 22,
            "keypoint_count": 3,
        },
        _shapes(**{f"p{stride}": (28, *grid) for stride, grid in _GRIDS.items()}),
    ),
    "yolov8_one": (
        {
            "coding": "distance_bins",
            "boxes": ["boxes"],
            "scores": ["scores"],
            "channels": "first",
            "bins": 4,
            "activation": "sigmoid",
            "strides": [8, 16, 32],
        },
        _shapes(boxes=(16, 64), scores=(3, 64)),
    ),
    "yunet": (
        {
            "coding": "ssd",
            "boxes": ["bbox_8", "bbox_16"],
            "scores": ["cls_8", "cls_16"],
            "objectness": ["obj_8", "obj_16"],
            "objectness_channel": 0,
            "combine": "geometric_mean",
            "strides": [8, 16],
            "offset": 0,
            "variances": [1, 1],
            "keypoints": ["kps_8", "kps_16"],
            "keypoint_count": 5,
        },
        _shapes(
            **{f"bbox_{s}": (r * c, 4) for s, (r, c) in _GRIDS.items() if s < 32},
            **{f"kps_{s}": (r * c, 10) for s, (r, c) in _GRIDS.items() if s < 32},
            **{
                f"{n}_{s}": (r * c, 1)
                for n in ("cls", "obj")
                for s, (r, c) in _GRIDS.items()
                if s < 32
            },
        ),
    ),
    "blazeface": (
        {
            "coding": "blazeface",
            "boxes": ["regressors"],
            "scores": ["classificators"],
            "activation": "sigmoid",
            "threshold": 0.5,
            "strides": [8, 16],
            "anchors": [[[1, 1]] * 2, [[1, 1]] * 6],
            "keypoint_channel": 4,
            "keypoint_count": 6,
        },
        _shapes(regressors=(48 * 2 + 12 * 6, 16), classificators=(48 * 2 + 12 * 6, 1)),
    ),
    "corners": (
        {
            "coding": "corners",
            "boxes": ["boxes"],
            "scores": ["scores"],
            "activation": "softmax",
            "background": "last",
            "threshold": 0.0,
            "normalized": True,
        },
        _shapes(boxes=(30, 4), scores=(30, 3)),
    ),
    "maps": (
        {
            "coding": "distances",
            "boxes": ["m8", "m16", "m32"],
            "channels": "first",
            "box_channel": 1,
            "score_channel": 0,
            "classes": 1,
            "threshold": 0.0,
            "strides": [8, 16, 32],
        },
        _shapes(**{f"m{stride}": (5, *grid) for stride, grid in _GRIDS.items()}),
    ),
}
_NMS = {
    "ssd": {"iou_percent": 30},
    "yolov3": {"per_class": False},
    "yolov5": {"candidates": 20, "limit": 7},
    "maps": {"candidates": 256, "limit": 32, "per_class": False},
}
CASES: Mapping[str, Sequence[Step]] = {
    name: (Step("boxes", parameters), Step("nms", _NMS.get(name, {})))
    for name, (parameters, _) in _BOXES.items()
}
"""Steps by name of a detector."""


def shapes_of(name: str) -> Mapping[str, tuple[int, ...]]:
    """Return the shapes of a detector's outputs."""
    return _BOXES[name][1]


def contract_of(name: str) -> Contract:
    """Return a detector's contract."""
    height, width = SIDES
    outputs = tuple(TensorSpec(output, shape) for output, shape in shapes_of(name).items())
    pre = (
        Step("letterbox", {"size": [height, width]}),
        Step("normalize", {"mean": [0] * 3, "std": [1] * 3}),
    )
    return Contract(TensorSpec("image", (3, height, width)), outputs, pre, CASES[name])
