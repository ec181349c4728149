"""What leaves the cache at the end of a build: the bundle in each form, and notes on it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from zoo.build.cache import Cache
from zoo.build.calibration_record import quantization_notes
from zoo.build.plan import Plan
from zoo.build.stage import needs_of_detector
from zoo.target import ARCHIVE

__all__ = ["deliver", "notes"]


def deliver(plan: Plan, done: Mapping[str, Path], cache: Cache, out: Path) -> list[Path]:
    """Copy the bundle in each of the target's forms to a folder and return the files.

    done: the results of the stages.  Raises UsageError if a file cannot be written.
    """
    packages = {form: out / f"{plan.build_name}.{form}" for form in plan.target.packages}
    for form, package in packages.items():
        cache.deliver(done["package"] / f"bundle.{form}", package)
        _sign_file(plan, form, package)
    return list(packages.values())


def notes(plan: Plan, done: Mapping[str, Path]) -> Iterator[str]:
    """Yield what a user should know of a build."""
    from zoo.build.stages.compile import app_notes, app_run_notes

    yield from _of_network(plan, done)
    if plan.detector:
        yield from _of_network(plan.detector, needs_of_detector(done))
    yield from app_notes(plan.target) or app_run_notes(plan.target)


def _sign_file(plan: Plan, form: str, package: Path) -> None:
    """Write PACKAGE.sig beside a package as a whole; the archive has its signature inside."""
    signature = package.with_name(f"{package.name}.sig")
    signature.unlink(missing_ok=True)  # of an older package
    if plan.signing and form != ARCHIVE:
        signature.write_bytes(plan.signing.sign(package.read_bytes()))


def _of_network(plan: Plan, done: Mapping[str, Path]) -> Iterator[str]:
    """Yield the notes on one network. done: the results of its stages."""
    from zoo.build.stages.lower import artifact_notes

    yield from plan.notes
    yield from quantization_notes(done["quantize"])
    yield from artifact_notes(done["lower"])
