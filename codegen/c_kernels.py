"""The kernels that a program needs, their element types, and their dependencies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codegen.c_lines import filled
from zoo.c_program import Call, CProgram, element_bytes

__all__ = [
    "ElementType",
    "Function",
    "KernelsCode",
    "Part",
    "function_name",
    "kernels_code",
    "scratch_type",
    "struct_name",
]

_ROUNDING, _WINDOW = ("rounding",), ("window",)
_LAYER_STRUCTS = ("rounding", "rescale")
_SIMILARITY_STRUCTS = ("rounding", "similarity")

# Structs of a kernel's settings, and parts that its code calls: for its input (i), its output (o),
# or independent of types ('').
_STRUCTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "add_wide": _ROUNDING,
        "add_two_stage": _ROUNDING,
        "align_image": _SIMILARITY_STRUCTS,
        "average_pool": _ROUNDING + _WINDOW,
        "average_pool_two_stage": _ROUNDING + _WINDOW,
        "conv": _LAYER_STRUCTS + _WINDOW,
        "conv_gathered": _LAYER_STRUCTS + _WINDOW,
        "conv_wide": _LAYER_STRUCTS + _WINDOW,
        "dense": _LAYER_STRUCTS,
        "depthwise": _LAYER_STRUCTS + _WINDOW,
        "depthwise_3x3": _LAYER_STRUCTS + _WINDOW,
        "landmark_heatmap": _SIMILARITY_STRUCTS,
        "matmul": _ROUNDING,
        "max_pool": _WINDOW,
        "mul": _ROUNDING,
        "requantize": _ROUNDING,
        "requantize_table": _ROUNDING,
        "requantize_two_stage": _ROUNDING,
        "turn_back": _SIMILARITY_STRUCTS,
    }
)
_STORE = (("clamp", ""), ("round_shift", ""), ("store", "o"))
_ACTIVATE = (("clamp", ""), ("round_shift", ""), ("activate", ""))
_BLOCKS = (("minimum", ""), ("blocks", ""), ("x86", ""), ("arm", ""), ("wasm", ""))
_LAYER = (*_BLOCKS, ("patches", ""), ("dsp", ""), *_STORE, ("multiply", "i"), ("layer", "io"))
_DEPTHWISE = (*_BLOCKS, *_STORE, ("tap", "i"))
_SIMILARITY = (
    ("clamp", ""),
    ("round_shift", ""),
    ("round_divide", ""),
    ("similarity", ""),
    ("points", "i"),
)
_PARTS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "add": (*_BLOCKS, ("clamp", "")),
        "add_wide": (("minimum", ""), ("blocks", ""), ("clamp", ""), ("round_shift", "")),
        "add_two_stage": _ACTIVATE,
        "align_image": _SIMILARITY,
        "average_pool": (
            ("minimum", ""),
            ("blocks", ""),
            ("clamp", ""),
            ("round_shift", ""),
            ("tap", "i"),
        ),
        "average_pool_two_stage": (*_ACTIVATE, ("tap", "i")),
        "clip": (("clamp", ""),),
        "conv": (*_LAYER, ("copy_line", "")),
        "conv_gathered": (*_LAYER, ("tap", "i")),
        "conv_wide": (
            ("minimum", ""),
            ("blocks", ""),
            ("multiply_wide", ""),
            ("store_wide", "o"),
            ("tap", "i"),
        ),
        "dense": _LAYER,
        "depthwise": (*_DEPTHWISE, ("accumulate", "i")),
        "depthwise_3x3": (
            *_DEPTHWISE,
            ("copy_line", ""),
            ("widen", "i"),
            ("accumulate_3x3", ""),
        ),
        "landmark_heatmap": _SIMILARITY,
        "matmul": (("minimum", ""), ("blocks", ""), ("clamp", ""), ("round_shift", "")),
        "max_pool": (("tap", "i"),),
        "mul": (("clamp", ""), ("round_shift", "")),
        "requantize": (("clamp", ""), ("round_shift", "")),
        "requantize_table": (("clamp", ""), ("round_shift", "")),
        "requantize_two_stage": _ACTIVATE,
        "resize_linear": (("minimum", ""), ("clamp", ""), ("round_divide", "")),
        "resize_linear_pow2": (("minimum", ""), ("clamp", "")),
        "softmax": (("clamp", ""), ("round_divide", "")),
        "turn_back": _SIMILARITY,
    }
)
_PARTS_FIRST = (
    "minimum",
    "blocks",
    "patches",
    "copy_line",
    "x86",
    "arm",
    "wasm",
    "dsp",
    "clamp",
    "round_shift",
    "round_divide",
    "activate",
    "store",
    "tap",
    "unpack",
)
_INPUT_NAMES = {0: (), 1: ("input",), 2: ("first", "second")}
_SAME_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "conv_gathered": "conv",
        "depthwise_3x3": "depthwise",
        "requantize_table": "requantize",
        "resize_linear_pow2": "resize_linear",
    }
)
_PACKED = "_w4"  # suffix of kernels that read two weights from a byte, and of their parts
_PACKED_PARTS = ("multiply", "multiply_wide", "layer", "widen")
_TWO_STAGE = "NETWORK_TWO_STAGE"
_LIMITS = MappingProxyType({"uint8_t": (0, 255), "int8_t": (-128, 127)})


@dataclass(frozen=True)
class ElementType:
    """c: such as 'uint8_t'.  short: such as 'u8', in names."""

    c: str
    short: str

    @property
    def is_byte(self) -> bool:
        """Whether it has 8 bits: only these have forms for some processors."""
        return self.short in ("u8", "s8")

    @property
    def lowest(self) -> int:
        """The lowest value of a byte."""
        return _LIMITS[self.c][0]


@dataclass(frozen=True)
class Template:
    """A file in templates/c. packed: for two weights in a byte, instead of one."""

    file: str
    packed: bool


@dataclass(frozen=True)
class Part:
    """A function shared by kernels, for some element types."""

    template: Template
    types: tuple[ElementType, ...]


@dataclass(frozen=True)
class Function:
    """A kernel for some element types. prototype, definition: lines of its head."""

    template: Template
    types: tuple[ElementType, ...]
    prototype: tuple[str, ...]
    definition: tuple[str, ...]


@dataclass(frozen=True)
class KernelsCode:
    """Context of templates/c/kernels.*: struct files, shared parts and kernels, in order.

    two_stage: whether layers store in two stages (compilers.op_parts.two_stage).
    not_in_floats: kernels with a layer that rescales its sums otherwise.
    are_all_levels_stored: whether each layer and addition stores any level of its type, so that
    saturation bounds them.
    """

    structs: tuple[Template, ...]
    parts: tuple[Part, ...]
    functions: tuple[Function, ...]
    two_stage: bool = False
    not_in_floats: frozenset[str] = frozenset()
    are_all_levels_stored: bool = False

    @property
    def layers(self) -> tuple[Part, ...]:
        """Return the parts that compute layers, with a form of their own for some processors."""
        return tuple(
            part for part in self.parts if part.template.file == "layer" and part.types[-1].is_byte
        )

    @property
    def plain_layers(self) -> tuple[Part, ...]:
        """Return those of them that read a weight from each byte."""
        return tuple(part for part in self.layers if not part.template.packed)

    @property
    def multiplies(self) -> tuple[Part, ...]:
        """Return the parts that multiply, with a form of their own for some processors."""
        return tuple(part for part in self.parts if part.template.file == "multiply")

    @property
    def stores(self) -> tuple[Part, ...]:
        """Return the parts that store 8 bits, with a form of their own for some processors."""
        return tuple(
            part for part in self.parts if part.template.file == "store" and part.types[0].is_byte
        )

    @property
    def copies_lines(self) -> bool:
        """Whether a kernel copies lines of its input on every processor."""
        return any(function.template.file == "conv" for function in self.functions)

    @property
    def are_layers_in_floats(self) -> bool:
        """Whether all layers but depthwise ones rescale their sums in floats."""
        return self.not_in_floats <= {"depthwise", "depthwise_3x3"}

    @property
    def has_packed(self) -> bool:
        """Whether a layer reads two weights from a byte."""
        return any(part.template.packed for part in self.multiplies)

    def of(self, name: str) -> tuple[Function, ...]:
        """Return the functions of a kernel that have a form of their own for some processors."""
        return tuple(
            function
            for function in self.functions
            if function.template == Template(name, packed=False)
            and all(kind.is_byte for kind in function.types)
        )

    def has(self, name: str) -> bool:
        """Whether a part is needed."""
        return any(part.template.file == name for part in self.parts)


def kernels_code(program: CProgram) -> KernelsCode:
    """Return the context."""
    used = sorted({(call.kernel, call.ctypes) for call in program.calls})
    kernels = list(dict.fromkeys(kernel for kernel, _ in used))
    structs = [
        struct
        for kernel in kernels
        for struct in (*_STRUCTS.get(_plain(kernel), ()), _settings_of(kernel))
    ]
    ordered = _ordered(structs, ("rounding", "rescale", "similarity", "window"))
    two_stage = any(_stores_in_two_stages(call) for call in program.calls)
    return KernelsCode(
        structs=tuple(map(_template, ordered)),
        parts=_parts(used, two_stage),
        two_stage=two_stage,
        not_in_floats=frozenset(_plain(c.kernel) for c in program.calls if _is_not_in_floats(c)),
        are_all_levels_stored=all(map(_stores_all_levels, program.calls)),
        functions=tuple(_function(program.prefix, kernel, ctypes) for kernel, ctypes in used),
    )


def function_name(program: CProgram, call: Call) -> str:
    """Return the function name of a call."""
    return _function_name(program.prefix, call.kernel, call.ctypes)


def scratch_type(kernel: str, input_type: str) -> str:
    """Return the element type of a kernel's scratch, '' for none."""
    match _plain(kernel):
        case "conv":
            return "uint8_t"
        case "conv_gathered" | "depthwise":
            return input_type
        case "conv_wide" | "depthwise_3x3":
            return "int16_t"
        case "align_image" | "landmark_heatmap" | "turn_back":
            return "int32_t"
        case _:
            return ""


def struct_name(field_or_kernel: str) -> str:
    """Return the name of a struct: 'NetworkMaxPool' for 'max_pool'."""
    words = _settings_of(field_or_kernel).split("_")
    return "Network" + "".join(word.capitalize() for word in words)


def _stores_in_two_stages(call: Call) -> bool:
    rescale = call.settings.get("rescale")
    return isinstance(rescale, Mapping) and rescale["rounding"] == _TWO_STAGE


def _is_not_in_floats(call: Call) -> bool:
    rescale = call.settings.get("rescale")
    is_wide = any(element_bytes(ctype) == 2 for ctype in call.ctypes)
    return isinstance(rescale, Mapping) and not rescale["fits_float"] and not is_wide


def _stores_all_levels(call: Call) -> bool:
    """Whether a call's bounds are those of its type, if it is a layer or addition of 8 bits."""
    bounds = call.settings if call.kernel == "add" else call.settings.get("rescale")
    limits = _LIMITS.get(call.ctypes[-1])
    if limits is None or not isinstance(bounds, Mapping):
        return True
    return (bounds["low"], bounds["high"]) == limits


def _parts(used: Iterable[tuple[str, tuple[str, ...]]], two_stage: bool) -> tuple[Part, ...]:
    """Return the parts, grouped by name, each after those it calls."""
    wanted: dict[tuple[str, tuple[str, ...]], None] = {}
    for kernel, ctypes in used:
        types = {"": (), "i": ctypes[:1], "o": ctypes[-1:], "io": (ctypes[0], ctypes[-1])}
        wanted |= {(name, types[sides]): None for name, sides in _parts_of(kernel)}
    if two_stage:
        wanted["activate", ()] = None
    names = _ordered([name for name, _ in wanted], _PARTS_FIRST)
    return tuple(
        Part(_template(name), _types(ctypes))
        for name in names
        for found, ctypes in sorted(wanted)
        if found == name
    )


def _parts_of(kernel: str) -> tuple[tuple[str, str], ...]:
    parts = _PARTS.get(_plain(kernel), ())
    if not kernel.endswith(_PACKED):
        return parts
    packed = ((f"{n}{_PACKED}" if n in _PACKED_PARTS else n, sides) for n, sides in parts)
    return (("unpack", ""), *packed)


def _plain(kernel: str) -> str:
    return kernel.removesuffix(_PACKED)


def _template(name: str) -> Template:
    return Template(_plain(name), name.endswith(_PACKED))


def _settings_of(kernel: str) -> str:
    """Return the kernel with the settings struct."""
    plain = _plain(kernel)
    return _SAME_SETTINGS.get(plain, plain) + kernel[len(plain) :]


def _function(prefix: str, kernel: str, ctypes: tuple[str, ...]) -> Function:
    *inputs, output = ctypes
    parameters = [
        f"const {struct_name(kernel)}* settings",
        *(f"const {c}* {n}" for c, n in zip(inputs, _INPUT_NAMES[len(inputs)], strict=True)),
        f"{output}* output",
    ]
    scratch = scratch_type(kernel, ctypes[0])
    if scratch:
        parameters.append(f"{scratch}* scratch")
    head = f"void {_function_name(prefix, kernel, ctypes)}"
    prototype, definition = (filled(head, parameters, tail) for tail in (";", " {"))
    return Function(_template(kernel), _types(ctypes), prototype, definition)


def _function_name(prefix: str, kernel: str, ctypes: tuple[str, ...]) -> str:
    types = [kind.short for kind in _types(ctypes)]
    return "_".join([prefix, kernel, *(types if len(set(types)) > 1 else types[:1])])


def _types(ctypes: Iterable[str]) -> tuple[ElementType, ...]:
    shorts = {"uint8_t": "u8", "int8_t": "s8", "uint16_t": "u16", "int16_t": "s16"}
    shorts["int32_t"] = "s32"
    return tuple(ElementType(ctype, shorts[ctype]) for ctype in ctypes)


def _ordered(names: Iterable[str], first: tuple[str, ...]) -> tuple[str, ...]:
    """Return each name once, starting with those of `first`."""
    found = dict.fromkeys(names)
    return (*(name for name in first if name in found), *(n for n in found if n not in first))
