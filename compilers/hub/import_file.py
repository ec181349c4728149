"""Imports a user's ONNX file as a Graph for any batch."""

from collections.abc import Mapping
from pathlib import Path

from compilers.hub.canonical import canonical
from compilers.hub.model_file import load_model
from compilers.hub.one_sample import one_sample
from compilers.hub.read import read
from compilers.hub.simplify import simplified
from compilers.passes.flush_subnormals import flush_subnormals
from compilers.passes.open_batch import open_batch
from zoo.errors import HubError
from zoo.graph import Graph, Shape

__all__ = ["import_file"]


def import_file(file: Path, shapes: Mapping[str, Shape]) -> Graph:
    """Return the file's computation per sample, as a Graph for batches of any size.

    shapes: of inputs by name, without the batch, for dynamic axes in the file.
    A dynamic batch is read as one sample, since that is what an app feeds; a fixed one is made
    dynamic. Raises HubError, or UnsupportedOpError with the node at fault.
    """
    where = str(file)
    model = load_model(file)
    canonical(model, where)
    one_sample(model, shapes)
    simpler = simplified(model, where)
    graph = read(simpler.SerializeToString(deterministic=True), where)
    try:
        return open_batch(flush_subnormals(graph))
    except HubError as error:
        raise type(error)(f"{where}: {error}") from error
