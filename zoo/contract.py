"""The contract: pre- and post-processing of a model as data.

numpy (zoo.steps), the generated C++ app and the evaluation run the same contract, so what was
trained is what is deployed. Users write it as TOML; bundles and hubs store it as JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.contract_files import Numbers, read_numbers, with_lines, with_numbers
from zoo.errors import ContractError, suggest
from zoo.layout import LAYOUTS, chw_sizes, file_sizes
from zoo.toml_file import read_toml, written_toml

__all__ = ["Constant", "Contract", "FileInput", "SignalSpec", "Step", "TensorSpec"]

_TYPES = ("float32", "uint8")
_CHANNELS = ("only", "first", "mean")
_NUMBERS_MAX = 1 << 27
"""Numbers of a tensor: as many as the pixels of the largest picture."""


@dataclass(frozen=True)
class TensorSpec:
    """An input or output of the network. shape without the batch, such as (3, 112, 112)."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class FileInput:
    """How the model's own file takes an input; the build changes it to CHW float32.

    shape: without the batch, CHW whatever the layout; () leaves it to the file.
    layout: of a picture in the file, one of zoo.layout.LAYOUTS.
    dtype: 'float32', which includes float16, or 'uint8' for pixels 0..255; '' leaves it to the
    file.
    value: of an input that is always the same, with the batch; None for others.
    """

    shape: tuple[int, ...] = ()
    layout: str = "nchw"
    dtype: str = ""
    value: Numbers | None = None


@dataclass(frozen=True)
class Constant:
    """A further input of the model's own file that is always the same; the build folds it.

    value: a number or nested tuples of numbers, in the input's shape with the batch.
    """

    name: str
    value: Numbers


@dataclass(frozen=True)
class Step:
    """One step by the name of its plugin, with its parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SignalSpec:
    """A one-dimensional signal, such as sound, that a network takes instead of a picture.

    rate_hz: samples per second.  channel: which of a file's; 'only' takes files with one channel.
    """

    rate_hz: int
    channel: str = "only"


@dataclass(frozen=True)
class Contract:
    """Pre- and post-processing of a network.

    input: the image tensor, CHW float32.  outputs: in the network's order.
    pre: from an 8-bit RGB photo and a box to the input.
    post: from the outputs to values in the photo's pixels.
    track: from the values of a tracked object's photos to its events (zoo.step.TrackStep).
    layout, dtype: of the input in the model's own file, as in FileInput.
    constants: its further inputs.  signal: the source where it is no photo; `pre` then begins with
    its samples, and the input may have any axes.
    """

    input: TensorSpec
    outputs: tuple[TensorSpec, ...]
    pre: tuple[Step, ...]
    post: tuple[Step, ...] = ()
    layout: str = "nchw"
    dtype: str = "float32"
    constants: tuple[Constant, ...] = ()
    signal: SignalSpec | None = None
    track: tuple[Step, ...] = ()

    @property
    def file_inputs(self) -> Mapping[str, FileInput]:
        """The inputs of the model's own file, by name."""
        fixed = {given.name: FileInput(value=given.value) for given in self.constants}
        own = FileInput(self.input.shape, self.layout, self.dtype)
        return MappingProxyType({self.input.name: own, **fixed})

    @property
    def pixel_quantization(self) -> tuple[float, int] | None:
        """Return (scale, zero_point) that make uint8 pixels themselves the quantized input.

        With x = (pixel - mean) / std and one mean and std for all channels, q = pixel represents x
        exactly if scale = 1 / std and zero_point = mean. None if that is impossible.
        """
        for step in self.pre:
            if step.name == "normalize":
                means, stds = set(step.parameters["mean"]), set(step.parameters["std"])
                if len(means) == len(stds) == 1 and float(min(means)).is_integer():
                    return 1.0 / min(stds), int(min(means))
        return None

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in their order."""
        return (*self.pre, *self.post, *self.track)

    def step(self, name: str) -> Step:
        """Return the first step with this name; raises RecipeError if there is none."""
        steps = self.steps
        for step in steps:
            if step.name == name:
                return step
        known = ", ".join(step.name for step in steps)
        raise ContractError(f"contract: has no step '{name}'; its steps: {known}")

    def to_json(self) -> str:
        """Return the contract as JSON, as stored in hubs and bundles."""
        data = asdict(self)
        data["input"] = _written_input(self)
        del data["layout"], data["dtype"]
        for key in ("constants", "signal", "track"):
            if not data[key]:
                del data[key]
        return json.dumps(data, sort_keys=True)

    @property
    def of_hub(self) -> "Contract":
        """Return the contract of the network as the zoo writes it: NCHW, float32, no constants."""
        return replace(self, layout="nchw", dtype="float32", constants=())

    def to_toml(self) -> str:
        """Return the contract in the form that `from_toml` reads, without other files."""
        return written_toml(json.loads(self.to_json()))

    @classmethod
    def from_json(cls, text: str, where: str = "contract") -> "Contract":
        """Read `to_json`'s form; raises RecipeError naming `where`."""
        try:
            return cls.from_mapping(json.loads(text), where)
        # Also a number of thousands of digits, and brackets thousands deep.
        except (ValueError, RecursionError) as error:
            raise ContractError(f"{where}: not JSON ({error}); recreate it from TOML") from error

    @classmethod
    def from_toml(cls, path: Path) -> "Contract":
        """Read a hand-written contract; raises RecipeError with file and key.

        A step's parameter {file = "labels.txt"} becomes the lines of this file, and a constant's
        value {file = "anchors.npy"} its numbers. Files are found from the contract's folder.
        """
        try:
            data = with_numbers(read_toml(path, "contract"), path)
            contract = cls.from_mapping(data, str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ContractError(f"{path}: cannot read the contract ({error})") from error
        pre, post, track = (
            tuple(replace(s, parameters=with_lines(s.name, s.parameters, path)) for s in steps)
            for steps in (contract.pre, contract.post, contract.track)
        )
        return replace(contract, pre=pre, post=post, track=track)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], where: str) -> "Contract":
        """Read the parsed form. Keys: input, outputs, pre, post, track, constants, signal.

        Steps have name and parameters. In TOML, a step's parameters may also be written beside its
        name.
        """
        optional = {"post", "track", "constants", "signal"}
        _check_keys(data, {"input", "outputs", "pre"}, optional, where)
        given, layout, dtype = _input(data["input"], f"{where}: input")
        return cls(
            input=given,
            outputs=tuple(_tensor(t, f"{where}: outputs") for t in _list(data, "outputs", where)),
            pre=tuple(_step(s, f"{where}: pre") for s in _list(data, "pre", where)),
            post=tuple(_step(s, f"{where}: post") for s in _list(data, "post", where)),
            track=tuple(_step(s, f"{where}: track") for s in _list(data, "track", where)),
            layout=layout,
            dtype=dtype,
            signal=_signal(data["signal"], f"{where}: signal") if "signal" in data else None,
            constants=tuple(
                _constant(c, f"{where}: constants") for c in _list(data, "constants", where)
            ),
        )


def _check_keys(data: object, needed: set[str], optional: set[str], where: str) -> None:
    if not isinstance(data, Mapping):
        raise ContractError(f"{where}: found {type(data).__name__}; expected a table")
    known = sorted(needed | optional)
    for key in data:
        if key not in known:
            raise ContractError(f"{where}: unknown key '{key}'{suggest(key, known)}")
    missing = sorted(needed - set(data))
    if missing:
        raise ContractError(f"{where}: key '{missing[0]}' is missing; needed: {sorted(needed)}")


def _list(data: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise ContractError(f"{where}: '{key}' is {type(value).__name__}; expected a list")
    return value


def _input(data: Mapping[str, Any], where: str) -> tuple[TensorSpec, str, str]:
    """Return the input as CHW, with its layout and type in the model's file."""
    _check_keys(data, {"name", "shape"}, {"layout", "type"}, where)
    form = {"layout": tuple(LAYOUTS), "type": _TYPES}
    for key, allowed in form.items():
        if data.get(key, allowed[0]) not in allowed:
            raise ContractError(
                f"{where}: {key} {data[key]!r}; allowed: {', '.join(map(repr, allowed))}"
            )
    layout, dtype = data.get("layout", "nchw"), data.get("type", "float32")
    tensor = _tensor({key: data[key] for key in ("name", "shape")}, where)
    if layout == "nchw":
        return tensor, layout, dtype
    if len(tensor.shape) != len(layout) - 1:
        axes = ", ".join(file_sizes(("channels", "height", "width"), layout))
        raise ContractError(
            f"{where}: shape {list(tensor.shape)} in layout '{layout}' must be [{axes}]; leave out "
            "the layout if this is not a picture"
        )
    return TensorSpec(tensor.name, chw_sizes(tensor.shape, layout)), layout, dtype


def _written_input(contract: Contract) -> dict[str, object]:
    """Return the table that `_input` reads; what is usual is left out."""
    name, shape = contract.input.name, contract.input.shape
    table: dict[str, object] = {"name": name, "shape": shape}
    if contract.layout != "nchw":
        table |= {"layout": contract.layout, "shape": file_sizes(shape, contract.layout)}
    if contract.dtype != "float32":
        table["type"] = contract.dtype
    return table


def _signal(data: Mapping[str, Any], where: str) -> SignalSpec:
    _check_keys(data, {"rate_hz"}, {"channel"}, where)
    rate_hz, channel = data["rate_hz"], data.get("channel", "only")
    if type(rate_hz) is not int or not 0 < rate_hz < 1 << 31:
        raise ContractError(
            f"{where}: rate_hz {rate_hz!r}; expected samples per second, such as 16000"
        )
    if channel not in _CHANNELS:
        allowed = ", ".join(map(repr, _CHANNELS))
        raise ContractError(f"{where}: channel {channel!r}; allowed: {allowed}")
    return SignalSpec(rate_hz, channel)


def _constant(data: Mapping[str, Any], where: str) -> Constant:
    _check_keys(data, {"name", "value"}, set(), where)
    name = _text(data, where)
    return Constant(name, read_numbers(data["value"], f"{where}: '{name}'"))


def _tensor(data: Mapping[str, Any], where: str) -> TensorSpec:
    _check_keys(data, {"name", "shape"}, set(), where)
    shape = data["shape"]
    if not isinstance(shape, list) or not all(type(n) is int and n > 0 for n in shape):
        raise ContractError(f"{where}: shape {shape!r} must be a list of positive integers")
    if prod(shape) > _NUMBERS_MAX:
        raise ContractError(f"{where}: shape {shape!r} has more than {_NUMBERS_MAX:,} numbers")
    name = _text(data, where)
    if not name or not name.isprintable():
        raise ContractError(
            f"{where}: name {name!r} must be of printable characters; rename it in the network"
        )
    return TensorSpec(name, tuple(shape))


def _text(data: Mapping[str, Any], where: str) -> str:
    """Return a name."""
    name = data["name"]
    if not isinstance(name, str):
        raise ContractError(f"{where}: name {name!r} is {type(name).__name__}; expected a text")
    return name


def _step(data: object, where: str) -> Step:
    if not isinstance(data, Mapping) or "name" not in data:
        raise ContractError(f"{where}: {data!r} must be a table with a 'name'")
    parameters = data.get("parameters", {})
    if not isinstance(parameters, Mapping):
        raise ContractError(f"{where}: the parameters of step '{data['name']}' must be a table")
    beside = {key: value for key, value in data.items() if key not in ("name", "parameters")}
    return Step(_text(data, where), {**parameters, **beside})
