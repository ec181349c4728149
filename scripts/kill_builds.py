"""Kills builds at random moments and fills the disk under them, and checks what is left.

    python scripts/kill_builds.py TRIALS [--seed 0] [words of `zoo build`]

Each trial of a scenario builds in one cache, which the trials before have left. SIGKILL comes after
a random part of the time that a whole build takes. Then no result in the cache may be damaged, and
the bundle must be absent or whole, byte for byte. At the end of a scenario a build must succeed
and leave nothing beside its results. Prints a table; the exit status is 1 after a fault.

killed: a build.  forced: a build with --force.  two: one of two builds at once; the other must
succeed.  disk: the cache's disk is full after a random part of what a build needs; the build must
end with one line of words, and succeed when there is space.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryDirectory
from time import monotonic

from zoo.build.cache import Cache

ZOO = (sys.executable, "-m", "zoo")
DEFAULT = ("pfld_0.25x.300w68", "--target", "android", "--quant", "ptq")


@dataclass(frozen=True)
class Setting:
    """What is built, where, and the right result. seconds: a whole build takes."""

    words: tuple[str, ...]
    folder: Path
    name: str
    content: bytes
    seconds: float
    cache_bytes: int
    random: random.Random

    @property
    def cache(self) -> Path:
        """Return the cache of the trials."""
        return self.folder / "cache"

    @property
    def bundle(self) -> Path:
        """Return the bundle of the trials."""
        return self.folder / "dist" / self.name


def command(words: Sequence[str], folder: Path) -> list[str]:
    """Return a build in a folder."""
    return [*ZOO, "build", *words, "--cache", f"{folder}/cache", "--out", f"{folder}/dist"]


def prepare(words: Sequence[str], folder: Path, seed: int) -> Setting:
    """Build once, undisturbed."""
    start = monotonic()
    subprocess.run(command(words, folder / "whole"), check=True, capture_output=True)
    seconds = monotonic() - start
    (bundle,) = (folder / "whole" / "dist").glob("*.tar.gz")
    files = (path for path in (folder / "whole" / "cache").rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files)
    return Setting(
        tuple(words),
        folder / "trials",
        bundle.name,
        bundle.read_bytes(),
        seconds,
        size,
        random.Random(seed),
    )


def killed(setting: Setting) -> str:
    """Kill a build."""
    return _one(setting)


def forced(setting: Setting) -> str:
    """Kill a build that repeats every stage."""
    return _one(setting, "--force")


def two(setting: Setting) -> str:
    """Kill one of two builds at once, each of which repeats every stage."""
    words = [*command(setting.words, setting.folder), "--force"]
    with subprocess.Popen(words, stdout=DEVNULL, stderr=PIPE, text=True) as other:
        outcome = _one(setting, "--force")
        error = other.communicate()[1]
    if other.returncode:
        return f"the other build failed: {error}"
    return outcome


def disk(setting: Setting) -> str:
    """Build on a small disk, then on the same with space."""
    place = setting.folder / "disk"
    place.mkdir(parents=True, exist_ok=True)
    kilobytes = setting.random.randrange(16, max(17, setting.cache_bytes // 1024))
    script = (
        f'mount -t tmpfs -o size={kilobytes}k tmpfs "{place}" || exit 99\n'
        '"$@"; echo "status $?" >&2\n'
        f'mount -o remount,size=4g "{place}" && "$@" && cat "{place}/dist/{setting.name}" >'
        f'"{setting.bundle}"'
    )
    setting.bundle.parent.mkdir(parents=True, exist_ok=True)
    words = ["unshare", "-rm", "sh", "-c", script, "sh", *command(setting.words, place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"{kilobytes} kB: the build with space failed: {done.stderr}"
    if "Traceback" in done.stderr:
        return f"{kilobytes} kB: {done.stderr}"
    return "" if "status 1" in done.stderr else "survived"


SCENARIOS: dict[str, Callable[[Setting], str]] = {
    "killed": killed,
    "forced": forced,
    "two": two,
    "disk": disk,
}


def _one(setting: Setting, *more: str) -> str:
    """Kill a build; return 'survived' if it was faster, '' if not, or what went wrong."""
    words = [*command(setting.words, setting.folder), *more]
    with subprocess.Popen(words, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True) as build:
        try:
            build.wait(setting.random.uniform(0, setting.seconds))
        except subprocess.TimeoutExpired:
            os.killpg(build.pid, signal.SIGKILL)
    if build.returncode == 0:
        return "survived"
    return "" if build.returncode == -signal.SIGKILL else f"ended by itself: {build.returncode}"


def fault(setting: Setting) -> str:
    """Return what is broken, '' if nothing is."""
    damaged = [f"{entry.name}: {file}" for entry, file in Cache(setting.cache).damaged()]
    if damaged:
        return f"damaged results: {', '.join(damaged)}"
    if setting.bundle.exists() and setting.bundle.read_bytes() != setting.content:
        return "the bundle is not whole"
    return ""


def left(setting: Setting) -> str:
    """Build to the end and return what is wrong with what is there then."""
    done = subprocess.run(
        command(setting.words, setting.folder), capture_output=True, text=True, check=False
    )
    if done.returncode:
        return f"the last build failed: {done.stderr}"
    unfinished = [path.name for path in (setting.cache / "unfinished").glob("*")]
    beside = [path.name for path in setting.bundle.parent.iterdir() if path != setting.bundle]
    if unfinished or beside:
        return f"left behind: {', '.join([*unfinished, *beside])}"
    return fault(setting) or ("" if setting.bundle.exists() else "no bundle")


def run(scenario: str, setting: Setting, trials: int) -> tuple[int, list[str]]:
    """Return how many trials were disturbed, and all faults."""
    disturbed, faults = 0, []
    for number in range(trials):
        said = SCENARIOS[scenario](setting)
        disturbed += said != "survived"
        wrong = said if said not in ("", "survived") else fault(setting)
        faults += [f"{scenario} {number}: {wrong}"] if wrong else []
        if scenario == "killed" and said == "survived":
            shutil.rmtree(setting.folder)  # all is cached: begin anew
    if wrong := left(setting):
        faults.append(f"{scenario}: {wrong}")
    shutil.rmtree(setting.folder)
    return disturbed, faults


def main() -> int:
    """Print the table and the faults, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked, words = parser.parse_known_args()
    faults: list[str] = []
    with TemporaryDirectory() as name:
        setting = prepare(words or DEFAULT, Path(name), asked.seed)
        print(f"{setting.name}: {setting.seconds:.1f} s, {setting.cache_bytes / 1e6:.1f} MB\n")
        print("| scenario | trials | disturbed | faults |\n|---|---|---|---|")
        for scenario in SCENARIOS:
            disturbed, found = run(scenario, setting, asked.trials)
            faults += found
            print(f"| {scenario} | {asked.trials} | {disturbed} | {len(found)} |", flush=True)
    for line in faults:
        print(line, file=sys.stderr)
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
