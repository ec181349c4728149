"""Kills a build or a clearing of the cache at every call that touches the file system.

Run by test_killed_builds.py: python killed_builds.py FOLDER SCENARIO. Each trial is a forked
process that sends SIGKILL to itself at the n-th event, n = 1, 2, ..., until one survives; what it
left is checked, and the next build must then succeed. Prints the number of kills.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from zoo.build.cache import Cache
from zoo.build.pipeline import build
from zoo.build.plan import Plan
from zoo.build.stage import Stage
from zoo.contract import Contract, TensorSpec
from zoo.recipe import Recipe
from zoo.target import Target

WATCHED = ("open", "os.", "shutil.", "fcntl.")
CONTENT = b"0123456789"
STAGES = (
    Stage("hub", "write files", "killed_builds:write_files"),
    Stage("package", "join them", "killed_builds:join_files", needs=("hub",)),
)
CONTRACT = Contract(TensorSpec("image", (1, 1, 1)), (TensorSpec("out", (1,)),), ())
PLAN = Plan(
    recipe=Recipe("toy", "toy", "", CONTRACT),
    target=Target("board", "", "", "", "", {}),
    quant="none",
    scheme="float32",
    float_hub=Path("toy.onnx"),
    quant_hub=None,
    calibration=None,
    calibration_count=0,
    calibrator="",
    quantization_bound=0.0,
)


def write_files(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:  # noqa: ARG001
    for index in range(3):
        path = out / f"part{index}" / "data.bin"
        path.parent.mkdir()
        path.write_bytes(CONTENT)


def join_files(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:  # noqa: ARG001
    with (out / "bundle").open("wb") as bundle:
        for part in sorted(needs["hub"].glob("*/data.bin")):
            bundle.write(part.read_bytes())


def build_all(folder: Path, force: bool = False) -> None:
    cache = Cache(folder / "cache")
    done = build(PLAN, cache, force=force, stages=STAGES)
    cache.deliver(done["package"] / "bundle", folder / "dist" / "bundle")


def nothing(folder: Path) -> None:
    folder.mkdir()


def one_build(folder: Path) -> None:
    folder.mkdir()
    build_all(folder)


# What is there before, and what is killed.
SCENARIOS: dict[str, tuple[Callable[[Path], None], Callable[[Path], object]]] = {
    "first": (nothing, build_all),
    "forced": (one_build, lambda folder: build_all(folder, force=True)),
    "clear": (one_build, lambda folder: Cache(folder / "cache").clear()),
}


def kill_at(event: int, action: Callable[[], object]) -> bool:
    """Run the action in a process that dies at the n-th event; return whether it died."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"the killed process failed by itself at event {event}")
        return os.WIFSIGNALED(status)
    seen = 0

    def watch(name: str, _: object) -> None:
        nonlocal seen
        if name.startswith(WATCHED):
            seen += 1
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    action()
    os._exit(0)


def check(folder: Path) -> None:
    """Raise SystemExit where a killed process left something half-written."""
    damaged = list(Cache(folder / "cache").damaged())
    if damaged:
        raise SystemExit(f"half-written result: {damaged}")
    bundle = folder / "dist" / "bundle"
    if bundle.exists() and bundle.read_bytes() != 3 * CONTENT:
        raise SystemExit(f"half-written bundle: {bundle.read_bytes()!r}")


def main(folder: Path, scenario: str) -> int:
    before, action = SCENARIOS[scenario]
    one_build(folder / "warm")  # imports everything, so that trials differ only in the kill
    event, died = 0, True
    while died:
        event += 1
        trial = folder / "trial"
        before(trial)
        died = kill_at(event, lambda trial=trial: action(trial))
        check(trial)
        build_all(trial)
        check(trial)
        unfinished = list((trial / "cache" / "unfinished").iterdir())
        if unfinished:
            raise SystemExit(f"left in the cache: {unfinished}")
        left = [path.name for path in (trial / "dist").iterdir()]
        if left != ["bundle"]:
            raise SystemExit(f"left beside the bundle: {left}")
        shutil.rmtree(trial)
    return event - 1


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), sys.argv[2])}\n")
