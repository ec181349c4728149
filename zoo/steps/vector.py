"""The length of an output that steps take as a vector."""

from collections.abc import Mapping

from zoo.errors import StepError
from zoo.step import ValueSpec

__all__ = ["vector_length"]


def vector_length(step: str, output: str, known: Mapping[str, ValueSpec]) -> int:
    """Return the number of real numbers in an output; raises RecipeError if it is no vector.

    Axes of length 1 do not count.
    """
    spec = known.get(output)
    if spec is None:
        raise StepError(
            f"contract step '{step}': there is no output or value '{output}'; known here: "
            f"{', '.join(known)}"
        )
    lengths = [n for n in spec.shape if n != 1]
    if len(lengths) > 1 or None in lengths or spec.dtype not in ("float32", "float64"):
        raise StepError(
            f"contract step '{step}': '{output}' is {spec}; expected a fixed number of real "
            "numbers in one axis"
        )
    return next((n for n in lengths if n is not None), 1)
