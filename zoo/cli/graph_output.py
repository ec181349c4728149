"""The drawing of a network, for `zoo show --graph`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.build.first_source import read_network
from zoo.build.models import find_recipe
from zoo.bundle.bundle import unpack
from zoo.cli.options import named_file
from zoo.errors import UnknownNameError, UsageError
from zoo.file_content import write_whole
from zoo.graph import Graph
from zoo.target import ARCHIVE
from zoo.user_file import is_user_file, suffixes

__all__ = ["write_graph"]

_SVG = ".svg"


def write_graph(
    name: str, quant: str, file: Path, size: tuple[int, int] | None = None, rate_hz: int = 0
) -> int:
    """Draw a model, a network's file, or the networks of a bundle; return the number of ops.

    quant: of a published model, such as 'qat' or 'ptq.w8a8-sym', '' for its float network.
    size, rate_hz: of pictures and signals where a file leaves them open.
    """
    # On demand: other drawings and tables do not need it.
    from zoo.drawing.graph import draw_graph
    from zoo.drawing.svg import standalone

    if file.suffix != _SVG:
        raise UsageError(f"--graph {file}: expected a file name that ends in {_SVG}")
    graphs = list(_graphs(name, quant, size, rate_hz))
    write_whole(file, standalone(list(map(draw_graph, graphs))).encode())
    return sum(len(graph.nodes) for graph in graphs)


def _graphs(name: str, quant: str, size: tuple[int, int] | None, rate_hz: int) -> Iterator[Graph]:
    is_recipe = registry.knows("recipe", name)
    if quant and not is_recipe:
        raise UsageError(f"--quant is for models of `zoo list`; {name} has numbers of its own")
    if is_recipe:
        recipe = find_recipe(name, None)
        hubs = dict(recipe.hubs) or {"none": recipe.demand_float_hub()}
        yield read_network(_hub(hubs, quant or "none", recipe.name))
    elif name.endswith(f".{ARCHIVE}"):
        yield from _bundled(named_file(name))
    elif is_user_file(name):
        yield read_network(named_file(name), size, rate_hz)
    elif any(name.endswith(suffix) for suffix in _chip_suffixes()):
        raise UsageError(
            f"{name}: is compiled for a chip, and no graph can be read back; draw the bundle or "
            f"the {suffixes()} file that it was made from, or open it in Netron (netron.app)"
        )
    else:
        find_recipe(name, None)  # says what the name is instead


def _hub(hubs: Mapping[str, Path], quant: str, model: str) -> Path:
    """Return the published file of a quantization, the first of its schemes if none is named."""
    for key in (quant, *(key for key in sorted(hubs) if key.startswith(f"{quant}."))):
        if key in hubs:
            return hubs[key]
    raise UnknownNameError(f"published quantization of {model}", quant, hubs)


def _bundled(archive: Path) -> Iterator[Graph]:
    with TemporaryDirectory(prefix="zoo-show-") as folder:
        bundle = unpack(archive, Path(folder))
        for artifact in bundle.manifest.artifacts:
            hub = bundle.folder / artifact.hub
            yield registry.load("format", "onnx").read(hub.read_bytes(), artifact.hub)


def _chip_suffixes() -> Iterator[str]:
    return (registry.load("describer", name).suffix for name in registry.names("describer"))
