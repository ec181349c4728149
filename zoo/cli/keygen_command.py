"""zoo keygen: a key that signs bundles."""

from pathlib import Path

import click

from zoo.cli.options import json_option
from zoo.cli.output import print_json
from zoo.signature import make_key


@click.command()
@click.argument("key", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(key: Path, as_json: bool) -> None:
    """Make a private key in the file KEY, and its public key in KEY.pub.

    `zoo build --sign KEY` signs with the private one, which only you can read: keep it. Give the
    public one to those who check your bundles, with `zoo verify --key KEY.pub`.
    """
    public = make_key(key)
    if as_json:
        files = {"private": str(key), "public": f"{key}.pub"}
        print_json({**files, "fingerprint": public.fingerprint})
        return
    click.echo(f"{key}: private key, only for you; {key}.pub: public key, for everybody")
    click.echo(public.fingerprint)
