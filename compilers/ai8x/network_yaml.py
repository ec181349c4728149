"""The network description that ai8xize.py reads, in the part of YAML that it needs.

Fields: ai8x-synthesis, README.md, "Network Description"; a list of layers with one line per field.
"""

from collections.abc import Mapping, Sequence

from compilers.ai8x.layer import Layer
from compilers.ai8x.placement import Place
from zoo.errors import ArtifactError

__all__ = ["Fields", "read_network", "write_network"]

Fields = Mapping[str, str]


def write_network(
    arch: str, dataset: str, layers: Sequence[Layer], places: Sequence[Place]
) -> bytes:
    """Return the description. arch, dataset: names without spaces."""
    lines = ["---", f"arch: {arch}", f"dataset: {dataset}", "", "layers:"]
    for index, (layer, spot) in enumerate(zip(layers, places, strict=True)):
        is_last = index == len(layers) - 1
        named = _fields(layer, spot, index == 0, gives_sums=is_last and not layer.relu)
        fields = [f"{key}: {value}" for key, value in named.items()]
        lines += ["", f"  - {fields[0]}"]
        lines += [f"    {field}" for field in fields[1:]]
    return "\n".join([*lines, ""]).encode()


def read_network(content: bytes, where: str) -> tuple[Fields, tuple[Fields, ...]]:
    """Return the fields of the network and of each layer, as texts.

    Raises ArtifactError for lines of another form.
    """
    head: dict[str, str] = {}
    layers: list[dict[str, str]] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#") or text in ("---", "layers:"):
            continue
        if text.startswith("- "):
            layers.append({})
        key, separator, value = text.removeprefix("- ").partition(": ")
        if not separator:
            raise ArtifactError(f"{where}, line {number}: expected 'key: value'; build it again")
        (layers[-1] if layers else head)[key] = value
    return head, tuple(layers)


def _fields(layer: Layer, spot: Place, is_first: bool, *, gives_sums: bool) -> dict[str, str]:
    fields = {"op": "mlp" if layer.is_dense else "conv2d"}
    if not layer.is_dense:
        fields |= {"kernel_size": f"{layer.kernel}x{layer.kernel}", "pad": str(layer.pad)}
    if layer.flatten:
        fields["flatten"] = "true"
    if layer.pool > 1:
        fields |= {"max_pool": str(layer.pool), "pool_stride": str(layer.pool)}
    fields["activate"] = "ReLU" if layer.relu else "None"
    if gives_sums:
        fields["output_width"] = "32"
    if is_first:
        fields["data_format"] = "HWC"
    fields |= {
        "quantization": str(layer.weight_bits),
        "processors": f"0x{spot.processors:016x}",
        "out_offset": f"0x{spot.out_offset:04x}",
    }
    return fields
