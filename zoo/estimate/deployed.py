"""A network in the number formats that a build would give it, without the build."""

from dataclasses import dataclass, replace
from pathlib import Path

from zoo import registry
from zoo.build.choice import obstacle
from zoo.build.first_source import read_network
from zoo.build.models import find_recipe
from zoo.build.quantization import PTQ, choose_quant, choose_scheme, usual_quant
from zoo.build.targets import find_targets
from zoo.build.wish import Wish
from zoo.capability import demand_capable
from zoo.errors import MissingFileError, RefusedError, ZooError
from zoo.graph import Graph, Tensor
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS, Scheme
from zoo.target import Target
from zoo.user_file import find_importer, is_user_file

__all__ = ["Deployed", "deployed_on", "find_deployed", "in_scheme", "number_format"]

_HALF = "float16"
_WORD = "int32"


@dataclass(frozen=True)
class Deployed:
    """A network for a target.

    source: the network as its file has it, quantized or float.
    graph: the same with the stored types; of a float network those of the scheme, without scales.
    number_format: of activations, as in zoo.target.Target.rooflines.
    """

    model: str
    target: Target
    quant: str
    scheme: str
    source: Graph
    graph: Graph
    number_format: str

    @property
    def name(self) -> str:
        """Return the name that `zoo bench` gives the network."""
        return f"{self.model} {self.quant} {self.target.name}"


def find_deployed(wish: Wish, size: tuple[int, int] | None = None, rate_hz: int = 0) -> Deployed:
    """Return the network of a wish, for the target that a build would choose if it may.

    size, rate_hz: of pictures and signals where a file leaves them open. Raises RefusedError and
    UnsupportedOpError for what the target does not take, UsageError for invalid options.
    """
    targets = find_targets(wish.target, wish.runtime)
    networks: list[Deployed] = []
    for target in targets:
        try:
            networks.append(deployed_on(target, wish, size, rate_hz))
        except ZooError as error:
            if target == targets[-1] and not (networks and isinstance(error, RefusedError)):
                raise
    return next(filter(_is_taken, networks[:-1]), networks[-1])


def deployed_on(
    target: Target, wish: Wish, size: tuple[int, int] | None = None, rate_hz: int = 0
) -> Deployed:
    """Return the network of a wish for a target; as `find_deployed`."""
    file, quant, scheme = _choose(wish, target)
    source = graph = read_network(file, size, rate_hz)
    if scheme not in (*FLOAT_SCHEMES, OWN_INTEGERS) and not graph.is_quantized:
        integers = _integers(wish.model, scheme)
        demand_capable(graph, target, integers)
        graph = _in_integers(graph, integers)
    graph = in_scheme(graph, scheme)
    is_file = is_user_file(wish.model)
    model = Path(wish.model).stem if is_file else find_recipe(wish.model, None).name
    return Deployed(model, target, quant, scheme, source, graph, number_format(graph, scheme))


def _is_taken(network: Deployed) -> bool:
    """Whether a build would take this target; of a float network only its types tell."""
    if network.source.is_quantized:
        return not obstacle(network.source, network.target, network.scheme)
    return network.number_format not in network.target.slow


def _choose(wish: Wish, target: Target) -> tuple[Path, str, str]:
    """Return the file to read, the quantization and the scheme."""
    usual = PTQ
    if is_user_file(wish.model):
        file = Path(wish.model)
        if not file.is_file():
            raise MissingFileError(f"{file}: no such file; give a network's file or a model")
        own = find_importer(file).is_quantized(file)
        hubs = {OWN_INTEGERS if own else "none": file}
    else:
        recipe = find_recipe(wish.model, None)
        hubs = dict(recipe.hubs) or {"none": recipe.demand_float_hub()}
        usual = usual_quant(wish, recipe, target)
    quant = choose_quant(wish, hubs, usual)
    scheme = choose_scheme(replace(wish, quant=quant), target)
    for key in (f"{quant}.{scheme}", OWN_INTEGERS, "none"):
        if key in hubs:
            return hubs[key], quant, scheme
    return find_recipe(wish.model, None).demand_float_hub(), quant, scheme


def _integers(model: str, name: str) -> Scheme:
    """Return a scheme, with the model's own bit widths."""
    scheme: Scheme = registry.load("scheme", name)
    return scheme if is_user_file(model) else find_recipe(model, None).widths(scheme)


def _in_integers(graph: Graph, scheme: Scheme) -> Graph:
    """Return a float graph with the types that a scheme would give its tensors."""
    types = {name: _stored(tensor, scheme) for name, tensor in graph.tensors.items()}
    for node in graph.nodes:
        index = registry.load("op", node.op).weight_input
        if index is not None and index < len(node.inputs):
            bits = scheme.at(node.inputs[index], node.name).weight_bits
            types[node.inputs[index]] = f"int{bits}"
            types |= dict.fromkeys(node.inputs[index + 1 :], f"int{scheme.bias_bits}")
    return _retyped(graph, types)


def _stored(tensor: Tensor, scheme: Scheme) -> str:
    """Return the type of an activation, or of a constant that is no weight."""
    if not tensor.dtype.startswith("float"):
        return tensor.dtype
    sign = "" if scheme.activation_signed else "u"
    return f"{sign}int{scheme.activation_bits}"


def _half(tensor: Tensor) -> str:
    return _HALF if tensor.dtype == "float32" else tensor.dtype


def _retyped(graph: Graph, types: dict[str, str]) -> Graph:
    tensors = {
        name: replace(tensor, dtype=types[name], data=tensor.data)
        for name, tensor in graph.tensors.items()
    }
    return replace(graph, tensors=tensors)


def in_scheme(graph: Graph, scheme: str) -> Graph:
    """Return a network with the stored types of a scheme: float16 if it is that."""
    if scheme != _HALF:
        return graph
    return _retyped(graph, {name: _half(tensor) for name, tensor in graph.tensors.items()})


def number_format(graph: Graph, scheme: str) -> str:
    """Return the type of most activations, without the sign."""
    if scheme in FLOAT_SCHEMES:
        return scheme
    grids = (t.dtype for t in graph.tensors.values() if not t.is_constant)
    widths = [dtype for dtype in grids if "int" in dtype and dtype != _WORD]
    return max(widths, key=widths.count, default="float32").removeprefix("u")
