"""Blocks about time, power and memory, by machine: measured, estimated, or not measured."""

from collections.abc import Iterator, Sequence

from zoo.artifact import Memory, memory_text
from zoo.build.quantization import hub_key
from zoo.report.blocks import Block, Table, Text
from zoo.report.compared import metric_text, number
from zoo.report.content import FLOAT, Content, Subject
from zoo.report.timings import Timing

__all__ = ["memory_block", "speed_blocks"]

_NOT_MEASURED = "not measured"
_NONE = "-"
_BY_PROGRAM = "measured, the bundle's program"
_ESTIMATED = "estimated"


def speed_blocks(content: Content) -> Iterator[Block]:
    """Yield the tables of times: networks, chains and how times were estimated."""
    timings = [timing for file in content.timings for timing in file.networks]
    ordered = sorted(timings, key=lambda each: (not each.by_program, not each.is_measured))
    rows = [_row(content.subjects, timing) for timing in ordered]
    rows += [_unmeasured(s) for s in content.subjects if s.target and not _is_timed(s, timings)]
    yield Text(
        "FPS counts frames of one network alone, one after the other. W is the board's mean power "
        "meanwhile, which its own meter tells. What nobody measured is not filled in."
    )
    if rows:
        yield _table(content.subjects, rows)
    else:
        yield Text("No times are given. Add a file of zoo bench --out FILE with --bench FILE.")
    yield from _chains(content)
    yield from _memories(content.subjects, timings)
    yield from _methods(timings)


def memory_block(subject: Subject) -> Block:
    """Return what memory a bundle's networks need."""
    known = {net.name: net.memory for net in subject.networks if net.memory is not None}
    return Text(f"Memory: {memory_text(known)}." if known else "Memory depends on the board.")


def _table(subjects: Sequence[Subject], rows: Sequence[tuple[str, ...]]) -> Table:
    metrics = dict.fromkeys(s.metric for s in subjects if s.metric and s.accuracy)
    accuracy = metric_text(next(iter(metrics))) if len(metrics) == 1 else "accuracy"
    columns = ("network", "machine", "threads", "ms", "FPS", "W", "FPS per W", accuracy, "origin")
    return Table("Frames per second and watts", columns, tuple(rows))


def _row(subjects: Sequence[Subject], timing: Timing) -> tuple[str, ...]:
    power = number(timing.watts, 3) if timing.watts is not None else _NOT_MEASURED
    return (
        timing.name,
        timing.machine if timing.is_measured else "none",
        str(timing.threads) if timing.batch == 1 else f"{timing.threads}, batch {timing.batch}",
        _times(timing),
        f"{'at most ' if timing.is_least else ''}{number(timing.frames_per_s)}",
        power,
        number(timing.frames_per_joule, 3) or _NOT_MEASURED,
        _accuracy(subjects, timing) or _NONE,
        _origin(timing),
    )


def _times(timing: Timing) -> str:
    if timing.median_ms is None:
        return "unknown"
    if timing.low_ms is not None and timing.high_ms is not None:
        return f"{timing.median_ms:.3g} ({timing.low_ms:.3g} to {timing.high_ms:.3g})"
    return f"{'at least ' if timing.is_least else ''}{timing.median_ms:.3g}"


def _origin(timing: Timing) -> str:
    if not timing.is_measured:
        return _ESTIMATED
    slowed = f"; throttled: {', '.join(timing.slowed)}" if timing.slowed else ""
    return (_BY_PROGRAM if timing.by_program else f"measured, {timing.runtime}") + slowed


def _accuracy(subjects: Sequence[Subject], timing: Timing) -> str:
    """Return the metric of the form that was timed, '' if the report does not know it."""
    for subject in subjects:
        if subject.networks[0].name != timing.model:
            continue
        for accuracy in subject.accuracy:
            if _is_form(accuracy.form, timing):
                return number(accuracy.evaluation.metrics.get(subject.metric))
    return ""


def _is_form(form: str, timing: Timing) -> bool:
    quantization = timing.name.removeprefix(f"{timing.model} ").partition(" ")[0]
    key = hub_key(quantization, timing.scheme)
    return form == (FLOAT if key == "none" else key)


def _is_timed(subject: Subject, timings: Sequence[Timing]) -> bool:
    """Whether a bundle's program was timed, not only its network in Python."""
    return any(timing.by_program and timing.name == _on_board(subject) for timing in timings)


def _unmeasured(subject: Subject) -> tuple[str, ...]:
    deployed = subject.deployed
    metric = deployed.evaluation.metrics.get(subject.metric) if deployed else None
    empty = (_NOT_MEASURED,) * 4
    return (
        _on_board(subject),
        f"a board for {subject.target}",
        _NONE,
        *empty,
        number(metric) or _NONE,
        _NOT_MEASURED,
    )


def _chains(content: Content) -> Iterator[Block]:
    chains = [chain for file in content.timings for chain in file.chains]
    if chains:
        rows = tuple(
            (
                f"{chain.name} --track" if chain.follows else chain.name,
                chain.machine,
                str(chain.threads),
                number(chain.faces, 3),
                number(chain.photo_ms, 3),
                number(1e3 / chain.photo_ms),
            )
            for chain in chains
        )
        columns = (
            "bundle",
            "machine",
            "threads",
            "faces per photo",
            "ms per photo",
            "photos per s",
        )
        yield Table("Whole photos, detector and network", columns, rows)


def _memories(subjects: Sequence[Subject], timings: Sequence[Timing]) -> Iterator[Block]:
    """Yield the memory of networks on their boards, as built or as estimated."""
    rows = [
        (_on_board(subject), *_memory_cells(subject.networks[0].memory), "built")
        for subject in subjects
        if subject.networks[0].memory is not None
    ]
    rows += [
        (timing.name, *_memory_cells(timing.memory), _ESTIMATED)
        for timing in timings
        if timing.memory is not None
    ]
    if rows:
        columns = ("network", "bytes of weights", "bytes of activations", "activations", "origin")
        yield Table("Memory", columns, tuple(rows))


def _memory_cells(memory: Memory | None) -> tuple[str, str, str]:
    assert memory is not None
    planned = "as planned by the compiler" if memory.is_planned else "at least; a runtime allocates"
    return f"{memory.weights_bytes:,}", f"{memory.arena_bytes:,}", planned


def _on_board(subject: Subject) -> str:
    """Return the name that `zoo bench` gives a bundle's network."""
    return f"{subject.networks[0].name} {subject.quantization} {subject.target}"


def _methods(timings: Sequence[Timing]) -> Iterator[Block]:
    methods = {t.name: t.method for t in timings if not t.is_measured and t.method}
    if methods:
        rows = tuple(methods.items())
        yield Table(
            "How times were estimated", ("network", "method"), rows, "How times were estimated"
        )
