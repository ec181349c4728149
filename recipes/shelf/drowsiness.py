"""Signs of drowsiness over time, from eye and mouth openings and head pose: docs/drowsiness.md."""

from zoo.contract import Step

__all__ = ["drowsiness"]

_HALF_CLOSED, _CLOSED = 0.5, 0.2
_UNUSUAL_PERCLOS = 0.15
_TURNED_DEG = 30


def drowsiness(closed: float) -> tuple[Step, ...]:
    """Return the steps over time, from values 'ear', 'mar' and 'head_pose'.

    closed: the network's eye aspect ratio of closed eyes, relative to the same person's open ones.
    Limits and their papers stand in docs/drowsiness.md.
    """
    return (*_usual(closed), *_eyes(), *_mouth(), *_head())


def _usual(closed: float) -> tuple[Step, ...]:
    """Return what is relative to the person: the head, and eyes that look ahead; all within 5 s."""
    pose = {"value": "head_pose", "form": "difference", "warm_up_s": 1}
    ahead = {"of": "head_turn_deg", "limits": [-_TURNED_DEG, _TURNED_DEG]}
    openness = {"value": "ear_ahead", "quantile": 0.9, "zero": closed, "warm_up_s": 4}
    return (
        Step("relative", {"adds": "head_turn_deg", "item": 0, **pose}),
        Step("relative", {"adds": "head_drop_deg", "item": 1, **pose}),
        Step("within", {"adds": "ear_ahead", "value": "ear", **ahead}),
        Step("relative", {"adds": "eye_openness", **openness}),
    )


def _eyes() -> tuple[Step, ...]:
    openness = {"value": "eye_openness", "when": "below"}
    half_closed = {**openness, "limits": [_HALF_CLOSED, 0.6], "sure": _CLOSED}
    return (
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
    down = {"value": "head_drop_deg", "when": "below", "limits": [-15, -10], "sure": -30}
    away = {"value": "head_turn_deg", "when": "beyond", "limits": [_TURNED_DEG, 25], "sure": 45}
    return (
        Step("interval", {"event": "nod", **down, "shortest_s": 0.2, "longest_s": 2}),
        Step("interval", {"event": "looking_down", **down, "shortest_s": 2}),
        Step("interval", {"event": "looking_away", **away, "shortest_s": 2}),
    )
