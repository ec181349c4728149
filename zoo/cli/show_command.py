"""zoo show: a model, a target, a scheme, a file or a bundle; a model on a target."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from zoo import registry
from zoo.build.first_source import read_network
from zoo.build.models import find_recipe
from zoo.build.targets import find_target
from zoo.bundle.bundle import unpack
from zoo.bundle.kfpkg import SUFFIX, read_kfpkg
from zoo.cli.capability_output import show_capabilities
from zoo.cli.completion import runtimes
from zoo.cli.graph_output import write_graph
from zoo.cli.options import (
    chosen_runtime,
    cpu_tail_option,
    json_option,
    named_file,
    registered,
    signal_option,
    size_option,
    source_of,
    writable_file,
)
from zoo.cli.output import print_json, print_table
from zoo.errors import ArtifactError, UnknownNameError, UsageError
from zoo.file_content import file_content
from zoo.macs import count_macs, layer_work
from zoo.plugs import Describer
from zoo.target import ARCHIVE, Target
from zoo.user_file import find_importer, is_user_file, suffixes

_KINDS = ("recipe", "target", "scheme")
_UNSAID: tuple[object, ...] = (None, "", [], {})
"""Values that say nothing to a reader; JSON has them."""
_LONGEST = 16
_SHOWN = 3
"""Items of a longer list."""


@click.command()
@click.argument("name", type=registered("recipe", "target", "scheme"))
@click.option("--target", type=registered("target"), help="Show which nodes this board runs.")
@click.option(
    "--runtime",
    default="",
    shell_complete=runtimes,
    help="Runtime, if not the board's default, such as c or ort.",
)
@cpu_tail_option
@click.option(
    "--layers", is_flag=True, help="Show multiply-accumulates and bytes of each node instead."
)
@click.option(
    "--graph",
    type=writable_file(),
    metavar="FILE.svg",
    help="Draw the network instead, with shapes, types and scales.",
)
@click.option(
    "--quant", default="", help="With --graph: published quantization, such as qat or ptq.dpu-pow2."
)
@size_option
@signal_option
@json_option
def command(
    name: str,
    target: str | None,
    runtime: str,
    cpu_tail: bool,
    layers: bool,
    graph: Path | None,
    quant: str,
    size: str,
    rate_hz: int,
    as_json: bool,
) -> None:
    """Show NAME: a model, a target, a scheme, a bundle or a file.

    Files are .onnx, .tflite, .xmodel, .kmodel and .kfpkg.

    With --target or --layers, NAME is a model, an .onnx or .tflite file; show for each node what
    runs it, or its work. With --graph, NAME may also be a bundle.
    """
    runtime, source = chosen_runtime(runtime, cpu_tail), source_of(size, rate_hz)
    if any(source) and not is_user_file(name):
        raise UsageError(f"--size and --signal are for {suffixes()} files, not for {name}")
    _refuse_both(layers=layers, graph=graph is not None, target=target is not None, json=as_json)
    if quant and graph is None:
        raise UsageError("--quant needs --graph; `zoo show MODEL` lists what is published")
    if graph is not None:
        click.echo(f"{graph}: {write_graph(name, quant, graph, *source)} ops")
    elif layers:
        _show_layers(name, as_json, *source)
    elif target is not None:
        show_capabilities(name, find_target(target, runtime), as_json, *source)
    elif any(source):
        _show_facts(name, _network(named_file(name), *source), as_json)
    else:
        facts = _target(find_target(name, runtime)) if runtime else _facts(name)
        _show_facts(name, facts, as_json)


def _refuse_both(*, layers: bool, graph: bool, target: bool, json: bool) -> None:
    """Raise UsageError for two options that show different things."""
    if graph and (layers or target or json):
        raise UsageError("--graph goes with none of --layers, --target and --json")
    if layers and target:
        raise UsageError("--layers does not go with --target: a layer's work is the same on each")


def _show_facts(name: str, facts: Mapping[str, object], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    rows = [(key, value) for key, value in _flat(facts) if value not in _UNSAID]
    print_table("", [{"": key, name: _first(value)} for key, value in rows])


def _show_layers(
    name: str, as_json: bool, size: tuple[int, int] | None = None, rate_hz: int = 0
) -> None:
    """Print the work of each node of a network's file, or of a model's float hub."""
    is_file = is_user_file(name)
    file = named_file(name) if is_file else find_recipe(name, None).demand_float_hub()
    layers = layer_work(read_network(file, size, rate_hz))
    rows = [{**asdict(layer), "macs_per_byte": layer.macs_per_byte} for layer in layers]
    total = {key: sum(getattr(layer, key) for layer in layers) for key in ("macs", "bytes")}
    if as_json:
        print_json({"layers": rows, "total": total})
        return
    print_table(name, rows)
    click.echo(f"{total['macs']:,} multiply-accumulates, {total['bytes']:,} bytes read and written")


def _facts(name: str) -> dict[str, object]:
    if found := _registered(name):
        return found
    if name.endswith(f".{ARCHIVE}"):
        return _bundle(named_file(name))
    if Path(name).suffix:
        for describer in _describers(name):
            return dict(describer.describe(file_content(named_file(name), ArtifactError), name))
        if is_user_file(name):
            return _network(named_file(name))
        if name.endswith(SUFFIX):
            return _flash_package(named_file(name))
    if ":" in name:
        return _target(find_target(name))
    if Path(name).is_file():
        find_recipe(name, None)  # says what the file is instead
    everything = (name for kind in _KINDS for name in registry.names(kind))
    raise UnknownNameError("model, target or scheme", name, everything)


def _registered(name: str) -> dict[str, object]:
    """Return what a registered name stands for, nothing for other names."""
    if registry.knows("target", name):
        return _target(registry.load("target", name))
    for kind in _KINDS:
        if registry.knows(kind, name):
            return _jsonable({"kind": kind, **asdict(registry.load(kind, name))})
    return {}


def _target(target: Target) -> dict[str, object]:
    """Return a board's data, with only the names of its variants and runtimes."""
    forms = {"variants": list(target.variants), "runtimes": list(target.runtimes)}
    return _jsonable({"kind": "target", **asdict(target), **forms})


def _describers(name: str) -> Iterator[Describer]:
    """Return the describers for this file suffix."""
    found = (registry.load("describer", describer) for describer in registry.names("describer"))
    return (describer for describer in found if name.endswith(describer.suffix))


def _network(
    path: Path, size: tuple[int, int] | None = None, rate_hz: int = 0
) -> dict[str, object]:
    importer, graph = find_importer(path), read_network(path, size, rate_hz)
    tensors = graph.tensors
    weights = sum(t.data.size for t in tensors.values() if t.data is not None)
    return {
        "kind": importer.name,
        "inputs": {name: list(tensors[name].shape) for name in graph.inputs},
        "outputs": {name: list(tensors[name].shape) for name in graph.outputs},
        "quantized": graph.is_quantized,
        "parameters": weights,
        "macs": count_macs(graph),
        "ops": dict(Counter(node.op for node in graph.nodes).most_common()),
        "metadata": dict(graph.metadata),
    }


def _bundle(path: Path) -> dict[str, object]:
    with TemporaryDirectory(prefix="zoo-show-") as folder:
        bundle = unpack(path, Path(folder))
    signer = bundle.signer.fingerprint if bundle.signer else ""
    return {"kind": "bundle", "signer": signer, **_jsonable(asdict(bundle.manifest))}


def _flash_package(path: Path) -> dict[str, object]:
    rows = [
        {
            "name": file.name,
            "address": f"{file.address:#08x}",
            "bytes": len(file.content),
            "is_firmware": file.is_firmware,
        }
        for file in read_kfpkg(file_content(path, ArtifactError), str(path))
    ]
    return {"kind": "flash package", "files": rows}


def _jsonable(value: Mapping[str, object]) -> dict[str, object]:
    """Return the value in JSON types: paths as text, tuples as lists."""
    parsed: dict[str, object] = json.loads(json.dumps(value, default=str))
    return parsed


def _first(value: object) -> object:
    """Return a list's first items and their number, other values as they are."""
    if isinstance(value, list) and len(value) > _LONGEST:
        return [*value[:_SHOWN], f"... ({len(value):,} in all; --json has them)"]
    return value


def _flat(facts: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield (path, value) of nested tables and lists of tables, for printing."""
    for key, value in facts.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            value = {label: _unnamed(item, label) for label, item in _labelled(value)}
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _labelled(
    items: Sequence[Mapping[str, object]],
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each item after what distinguishes it; names that are there again are counted."""
    seen = Counter[str]()
    for index, item in enumerate(items):
        label = str(item.get("name") or item.get("covers") or index)
        seen[label] += 1
        yield label if seen[label] == 1 else f"{label} {seen[label]}", item


def _unnamed(item: Mapping[str, object], label: str) -> Mapping[str, object]:
    """Return an item without the name that its label begins with, unless it is all it has."""
    name = item.get("name")
    rest = {key: value for key, value in item.items() if key != "name"}
    is_said = isinstance(name, str) and label.startswith(name)
    return rest if is_said and any(v not in _UNSAID for v in rest.values()) else item
