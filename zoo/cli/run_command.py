"""zoo run: a bundle's app on this machine."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from zoo.bundle.bundle import unpack
from zoo.errors import ToolchainError
from zoo.provenance.maker import absent_makers


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(bundle: Path, arguments: tuple[str, ...]) -> None:
    """Check BUNDLE and run its app with ARGUMENTS, such as --source photo.png --box 10,10,90,90.

    `zoo run BUNDLE --help` lists the app's options. The app's exit status is returned.
    """
    with TemporaryDirectory(prefix="zoo-run-") as folder:
        unpacked = unpack(bundle, Path(folder))
        for maker in absent_makers(unpacked.manifest.makers):
            click.echo(f"note: {bundle}: {maker.absence}", err=True)
        if not unpacked.manifest.program:
            raise ToolchainError(
                f"{bundle}: holds sources for {unpacked.manifest.target}, but no program; its "
                "README.md says how they are built"
            )
        program = unpacked.folder / unpacked.manifest.program
        try:
            finished = subprocess.run([program, *arguments], check=False)
        except OSError as error:
            raise ToolchainError(
                f"{bundle}: its program cannot run here ({error.strerror}); it is built for "
                f"{unpacked.manifest.target}"
            ) from error
    sys.exit(finished.returncode)
