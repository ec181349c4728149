"""zoo verify: check a bundle's bytes, then prove it again."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from zoo.bundle import Bundle, unpack
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--only-digests", is_flag=True, help="Check the bytes, run nothing.")
@json_option
def command(bundle: Path, only_digests: bool, as_json: bool) -> None:
    """Check every file of BUNDLE, then run float, reference, artifact and app again."""
    with TemporaryDirectory(prefix="zoo-verify-") as folder:
        unpacked = unpack(bundle, Path(folder))
        rows = [] if only_digests else _prove(unpacked)
    if as_json:
        print_json({"bundle": str(bundle), "files": len(unpacked.manifest.files), "checks": rows})
        return
    click.echo(f"{bundle}: {len(unpacked.manifest.files)} files are as built")
    if rows:
        shown = ("step", "unit", "largest", "mean", "bound", "values", "how", "holds")
        print_table("Certificate", [{name: row[name] for name in shown} for row in rows])


def _prove(bundle: Bundle) -> list[dict[str, object]]:
    from dataclasses import asdict, replace

    from zoo.certificate import Certificate
    from zoo.proof import bundled_evidence, prove

    recorded = Certificate.from_json((bundle.folder / "certificate.json").read_text("utf-8"))
    checks = prove(bundled_evidence(bundle)).checks
    replace(recorded, checks=checks).demand()
    return [{**asdict(check), "holds": check.holds} for check in checks]
