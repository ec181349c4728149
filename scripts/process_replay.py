"""Digests of every artifact, to detect whether a compiler change affects the output.

    python scripts/process_replay.py > before.json
    python scripts/process_replay.py --against before.json    (or a revision of git)

It lowers every published network for every board that accepts it, and generated networks that use
every op. It prints SHA-256 by artifact and file as JSON; a refusal appears as its message. The exit
status is 1 if bytes differ or something is newly refused. Changed refusal messages are only listed.

The idea is tinygrad's: its process replay compares the kernels of two revisions.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path.cwd()
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "strategies")]

from replay_networks import generated_graphs  # type: ignore[import-not-found] # noqa: E402

from compilers.schemes import DPU_POW2  # noqa: E402
from compilers.xmodel.encode import encode  # noqa: E402
from compilers.xmodel.lower import lower as lower_to_xir  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.build.targets import find_target  # noqa: E402
from zoo.errors import ZooError  # noqa: E402
from zoo.graph import Graph  # noqa: E402
from zoo.scheme import FLOAT_SCHEMES  # noqa: E402
from zoo.target import Target  # noqa: E402

Digests = dict[str, dict[str, str]]

GENERATED_FOR = ("c99", "x86", "rpi4", "android", "kv260", "rtx4060", "jetson-nano")


def main() -> None:
    """Print the digests, or how they differ from others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="FILE|REV", help="compare instead of printing")
    parser.add_argument("--compiler", default="", help="only artifacts of this kind")
    arguments = parser.parse_args()
    wanted = read_digests(arguments.against) if arguments.against else None
    found = dict(every_artifact(arguments.compiler))
    if wanted is None:
        print(json.dumps(found, indent=1, sort_keys=True))
    else:
        sys.exit(report(wanted if not arguments.compiler else common(wanted, found), found))


def every_artifact(compiler: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield name and digests of all artifacts, or those of a compiler."""
    for name, graph, target, scheme in chain(published(), generated()):
        if compiler in ("", target.compiler):
            yield f"{name} -> {target.name} {scheme}", lowered(graph, target, scheme)


def published() -> Iterator[tuple[str, Graph, Target, str]]:
    """Yield every published hub for every board that accepts its scheme."""
    onnx = registry.load("format", "onnx")
    boards = [board for name in registry.names("target") for board in forms_of(name)]
    for name in registry.names("recipe"):
        for hub in registry.load("recipe", name).hubs.values():
            graph = onnx.read(hub.read_bytes(), hub.name)
            for board in boards:
                for scheme in schemes_of(graph, board):
                    yield hub.stem, graph, board, scheme


def forms_of(name: str) -> Iterator[Target]:
    """Yield a board, its variants and its runtimes, without engines, which always differ."""
    board = find_target(name)
    words = (name, *(f"{name}:{form}" for form in (*board.variants, *board.runtimes)))
    for target in map(find_target, words):
        facts = {**target.facts, "builders": ()} if "builders" in target.facts else target.facts
        yield replace(target, facts=facts)


def schemes_of(graph: Graph, target: Target) -> list[str]:
    """Return the schemes with which a board accepts a graph."""
    taken = dict.fromkeys((*target.schemes.values(), *target.accepts))
    if not graph.is_quantized:
        return [scheme for scheme in taken if scheme in FLOAT_SCHEMES]
    own = graph.metadata.get("zoo.scheme", "any")
    return [own] if own in taken or own == "any" else []


def generated() -> Iterator[tuple[str, Graph, Target, str]]:
    """Yield generated networks for one board of each compiler."""
    boards = [next(forms_of(name)) for name in GENERATED_FOR]
    for name, graph in generated_graphs():
        for board in boards:
            for scheme in schemes_of(graph, board):
                if board.name != "jetson-nano" or scheme in FLOAT_SCHEMES:
                    yield name, graph, board, scheme


def lowered(graph: Graph, target: Target, scheme: str) -> dict[str, str]:
    """Return the digest of each file, or the reason for a refusal."""
    files = lowered_by_compiler(graph, target, scheme)
    if target.compiler == "xmodel" and "refused" in files and scheme == DPU_POW2.name:
        files["quantized"] = xir_digest(graph)
    return files


def xir_digest(graph: Graph) -> str:
    """Return the digest of the file that is written for others than the board's DPU."""
    try:
        return hashlib.sha256(encode(lower_to_xir(graph))).hexdigest()
    except ZooError:
        return "refused"


def lowered_by_compiler(graph: Graph, target: Target, scheme: str) -> dict[str, str]:
    """Return the digest of each file of the artifact, or why there are none."""
    try:
        artifact = registry.load("compiler", target.compiler).lower(graph, target, scheme)
    except ZooError as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    files = {n: hashlib.sha256(content).hexdigest() for n, content in artifact.files.items()}
    facts = json.dumps([artifact.main, repr(artifact.exactness), artifact.notes])
    return {**files, "facts": facts}


def read_digests(against: str) -> Digests:
    """Return the digests from a file, or from a revision that is checked out and run."""
    digests: Digests
    if Path(against).is_file():
        digests = json.loads(Path(against).read_text("utf-8"))
        return digests
    with TemporaryDirectory() as folder:
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", folder, against], check=True, capture_output=True)
        try:
            printed = subprocess.run(
                [sys.executable, __file__], cwd=folder, check=True, capture_output=True
            )
        finally:
            subprocess.run([*git, "remove", "--force", folder], check=True)
    digests = json.loads(printed.stdout)
    return digests


def without_words(files: Mapping[str, str]) -> dict[str, str]:
    """Return the digests, and whether the artifact is refused."""
    return {name: "" if name == "refused" else digest for name, digest in files.items()}


def common(wanted: Digests, found: Digests) -> Digests:
    """Return the requested artifacts of those built."""
    return {name: files for name, files in wanted.items() if name in found}


def report(wanted: Mapping[str, dict[str, str]], found: Mapping[str, dict[str, str]]) -> int:
    """Print the differences, and return the exit status."""
    status = 0
    for name in sorted({*wanted, *found}):
        before, after = wanted.get(name, {}), found.get(name, {})
        if before == after:
            continue
        only_words = without_words(before) == without_words(after)
        status |= not only_words
        print(f"{'words of' if only_words else 'DIFFERENT:'} {name}")
        for file in sorted({*before, *after}):
            if before.get(file) != after.get(file):
                print(f"    {file}: {before.get(file, 'absent')} -> {after.get(file, 'absent')}")
    print(f"{len(found)} artifacts compared: {'DIFFERENT' if status else 'the same bytes'}")
    return status


if __name__ == "__main__":
    main()
