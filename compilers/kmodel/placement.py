"""Where each tensor lies, in the KPU's memory and in main memory, and the uploads between."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

from compilers.kmodel.kpu_layout import ROW_BYTES, rows_of
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import CpuStep, Image, KpuStep, Setting, Step
from compilers.memory_plan import Block, place
from zoo.lowering import Refusal

__all__ = ["Placement", "place_steps"]

_FLOAT_BYTES = 4
_MAIN_ALIGNMENT = 8
"""The KPU's results arrive in words of 8 bytes."""


@dataclass(frozen=True)
class Placement:
    """All steps, uploads and joins in main memory among them, and addresses.

    rows: where a tensor begins in the KPU's memory.  starts: in main memory, in bytes.
    kpu_bytes, main_bytes: of memory in use.
    """

    steps: tuple[Step, ...]
    rows: Mapping[str, int]
    starts: Mapping[str, int]
    kpu_bytes: int
    main_bytes: int


def place_steps(scope: Scope) -> Placement:
    """Return the placement; raises Refusal if the KPU's memory is too small."""
    direct = _only_in_kpu(scope, _with_transfers(scope, set()))
    steps = tuple(_with_transfers(scope, direct))
    rows, kpu_bytes = _kpu_rows(scope, steps, direct)
    starts, main_bytes = _main_starts(scope, steps)
    return Placement(steps, rows, starts, kpu_bytes, main_bytes)


def _with_transfers(scope: Scope, direct: set[str]) -> Iterator[Step]:
    """Yield the steps, each after what brings its inputs to the memory that it reads.

    direct: inputs that the KPU's memory has from the beginning.
    """
    in_kpu, joined = set(direct), set[str]()
    for step in scope.steps:
        if isinstance(step, CpuStep):
            for name in step.inputs:
                yield from _joined_in_main(scope, step, name, joined)
        else:
            for part in _parts(scope, step.source):
                if part not in in_kpu:
                    yield from _joined_in_main(scope, step, part, joined)
                    yield CpuStep(step.node, "upload", (part,), part)
                    in_kpu.add(part)
            in_kpu.add(step.output)
        yield step


def _joined_in_main(scope: Scope, step: Step, name: str, joined: set[str]) -> Iterator[CpuStep]:
    """Yield the copy of a join in main memory, unless it is in `joined`, and add it there."""
    root = scope.root(name)
    if root not in scope.joins or root in joined:
        return
    joined.add(root)
    parts = scope.joins[root]
    for part in parts:
        yield from _joined_in_main(scope, step, part, joined)
    lengths = tuple(scope.shapes[part][0] for part in parts)
    inner = prod(scope.shapes[root][1:])
    settings: dict[str, Setting] = {"outer": 1, "inner": inner, "lengths": lengths}
    yield CpuStep(step.node, "concat", parts, root, settings)


def _only_in_kpu(scope: Scope, steps: Iterable[Step]) -> set[str]:
    """Return the inputs of which main memory is no more than a stop on the way to the KPU's."""
    uploaded, read = set[str](), set[str]()
    for step in steps:
        if isinstance(step, CpuStep):
            (uploaded if _is_upload(step) else read).update(step.inputs)
    elsewhere = {scope.root(name) for name in read | {n for n in uploaded if n in scope.roots}}
    return (uploaded & set(scope.inputs.values())) - elsewhere


def _parts(scope: Scope, name: str) -> tuple[str, ...]:
    return scope.joins.get(name, (name,))


def _image(scope: Scope, name: str) -> Image:
    channels, height, width = (*scope.shapes[name], 1, 1)[:3]
    return channels, height, width


def _kpu_rows(
    scope: Scope, steps: tuple[Step, ...], direct: set[str]
) -> tuple[dict[str, int], int]:
    """Return the row of each tensor, and the bytes in use. A join is one block."""
    offsets, sizes, homes = {}, dict[str, int](), dict[str, str]()
    for join, parts in scope.joins.items():
        row = 0
        for part in parts:
            homes[part], offsets[part] = join, row
            row += rows_of(_image(scope, part))
        homes[join], offsets[join], sizes[join] = join, 0, row
    lives = dict[str, tuple[int, int]]()
    for index, step in enumerate(steps):
        for name in _in_kpu(scope, step):
            home = homes.setdefault(name, name)
            offsets.setdefault(name, 0)
            sizes.setdefault(home, rows_of(_image(scope, name)))
            first, _ = lives.get(home, (index, index))
            lives[home] = (0 if name in direct else first, index)
    blocks = [Block(n, sizes[n] * ROW_BYTES, *lives[n]) for n in lives]
    plan = place(blocks)
    _require_fit(scope, steps, blocks, plan.arena_bytes)
    rows = {
        name: plan.offsets[home] // ROW_BYTES + offsets[name]
        for name, home in homes.items()
        if home in plan.offsets
    }
    return rows, plan.arena_bytes


def _in_kpu(scope: Scope, step: Step) -> tuple[str, ...]:
    """Return the tensors that a step uses in the KPU's memory."""
    if isinstance(step, KpuStep):
        return (*_parts(scope, step.source), step.output)
    return (step.output,) if _is_upload(step) else ()


def _is_upload(step: Step) -> bool:
    return isinstance(step, CpuStep) and step.kind == "upload"


def _require_fit(
    scope: Scope, steps: tuple[Step, ...], blocks: list[Block], arena_bytes: int
) -> None:
    limit = scope.limits.kpu_ram_bytes
    if arena_bytes <= limit:
        return
    at = [sum(b.size_bytes for b in blocks if b.first <= i <= b.last) for i in range(len(steps))]
    worst = max(range(len(steps)), key=at.__getitem__)
    node = next(node for node in scope.graph.nodes if node.name == steps[worst].node)
    raise Refusal(
        node,
        f"{at[worst]} bytes of the KPU's memory are in use here, and {arena_bytes} by all images "
        f"together; it has {limit}",
        "use a smaller input or fewer channels",
    )


def _main_starts(scope: Scope, steps: tuple[Step, ...]) -> tuple[dict[str, int], int]:
    """Return the start of each tensor in main memory, and the bytes in use."""
    lives = dict[str, tuple[int, int]]()
    written = {step.output: index for index, step in enumerate(steps) if not _is_upload(step)}
    inputs = set(scope.inputs.values())
    for index, step in enumerate(steps):
        names = list(_main_inputs(step))
        if isinstance(step, CpuStep) and not _is_upload(step):
            names.append(step.output)
        for name in map(scope.root, names):
            first = 0 if name in inputs else min(written.get(name, index), index)
            before, _ = lives.get(name, (first, index))
            lives[name] = min(before, first), index
    for name in scope.graph.outputs:
        first, _ = lives[name]
        lives[name] = first, len(steps)
    sizes = {name: _main_size(scope, name) for name in lives}
    blocks = [Block(name, size, *lives[name]) for name, size in sizes.items()]
    plan = place(blocks)
    return dict(plan.offsets), plan.arena_bytes


def _main_inputs(step: Step) -> tuple[str, ...]:
    return step.inputs if isinstance(step, CpuStep) else ()


def _main_size(scope: Scope, name: str) -> int:
    item_bytes = _FLOAT_BYTES if name in scope.graph.outputs else 1
    size = prod(scope.shapes[name]) * item_bytes
    return -(-size // _MAIN_ALIGNMENT) * _MAIN_ALIGNMENT
