"""The file's inputs and outputs: reals, or the integers that the network computes with."""

from collections.abc import Mapping

from zoo.errors import RefusedError, suggest
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["FACT", "integer_border", "wants_integers"]

FACT = "tensor_border"
"""A target's fact: 'integer' where its app feeds and reads integers, else 'float'."""
_KINDS = ("float", "integer")


def wants_integers(target: Target) -> bool:
    """Tell whether the app feeds and reads integers; raises RefusedError for an unknown word."""
    kind = str(target.facts.get(FACT, "float"))
    if kind not in _KINDS:
        raise RefusedError(
            f"{target.name}: its fact {FACT} is '{kind}'{suggest(kind, _KINDS)}; mend the target"
        )
    return kind == "integer"


def integer_border(graph: Graph) -> Mapping[str, str]:
    """Return the integer tensors that can stand for an input or output: its name by theirs.

    One that is read as reals too, or is both input and output, stays float.
    """
    inputs = {}
    for name in graph.inputs:
        readers = graph.consumers(name)
        if len(readers) == 1 and readers[0].op == "quantize" and name not in graph.outputs:
            inputs[readers[0].output] = name
    outputs: dict[str, str] = {}
    for name in graph.outputs:
        producer = graph.producer(name)
        if producer and producer.op == "dequantize" and not graph.consumers(name):
            integers = producer.inputs[0]
            if integers not in inputs and integers not in outputs:
                outputs[integers] = name
    return {**inputs, **outputs}
