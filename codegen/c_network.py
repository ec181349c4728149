"""A planned network as lines of C."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import frexp

from codegen.c_kernels import function_name, scratch_type, struct_name
from codegen.c_lines import comment, filled, numbers
from codegen.c_rows import RowsFunction, has_rows, rows_functions
from zoo.c_program import (
    Argument,
    Border,
    Buffer,
    Call,
    Constant,
    CProgram,
    Setting,
    element_bytes,
)

__all__ = ["Array", "BorderCode", "NetworkCode", "Struct", "network_code"]


@dataclass(frozen=True)
class BorderCode:
    """An input or output. macros: 'NAME value'."""

    comment: str
    macros: tuple[str, ...]


@dataclass(frozen=True)
class Struct:
    """Settings. fields: '.name = value,'."""

    type: str
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Array:
    """A constant. lines: of its numbers."""

    declaration: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class NetworkCode:
    """Context of templates/c/network.* and templates/c/weights.*.

    prefix: start of its names.  owns_memory: whether it has memory for its activations.
    takes_memory: whether the caller provides it.  part: type of a thread's part.
    scratch_bytes: of each thread.  rows: functions for some rows.  shared_signature,
    shared_definition: lines of the head of the function for threads.  shared_buffers,
    shared_calls: as buffers and calls, for some rows each.
    signature, definition: lines of its function's head.  buffers: declarations.  calls: lines of
    each, starting with its comment.
    """

    title: str
    prefix: str
    owns_memory: bool
    takes_memory: bool
    arena_bytes: int
    weights_bytes: int
    borders: tuple[BorderCode, ...]
    signature: tuple[str, ...]
    definition: tuple[str, ...]
    structs: tuple[Struct, ...]
    buffers: tuple[str, ...]
    calls: tuple[tuple[str, ...], ...]
    part: str
    scratch_bytes: int
    rows: tuple[RowsFunction, ...]
    shared_signature: tuple[str, ...]
    shared_definition: tuple[str, ...]
    shared_buffers: tuple[str, ...]
    shared_calls: tuple[tuple[str, ...], ...]
    arrays: tuple[Array, ...]


def network_code(program: CProgram) -> NetworkCode:
    """Return the context."""
    arena_type = _arena_type(program)
    head = f"void {program.prefix}_run"
    parameters = ["int32_t* memory"] if program.part else []
    parameters += [f"const {border.ctype}* {border.identifier}" for border in program.inputs]
    parameters += [f"{border.ctype}* {border.identifier}" for border in program.outputs]
    part = f"{program.prefix.capitalize()}Part"
    shared_head, shared = f"{head}_part", [f"const {part}* part", *parameters]
    return NetworkCode(
        title=program.name,
        prefix=program.prefix,
        owns_memory=not program.part and program.arena_bytes > 0,
        takes_memory=bool(program.part),
        arena_bytes=program.arena_bytes,
        weights_bytes=program.weights_bytes,
        borders=tuple(_borders(program)),
        signature=filled(head, parameters, ";"),
        definition=filled(head, parameters, " {"),
        structs=tuple(struct for call in program.calls for struct in _structs(call)),
        buffers=tuple(_buffers(program, arena_type)),
        calls=tuple(_call(program, call, arena_type) for call in program.calls),
        part=part,
        scratch_bytes=max((call.scratch_bytes for call in program.calls), default=0),
        rows=rows_functions(program),
        shared_signature=filled(shared_head, shared, ";"),
        shared_definition=filled(shared_head, shared, " {"),
        shared_buffers=_shared_buffers(program, arena_type),
        shared_calls=tuple(_shared_call(program, call) for call in program.calls),
        arrays=tuple(_array(constant) for constant in program.constants),
    )


def _arena_type(program: CProgram) -> str:
    """Return the most common type of bytes, which then needs no cast: offsets are in bytes."""
    types = sorted(b.ctype for b in program.buffers.values() if element_bytes(b.ctype) == 1)
    return max(dict.fromkeys(types), key=types.count, default="uint8_t")


def _borders(program: CProgram) -> Iterator[BorderCode]:
    for side, borders in (("INPUT", program.inputs), ("OUTPUT", program.outputs)):
        for border in borders:
            start = f"{program.prefix.upper()}_{side}"
            yield _border(start, border, alone=len(borders) == 1)


def _border(start: str, border: Border, alone: bool) -> BorderCode:
    name = f"{start}_{border.identifier.upper()}"
    macros = [
        f"{name}_SIZE {border.size}",
        f"{name}_SCALE {_real(border.scale)}f",
        f"{name}_ZERO_POINT {border.zero_point}",
    ]
    mantissa, exponent = frexp(border.scale)
    if mantissa == 0.5 and border.zero_point == 0:
        macros.append(f"{name}_FIX_POINT {1 - exponent}")
    if alone:
        macros.append(f"{start}_SIZE {name}_SIZE")
    axes = " x ".join(str(size) for size in _stored(border.shape))
    text = f"{border.identifier}: {border.ctype} [{axes}], real = scale * (q - zero_point)."
    return BorderCode(text, tuple(macros))


def _stored(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes as stored."""
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _structs(call: Call) -> Iterator[Struct]:
    """Yield the structs referenced by a call's settings, then the settings."""
    name = f"{call.name}_settings"
    for field, value in call.settings.items():
        if isinstance(value, Mapping):
            yield Struct(struct_name(field), f"{call.name}_{field}", _fields(call, value))
    yield Struct(struct_name(call.kernel), name, _fields(call, call.settings))


def _fields(call: Call, settings: Mapping[str, Setting]) -> tuple[str, ...]:
    return tuple(f".{name} = {_value(call, name, value)}," for name, value in settings.items())


def _value(call: Call, name: str, value: Setting) -> str:
    if isinstance(value, Constant):
        return value.name
    if isinstance(value, tuple):
        return "{" + ", ".join(map(str, value)) + "}"
    return f"&{call.name}_{name}" if isinstance(value, Mapping) else str(value)


def _buffers(program: CProgram, arena_type: str) -> Iterator[str]:
    if program.arena_bytes:
        yield f"{arena_type}* const arena = ({arena_type}*)memory;"
    elif program.part:
        yield "(void)memory;"
    for buffer in program.buffers.values():
        if buffer.offset is not None:
            place = _place(buffer.offset, buffer.ctype, arena_type)
            yield f"{buffer.ctype}* const {buffer.name} = {place};"


def _shared_buffers(program: CProgram, arena_type: str) -> tuple[str, ...]:
    """Return the declarations without an arena that would only hold scratch memory."""
    if any(buffer.offset is not None for buffer in program.buffers.values()):
        return tuple(_buffers(program, arena_type))
    return ("(void)memory;",) if program.part else ()


def _place(offset: int, ctype: str, arena_type: str) -> str:
    place = f"arena + {offset}" if offset else "arena"
    if ctype == arena_type:
        return place
    return f"({ctype}*)({place})" if offset else f"({ctype}*){place}"


def _call(program: CProgram, call: Call, arena_type: str) -> tuple[str, ...]:
    arguments = [f"&{call.name}_settings"]
    arguments += [_operand(program, operand) for operand in (*call.inputs, call.output)]
    if call.scratch_bytes:
        scratch = scratch_type(call.kernel, call.ctypes[0])
        arguments.append(_place(program.scratch[call.name], scratch, arena_type))
    shape = " x ".join(map(str, program.buffers[call.output.tensor].shape)) or "1"
    return (
        *comment(f"{call.node}: {call.op}, [{shape}]", indent=2),
        *filled(function_name(program, call), arguments, ";", indent=2),
    )


def _shared_call(program: CProgram, call: Call) -> tuple[str, ...]:
    """Return lines that compute a thread's rows, or all of them in the first thread."""
    is_shared = has_rows(program, call)
    arguments = ["part"] if is_shared else []
    arguments += [f"&{call.name}_settings"]
    arguments += [_operand(program, operand) for operand in (*call.inputs, call.output)]
    if call.scratch_bytes:
        arguments.append(f"({scratch_type(call.kernel, call.ctypes[0])}*)part->scratch")
    name = function_name(program, call)
    wait = "part->wait(part->meeting);"
    if is_shared:
        return (*filled(f"{name}_rows", arguments, ";", indent=2), wait)
    once = (f"  {line}" for line in filled(name, arguments, ";", indent=4))
    return ("if (part->index == 0) {", *once, "}", wait)


def _operand(program: CProgram, operand: Argument | Constant) -> str:
    if isinstance(operand, Constant):
        return operand.name
    buffer: Buffer = program.buffers[operand.tensor]
    return f"{buffer.name} + {operand.offset}" if operand.offset else buffer.name


def _array(constant: Constant) -> Array:
    declaration = f"{constant.ctype} {constant.name}[{constant.values.size}]"
    return Array(declaration, numbers(constant.values.reshape(-1).tolist()))


def _real(value: float) -> str:
    """Return digits that represent a float32 exactly, with a point."""
    return repr(float(f"{value:.9g}"))
