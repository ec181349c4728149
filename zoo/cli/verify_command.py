"""zoo verify: check a bundle's bytes, then repeat its proof."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from zoo import registry
from zoo.bundle.bundle import Bundle, check, unpack
from zoo.cli.options import existing, json_option
from zoo.cli.output import print_json, print_table
from zoo.errors import PluginError, UsageError, ZooError
from zoo.plugs import AppGenerator
from zoo.proof.bundle_certificate import bundle_certificate, compare_again
from zoo.proof.certificate import Certificate
from zoo.provenance.maker import absent_makers
from zoo.signature import PublicKey


@click.command()
@click.argument("bundle", type=existing("file or folder", "a bundle that `zoo build` made"))
@click.option(
    "--key",
    "key_file",
    type=existing("file", "a public key, as `zoo keygen` makes it"),
    metavar="PUB",
    help="Refuse a bundle that this public key has not signed.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Also compare artifact and app with the reference on these pictures: FOLDER or "
    "NAME:FOLDER[:SPLIT].",
)
@click.option(
    "--count",
    default=1000,
    show_default=True,
    type=click.IntRange(1),
    help="Maximum number of these pictures.",
)
@click.option("--only-digests", is_flag=True, help="Check the bytes, run nothing.")
@json_option
def command(
    bundle: Path,
    key_file: Path | None,
    data: Path | None,
    count: int,
    only_digests: bool,
    as_json: bool,
) -> None:
    """Check every file of BUNDLE, then rerun float, reference, artifact and app.

    BUNDLE is an archive, or the folder that was unpacked from it.
    """
    if only_digests and data is not None:
        raise UsageError("--data does not go with --only-digests, which runs nothing")
    key = PublicKey.read(key_file) if key_file else None
    with TemporaryDirectory(prefix="zoo-verify-") as folder:
        is_folder = bundle.is_dir()
        unpacked = (
            check(bundle, str(bundle), key) if is_folder else unpack(bundle, Path(folder), key)
        )
        certificate = bundle_certificate(unpacked, str(bundle))
        rows = [] if only_digests else _prove(unpacked, certificate, str(bundle))
        if data is not None:
            rows += _prove_on(unpacked, certificate, data, count)
        note = _run_note(unpacked) if rows else ""
    if note:
        click.echo(f"note: {note}", err=True)
    files = len(unpacked.manifest.files)
    if as_json:
        signer = unpacked.signer.fingerprint if unpacked.signer else ""
        signed = {"signer": signer, "is_expected_signer": key is not None}
        print_json({"bundle": str(bundle), "files": files, **signed, "checks": rows})
        return
    click.echo(f"{bundle}: {files} files are unchanged")
    click.echo(f"{bundle}: {_signed(unpacked.signer, key_file)}")
    if rows:
        shown = ("step", "unit", "largest", "mean", "bound", "values", "how", "state")
        print_table("Certificate", [{name: row[name] for name in shown} for row in rows])


def _signed(signer: PublicKey | None, key_file: Path | None) -> str:
    """Return in words who signed a bundle, and whether that was checked."""
    if signer is None:
        return "not signed: nothing shows who made it (`zoo build --sign KEY`)"
    if key_file is None:
        return f"signed with {signer.fingerprint}; only --key PUB shows whether that is its maker"
    return f"signed with {key_file}, {signer.fingerprint}"


def _prove_on(
    bundle: Bundle, certificate: Certificate, data: Path, count: int
) -> list[dict[str, object]]:
    """Return the checks of a bundle's network on a data set's pictures; raises VerifyError."""
    from zoo.proof.bundled import bundled_evidence
    from zoo.proof.picture_proof import on_pictures, prove_pictures

    name = bundle.manifest.models[0].name
    with TemporaryDirectory(prefix="zoo-verify-") as folder:
        evidence = on_pictures(bundled_evidence(bundle), name, data, count, Path(folder))
        checks = tuple(prove_pictures(evidence))
    replace(certificate, checks=checks).demand()
    return [check.to_json() for check in checks]


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


def _run_note(bundle: Bundle) -> str:
    """Return how the bundle's program was run, '' for nothing to say."""
    app: AppGenerator = registry.load("app", bundle.manifest.app)
    return app.run_note if bundle.manifest.program else ""
