"""Signs of drowsiness over time, from eye and mouth openings and head pose: docs/drowsiness.md."""

from zoo.contract import Step

__all__ = ["drowsiness"]

_HALF_CLOSED, _CLOSED = 0.5, 0.2
_UNUSUAL_PERCLOS = 0.15


def drowsiness(closed: float) -> tuple[Step, ...]:
    """Return the steps over time, from values 'ear', 'mar' and 'head_pose'.

    closed: the network's eye aspect ratio of closed eyes, relative to the same person's open ones.
    Limits and their papers stand in docs/drowsiness.md.
    """
    return (*_eyes(closed), *_mouth(), *_head())


def _eyes(closed: float) -> tuple[Step, ...]:
    openness = {"value": "eye_openness", "when": "below"}
    half_closed = {**openness, "limits": [_HALF_CLOSED, 0.6], "sure": _CLOSED}
    return (
        Step("relative", {"adds": "eye_openness", "value": "ear", "quantile": 0.9, "zero": closed}),
        Step("interval", {"event": "blink", **half_closed, "longest_s": 0.5}),
        Step("interval", {"event": "long_blink", **half_closed, "shortest_s": 0.5, "longest_s": 1}),
        Step("interval", {"event": "microsleep", **half_closed, "shortest_s": 1}),
        Step("rate", {"event": "blink", "adds": ["blinks_per_minute", "blink_s"]}),
        Step("share", {"adds": "perclos", **openness, "limit": _CLOSED}),
        Step(
            "interval",
            {
                "event": "drowsy",
                "value": "perclos",
                "when": "above",
                "limits": [_UNUSUAL_PERCLOS, 0.12],
                "sure": 2 * _UNUSUAL_PERCLOS,
            },
        ),
    )


def _mouth() -> tuple[Step, ...]:
    yawn = {"value": "mar", "when": "above", "limits": [0.4, 0.3], "sure": 0.6}
    return (Step("interval", {"event": "yawn", **yawn, "shortest_s": 2}),)


def _head() -> tuple[Step, ...]:
    yaw, pitch = {"value": "head_pose", "item": 0}, {"value": "head_pose", "item": 1}
    down = {"value": "head_drop_deg", "when": "below", "limits": [-15, -10], "sure": -30}
    away = {"value": "head_turn_deg", "when": "beyond", "limits": [30, 25], "sure": 45}
    return (
        Step("relative", {"adds": "head_turn_deg", **yaw, "form": "difference"}),
        Step("relative", {"adds": "head_drop_deg", **pitch, "form": "difference"}),
        Step("interval", {"event": "nod", **down, "shortest_s": 0.2, "longest_s": 2}),
        Step("interval", {"event": "looking_down", **down, "shortest_s": 2}),
        Step("interval", {"event": "looking_away", **away, "shortest_s": 2}),
    )
