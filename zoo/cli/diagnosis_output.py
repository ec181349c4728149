"""Output of `zoo diagnose`: tables of what was measured, then the findings."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from zoo.cli.output import print_table

if TYPE_CHECKING:
    from zoo.diagnosis.diagnosis import Diagnosis
    from zoo.diagnosis.finding import Finding
    from zoo.diagnosis.labelled import Accuracy

__all__ = ["show_diagnosis"]

_SHOWN = 10
"""Layers in a table; --json has all."""

Rows = list[dict[str, object]]


def show_diagnosis(found: "Diagnosis") -> None:
    """Print a diagnosis for people."""
    form = f"{found.quantization} to {found.scheme}"
    click.echo(f"{found.model} for {found.target}, {form}, on {found.words}")
    seen = found.on_calibration
    after = "" if seen is None else f"; {seen:.3g} on calibration pictures"
    click.echo(f"loss {found.loss:.3g} of the outputs' spread{after}")
    print_table("Difference from the float network", [asdict(effect) for effect in found.effects])
    print_table("Loss with one part rounded alone, and with all but it", _parts(found))
    print_table("Activations with the most noise", _tensors(found))
    print_table("Jitter, of the output's spread", _jitter(found))
    if found.accuracy:
        print_table("Accuracy", list(_first_metrics(found.accuracy)))
    _show_findings(found.findings)


def _parts(found: "Diagnosis") -> Rows:
    return [
        {
            "part": one.part.name,
            "bits": one.bits,
            "alone": one.alone,
            "left in float": one.left_in_float,
            "share": one.share,
        }
        for one in found.parts[:_SHOWN]
    ]


def _tensors(found: "Diagnosis") -> Rows:
    worst = sorted(found.tensors, key=lambda tensor: tensor.signal_to_noise_db)[:_SHOWN]
    return [
        {
            "tensor": tensor.tensor,
            "signal to noise, dB": tensor.signal_to_noise_db,
            "clipped, %": 100 * tensor.clipped_share,
            "bits used": f"{tensor.used_bits:.3g} of {tensor.bits}",
            "widest channel": f"{tensor.channel_ratio:.3g} x",
        }
        for tensor in worst
    ]


def _jitter(found: "Diagnosis") -> Rows:
    return [
        {"output": name, "float": jitter.float_network, "integers": jitter.integer_network}
        for name, jitter in found.jitter.items()
    ]


def _first_metrics(lines: "Iterable[Accuracy]") -> Iterator[dict[str, object]]:
    """Yield the first metric of each test and condition; --json has the others."""
    shown = set[tuple[str, str]]()
    for line in lines:
        if (line.test, line.condition) not in shown:
            shown.add((line.test, line.condition))
            yield asdict(line)


def _show_findings(findings: "Iterable[Finding]") -> None:
    index = 0
    for index, finding in enumerate(findings, start=1):
        click.secho(f"{index}. {finding.kind}: {finding.where}", bold=True)
        click.echo(f"   {finding.measured}")
        click.echo(f"   -> {finding.remedy}")
    if not index:
        click.echo("no fault found")
