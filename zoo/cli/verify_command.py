"""zoo verify: check a bundle's bytes, then repeat its proof."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from zoo.bundle.bundle import Bundle, unpack
from zoo.cli.options import existing, json_option
from zoo.cli.output import print_json, print_table
from zoo.errors import PluginError, ZooError
from zoo.proof.bundle_certificate import bundle_certificate, compare_again
from zoo.proof.certificate import Certificate
from zoo.provenance.maker import absent_makers


@click.command()
@click.argument("bundle", type=existing("file", "a bundle that `zoo build` made"))
@click.option("--only-digests", is_flag=True, help="Check the bytes, run nothing.")
@json_option
def command(bundle: Path, only_digests: bool, as_json: bool) -> None:
    """Check every file of BUNDLE, then rerun float, reference, artifact and app."""
    with TemporaryDirectory(prefix="zoo-verify-") as folder:
        unpacked = unpack(bundle, Path(folder))
        certificate = bundle_certificate(unpacked, str(bundle))
        rows = [] if only_digests else _prove(unpacked, certificate, str(bundle))
    if as_json:
        print_json({"bundle": str(bundle), "files": len(unpacked.manifest.files), "checks": rows})
        return
    click.echo(f"{bundle}: {len(unpacked.manifest.files)} files are unchanged")
    if rows:
        shown = ("step", "unit", "largest", "mean", "bound", "values", "how", "state")
        print_table("Certificate", [{name: row[name] for name in shown} for row in rows])


def _prove(bundle: Bundle, certificate: Certificate, where: str) -> list[dict[str, object]]:
    from zoo.proof.bundled import bundled_chain, bundled_evidence
    from zoo.proof.chain_proof import prove_all

    try:
        proof, detector = prove_all(bundled_evidence(bundle), bundled_chain(bundle))
        checks = (*proof.checks, *(detector.checks if detector else ()))
    except ZooError as error:
        for maker in absent_makers(bundle.manifest.makers):
            raise PluginError(f"{error}; {where}: {maker.absence}") from error
        raise
    replace(certificate, checks=checks).demand()
    compare_again(certificate.checks, checks, where)
    return [check.to_json() for check in checks]
