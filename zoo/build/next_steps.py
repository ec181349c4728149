"""What to do with what a build made: how to try it, to install it, and to check its signature."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo import registry
from zoo.advice import Advice, first_advice
from zoo.bundle.bundle import Manifest
from zoo.plugs import AppGenerator, Package
from zoo.target import ARCHIVE, Target

__all__ = ["NextSteps", "next_steps"]

_INSTALLATIONS = (
    Advice("on the board: tar -xzf {archive_name} && sh {name}/install.sh", needs="install.sh"),
    Advice("unpack {archive}; {name}/README.md says how"),
)
"""Where neither package nor target nor app tells more."""


@dataclass(frozen=True)
class NextSteps:
    """One line each, commands where there are some.

    trial: how to try the bundle on this machine.  installation: how it gets to the board.
    signatures: of the packages, commands that check them; () for a bundle that is not signed.
    """

    trial: str
    installation: str
    signatures: tuple[str, ...] = ()


def next_steps(
    target: Target,
    manifest: Manifest,
    packages: Sequence[Path],
    public_key: str = "",
) -> NextSteps:
    """Return what to do with a bundle.

    packages: its files in the order of `target.packages`.
    public_key: where the signer's is, '' for a bundle that is not signed.
    """
    app: AppGenerator = registry.load("app", target.app)
    form: Package = registry.load("package", target.packages[-1])
    archive, package = packages[0], packages[-1]
    fields = {
        "archive": shlex.quote(str(archive)),
        "archive_name": shlex.quote(archive.name),
        "package": shlex.quote(str(package)),
        "package_name": shlex.quote(package.name),
        "name": shlex.quote(manifest.name),
    }
    trials = (*form.trials, *app.trials)
    told = (*form.installations, *target.installations, *app.installations)
    return NextSteps(
        first_advice(trials, manifest.files, fields) or _trial(manifest, app, fields["archive"]),
        first_advice((*told, *_INSTALLATIONS), manifest.files, fields),
        _checks(target, packages, public_key) if public_key else (),
    )


def _trial(manifest: Manifest, app: AppGenerator, archive: str) -> str:
    """Return how to try a bundle whose app does not tell: on an example of its own."""
    if not manifest.program:
        return f"zoo verify {archive} runs its network here"
    if app.stand_in:
        return f"zoo verify {archive} runs its program here, on a stand-in for the board"
    chain = manifest.chain
    _, example, _ = (chain.golden if chain else manifest.golden)[0]
    program, source = (
        shlex.quote(f"{manifest.name}/{path}") for path in (manifest.program, example)
    )
    return f"tar -xzf {archive} && {program} --source {source}"


def _checks(target: Target, packages: Sequence[Path], public_key: str) -> tuple[str, ...]:
    key = shlex.quote(public_key)
    return tuple(
        f"zoo verify {shlex.quote(str(package))} --key {key}"
        if form == ARCHIVE
        else f"openssl pkeyutl -verify -pubin -inkey {key} -rawin -in {shlex.quote(str(package))} "
        f"-sigfile {shlex.quote(f'{package}.sig')}"
        for form, package in zip(target.packages, packages, strict=True)
    )
