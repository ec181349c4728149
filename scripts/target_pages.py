"""Writes the state of each target into its page and docs/targets.md: python scripts/target_pages.py

What is known comes from docs/targets.toml, the rest from the targets themselves.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo import registry
from zoo.target import Target

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- state -->\n", "<!-- end of state -->\n"


@dataclass(frozen=True)
class TargetPage:
    """What is known about the targets of a page.

    hardware: on which real hardware their bundles have run.  proven_by, not_proven: without it.
    """

    title: str
    targets: tuple[str, ...]
    hardware: str
    proven_by: str
    not_proven: str


def pages() -> Mapping[str, TargetPage]:
    """Return the pages by name of their file, without suffix."""
    known = tomllib.loads((DOCS / "targets.toml").read_text("utf-8"))
    return {
        name: TargetPage(**{**row, "targets": tuple(row["targets"])}) for name, row in known.items()
    }


def box(page: TargetPage) -> str:
    """Return the table at the top of a page."""
    targets: list[Target] = [registry.load("target", name) for name in page.targets]
    rows = {
        "Run on real hardware": f"**{page.hardware}**",
        "Proven by": page.proven_by,
        "Not proven": page.not_proven,
        "`--target`": ", ".join(_selectable(targets)),
        "`--quant`": _quantizations(targets),
    }
    lines = (f"| {name} | {text} |\n" for name, text in rows.items())
    return f"\n| | |\n|---|---|\n{''.join(lines)}\n"


def table() -> str:
    """Return the table of all targets."""
    lines = (
        f"| [{page.title}]({name}.md) | {', '.join(f'`{target}`' for target in page.targets)} "
        f"| {page.hardware} | {page.proven_by} |\n"
        for name, page in pages().items()
    )
    head = "| board | `--target` | run on real hardware | proven by |\n|---|---|---|---|\n"
    return f"\n{head}{''.join(lines)}\n"


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each page's file and its text with the current state."""
    yield _with_state(DOCS / "targets.md", table())
    for name, page in pages().items():
        yield _with_state(DOCS / f"{name}.md", box(page))


def _with_state(file: Path, state: str) -> tuple[Path, str]:
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise LookupError(f"{file}: no lines {BEGIN!r} and {END!r}")
    return file, f"{before}{begin}{state}{end}{after}"


def _selectable(targets: list[Target]) -> Iterator[str]:
    for target in targets:
        yield f"`{target.name}`"
        yield from (f"`{target.name}:{name}`" for name in target.runtimes)
        if target.variants:
            yield f"variants listed by `zoo show {target.name}`"


def _quantizations(targets: list[Target]) -> str:
    """Return what each takes, once if all take the same."""
    taken = {target.name: ", ".join(f"`{name}`" for name in target.schemes) for target in targets}
    if len(set(taken.values())) == 1:
        return taken.popitem()[1]
    return "; ".join(f"{name}: {names}" for name, names in taken.items())


if __name__ == "__main__":
    for file, text in texts():
        file.write_text(text, "utf-8")
