"""A contract step that adds a number."""

from pathlib import Path

import numpy as np

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.step import PostStep, ValueSpec


class Mark(PostStep):
    name = "kind_mark"
    parameters = {}  # noqa: RUF012
    cpp_header = Path(__file__).with_name("kind_mark.hpp")

    def adds(self, known, parameters):  # noqa: ARG002
        return {"mark": ValueSpec((1,))}

    def apply(self, values, frame, parameters):  # noqa: ARG002
        return {"mark": np.array([1.0])}


STEP = Mark()


@hookimpl
def register_steps():
    return [Descriptor("kind_mark", "kind_step:STEP")]
