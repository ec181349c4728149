"""Whether programs can follow what a network finds from photo to photo."""

from zoo.contract import Contract

__all__ = ["finds_landmarks"]


def finds_landmarks(contract: Contract) -> bool:
    """Whether a contract has a value 'landmarks' [K, 2], which programs can track.

    One that aligns other points cannot be: the next photo has landmarks, but not these.
    """
    # On demand: it loads numpy, and a build of what is cached generates nothing.
    from zoo.data.processing import usual_points, value_specs

    spec = value_specs(contract).get("landmarks")
    if spec is None or spec.dtype == "str" or spec.shape[1:] != (2,):
        return False
    return len(usual_points(contract)) in (0, spec.shape[0])
