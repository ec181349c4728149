"""top_k: the classes with the highest scores, and their labels."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.parameters import is_integer, refuse
from zoo.step import Frame, PostStep, ValueSpec
from zoo.steps.vector import vector_length

__all__ = ["STEP"]


class TopK(PostStep):
    """Add values 'top_scores' and 'top_classes' (indices), and 'top_labels' if there are labels.

    The highest score is first. Of equal scores, the lower index is first; nan counts as the lowest
    score of all.

    output: N scores, in one axis; an output of the network or a value such as 'probabilities'.
    count: of classes; 1 is argmax.
    labels: N texts. In TOML, `{file = "labels.txt"}` reads them from a file, one per line.
    """

    name = "top_k"
    parameters = MappingProxyType({"output": "probabilities", "count": 1, "labels": ()})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for a bad count or labels."""
        complete = super().complete(given)
        count, labels = complete["count"], complete["labels"]
        if not is_integer(count) or count < 1:
            refuse(self.name, complete, "count", "an integer above 0")
        if not isinstance(labels, list | tuple) or not all(isinstance(x, str) for x in labels):
            raise StepError(
                "contract step 'top_k': labels must be a list of texts, or "
                '{file = "labels.txt"} with one per line'
            )
        unprintable = [label for label in labels if not label.isprintable()]
        if unprintable:
            raise StepError(
                f"contract step 'top_k': label {unprintable[0]!r} has unprintable characters; "
                "remove them"
            )
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return [count] of each; raises RecipeError for an output or labels that do not fit."""
        output, count, labels = (parameters[name] for name in ("output", "count", "labels"))
        length = vector_length(self.name, output, known)
        if count > length:
            raise StepError(
                f"contract step 'top_k': count is {count}, but '{output}' has {length} scores; "
                f"give a count of at most {length}"
            )
        if len(labels) not in (0, length):
            raise StepError(
                f"contract step 'top_k': there are {len(labels)} labels for the {length} scores of "
                f"'{output}'; give {length} labels, or none"
            )
        added = {
            "top_scores": ValueSpec((count,)),
            "top_classes": ValueSpec((count,), "int64"),
        }
        return {**added, "top_labels": ValueSpec((count,), "str")} if labels else added

    def apply(
        self,
        values: Mapping[str, NDArray[Any]],
        frame: Frame,  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, NDArray[Any]]:
        """Return the classes; `adds` has checked output and labels."""
        scores = values[parameters["output"]].ravel().astype(np.float64)
        ranks = np.where(np.isnan(scores), -np.inf, scores)
        classes = np.argsort(-ranks, kind="stable")[: parameters["count"]].astype(np.int64)
        added = {"top_scores": scores[classes], "top_classes": classes}
        if not parameters["labels"]:
            return added
        return {
            **added,
            "top_labels": np.array([parameters["labels"][i] for i in classes], np.str_),
        }


STEP = TopK()
